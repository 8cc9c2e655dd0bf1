"""Tasks that run beside others: none of them ends in silence.

    held      a task; what ends it, other than its cancelling, is logged by name and told
    kept_up   a coroutine function that is begun again when it fails

An exception in a task that nobody awaits is otherwise seen when the task is collected: on a stage,
never. Whether a part of the server is begun again or ends it is decided where it is started
(``app.py``): what the music needs is begun again first.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from daw_bridge.errors import BridgeError, ServerFault

FIRST_PAUSE_S = 0.01  # before what has failed is begun again; doubles with each failure in a row
MAX_FAILURES = 9  # in a row: 2.5 s of them, and then it is better that the server is started anew
STEADY_S = 1.0  # what has run for so long fails anew, not again

log = logging.getLogger(__name__)


def held(
    work: Coroutine[Any, Any, None],
    name: str,
    on_failure: Callable[[BaseException], None] | None = None,
) -> asyncio.Task[None]:
    """Start a task that is logged where it fails.

    Args:
        work: what it does.
        name: what the log calls it.
        on_failure: called with the exception that has ended it, never with its cancelling.
    """

    def look(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if isinstance(error, BridgeError):  # a sentence for whoever reads it, and no fault of ours
            log.error("%s has ended: %s", name, error)
        else:
            log.error("%s has failed", name, exc_info=error)
        if on_failure is not None:
            on_failure(error)

    task = asyncio.get_running_loop().create_task(work, name=name)
    task.add_done_callback(look)
    return task


async def kept_up(
    run: Callable[[], Awaitable[None]],
    name: str,
    *,
    clock: Callable[[], float],
    first_pause_s: float = FIRST_PAUSE_S,
) -> None:
    """Run a coroutine function, and begin again whenever it fails.

    Args:
        run: what is to go on; where it returns, so does this.
        name: what the log calls it.
        clock: seconds.
        first_pause_s: before it is begun again; doubles with each failure in a row.

    Raises:
        BridgeError: it has raised one, which says what was wrong with what it was given.
        ServerFault: it has failed MAX_FAILURES times in a row, each within STEADY_S.
    """
    failures = 0
    while True:
        began = clock()
        try:
            await run()
            return
        except BridgeError:
            raise
        except Exception as error:
            failures = 1 if clock() - began >= STEADY_S else failures + 1
            if failures >= MAX_FAILURES:
                reason = f"{name} has failed {failures} times in a row: {error!r}"
                raise ServerFault(reason) from error
            log.exception("%s has failed and is begun again", name)
        await asyncio.sleep(first_pause_s * 2 ** (failures - 1))
