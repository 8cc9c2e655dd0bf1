"""Programs that musicians use, as they are: liblo's oscsend and oscdump, and Pure Data."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
from pathlib import Path

import pytest
from bridge_peers import OscPeer, osc_peer, with_server, ws_peer

from daw_bridge.app import RunningServer

needs_oscsend = pytest.mark.skipif(
    shutil.which("oscsend") is None, reason="liblo's oscsend is not installed (liblo-tools)"
)
needs_oscdump = pytest.mark.skipif(
    shutil.which("oscdump") is None, reason="liblo's oscdump is not installed (liblo-tools)"
)
needs_pd = pytest.mark.skipif(
    shutil.which("pd") is None, reason="Pure Data is not installed (puredata-core)"
)


async def run(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(*words)
    assert await asyncio.wait_for(process.wait(), 15) == 0


@needs_oscsend
def test_oscsend_sets_the_prompt_and_plays() -> None:
    async def scenario(server: RunningServer) -> None:
        port = str(server.osc_port)
        async with ws_peer(server) as listener:
            with osc_peer(server) as ear:
                await ear.ask("/magnet/subscribe", ear.port)
                await run("oscsend", "127.0.0.1", port, "/magnet/prompt", "s", "warm pads, ü")
                assert (await ear.until("/magnet/done")).params[0] == "/magnet/prompt"
                for tag, value in (("f", "2.5"), ("d", "2.5"), ("i", "2"), ("h", "2")):
                    await run("oscsend", "127.0.0.1", port, "/magnet/param/temperature", tag, value)
                    assert (await ear.until("/magnet/done")).params[0].endswith("temperature")
                await run("oscsend", "127.0.0.1", port, "/magnet/param/level", "T")
                assert (await ear.until("/magnet/done")).params[0].endswith("level")
                await run("oscsend", "127.0.0.1", port, "/magnet/param/level", "N")
                assert "got 0 arguments" in (await ear.until("/magnet/fail")).params[2]
                await run("oscsend", "127.0.0.1", port, "/magnet/play")
                assert (await ear.until("/magnet/done")).params[0] == "/magnet/play"
            await listener.hear(0.2)
            assert server.hub.status("main")["prompt"] == "warm pads, ü"

    with_server(scenario)


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@needs_oscsend
@needs_oscdump
def test_oscdump_reads_what_a_subscriber_is_told() -> None:
    """Every argument in a type that liblo knows: done, fail, a status, and the events of a plan."""

    async def scenario(server: RunningServer) -> None:
        to, ear = str(server.osc_port), free_udp_port()
        dump = await asyncio.create_subprocess_exec(
            *("oscdump", "-L", str(ear)), stdout=asyncio.subprocess.PIPE
        )
        assert dump.stdout is not None

        async def line(begin: str) -> str:
            async with asyncio.timeout(15):
                while True:
                    _, _, text = (await dump.stdout.readline()).decode().strip().partition(" ")
                    if text.startswith(begin):
                        return text

        try:
            done = ""
            while not done:  # until oscdump has its port
                await run("oscsend", "127.0.0.1", to, "/magnet/subscribe", "i", str(ear))
                with contextlib.suppress(TimeoutError):
                    done = await asyncio.wait_for(line("/magnet/done"), 1.0)
            assert re.fullmatch(r'/magnet/done sifs "/magnet/subscribe" \d+ \d\.\d+ "0"', done)
            await run("oscsend", "127.0.0.1", to, "/magnet/param/top_p", "f", "7")
            fail = await line("/magnet/fail")
            assert re.fullmatch(
                r'/magnet/fail sis "/magnet/param/top_p" 1 "top_p is 7\.0; .*"', fail
            )
            await run("oscsend", "127.0.0.1", to, "/magnet/prompt", "s", "warm pads")
            assert '"/magnet/prompt"' in await line("/magnet/done")
            await run("oscsend", "127.0.0.1", to, "/magnet/play")
            chunk = await line("/magnet/event/chunk")
            assert re.fullmatch(r'/magnet/event/chunk siii "0" 640 1 \d+', chunk)
            await run("oscsend", "127.0.0.1", to, "/magnet/status")
            assert '"prompt" "warm pads"' in await line("/magnet/status.reply")
        finally:
            dump.terminate()
            await dump.communicate()

    with_server(scenario)


def pd_patch(server_port: int, probe_port: int) -> str:
    """Return a patch that sends prompt, a parameter and play, and passes answers to the probe.

    ``netsend -u -b`` hears answers on the socket that it sends from; the probe gets their bytes.
    """
    return "\n".join(
        [
            "#N canvas 0 0 600 400 12;",
            "#X obj 20 20 loadbang;",
            "#X obj 20 50 t b b b b;",
            f"#X msg 300 80 connect 127.0.0.1 {server_port};",
            f"#X msg 420 80 connect 127.0.0.1 {probe_port};",
            "#X msg 160 110 warm pads;",  # two atoms: what [list tosymbol] is for
            "#X obj 20 140 oscformat magnet play;",
            "#X obj 160 170 oscformat magnet prompt;",
            "#X obj 300 170 oscformat magnet param top_k;",
            "#X msg 300 140 250;",
            "#X obj 20 220 list prepend send;",
            "#X obj 20 250 list trim;",
            "#X obj 20 290 netsend -u -b;",
            "#X obj 20 320 list prepend send;",
            "#X obj 20 350 list trim;",
            "#X obj 20 380 netsend -u -b;",
            "#X obj 420 20 loadbang;",
            "#X obj 160 140 list tosymbol;",
            "#X obj 160 80 makefilename warm_pads;",
            "#X obj 160 50 delay 50;",
            "#X obj 20 110 delay 200;",
            "#X obj 300 110 delay 100;",
            "#X connect 0 0 2 0;",
            "#X connect 15 0 3 0;",
            "#X connect 2 0 11 0;",
            "#X connect 3 0 14 0;",
            "#X connect 0 0 18 0;",
            "#X connect 18 0 17 0;",
            "#X connect 17 0 6 0;",
            "#X connect 0 0 20 0;",
            "#X connect 20 0 8 0;",
            "#X connect 8 0 7 0;",
            "#X connect 0 0 19 0;",
            "#X connect 19 0 5 0;",
            "#X connect 5 0 9 0;",
            "#X connect 6 0 9 0;",
            "#X connect 7 0 9 0;",
            "#X connect 9 0 10 0;",
            "#X connect 10 0 11 0;",
            "#X connect 11 1 12 0;",
            "#X connect 12 0 13 0;",
            "#X connect 13 0 14 0;",
        ]
    )


@needs_pd
def test_pure_data_plays_and_reads_the_answers(tmp_path: Path) -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as listener:
            probe = OscPeer(server.osc_port)
            patch = tmp_path / "peer.pd"
            patch.write_text(pd_patch(server.osc_port, probe.port))
            process = await asyncio.create_subprocess_exec(
                *("pd", "-nogui", "-noaudio", "-nomidi", "-stderr", "-open", str(patch)),
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                answers = [await probe.receive() for _ in range(3)]
                assert [answer.address for answer in answers] == ["/magnet/done"] * 3
                assert [answer.params[0] for answer in answers] == [
                    "/magnet/prompt",
                    "/magnet/param/top_k",
                    "/magnet/play",
                ]
                await listener.hear(0.2)
                status = server.hub.status("main")
                assert (status["prompt"], status["top_k"]) == ("warm_pads", 250)
            finally:
                process.terminate()
                await process.wait()
                probe.socket.close()

    with_server(scenario)


def test_python_osc_client_plays() -> None:
    """The client of the python-osc package, as its documentation shows it."""
    from pythonosc.udp_client import SimpleUDPClient

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as listener:
            client = SimpleUDPClient("127.0.0.1", server.osc_port)
            client.send_message("/magnet/prompt", "techno 128 bpm driving kick and bass")
            client.send_message("/magnet/param/steps", "20,10,10,10")
            client.send_message("/magnet/play", [])
            await listener.hear(0.2)
            assert server.hub.status("main")["steps"] == "20,10,10,10"
            client._sock.close()

    with_server(scenario)


def test_ipv4_only_socket_is_enough() -> None:
    async def scenario(server: RunningServer) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.sendto(b"/magnet/ping\0\0\0\0,s\0\0x\0\0\0", ("127.0.0.1", server.osc_port))
            answer = await asyncio.to_thread(sock.recv, 1000)
            assert answer == b"/magnet/pong\0\0\0\0,s\0\0x\0\0\0"

    with_server(scenario)
