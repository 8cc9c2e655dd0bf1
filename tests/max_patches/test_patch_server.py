"""The patches against the real server, over real UDP: the wiring, run by a small Max."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pytest
from bridge_peers import osc_peer, serving, with_server
from max_machine import MaxMachine
from pythonosc.osc_message import OscMessage

from daw_bridge.app import RunningServer
from daw_bridge.messages import encode_osc
from daw_bridge.patches.device import device
from daw_bridge.patches.maxpat import maxpat

PATCHES = {"maxpat": json.dumps(maxpat()), "device": json.dumps(device())}
FIRST_PORT = 20000


def free_numbers(count: int) -> list[int]:
    """Return numbers whose ports, 20000 and so much more, are free."""
    found = []
    for number in range(100, 10000, 7):
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with contextlib.closing(probe), contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", FIRST_PORT + number))
            found.append(number)
        if len(found) == count:
            return found
    pytest.skip("no UDP port from 20000 to 29999 is free")


def free_number() -> int:
    return free_numbers(1)[0]


class Performer:
    """A patch that is open in a Max whose udpsend and udpreceive are sockets."""

    def __init__(self, which: str, server: RunningServer, number: int) -> None:
        self.machine = MaxMachine(json.loads(PATCHES[which]), random=lambda count: number)
        self.machine.live = lambda name, message: (
            ["id", number] if message == ["path", "this_device"] else None
        )
        self.machine.on_send = self._send
        self.machine.on_bind = self._bind
        self._target = ("127.0.0.1", server.osc_port)
        self._out = self._socket(0)
        self._in = self._socket(0)

    def __enter__(self) -> Performer:
        self.machine.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._out.close()
        self._in.close()

    @property
    def alive(self) -> bool:
        return bool(self.machine.all("led")[0].memory.get("value"))

    async def until(self, condition: Callable[[], Any], tick_ms: float = 20.0) -> None:
        """Let Max's time and the network's pass until a condition holds."""
        async with asyncio.timeout(30):
            while not condition():
                await asyncio.sleep(0.01)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        message = OscMessage(self._in.recv(65536))
                        self.machine.receive(message.address, *message.params)
                self.machine.advance(tick_ms)

    def _send(self, message: list[Any]) -> None:
        address, *args = message
        if address.startswith("/"):  # host and port are udpsend's own
            self._out.sendto(encode_osc(address, args), self._target)

    def _bind(self, port: int) -> None:
        self._in.close()
        self._in = self._socket(port)

    @staticmethod
    def _socket(port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", port))
        made.setblocking(False)
        return made


def settings(server: RunningServer, session: str) -> dict[str, tuple[Any, ...]]:
    return dict(server.hub.session(session).settings())


def test_an_opened_patch_shows_what_plays_and_changes_nothing() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as before:
            await before.ask("/magnet/tempo", 97.5)
            await before.ask("/magnet/prompt/2", "soft pads", 0.5)
        was = settings(server, "main")
        with Performer("maxpat", server, free_number()) as player:
            await player.until(lambda: player.alive)
            await player.until(lambda: player.machine.value("Tempo") == 97.5)
            assert player.machine.value("Prompt 2 Weight") == 0.5
            assert settings(server, "main") == was

    with_server(scenario)


def test_a_turned_dial_is_done_and_its_latency_shown() -> None:
    async def scenario(server: RunningServer) -> None:
        with Performer("maxpat", server, free_number()) as player:
            await player.until(lambda: player.alive)
            player.machine.put("Temperature", 2.5)
            latency = player.machine.all("flonum")[0]
            await player.until(lambda: "value" in latency.memory)
            assert settings(server, "main")["/magnet/param/temperature"] == (2.5,)
            player.machine.put("Loop Bars", 4)
            await player.until(lambda: settings(server, "main").get("/magnet/loop") == (4,))

    with_server(scenario)


def test_a_refusal_is_shown() -> None:
    async def scenario(server: RunningServer) -> None:
        with Performer("maxpat", server, free_number()) as player:
            await player.until(lambda: player.alive)
            shown = player.machine.after("#0-in.fail").memory
            player.machine.put(player.machine.all("umenu")[0].box["hint"], "no such take")
            await player.until(lambda: "/magnet/take/recall" in shown["text"])
            assert "no such take" in shown["text"]

    with_server(scenario)


def test_two_devices_play_in_sessions_of_their_own() -> None:
    async def scenario(server: RunningServer) -> None:
        one, other = free_numbers(2)
        with (
            Performer("device", server, one) as first,
            Performer("device", server, other) as second,
        ):
            first.machine.put("Prompt 1", "techno")
            second.machine.put("Prompt 1", "ambient")
            for player in (first, second):
                await player.until(lambda player=player: player.alive)
            for player, number, text in ((first, one, "techno"), (second, other, "ambient")):
                session = f"live-{number}"
                await player.until(
                    lambda session=session: "/magnet/prompt/1" in settings(server, session)
                )
                assert settings(server, session)["/magnet/prompt/1"] == (text, 1.0)
            assert "/magnet/prompt/1" not in settings(server, "main")

    with_server(scenario)


def test_a_server_that_comes_back_is_found_and_gets_the_sets_values_again() -> None:
    stack = contextlib.AsyncExitStack()

    async def run() -> None:
        async with asyncio.timeout(60):
            server = await stack.enter_async_context(serving())
            number = free_number()
            session, gain = f"live-{number}", "/magnet/param/gain_db"
            with Performer("device", server, number) as player:
                await player.until(lambda: player.alive)
                player.machine.put("Stream Gain", -6.0)
                await player.until(lambda: settings(server, session).get(gain) == (-6.0,))
                await stack.aclose()
                await player.until(lambda: not player.alive)
                async with serving(osc_port=server.osc_port) as again:
                    await player.until(lambda: player.alive)
                    await player.until(lambda: settings(again, session).get(gain) == (-6.0,))

    asyncio.run(run(), debug=True)
