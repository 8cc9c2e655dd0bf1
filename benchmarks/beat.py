"""How well the music keeps time with somebody else's clock: onsets against beats, in milliseconds.

    python -m benchmarks.beat [--model bundled] [--bpm 127.3] [--seconds 60] [--late-ms 15]

It starts ``magnet-live serve --ableton`` and a Live that plays at a tempo of its own and tells its
beats late by up to ``--late-ms``, as Live does; a WebSocket client plays the stream, so that the
moment at which each sample is heard is known. After a while to settle it takes

*onsets*: every onset that librosa finds, against the nearest sixteenth of the clock at the moment
at which it is heard;
*beats*: every ``/magnet/event/beat``, at the moment at which its sample is heard, against the
clock: what following costs, without the model's own way of playing;
*tempo*: of a line through the onsets, against the clock's.

Beside them: what the decoder's frames of 20 ms cost a perfect player, what librosa makes of clicks
that are exactly on the grid, and what onsets that know of no beat would give.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import librosa
import numpy as np
from numpy.typing import NDArray

from benchmarks.ableton_peer import FakeLive
from benchmarks.clients import Ears, Osc, Server

FRAME_S = 0.02
GRID = 4  # parts of a beat
SETTLE_S = 15.0
PROMPT = "techno, drums only, driving kick and hi-hats"
_RATE, _HOP = 32000, 64

Floats = NDArray[np.float64]


@contextmanager
def live(bpm: float, late_s: float) -> Iterator[FakeLive]:
    """Run a Live in a thread of its own, playing."""
    peer, loop = FakeLive(bpm, late_s=late_s), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(peer.start(), loop).result()
        loop.call_soon_threadsafe(peer.play)
        yield peer
    finally:
        asyncio.run_coroutine_threadsafe(peer.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def onsets(wave: NDArray[np.float32], rate: int) -> Floats:
    """Return the onsets of a waveform in seconds: where each begins to rise."""
    envelope = librosa.onset.onset_strength(y=wave, sr=rate, hop_length=_HOP, n_fft=512, n_mels=40)
    found = librosa.onset.onset_detect(
        onset_envelope=envelope, sr=rate, hop_length=_HOP, backtrack=False, units="time"
    )
    return np.asarray(found, np.float64)


def off_grid_ms(beats: Floats, bpm: float) -> Floats:
    """Return how far beat positions are behind the nearest line of the grid, in milliseconds."""
    off: Floats = (beats - np.round(beats * GRID) / GRID) * 60_000.0 / bpm
    return off


def frame_floor_ms(bpm: float, seconds: float) -> Floats:
    """Return what the nearest frame is off each line of the grid, in milliseconds."""
    lines = np.arange(0.0, seconds, 60.0 / bpm / GRID)
    floor: Floats = (lines - np.round(lines / FRAME_S) * FRAME_S) * 1000.0
    return floor


def detector_ms(bpm: float, seconds: float = 20.0) -> Floats:
    """Return how far librosa finds bursts of noise from where they are, in milliseconds."""
    wave = np.zeros(round(seconds * _RATE), np.float32)
    burst = np.random.default_rng(0).standard_normal(800) * np.exp(-np.arange(800) / 160)
    for line in np.arange(0.5, seconds - 0.5, 60.0 / bpm / 2):
        at = round(line * _RATE)
        wave[at : at + 800] += 0.3 * burst.astype(np.float32)
    return off_grid_ms((onsets(wave, _RATE) - 0.5) * bpm / 60.0, bpm)


def tempo_error_percent(beats: Floats, seconds: Floats, bpm: float) -> float:
    """Return the tempo of onsets against the clock's: each taken for its line of the grid."""
    slope, _ = np.polyfit(seconds, np.round(beats * GRID) / GRID, 1)
    return float(100.0 * (60.0 * slope / bpm - 1.0))


def row(name: str, values: Floats | Sequence[float]) -> str:
    """Return a line: median and 95th percentile of the size, the middle, and how many."""
    array = np.asarray(values)
    p50, p95 = np.percentile(np.abs(array), (50, 95))
    return f"{name:52}{p50:8.1f}{p95:8.1f}{np.median(array):+9.1f}{len(array):7}"


def heard_beats(
    ears: Ears, clock: Callable[[float], float], positions: Floats
) -> tuple[Floats, Floats]:
    """Return when positions were heard, and the clock's beat then."""
    times = np.array([ears.playback.heard_at(int(position)) for position in positions])
    return times, np.array([clock(at) for at in times])


def settled_after_s(times: Floats, errors_ms: Floats, limit_ms: float = 10.0) -> float:
    """Return after how many seconds the error stays below a limit."""
    bad = np.flatnonzero(np.abs(errors_ms) > limit_ms)
    if not len(bad):
        return 0.0
    return float(times[min(bad[-1] + 1, len(times) - 1)] - times[0])


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beat", description=__doc__)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--bpm", type=float, default=127.3)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--late-ms", type=float, default=15.0)
    args = parser.parse_args(argv)
    with live(args.bpm, args.late_ms / 1000) as peer:
        clock_words = ("--ableton", f"127.0.0.1:{peer.port}")
        with Server(args.model, 250, *clock_words) as server:
            port, osc_port = server.ports()
            osc = Osc(osc_port)
            osc.ask("/magnet/prompt", PROMPT)
            with Ears(port, rate=_RATE) as ears:
                osc.ask("/magnet/play")
                time.sleep(SETTLE_S + args.seconds)
                osc.ask("/magnet/stop")
                report(ears, peer, args.bpm, args.seconds)


def report(ears: Ears, peer: FakeLive, bpm: float, seconds: float) -> None:
    """Print what was heard."""
    first, wave = ears.heard[0].header.position, np.concatenate([one.pcm for one in ears.heard])
    settled = round(SETTLE_S * ears.rate)
    found = onsets(wave[settled:], ears.rate) * ears.rate + first + settled
    times, beats = heard_beats(ears, peer.beat_at, found)
    told = np.array([e["position"] for e in ears.events if e["event"] == "beat"], np.float64)
    line_times, line_beats = heard_beats(ears, peer.beat_at, told)
    lines_ms = (line_beats - np.round(line_beats)) * 60_000.0 / bpm
    late = [event for event in ears.events if event["event"] == "late"]
    chance = np.random.default_rng(0).uniform(-0.5, 0.5, 1000) / GRID * 60_000.0 / bpm
    print(f"{bpm:g} bpm, {seconds:g} s after {SETTLE_S:g} s; gaps {len(late)}")
    print(f"{'milliseconds':52}{'p50':>8}{'p95':>8}{'middle':>9}{'count':>7}")
    print(row("onsets to the clock's sixteenths", off_grid_ms(beats, bpm)))
    print(row("beats of the stream to those of the clock", lines_ms[line_times >= times[0]]))
    print(row("floor: the nearest frame of 20 ms", frame_floor_ms(bpm, seconds)))
    print(row("floor: librosa on noise bursts on the grid", detector_ms(bpm)))
    print(row("no beat at all (chance)", chance))
    print(f"tempo error {tempo_error_percent(beats, times, bpm):+.4f} %")
    print(f"beats within 10 ms from {settled_after_s(line_times, lines_ms):.1f} s on")


if __name__ == "__main__":
    main()
