"""Takes between the sessions, which play them, and the folder, which keeps them.

    /magnet/take/keep    session: bars or a loop  ->  folder, in a thread  ->  done, event "take"
    /magnet/take/recall  folder, in a thread  ->  session: heard again  ->  done

Threading: event loop only; the disk is waited for in threads, for one take to be saved at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping

from daw_bridge.controls import Control
from daw_bridge.doors.http_routes import HttpRequest, HttpResponse, Routes, as_json, text
from daw_bridge.doors.limits import TokenBucket
from daw_bridge.errors import TakeError
from daw_bridge.session.requests import Outcome, Reply
from daw_bridge.session.session import Session
from daw_bridge.session.takes import Draft
from daw_bridge.session.undo import UNDO
from daw_bridge.takes.files import TakeInfo, TakeStore
from daw_bridge.worker_protocol import Value

log = logging.getLogger(__name__)

KEEP = "/magnet/take/keep"
MAX_WAITING = 8  # takes that are being saved or read: each may be all that was recorded
TAKES_PER_S, TAKE_BURST = 1.0, 16.0  # kept, so that a runaway client does not fill the disk


class TakeDesk:
    """Carries out what is asked of takes.

    Args:
        store: the folder.
        notify: is told of each take that was kept: session, event, values.
        clock: seconds.
    """

    def __init__(
        self,
        store: TakeStore,
        notify: Callable[[str, str, Mapping[str, Value]], None],
        clock: Callable[[], float],
    ) -> None:
        self._store, self._notify, self._clock = store, notify, clock
        self._saving = asyncio.Lock()
        self._pace = TokenBucket(TAKES_PER_S, TAKE_BURST, clock)
        self._tasks: set[asyncio.Task[None]] = set()

    def names(self) -> list[str]:
        """Return the names of all takes."""
        return [info.name for info in self._store.takes()]

    def carry_out(
        self, session: Session, control: Control, args: tuple[Value, ...], reply: Reply
    ) -> None:
        """Keep or recall a take, or undo that; ``reply`` is called once, now or later."""
        now = self._clock()
        if control.address == UNDO:
            session.submit(control, args, now, reply)
        elif len(self._tasks) >= MAX_WAITING:
            reply(Outcome(control.address, f"{MAX_WAITING} takes wait already; slow down"))
        elif control.address != KEEP:
            self._start(self._recall(session, control, args, now, reply), control, reply)
        elif not self._pace.take():
            reply(Outcome(control.address, f"more than {TAKES_PER_S:g} take a second; slow down"))
        else:
            try:
                name = self._store.reserve(str(args[1]))
            except TakeError as error:
                reply(Outcome(control.address, str(error)))
                return

            def refuse(outcome: Outcome) -> None:
                self._store.release(name)
                reply(outcome)

            def on_draft(draft: Draft) -> None:
                def not_saved(outcome: Outcome) -> None:
                    session.takes.not_kept(draft)
                    refuse(outcome)

                self._start(self._save(session, name, draft, now, reply), control, not_saved)

            session.takes.keep(control, args, now, refuse, on_draft)

    def _start(self, work: Coroutine[None, None, None], control: Control, refuse: Reply) -> None:
        task = asyncio.get_running_loop().create_task(_answered(work, control, refuse))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _save(
        self, session: Session, name: str, draft: Draft, now: float, reply: Reply
    ) -> None:
        async with self._saving:
            info = await asyncio.to_thread(lambda: self._store.save(name, draft.take()))
        self._store.release(name)
        self._store.note(info)
        self._notify(session.name, "take", _event(info))
        reply(Outcome(KEEP, "", session.position, self._clock() - now))

    async def _recall(
        self,
        session: Session,
        control: Control,
        args: tuple[Value, ...],
        now: float,
        reply: Reply,
    ) -> None:
        take = await asyncio.to_thread(self._store.load, str(args[0]))
        session.takes.recall(take, control, args, now, reply)

    async def close(self) -> None:
        """Wait for what is being saved."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- HTTP ---

    def add_to(self, routes: Routes) -> None:
        """Serve the list of takes, and their WAV files."""
        routes.add("/takes", self._list)
        routes.add("/takes/", self._file)

    async def _list(self, request: HttpRequest) -> HttpResponse:
        return as_json([_listed(info) for info in self._store.takes()])

    async def _file(self, request: HttpRequest) -> HttpResponse:
        name, dot, suffix = request.tail.rpartition(".")
        try:
            if not dot or suffix != "wav":
                raise TakeError(f"a take is at /takes/NAME.wav, not {request.path[:80]}")
            info = self._store.find(name)
        except TakeError as error:
            return text(404, str(error))
        if not info.file.is_file():
            return text(410, f"{info.file.name} has been removed")
        disposition = f'inline; filename="{info.file.name}"'
        headers = {"Content-Disposition": disposition}
        return HttpResponse(content_type="audio/wav", body=info.file, headers=headers)


async def _answered(work: Coroutine[None, None, None], control: Control, refuse: Reply) -> None:
    """Do work for a command, which is answered whatever becomes of it."""
    try:
        await work
    except TakeError as error:
        refuse(Outcome(control.address, str(error)))
    except Exception as error:
        log.exception("%s failed", control.address)
        refuse(Outcome(control.address, f"an error of the server: {error!r}"))


def _event(info: TakeInfo) -> dict[str, Value]:
    return {
        "name": info.name,
        "bars": info.bars,
        "bpm": info.bpm,
        "samples": info.samples,
        "sample_rate": info.sample_rate,
        "file": str(info.file),
    }


def _listed(info: TakeInfo) -> dict[str, Value]:
    about: dict[str, Value] = {
        "key": info.key,
        "channels": info.channels,
        "url": f"/takes/{info.name}.wav",
        "saved_at": info.saved_at,
    }
    return {**_event(info), **about, "seconds": info.samples / info.sample_rate}
