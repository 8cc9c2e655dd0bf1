"""The live benchmark's own arithmetic: a figure that it prints is what it says."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.clients import Heard, Playback
from benchmarks.live import Recording, controls, is_near, parse, percentiles
from benchmarks.memory import growth_percent, resident_mib
from benchmarks.seams import seam_percentiles, spectral_flux
from daw_bridge.audio.pcm import PcmFormat, PcmHeader
from daw_bridge.controls import validate
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_INFILL, FLAG_LAST

RATE = 1000


def test_a_client_plays_when_its_buffer_is_full() -> None:
    playback = Playback(RATE, 0.1)
    playback.arrive(5.0, 300, 50)
    assert playback.playhead(6.0) is None
    playback.arrive(5.25, 350, 250)
    assert playback.playhead(5.25) == 300
    assert playback.playhead(5.5) == 550
    assert playback.heard_at(550) == pytest.approx(5.5)
    assert playback.playhead(9.0) == 600  # and no further than what came


def test_a_client_that_runs_dry_stalls_until_its_buffer_is_full_again() -> None:
    playback = Playback(RATE, 0.1)
    playback.arrive(0.0, 0, 100)  # played until 0.1
    playback.arrive(0.3, 100, 50)
    assert playback.playhead(0.35) == 100
    playback.arrive(0.4, 150, 50)
    ((at, seconds),) = playback.stalls
    assert (at, seconds) == (pytest.approx(0.1), pytest.approx(0.3))
    assert playback.heard_at(100) == pytest.approx(0.4)
    assert playback.heard_at(99) == pytest.approx(0.099)


def test_the_end_of_a_stream_is_no_stall() -> None:
    playback = Playback(RATE, 0.1)
    playback.arrive(0.0, 0, 100, last=True)
    playback.arrive(7.0, 100, 100)
    assert playback.stalls == []
    assert playback.heard_at(150) == pytest.approx(7.05)


@given(st.lists(st.tuples(st.floats(0.0, 0.5), st.integers(1, 300)), min_size=1, max_size=20))
def test_a_playhead_never_goes_back_and_is_where_each_sample_is_heard(arrivals) -> None:
    playback, at, position, before = Playback(RATE, 0.1), 0.0, 0, 0
    for wait_s, frames in arrivals:
        at += wait_s
        playback.arrive(at, position, frames)
        position += frames
        playhead = playback.playhead(at)
        if playhead is not None:
            assert before <= playhead <= position
            assert playback.heard_at(playhead) <= at + 1e-9
            before = playhead
    played = playback.playhead(at + 1000)
    total = sum(seconds for _, seconds in playback.stalls)
    assert total <= at
    if played == position:
        assert playback.heard_at(position) >= position / RATE + total - 1e-9


def music(seconds: float, seed: int = 1) -> np.ndarray:
    """Noise that swells and fades: no two frames are alike, and none jumps."""
    numbers = np.random.default_rng(seed)
    noise = np.convolve(numbers.standard_normal(round(seconds * 32000)), np.ones(8) / 8, "same")
    swell = 1 + 0.5 * np.sin(np.arange(len(noise)) / 3000)
    return (0.1 * noise * swell).astype(np.float32)


def test_flux_is_that_of_the_definition() -> None:
    wave = music(2.0)
    flux = spectral_flux(wave, 640, 2048)
    assert len(flux) == (len(wave) - 2048) // 640
    for at in (0, 50):
        before, after = (
            np.abs(np.fft.rfft(wave[k * 640 : k * 640 + 2048] * np.hanning(2048)))
            for k in (at, at + 1)
        )
        expected = np.maximum(after - before, 0).sum() / (after + before).sum()
        assert flux[at] == pytest.approx(expected, rel=0.01)
    assert spectral_flux(wave[:100], 640, 2048).shape == (0,)


def test_flux_of_a_long_stream_is_that_of_its_parts() -> None:
    wave = music(30.0)
    flux = spectral_flux(wave, 640, 2048)
    part = spectral_flux(wave[1000 * 640 :], 640, 2048)
    np.testing.assert_allclose(flux[1000:], part, rtol=1e-9)


def test_seams_that_are_like_the_rest_spread_over_all_percentiles() -> None:
    seams = range(20_000, 32000 * 55, 32000)
    ranks = seam_percentiles(music(60.0), seams, 32000)
    assert len(ranks) == len(seams)
    assert 35 < np.median(ranks) < 65
    assert ranks.max() > 85 and ranks.min() < 15


def test_seams_that_can_be_heard_are_above_nearly_all_others() -> None:
    wave, seams = music(60.0), range(20_000, 32000 * 55, 64000)
    for seam in seams:
        wave[seam:] *= -1
        wave[seam : seam + 64] += 0.5
    assert seam_percentiles(wave, seams, 32000).min() > 99


def test_seams_at_the_ends_or_in_no_music_have_no_percentile() -> None:
    assert seam_percentiles(music(1.0), [0, 31_999], 32000).shape == (0,)
    assert seam_percentiles(music(0.01), [10], 32000).shape == (0,)


def heard(position: int, pcm: np.ndarray, flags: int = FLAG_INFILL, plan: int = 1) -> Heard:
    header = PcmHeader(
        format=PcmFormat.F32, channels=1, sample_rate=RATE, frames=len(pcm), sequence=0,
        position=position, flags=flags, plan_id=plan,
    )  # fmt: skip
    return Heard(0.0, header, pcm.astype(np.float32))


def test_a_recording_counts_what_was_concealed_silent_lost_and_joined() -> None:
    loud, quiet = np.ones(100), np.zeros(100)
    recording = Recording(
        [
            heard(500, loud),
            heard(600, loud, plan=2),
            heard(700, loud, FLAG_CONCEALED, 0),
            heard(800, quiet, FLAG_CONCEALED, 0),
            heard(900, quiet, FLAG_CONCEALED, 0),
            heard(1000, quiet, plan=2),  # music may be silent
            heard(1200, loud, plan=3),
            heard(1300, quiet, FLAG_CONCEALED | FLAG_LAST, 0),
        ],
        [{"event": "late"}, {"event": "plan"}, {"event": "late"}],
        [],
        RATE,
    )
    assert recording.concealed_s() == pytest.approx(0.3)
    assert recording.longest_silence_s() == pytest.approx(0.2)
    assert recording.gaps == 1
    assert recording.seams() == [100, 700]
    assert recording.count("late") == 2
    assert len(recording.wave()) == 800


def test_a_seam_belongs_to_a_change_that_is_heard_near_it() -> None:
    assert is_near(1000, {5000}) and is_near(9000, {5000})
    assert not is_near(9097, {5000}) and not is_near(0, set())


def test_memory_is_that_of_the_process_and_its_growth_that_after_the_warm_up() -> None:
    status = Path(f"/proc/{os.getpid()}/status")
    if status.exists():
        mib = resident_mib(status)
        assert mib is not None and 10 < mib < 100_000
    assert resident_mib(Path("/proc/no-such-process/status")) is None
    assert growth_percent([100.0] * 30, warm_up=60) is None
    rising = [50.0] * 60 + [100.0] * 10 + [900.0] + [105.0] * 10
    assert growth_percent(rising, warm_up=60) == pytest.approx(5.0)


def test_every_control_of_the_soak_is_one_that_the_server_takes() -> None:
    turns = list(itertools.islice(controls(), 45))
    for address, args in turns:
        validate(address, args)
    assert len({address for address, _ in turns}) >= 7


def test_lines_show_percentiles_count_and_floor() -> None:
    line = percentiles("what", [0.1] * 98 + [0.2, 0.4], "7: because")
    assert line.split() == ["what", "100", "100", "202", "100", "7:", "because"]
    assert "none" in percentiles("what", [], "7")


def test_quick_is_short() -> None:
    args = parse(["--quick"])
    assert args.minutes + args.slow_minutes < 1
    assert parse([]).minutes == 10
