"""The benchmark of chords hears what is played: on chords that are known."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("librosa", reason="librosa is not installed (magnet-live[bench])")
pytest.importorskip("pyloudnorm", reason="pyloudnorm is not installed (magnet-live[bench])")

from benchmarks.hearing import Sound
from magnet_core.model.chord_names import chords_of
from magnet_core.model.harmony import Chord

RATE, BAR_S = 32_000, 0.75
_STEPS = {0: (0, 4, 7), 1: (0, 3, 7), 2: (0, 3, 6)}


def _played(chord: Chord) -> np.ndarray:
    """A bar of three notes from C4 on, each with three overtones that fall off."""
    seconds = np.arange(round(BAR_S * RATE)) / RATE
    hz = [261.626 * 2 ** ((chord.root + step) / 12) for step in _STEPS[chord.quality]]
    tones = [np.sin(2 * np.pi * k * f * seconds) / k**2 for f in hz for k in (1, 2, 3, 4)]
    return 0.1 * np.sum(tones, axis=0)


def test_each_bar_is_heard_as_the_triad_that_it_is() -> None:
    """Of all three kinds and any root, under noise as of drums; a bar that is not whole is not."""
    chords = chords_of("Am F C G Bdim Ebm F# C#dim G#m D")
    noise = 0.02 * np.random.default_rng(0).standard_normal(round(len(chords) * BAR_S * RATE))
    audio = np.concatenate([_played(chord) for chord in chords]) + noise
    heard = Sound(audio[: -RATE // 4].astype(np.float32), RATE).triads(BAR_S)
    assert heard == [(chord.root, chord.quality) for chord in chords[:-1]]
