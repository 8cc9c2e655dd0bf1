"""The corpus: seeded, true to its description, loud enough and unclipped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.model.vocabulary import NOTES, read_prompt
from magnet_core.training.captions import describe
from magnet_core.training.corpus import Piece, draw_piece, render
from magnet_core.training.styles import MAX_BPM, MIN_BPM, STYLES
from magnet_core.training.synth import DRUMS, INSTRUMENTS, SAMPLE_RATE, loudness_db


def test_equal_seeds_give_equal_sound() -> None:
    """A piece is a function of its number alone."""
    assert np.array_equal(render(draw_piece(7), 2.0), render(draw_piece(7), 2.0))


def test_the_start_of_a_longer_piece_is_the_shorter_piece() -> None:
    """The music does not depend on how much of it is rendered, loudness apart."""
    piece = draw_piece(3)
    short, long = render(piece, 3.0), render(piece, 5.0)[: 3 * SAMPLE_RATE]
    gain = np.dot(short, long) / np.dot(short, short)
    quiet = np.abs(short) < 0.5  # below the limiter
    assert np.allclose(long[quiet], gain * short[quiet], atol=0.02)


@pytest.mark.parametrize("seed", range(40, 56))
def test_pieces_are_level_and_unclipped(seed: int) -> None:
    """-17 LUFS within 1 dB, no sample at full scale, no silence longer than half a second."""
    sound = render(draw_piece(seed), 6.0)
    assert abs(loudness_db(sound) + 17.0) < 1.0
    assert np.abs(sound).max() < 0.98
    blocks = np.abs(sound[: len(sound) // 1600 * 1600]).reshape(-1, 1600).max(axis=1)
    run = longest = 0
    for level in blocks:
        run = run + 1 if level < 1e-3 else 0
        longest = max(longest, run)
    assert longest * 0.05 <= 0.5 or draw_piece(seed).parts == {"kick"}


def test_tempo_is_where_the_onsets_are() -> None:
    """A four-to-the-floor kick at 120 bpm has its onsets half a second apart."""
    piece = Piece("techno", 120, 0, True, frozenset({"kick"}), 0, 0, -1, seed=0)
    sound = np.abs(render(piece, 4.0))
    for beat in range(8):
        start = beat * SAMPLE_RATE // 2
        assert sound[start : start + 1600].max() > 0.3


def _contradiction(concept: str, piece: Piece) -> bool:
    """Whether ``concept`` is false of ``piece``."""
    drums = piece.parts & set(DRUMS)
    qualities = {
        "dark": piece.brightness == -1,
        "bright": piece.brightness == 1,
        "sparse": piece.density == -1,
        "busy": piece.density == 1,
        "dry": piece.space == -1,
        "reverb": piece.space == 1,
        "drums": bool(drums),
        "no drums": not drums,
        "only drums": piece.parts <= set(DRUMS),
        f"key {NOTES[piece.tonic]} {'minor' if piece.minor else 'major'}": True,
    }
    if concept in qualities:
        return not qualities[concept]
    if concept in STYLES:
        return concept != piece.style
    if concept.startswith("no "):
        return concept.removeprefix("no ") in piece.parts
    return concept.removeprefix("only ") not in piece.parts


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 100_000), wording=st.integers(0, 1000))
def test_captions_are_true_and_readable(seed: int, wording: int) -> None:
    """Everything that the reader finds in a caption is true of the piece; no word is unknown."""
    piece = draw_piece(seed)
    reading = read_prompt(describe(piece, np.random.default_rng(wording)))
    assert not reading.unknown
    assert not [concept for concept in reading.concepts if _contradiction(concept, piece)]
    if reading.tempo_asked:
        assert reading.tempo_bpm == piece.bpm


def test_corpus_has_everything_that_the_vocabulary_names() -> None:
    """All styles, instruments, keys and the whole range of tempi are drawn."""
    pieces = [draw_piece(seed) for seed in range(600)]
    assert {piece.style for piece in pieces} == set(STYLES)
    assert set().union(*(piece.parts for piece in pieces)) == set(INSTRUMENTS)
    assert {(piece.tonic, piece.minor) for piece in pieces} == {
        (tonic, minor) for tonic in range(12) for minor in (False, True)
    }
    tempi = [piece.bpm for piece in pieces]
    assert min(tempi) <= MIN_BPM + 2
    assert max(tempi) >= MAX_BPM - 2
