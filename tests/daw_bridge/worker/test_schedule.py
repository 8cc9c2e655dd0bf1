"""Several sessions on one worker: whose work is next."""

from __future__ import annotations

from daw_bridge.worker_protocol import Close
from magnet_core.config import Variant
from tests.daw_bridge.worker.test_process import HOP, Server, serving
from tests.magnet_core.runtime.tiny import tiny_model


def test_long_work_of_one_session_does_not_silence_another() -> None:
    """A plan of eight hundred passes shares the worker, and is carried out in the end."""
    with serving(tiny_model(Variant.MAGNET)) as server:
        server.open("greedy", "modest")
        server.ask("greedy", "/magnet/param/steps", "200")
        server.ask("greedy", "/magnet/play")
        server.ask("modest", "/magnet/play")
        server.hear("modest", 150)
        assert server.position("greedy") == 0
        server.hear("greedy", 10)
        server.hear("modest", 10)


def _gained(server: Server, name: str, frames: int) -> int:
    """Return how many frames of ``name`` came while the others gave so many more."""
    before = server.position(name)
    others = [other for other in server.chunks if other != name]
    wanted = {other: server.position(other) + frames * HOP for other in others}
    server.until(lambda: all(server.position(other) >= wanted[other] for other in others))
    return (server.position(name) - before) // HOP


def test_sessions_that_ask_for_the_same_get_the_same() -> None:
    """Four of them, all hungry: none is left behind."""
    with serving(tiny_model()) as server:
        names = ("one", "two", "three", "four")
        server.open(*names)
        for name in names:
            server.ask(name, "/magnet/play")
        server.until(lambda: min(map(server.position, names)) > 100 * HOP)
        for name in names:
            assert _gained(server, name, 150) >= 50


def test_closed_session_leaves_no_trace() -> None:
    """Its name may come back, as a new session that has its turn at once."""
    with serving(tiny_model()) as server:
        server.open("main", "guest")
        server.ask("main", "/magnet/play")
        for _ in range(3):
            server.ask("guest", "/magnet/play")
            server.hear("guest", 20)
            server.say(Close("guest"))
            server.ask("main", "/magnet/tempo", 100.0)  # what was on its way has come by now
            server.open("guest")
        server.hear("main", 20)
