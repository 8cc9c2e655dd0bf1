"""Tasks that run beside others, on a clock that the test moves."""

from __future__ import annotations

import asyncio

import pytest

from daw_bridge.errors import ServerFault, TransportError
from daw_bridge.tasks import MAX_FAILURES, STEADY_S, held, kept_up


async def fails(error: Exception) -> None:
    raise error


def test_a_task_that_fails_is_logged_by_name_with_its_traceback_and_told(caplog) -> None:
    async def scenario() -> None:
        told: list[BaseException] = []
        task = held(fails(KeyError("x")), "the drummer", told.append)
        await asyncio.wait([task])
        await asyncio.sleep(0)
        assert [type(error) for error in told] == [KeyError]
        (record,) = (one for one in caplog.records if one.name == "daw_bridge.tasks")
        assert record.getMessage() == "the drummer has failed"
        assert record.exc_info is not None

    asyncio.run(scenario(), debug=True)


def test_a_task_that_ends_for_a_reason_is_logged_in_a_sentence(caplog) -> None:
    async def scenario() -> None:
        await asyncio.wait([held(fails(TransportError("no weights here")), "the drummer")])
        await asyncio.sleep(0)
        (record,) = (one for one in caplog.records if one.name == "daw_bridge.tasks")
        assert record.getMessage() == "the drummer has ended: no weights here"
        assert record.exc_info is None

    asyncio.run(scenario(), debug=True)


def test_a_task_that_is_cancelled_or_done_is_not_spoken_of(caplog) -> None:
    async def scenario() -> None:
        told: list[BaseException] = []
        cancelled = held(asyncio.sleep(3600), "the sleeper", told.append)
        done = held(asyncio.sleep(0), "the short one", told.append)
        await done
        cancelled.cancel()
        await asyncio.wait([cancelled])
        await asyncio.sleep(0)
        assert (told, [one for one in caplog.records if one.name == "daw_bridge.tasks"]) == ([], [])

    asyncio.run(scenario(), debug=True)


class Rig:
    """Something that runs for a while and then fails, so many times."""

    def __init__(self, failures: int, lasts_s: float) -> None:
        self.now, self.begun = 0.0, 0
        self._failures, self._lasts_s = failures, lasts_s

    async def run(self) -> None:
        self.begun += 1
        self.now += self._lasts_s
        if self.begun <= self._failures:
            raise KeyError("x")

    async def kept_up(self) -> None:
        await kept_up(self.run, "the hub", clock=lambda: self.now, first_pause_s=0.0)


def test_what_fails_is_begun_again_until_it_has_done_its_work(caplog) -> None:
    rig = Rig(MAX_FAILURES - 1, 0.0)
    asyncio.run(rig.kept_up(), debug=True)
    assert rig.begun == MAX_FAILURES
    assert caplog.text.count("the hub has failed and is begun again") == MAX_FAILURES - 1


def test_what_fails_again_and_again_is_given_up_with_its_reason() -> None:
    rig = Rig(1000, 0.9 * STEADY_S)
    with pytest.raises(ServerFault, match=rf"the hub has failed {MAX_FAILURES} .*KeyError\('x'\)"):
        asyncio.run(rig.kept_up(), debug=True)
    assert rig.begun == MAX_FAILURES


def test_what_fails_seldom_is_never_given_up() -> None:
    rig = Rig(5 * MAX_FAILURES, STEADY_S)
    asyncio.run(rig.kept_up(), debug=True)
    assert rig.begun == 5 * MAX_FAILURES + 1


def test_a_reason_is_passed_on_at_once() -> None:
    with pytest.raises(TransportError, match="no weights"):
        asyncio.run(
            kept_up(lambda: fails(TransportError("no weights")), "the hub", clock=lambda: 0.0)
        )
