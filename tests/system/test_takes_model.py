"""Takes with the bundled model: heard again to the sample, and the music goes on from their end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from bridge_peers import WsPeer, with_server, ws_peer

from benchmarks.seams import spectral_flux
from daw_bridge.app import RunningServer
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.worker_protocol import FLAG_TAKE, WorkerConfig

RATE, HOP, RAMP = 32000, 640, 640
BPM = 160  # a bar is 1.5 s
# A busy machine makes no gap, and the model's own tempo is the one that was asked for.
SERVER = {"worker": WorkerConfig(), "target": WORKER_TARGET, "lead_ms": 1500.0}


async def playing(peer: WsPeer, words: str, seconds: float) -> None:
    await peer.command("/magnet/param/steps", "6,2,2,2", id="steps")
    await peer.command("/magnet/prompt", words, id="words")
    await peer.command("/magnet/tempo", BPM, id="tempo")
    await peer.command("/magnet/play", id="play")

    def heard_s() -> float:
        """Return the seconds of music since the last gap: a busy machine may begin with one."""
        gaps = [e["position"] + e["samples"] for e in peer.events if e["event"] == "underrun"]
        late = [e["position"] for e in peer.events if e["event"] == "late"]
        newest = peer.packets[-1][0] if peer.packets else None
        end = 0 if newest is None else newest.position + newest.frames
        return 0.0 if len(late) > len(gaps) else (end - max(gaps, default=0)) / RATE

    while heard_s() < seconds:
        await peer.hear(0.2)


async def kept(peer: WsPeer) -> dict[str, Any]:
    """Keep two bars; where a gap has moved the bars, again when that is over."""
    for number in range(10):
        done = await peer.command("/magnet/take/keep", 2, id=f"keep {number}")
        assert done["event"] == "done", done
        event = [event for event in peer.events if event["event"] == "take"][-1]
        if event["bpm"] == BPM:
            return event
        await peer.hear(1.0)
    raise AssertionError(f"the tempo of two bars is {event['bpm']}")


def where_taken(peer: WsPeer) -> tuple[int, int]:
    """Return the sample from which, and up to which, a take was heard again."""
    taken = [header for header, _ in peer.packets if header.flags & FLAG_TAKE]
    return taken[0].position, taken[-1].position + taken[-1].frames


def change_at(wave: np.ndarray, sample: int) -> float:
    """Return the most that the spectrum changes within 20 ms, near a sample."""
    near = wave[sample - 3 * HOP : sample + 5 * HOP]
    return float(spectral_flux(near, HOP // 4, 2 * HOP).max())


def test_a_take_is_heard_again_goes_on_and_is_undone() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, "techno, A minor, kick, bass, pad", 5.5)
            event = await kept(peer)
            file, name = Path(event["file"]), event["name"]
            assert file.name == f"{name}_{BPM}bpm_2bars_Am.wav"
            pcm, rate = soundfile.read(file, dtype="float32")
            assert rate == RATE and len(pcm) == round(2 * 4 * 60 / BPM * RATE) == event["samples"]
            await peer.command("/magnet/prompt", "ambient, E minor, strings, no drums", id="other")
            await peer.hear(2.0)
            done = await peer.command("/magnet/take/recall", name, id="recall")
            assert done["event"] == "done", done
            await peer.hear(8.0)
            begin, joint = where_taken(peer)
            wave = peer.waveform()[:, 0]
            start = peer.packets[0][0].position
            begin, joint = begin - start, joint - start
            assert begin + start == done["position"]
            np.testing.assert_array_equal(wave[begin + RAMP : begin + len(pcm)], pcm[RAMP:])
            first = next(
                n for n in range(start, begin) if np.array_equal(wave[n : n + 99], pcm[:99])
            )
            np.testing.assert_array_equal(wave[first : first + len(pcm)], pcm)
            # What was heard behind the bars is heard again too, up to where the music goes on.
            assert len(pcm) <= joint - begin <= len(pcm) + 0.6 * RATE
            again, before = wave[begin + len(pcm) : joint], wave[first + len(pcm) :]
            np.testing.assert_array_equal(again, before[: len(again)])
            # The joint is near a bar line: the music changes there as it did when it was played.
            played = first + joint - begin
            assert change_at(wave, joint) <= 1.1 * change_at(wave, played)
            steps = np.abs(np.diff(wave))
            click = steps[joint - 8 : joint + 8].max() / steps[played - 8 : played + 8].max()
            assert click <= 1.1
            # New music, which begins as that of then did and goes on by itself.
            new, old = wave[joint : joint + RATE], before[len(again) : len(again) + RATE]
            assert np.abs(new).max() > 0.05
            assert np.corrcoef(new[:80], old[:80])[0, 1] > 0.5
            assert server.hub.status("main")["prompt"].startswith("techno")
            plans = [
                e for e in peer.events if e["event"] == "plan" and e["position"] >= joint + start
            ]
            assert plans[0]["context_frames"] > 0 and plans[0]["bpm"] == BPM
            bars = (plans[0]["bar_position"] - begin - start) / (RATE * 240 / BPM)
            assert bars == pytest.approx(round(bars), abs=0.002)  # its beats go on, too
            undone = await peer.command("/magnet/take/undo", id="undo")
            assert undone["event"] == "done", undone
            status = server.hub.status("main")
            assert status["prompt"].startswith("ambient") and status["tempo"] == BPM
            await peer.hear(2.0)
            peer.assert_no_gap()

    with_server(scenario, **SERVER)


def test_a_loop_is_kept_to_the_sample_and_loops_again_when_recalled() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await playing(peer, "house, kick, bass, hi-hats", 1.0)
            await peer.command("/magnet/loop", 1, id="loop")
            done = await peer.command("/magnet/take/keep", 0, "round", id="keep")
            assert done["event"] == "done", done
            (file,) = (e["file"] for e in peer.events if e["event"] == "take")
            loop, _ = soundfile.read(file, dtype="float32")
            assert len(loop) == round(4 * 60 / BPM * RATE)
            await peer.command("/magnet/loop", 0, id="release")
            await peer.hear(3.0)
            await peer.command("/magnet/take/recall", "round", id="recall")
            await peer.hear(7.0)
            peer.assert_no_gap()
            begin, joint = where_taken(peer)
            assert joint - begin == len(loop)
            wave = peer.waveform()[begin - peer.packets[0][0].position :, 0]
            rounds = wave[: 3 * len(loop)].reshape(3, -1)
            np.testing.assert_array_equal(rounds[0][RAMP:], loop[RAMP:])
            # From the worker, at the level of the take: the same but for what the level drifts.
            for later in rounds[1:]:
                assert np.corrcoef(later, loop)[0, 1] > 0.99
            assert server.hub.status("main")["loop"] == 1

    with_server(scenario, **SERVER)
