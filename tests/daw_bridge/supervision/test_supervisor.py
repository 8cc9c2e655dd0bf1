"""The keeper of the worker process, with real processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
from collections.abc import Awaitable, Callable

import pytest

from daw_bridge import worker_protocol as wire
from daw_bridge.supervision.supervisor import Supervisor, WorkerState

TARGET = "synthetic_worker:run_worker"


class Watch:
    """Collects what a supervisor reports."""

    def __init__(self, target: str = TARGET, **options: wire.Value) -> None:
        self.messages: list[wire.WorkerMessage] = []
        self.states: list[tuple[WorkerState, str]] = []
        self.refuses_next: type[wire.WorkerMessage] | None = None
        self._news = asyncio.Event()
        self.supervisor = Supervisor(
            wire.WorkerConfig(model="tiny", options=options),
            on_message=self._on_message,
            on_state=self._on_state,
            target=target,
            first_pause_s=0.01,
        )

    def _on_message(self, message: wire.WorkerMessage) -> None:
        if self.refuses_next is not None and isinstance(message, self.refuses_next):
            self.refuses_next = None
            raise KeyError("a fault of ours")
        self.messages.append(message)
        self._news.set()

    def _on_state(self, state: WorkerState, detail: str) -> None:
        self.states.append((state, detail))
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def count(self, state: WorkerState) -> int:
        return sum(seen is state for seen, _ in self.states)


def watched(
    scenario: Callable[[Watch], Awaitable[None]], target: str = TARGET, **options: wire.Value
) -> None:
    async def run() -> None:
        watch = Watch(target, **options)
        watch.supervisor.start()
        try:
            await scenario(watch)
        finally:
            await watch.supervisor.close()
        assert multiprocessing.active_children() == []

    asyncio.run(run(), debug=True)


def test_worker_is_started_obeys_and_leaves_when_asked() -> None:
    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: bool(watch.messages))
        assert watch.messages[0] == wire.Ready(32000, 1, {"name": "synthetic"})
        for message in (
            wire.Open("main"),
            wire.Demand("main", 2000),
            wire.Command("main", 1, "/magnet/play"),
        ):
            watch.supervisor.send(message)
        await watch.until(lambda: len(watch.messages) == 5)
        assert [chunk.position for chunk in watch.messages[2:]] == [0, 640, 1280]

    watched(scenario)


def test_dead_worker_is_replaced_and_the_reason_told() -> None:
    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: watch.count(WorkerState.READY) == 1)
        first = watch.supervisor.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await watch.until(lambda: watch.count(WorkerState.READY) == 2)
        assert watch.supervisor.pid != first
        state, detail = watch.states[2]
        assert state is WorkerState.RESTARTING
        assert "exit code -9" in detail

    watched(scenario)


def test_worker_that_does_not_read_is_replaced_before_its_messages_fill_the_memory() -> None:
    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: watch.count(WorkerState.READY) == 1)
        watch.supervisor.send(wire.Open("main"))
        watch.supervisor.send(wire.Command("main", 1, "/magnet/prompt", ("freeze",)))
        for number in range(2000):
            watch.supervisor.send(wire.Command("main", number, "/magnet/prompt", ("x" * 1000,)))
        await watch.until(lambda: watch.count(WorkerState.READY) == 2)
        state, detail = watch.states[2]
        assert state is WorkerState.RESTARTING
        assert "did not read" in detail

    watched(scenario)


def test_worker_whose_message_cannot_be_carried_out_is_replaced_and_it_is_logged(caplog) -> None:
    """A keeper that died of it would leave a server that says "ready" and is silent."""

    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: watch.count(WorkerState.READY) == 1)
        watch.refuses_next = wire.Chunk
        for message in (
            wire.Open("main"),
            wire.Demand("main", 2000),
            wire.Command("main", 1, "/magnet/play"),
        ):
            watch.supervisor.send(message)
        await watch.until(lambda: watch.count(WorkerState.READY) == 2)
        state, detail = watch.states[2]
        assert state is WorkerState.RESTARTING
        assert "cannot be taken: KeyError('a fault of ours')" in detail

    watched(scenario)
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("target", ["faulty_worker:sends_garbage", "faulty_worker:sends_half"])
def test_worker_whose_message_cannot_be_read_is_replaced(target) -> None:
    """Each time, and with a pause that grows, since the next one may send the same."""

    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: watch.count(WorkerState.READY) == 3)
        for state, detail in watch.states[2::2]:
            assert state is WorkerState.RESTARTING
            assert "cannot be taken" in detail

    watched(scenario, target=target)


def test_worker_that_cannot_be_started_is_told_and_given_up() -> None:
    """No process is to be had: here since every file of this one is open."""

    async def run() -> None:
        watch = Watch()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        next_free = os.dup(0)
        os.close(next_free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (next_free, hard))
        try:
            watch.supervisor.start()
            await watch.until(lambda: watch.supervisor.broken)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            await watch.supervisor.close()
        assert "cannot be started" in watch.states[-1][1]

    asyncio.run(run(), debug=True)


def test_who_is_told_of_the_state_cannot_stop_the_keeper(caplog) -> None:
    async def scenario(watch: Watch) -> None:
        watch.supervisor._on_state = None  # calling that raises
        await watch.until(lambda: bool(watch.messages))
        assert watch.supervisor.state is WorkerState.READY

    watched(scenario)
    assert "cannot be told" in caplog.text


def test_worker_that_says_broken_is_not_started_again() -> None:
    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: watch.supervisor.broken)
        assert watch.states[-1] == (WorkerState.BROKEN, "no weights here")
        watch.supervisor.send(wire.Open("main"))  # goes nowhere, and hurts nobody

    watched(scenario, broken="no weights here")


def test_worker_that_never_gets_ready_is_given_up() -> None:
    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: watch.supervisor.broken)
        assert watch.count(WorkerState.RESTARTING) == 4
        assert "exit code 7 5 times before it was ready" in watch.states[-1][1]

    watched(scenario, die_early=1)


def test_close_before_the_worker_is_ready_leaves_no_process() -> None:
    async def scenario(watch: Watch) -> None:
        await watch.until(lambda: bool(watch.states))

    watched(scenario)


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_close_at_any_moment_leaves_no_process(seconds) -> None:
    async def scenario(watch: Watch) -> None:
        await asyncio.sleep(seconds)

    watched(scenario)
