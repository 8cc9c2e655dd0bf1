"""magnet-live-client.js under real Node against the real server."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bridge_peers import serving, with_server
from node_client import CLIENT, NodeClient, needs_node, node_client, ws
from witness import Witness, begins_at, witness

from daw_bridge.app import RunningServer
from daw_bridge.doors.access import Access
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.worker_protocol import WorkerConfig

__all__ = ["ws"]  # a fixture
pytestmark = needs_node
BARS = {"target": "bar_worker:run_worker"}


def at_bpm(bpm: float) -> dict[str, object]:
    """Return the settings of a server whose music has bars."""
    return {"worker": WorkerConfig(model="synthetic", options={"bpm": bpm})} | BARS


class WithStrangers(Access):
    """Takes everybody for one from another machine."""

    def needs_token(self, **_: object) -> bool:
        return True


async def connect(node: NodeClient, port: int, rate: int = 48000) -> None:
    node.send("rate", rate)
    node.send("connect", f"127.0.0.1:{port}")
    await node.next("ready")


def said_by(info: soundfile._SoundFileInfo) -> set[str]:
    """Return what libsndfile says of a file, a line each, spaces made equal."""
    return {" ".join(line.split()) for line in info.extra_info.splitlines()}


def read(file: object) -> np.ndarray:
    samples, _ = soundfile.read(str(file), dtype="float32", always_2d=True)
    return samples


@pytest.mark.parametrize("rate", [32000, 48000])
def test_takes_are_the_bars_of_the_stream_bit_for_bit(ws, tmp_path, rate: int) -> None:
    """Of a tempo whose bars are no whole number of samples; each begins where the server says."""
    bar = 240 * rate / 233

    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node, witness(server, sample_rate=rate) as peer:
            node.send("folder", str(tmp_path))
            node.send("bars", 1)
            await connect(node, server.port, rate)
            node.send("cmd", "/magnet/play")
            takes = [read((await node.next("replace"))[1]) for _ in range(3)]
            node.send("live", 0)  # what is there stays
            await peer.until(round(3 * bar) + 2)
            stream = peer.stream()
        ms = pytest.approx(1000 * round(bar) / rate)
        assert node.all("swap")[0] == ["swap", 1, 233, ms, round(bar)]
        for index, take in enumerate(takes):
            assert take.shape == (round(bar), 2)
            assert abs(begins_at(take, stream) - index * bar) <= 1
        info = soundfile.info(node.all("replace")[-1][1], verbose=True)
        assert (info.samplerate, info.subtype) == (rate, "FLOAT")
        assert {"Tempo : 233.000000", "Beats : 4", "Meter : 4/4"} <= said_by(info)

    with_server(scenario, **at_bpm(233))


@pytest.mark.parametrize("is_named", [False, True])
def test_a_swap_follows_each_replace_and_the_files_stay(ws, tmp_path, is_named: bool) -> None:
    """All of them in a folder that the user names, the last four in the client's own."""

    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node:
            if is_named:
                node.send("folder", str(tmp_path))
            node.send("bars", 1)
            await connect(node, server.port)
            node.send("cmd", "/magnet/play")
            await node.until(lambda: len(node.all("swap")) == 7)
            pairs = [m[0] for m in node.said if m[0] in ("replace", "swap")]
            assert pairs == ["replace", "swap"] * 7
            files = [Path(str(message[1])) for message in node.all("replace")]
            assert len(set(files)) == 7, "a name was used twice"
            (folder,) = {file.parent for file in files}
            assert is_named == (folder == tmp_path)
            assert set(folder.glob("*.wav")) == set(files if is_named else files[-4:])
            assert len(list(folder.glob(".*.part"))) <= 1
        assert list(folder.glob(".*.part")) == []
        assert folder.exists() == is_named

    with_server(scenario, **at_bpm(999))


def test_one_take_when_asked_and_none_before(ws, tmp_path) -> None:
    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node, witness(server) as peer:
            node.send("live", 0)
            node.send("folder", str(tmp_path))
            node.send("bars", 2)
            await connect(node, server.port)
            node.send("cmd", "/magnet/play")
            await peer.hear(48000)
            assert list(tmp_path.iterdir()) == []
            node.send("take")
            _, bars, *_ = await node.next("swap")
            assert bars == 2
            await peer.hear(48000)
            assert len(list(tmp_path.iterdir())) == 1

    with_server(scenario, **at_bpm(480))


def test_a_new_tempo_ends_a_take_and_begins_another_on_its_first_bar(ws, tmp_path) -> None:
    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node, witness(server) as peer:
            node.send("folder", str(tmp_path))
            node.send("bars", 4)
            await connect(node, server.port)
            node.send("cmd", "/magnet/play")
            await peer.hear(24000)
            node.send("cmd", "/magnet/tempo", 960)
            text = (await node.next("note"))[1]
            assert text == "a take was given up: the tempo or the bars changed"
            _, file = await node.next("replace")
            assert (await node.next("swap"))[1:] == [4, 960, 1000, 48000]
            await peer.hear(24000)
            plan = peer.events("plan")[-1]
            assert begins_at(read(file), peer.stream()) == plan["bar_position"]

    with_server(scenario, **at_bpm(120))


@contextlib.asynccontextmanager
async def cuttable(port: int) -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """Forward a free port to ``port``; give it, and the connections, which may be cut."""
    open_writers: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        open_writers.extend([writer, far_writer])
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], open_writers
    finally:
        for writer in open_writers:
            writer.transport.abort()
        server.close()
        await asyncio.sleep(0)


@pytest.mark.parametrize(("rate", "tolerance"), [(32000, 0.0), (48000, 1e-6)])
def test_a_cut_connection_resumes_so_that_a_take_across_it_is_whole(
    ws, tmp_path, rate: int, tolerance: float
) -> None:
    """To the sample; and bit for bit but for the server's resampler, which is set up anew."""

    async def scenario(server: RunningServer) -> None:
        async with (
            cuttable(server.port) as (port, writers),
            node_client(ws) as node,
            witness(server, sample_rate=rate) as peer,
        ):
            node.send("folder", str(tmp_path))
            node.send("bars", 1)
            await connect(node, port, rate)
            node.send("cmd", "/magnet/play")
            await peer.hear(round(0.7 * rate))
            writers[1].transport.abort()
            text = str((await node.next("status", "waiting"))[2])
            assert "the connection was lost" in text and "next try in 0.25 s" in text
            await node.next("ready")
            _, file = await node.next("replace")
            await peer.until(2 * rate)
            assert node.all("note") == []
            take = read(file)
            assert len(take) == 2 * rate
            np.testing.assert_allclose(take, peer.stream()[: 2 * rate], rtol=0, atol=tolerance)

    with_server(scenario, **at_bpm(120))


def test_it_waits_for_a_server_that_is_not_there_and_for_one_that_restarts(ws, tmp_path) -> None:
    async def play_until_take(node: NodeClient) -> None:
        node.send("cmd", "/magnet/play")
        await node.next("swap")

    async def scenario() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        async with node_client(ws) as node:
            node.send("folder", str(tmp_path))
            node.send("bars", 1)
            node.send("connect", f"ws://127.0.0.1:{port}/ws")
            text = str((await node.next("status", "waiting"))[2])
            assert text.startswith(f"nobody listens at ws://127.0.0.1:{port}/ws; is magnet-live")
            async with serving(port=port, **at_bpm(960)):
                await node.next("ready")
                await play_until_take(node)
            await node.next("status", "waiting")
            node.send("cmd", "/magnet/play")
            assert (await node.next("fail"))[1:] == ["/magnet/play", "not connected to a server"]
            async with serving(port=port, **at_bpm(800)):
                await node.next("ready")
                await play_until_take(node)
                assert node.all("swap")[-1][2] == 800

    asyncio.run(asyncio.wait_for(scenario(), 100), debug=True)


def test_a_wrong_token_is_refused_in_plain_words_and_the_right_one_is_not(ws) -> None:
    """The server takes it for a stranger; who is one, is tested with the rules themselves."""

    async def scenario(server: RunningServer) -> None:
        server.hub.access = WithStrangers(server.token)
        async with node_client(ws) as node:
            for words in ([], ["not the token"]):
                node.send("connect", f"127.0.0.1:{server.port}", *words)
                assert "needs the token" in str((await node.next("status", "refused"))[2])
            node.send("connect", f"127.0.0.1:{server.port}", server.token)
            await node.next("ready")
            assert len(node.all("status", "connecting")) == 3, "it asked again on its own"

    with_server(scenario)


def test_an_address_that_is_no_stream_is_refused_in_the_servers_words(ws) -> None:
    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node:
            node.send("connect", f"ws://127.0.0.1:{server.port}/nothing")
            said = str((await node.next("status", "refused"))[2])
            assert said.startswith("Nothing is at /nothing; try ")

    with_server(scenario)


def test_commands_answers_and_events_pass_through(ws) -> None:
    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node:
            await connect(node, server.port)
            assert node.all("ready") == [["ready", 48000, 2, "main"]]
            node.send("session", "deck-2")
            assert (await node.next("ready"))[3] == "deck-2"
            node.send("cmd", "/magnet/prompt", "purple pads, ü")
            assert (await node.next("event", "words"))[2:] == ["purple"]
            assert (await node.next("done"))[1] == "/magnet/prompt"
            node.send("cmd", "/magnet/param/top_p", 7)
            _, address, reason = await node.next("fail")
            assert address == "/magnet/param/top_p" and "top_p is 7" in str(reason)
            node.send("cmd", "/magnet/status")
            status = (await node.next("event", "status"))[2:]
            named = dict(zip(status[::2], status[1::2], strict=True))
            assert named["prompt"] == "purple pads, ü"
            node.send("disconnect")
            await node.next("status", "off")

    with_server(scenario)


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (["bars", 0], "bars is 0; it must be a whole number from 1 to 64"),
        (["bars", 1.5], "bars is 1.5; it must be a whole number from 1 to 64"),
        (["rate", 100], "rate is 100; it must be a number from 8000 to 192000"),
        (["live", "yes"], 'live is "yes"; it must be a number from 0 to 1'),
        (["connect", "ftp://x"], '"ftp://x" is no address of a server; one is '),
        (["conect"], "no message is called conect; they are connect, disconnect, rate, "),
    ],
)
def test_a_bad_message_is_answered_with_what_would_be_right(ws, message, complaint) -> None:
    async def scenario() -> None:
        async with node_client(ws) as node:
            node.send(*message)
            assert str((await node.next("status", "error"))[2]).startswith(complaint)

    asyncio.run(scenario(), debug=True)


def test_a_folder_that_cannot_be_written_to_stops_takes_but_not_the_stream(ws, tmp_path) -> None:
    (tmp_path / "file").touch()

    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node:
            node.send("folder", str(tmp_path / "file" / "takes"))
            node.send("bars", 1)
            await connect(node, server.port)
            node.send("cmd", "/magnet/play")
            text = str((await node.next("status", "error"))[2])
            assert text.startswith("no takes can be written: ENOTDIR")
            node.send("folder", str(tmp_path / "other"))
            node.send("live", 1)
            _, file = await node.next("replace")
            assert Path(str(file)).parent == tmp_path / "other"
            assert len(node.all("status", "error")) == 1

    with_server(scenario, **at_bpm(960))


def test_a_node_without_a_websocket_says_what_to_do(tmp_path) -> None:
    script = tmp_path / "max_patches" / CLIENT.name
    shutil.copytree(CLIENT.parent / "lib", script.parent / "lib")
    shutil.copy(CLIENT, script)

    async def scenario() -> None:
        async with node_client(None, script) as node:
            node.send("connect")
            await node.until(lambda: len(node.said) == 2)
            assert node.said[0][:2] == ["status", "idle"]
            state, text = node.said[-1][1:]
            if state == "error":  # Node 22 and newer have one of their own
                assert f'open a terminal in {script.parent}, run "npm ci"' in str(text)
            else:
                assert state == "connecting"

    asyncio.run(scenario(), debug=True)


def test_a_node_with_a_websocket_of_its_own_needs_no_package(tmp_path, monkeypatch) -> None:
    flag = "--experimental-websocket"
    words = ["node", flag, "-e", "process.exit(typeof WebSocket === 'function' ? 0 : 1)"]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("this Node has no WebSocket of its own")
    monkeypatch.setenv("NODE_OPTIONS", flag)
    script = tmp_path / "max_patches" / CLIENT.name
    shutil.copytree(CLIENT.parent / "lib", script.parent / "lib")
    shutil.copy(CLIENT, script)

    async def scenario(server: RunningServer) -> None:
        async with node_client(None, script) as node, witness(server) as peer:
            node.send("folder", str(tmp_path))
            node.send("bars", 1)
            await connect(node, server.port)
            node.send("cmd", "/magnet/play")
            _, file = await node.next("replace")
            await peer.until(20000)
            assert begins_at(read(file), peer.stream()) == 0
            node.send("connect", f"ws://127.0.0.1:{server.port}/nothing")
            await node.next("status", "waiting")

    with_server(scenario, **at_bpm(960))


def test_takes_of_the_bundled_model_lie_on_its_bars(ws, tmp_path) -> None:
    async def scenario(server: RunningServer) -> None:
        async with node_client(ws) as node, witness(server, channels=2) as peer:
            node.send("folder", str(tmp_path))
            node.send("bars", 1)
            await connect(node, server.port)
            node.send("cmd", "/magnet/prompt", "techno 140 bpm kick and bass")
            node.send("cmd", "/magnet/play")
            _, file = await node.next("replace")
            _, _, bpm, *_ = await node.next("swap")
            await peer.hear(4800)
            check_on_bar(peer, read(file), float(str(bpm)))

    with_server(scenario, worker=WorkerConfig(model="bundled", threads=1), target=WORKER_TARGET)


def check_on_bar(peer: Witness, take: np.ndarray, bpm: float) -> None:
    bar = 240 * 48000 / bpm
    assert len(take) == round(bar) and np.abs(take).max() > 0.01
    plan = peer.events("plan")[0]
    start = peer.begin + begins_at(take, peer.stream())
    bars = (start - plan["bar_position"]) / bar
    assert abs(bars - round(bars)) * bar <= 2
