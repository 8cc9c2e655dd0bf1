"""Takes through the real ports: kept, listed, served, recalled and undone, with a fast worker."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bridge_peers import PATIENCE_S, WsPeer, get, http, osc_peer, with_server, ws_peer
from synthetic_worker import pitch_of

from daw_bridge.app import RunningServer
from daw_bridge.session.takes import Take
from daw_bridge.takes.desk import TAKE_BURST
from daw_bridge.takes.files import TakeInfo, TakeStore
from daw_bridge.worker_protocol import FLAG_TAKE

RATE = 32000
BPM = 240.0  # a bar is a second
SERVER = {"options": {"bpm": BPM}, "lead_ms": 1000.0}  # a busy machine makes no gap


async def playing(peer: WsPeer, seconds: float, *words: str) -> None:
    """Let a peer hear music of some words for so long."""
    for word in words:
        await peer.command("/magnet/prompt", word, id=f"prompt {word}")
    await peer.command("/magnet/play", id="play")
    await peer.hear(seconds)


def heard_of_take(peer: WsPeer) -> np.ndarray:
    """Return the samples that came from a take."""
    parts = [samples for header, samples in peer.packets if header.flags & FLAG_TAKE]
    return np.concatenate(parts)[:, 0] if parts else np.zeros(0)


def pitch_hz(wave: np.ndarray, rate: int = RATE) -> float:
    """Return the frequency of a sine."""
    window = np.hanning(len(wave))
    return float(np.abs(np.fft.rfft(wave * window, 8 * len(wave))).argmax() * rate / 8 / len(wave))


def test_bars_are_kept_written_listed_and_served(tmp_path: Path) -> None:
    """Exactly so many samples; what the file holds is what was heard."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 3.5)
            seen = len(peer.events)
            done = await peer.command("/magnet/take/keep", 2, "my.take", id="keep")
            assert done["event"] == "done", done
            event = next(e for e in peer.events[seen:] if e["event"] == "take")
            file = tmp_path / "my.take_240bpm_2bars_Am.wav"
            assert event == {
                "event": "take",
                "session": "main",
                "name": "my.take",
                "bars": 2,
                "bpm": BPM,
                "samples": 2 * RATE,
                "sample_rate": RATE,
                "file": str(file),
            }
            pcm, rate = soundfile.read(file, dtype="float32")
            assert rate == RATE and pcm.shape == (2 * RATE,)
            await peer.hear(2.0)
            heard = peer.waveform()[:, 0]
            bars = range(0, len(heard) - 2 * RATE, RATE)
            assert any(np.array_equal(heard[at : at + 2 * RATE], pcm) for at in bars)
            names = await peer.command("/magnet/take/list", id="list")
            assert names["takes"] == ["my.take"]
        status, _, body = await http(server, get("/takes", server))
        (listed,) = json.loads(body)
        assert status == 200 and listed["url"] == "/takes/my.take.wav"
        assert (listed["name"], listed["bars"], listed["seconds"]) == ("my.take", 2, 2.0)
        status, headers, sent = await http(server, get(listed["url"], server))
        assert status == 200 and sent == file.read_bytes()
        assert f'Content-Disposition: inline; filename="{file.name}"' in headers
        file.unlink()
        assert (await http(server, get(listed["url"], server)))[0] == 410
        for path in ("/takes/none.wav", "/takes/..%2F..%2Fetc.wav", "/takes/my.take", "/takes/"):
            assert (await http(server, get(path, server)))[0] == 404

    with_server(scenario, **SERVER, takes_folder=tmp_path)


def test_a_recalled_take_is_heard_again_to_the_sample_and_the_music_goes_on_from_it(
    tmp_path: Path,
) -> None:
    """Also after the server was started anew: words and tempo are those of the take again."""

    async def first(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 3.2, "low")
            assert (await peer.command("/magnet/take/keep", 1, id="keep"))["event"] == "done"
            await recalled(server, peer)

    async def recalled(server: RunningServer, peer: WsPeer) -> None:
        await peer.command("/magnet/prompt", "a much higher one", id="other")
        await peer.hear(0.6)
        done = await peer.command("/magnet/take/recall", "take-001", id="recall")
        assert done["event"] == "done", done
        await peer.hear(2.6)
        peer.assert_no_gap()
        taken = heard_of_take(peer)
        pcm, _ = soundfile.read(next(tmp_path.glob("take-001_*.wav")), dtype="float32")
        assert len(pcm) == RATE <= len(taken)
        np.testing.assert_array_equal(taken[640:RATE], pcm[640:])
        first = next(h.position for h, _ in peer.packets if h.flags & FLAG_TAKE)
        assert first == done["position"]
        after = peer.waveform()[first + len(taken) - peer.packets[0][0].position :, 0]
        assert pitch_hz(after[:8000]) == pytest.approx(pitch_of("low"), abs=3)
        assert server.hub.status("main")["prompt"] == "low"
        assert server.hub.metrics.discontinuities == 0

    async def second(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 0.5, "something")
            await recalled(server, peer)

    with_server(first, **SERVER, takes_folder=tmp_path)
    with_server(second, **SERVER, takes_folder=tmp_path)


def test_a_recall_that_is_quantised_is_heard_on_the_bar_line_that_is_told(tmp_path: Path) -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 2.3, "low")
            await peer.command("/magnet/take/keep", 1, "low", id="keep")
            await peer.command("/magnet/prompt", "a much higher one", id="other")
            await peer.command("/magnet/quantize", "bar", id="quantize")
            await peer.hear(0.4)
            sent_at = server.hub.session("main").position
            done = await peer.command("/magnet/take/recall", "low", id="recall")
            assert done["event"] == "done" and done["position"] >= sent_at
            await peer.hear(2.5)
            peer.assert_no_gap()
            first = next(h.position for h, _ in peer.packets if h.flags & FLAG_TAKE)
            assert first == done["position"]
            beats = [event for event in peer.events if event["event"] == "beat"]
            assert first in [beat["position"] for beat in beats if beat["beat"] == 0]
            (before,) = [b for b in beats if 0 < first - b["position"] < RATE and b["beat"] == 1]
            assert first - before["position"] == RATE * 3 // 4  # the bar before it is whole
            assert server.hub.metrics.discontinuities == 0

    with_server(scenario, **SERVER, takes_folder=tmp_path)


def test_a_loop_is_kept_exactly_and_goes_on_looping_when_recalled(tmp_path: Path) -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 1.2, "round")
            await peer.command("/magnet/loop", 2, id="loop")
            await peer.command("/magnet/take/keep", 0, "round", id="keep")
            file = tmp_path / "round_240bpm_2bars_Am.wav"
            assert soundfile.info(file).frames == 2 * RATE
            await peer.command("/magnet/loop", 0, id="release")
            await peer.command("/magnet/take/recall", "round", id="recall")
            assert server.hub.status("main")["loop"] == 2

    with_server(scenario, **SERVER, takes_folder=tmp_path)


def test_undo_walks_back_through_the_changes(tmp_path: Path) -> None:
    """Words of before sound again, and what was set in between is forgotten."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 1.2, "one")
            for word in ("two", "three"):
                await peer.command("/magnet/prompt", word, id=word)
                await peer.hear(0.8)
            for word in ("two", "one"):
                undone = await peer.command("/magnet/take/undo", id=f"undo to {word}")
                assert undone["event"] == "done", undone
                await peer.hear(0.8)
                wave = peer.waveform()[-6400:, 0]
                assert pitch_hz(wave) == pytest.approx(pitch_of(word), abs=3)
                assert server.hub.status("main")["prompt"] == word
            peer.assert_no_gap()
            await peer.command("/magnet/take/undo", id="the first prompt")
            failed = await peer.command("/magnet/take/undo", id="nothing left")
            assert failed["event"] == "fail" and "undo" in failed["reason"]
            assert server.hub.metrics.discontinuities == 0

    with_server(scenario, **SERVER, takes_folder=tmp_path)


def test_what_cannot_be_kept_or_recalled_says_why_and_changes_nothing(tmp_path: Path) -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as osc:

            async def reason(address: str, *args: int | str) -> str:
                answer = await osc.ask(address, *args)
                assert answer.address == "/magnet/fail"
                return str(answer.params[2])

            assert "nothing" in await reason("/magnet/take/keep")
            assert "no take 'x'" in await reason("/magnet/take/recall", "x")
            assert "no name" in await reason("/magnet/take/recall", "../x")
            assert "no name" in await reason("/magnet/take/keep", 4, "a/b")
            async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
                await playing(peer, 2.3)
                assert "40 bars were asked for" in await reason("/magnet/take/keep", 40)
                assert (await osc.ask("/magnet/take/keep", 1, "one")).address == "/magnet/done"
                assert "already" in await reason("/magnet/take/keep", 1, "One")
                listed = await osc.ask("/magnet/take/list")
                assert (listed.address, listed.params) == ("/magnet/take/list.reply", ["one"])
                (tmp_path / "one_240bpm_1bar_Am.wav").write_bytes(b"RIFF")
                assert "damaged" in await reason("/magnet/take/recall", "one")
                await peer.hear(0.3)
                peer.assert_no_gap()
                assert not heard_of_take(peer).size

    with_server(scenario, **SERVER, takes_folder=tmp_path)


def test_an_error_of_the_server_is_an_answer_and_gives_the_name_back(
    tmp_path: Path, monkeypatch, caplog
) -> None:
    """Of a kind that nobody thought of; and the next take of that name is kept."""
    real = TakeStore.save
    kinds_left = [ZeroDivisionError("odd"), MemoryError("no memory")]

    def failing(store: TakeStore, name: str, take: Take) -> TakeInfo:
        if kinds_left:
            raise kinds_left.pop()
        return real(store, name, take)

    monkeypatch.setattr(TakeStore, "save", failing)

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 1.5)
            for number, why in enumerate(("no memory", "odd")):
                failed = await peer.command("/magnet/take/keep", 1, "verse", id=number)
                assert failed["event"] == "fail" and why in failed["reason"]
            done = await peer.command("/magnet/take/keep", 1, "verse", id="kept")
            assert done["event"] == "done", done
            assert server.hub.takes.names() == ["verse"]
            await peer.hear(1.0)
            kinds_left.append(OSError("full"))
            await peer.command("/magnet/take/keep", 0, id="lost")
            await peer.command("/magnet/take/keep", 0, "all", id="all")
            event = next(e for e in peer.events if e.get("name") == "all")
            assert event["bars"] >= 1  # since the one that was saved, not the one that was not

    with_server(scenario, **SERVER, takes_folder=tmp_path)
    assert caplog.text.count("/magnet/take/keep failed") == 3


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 1.5)
            failed = await peer.command("/magnet/take/keep", 1, id="keep")
            assert failed["event"] == "fail" and str(blocked) in failed["reason"]
            async with asyncio.timeout(PATIENCE_S):
                await peer.hear(0.3)
            peer.assert_no_gap()

    with_server(scenario, **SERVER, takes_folder=blocked / "takes")


def test_a_client_gone_mad_neither_fills_the_disk_nor_the_memory(tmp_path: Path) -> None:
    """Of many takes at once a few are kept and the others refused; the stream goes on."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, 2.2)
            for number in range(60):
                await peer.say({"cmd": "/magnet/take/keep", "args": [1], "id": number})
            answers = {"done": 0, "fail": 0}
            await peer.until(lambda: sum(isinstance(e.get("id"), int) for e in peer.events) >= 60)
            for event in peer.events:
                if isinstance(event.get("id"), int):
                    answers[event["event"]] += 1
                    assert event["event"] == "done" or "slow down" in event["reason"]
            kept = len(list(tmp_path.glob("*.wav")))
            assert 1 <= answers["done"] == kept <= TAKE_BURST + 20
            assert answers["fail"] >= 20
            recalls = [
                {"cmd": "/magnet/take/recall", "args": ["take-001"], "id": n} for n in range(30)
            ]
            for recall in recalls:
                await peer.say(recall)
            await peer.hear(0.5)
            peer.assert_no_gap()

    with_server(scenario, **SERVER, takes_folder=tmp_path)
