"""The server as a whole: what fails in it, how it ends, and where it says that it is."""

from __future__ import annotations

import asyncio
import multiprocessing

import pytest
from bridge_peers import serving, with_server, ws_peer

from daw_bridge import cli
from daw_bridge.app import RunningServer, ServerConfig, _places, _tempo_source, until_ended
from daw_bridge.errors import ServerFault, TransportError
from daw_bridge.takes.desk import TakeDesk
from daw_bridge.tempo.ableton import AbletonAddress


def test_a_tick_that_fails_is_logged_and_the_music_goes_on(caplog) -> None:
    """Of a hub that ended with it nobody would hear any more, and the server would look alive."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")
            failures = iter(range(3))

            def wake() -> None:
                if next(failures, None) is not None:
                    raise KeyError("a fault of ours")

            server.hub.on_progress(wake)
            await peer.hear(1.0)
            assert next(failures, None) is None
            peer.assert_no_gap()
            assert not server.failed.done()

    with_server(scenario)
    assert "the hub has failed and is begun again" in caplog.text


def test_a_hub_that_cannot_keep_time_ends_the_server_with_the_fault() -> None:
    async def scenario(server: RunningServer) -> None:
        await server.hub.wait_for_model()
        ended = asyncio.create_task(until_ended(server, asyncio.Event()))

        def wake() -> None:
            raise KeyError("a fault of ours")

        server.hub.on_progress(wake)
        with pytest.raises(ServerFault, match="a fault of ours"):
            await ended

    with_server(scenario)


def test_the_server_ends_when_it_is_told_to_and_when_there_is_no_model() -> None:
    async def scenario(server: RunningServer) -> None:
        stop = asyncio.Event()
        ended = asyncio.create_task(until_ended(server, stop))
        await server.hub.wait_for_model()
        assert not ended.done()
        stop.set()
        await ended

    with_server(scenario)

    async def without_model(server: RunningServer) -> None:
        with pytest.raises(TransportError, match="no weights here"):
            await until_ended(server, asyncio.Event())

    with_server(without_model, options={"broken": "no weights here"})


def test_a_fault_has_an_exit_code_of_its_own(monkeypatch, capsys) -> None:
    """The command ends with 4, so that what started it can tell a fault from a port in use."""

    def fails(*_: object) -> None:
        raise ServerFault("the hub has failed")

    monkeypatch.setattr(cli, "print_audio_devices", fails)
    assert cli.main(["devices"]) == cli.EXIT_FAULT == 4
    assert "the hub has failed" in capsys.readouterr().err


def test_a_part_that_cannot_be_closed_leaves_no_process_behind(monkeypatch) -> None:
    """The worker is closed after it, and in any case."""

    async def closes_and_fails(desk: TakeDesk) -> None:
        await close(desk)
        raise OSError("the disk is gone")

    async def scenario() -> None:
        async with serving() as server:
            await server.hub.wait_for_model()

    close = TakeDesk.close
    monkeypatch.setattr(TakeDesk, "close", closes_and_fails)
    with pytest.raises(OSError, match="the disk is gone"):
        asyncio.run(scenario(), debug=True)
    assert multiprocessing.active_children() == []


def test_only_one_clock_can_be_followed() -> None:
    with pytest.raises(TransportError, match="only one clock can be followed: ableton, link, midi"):
        _tempo_source(
            ServerConfig(ableton=AbletonAddress(), link=True, midi_clock="any"), lambda: 0.0
        )


def test_the_address_that_is_told_can_be_typed_and_carries_the_token_abroad() -> None:
    async def scenario(server: RunningServer) -> None:
        at_home = list(_places("127.0.0.1", server))
        assert f"page        http://127.0.0.1:{server.port}/" in at_home
        abroad = list(_places("192.0.2.7", server))
        assert f"page        http://192.0.2.7:{server.port}/#token={server.token}" in abroad
        assert f"OSC         udp 192.0.2.7:{server.osc_port}" in abroad
        assert f"WebSocket   ws://[2001:db8::7]:{server.port}/ws" in _places("2001:db8::7", server)
        for line in _places("0.0.0.0", server):
            assert "0.0.0.0" not in line

    with_server(scenario)
