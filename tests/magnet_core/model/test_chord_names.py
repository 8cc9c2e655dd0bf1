"""The names of chords, as they are written on a lead sheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.errors import ConfigError
from magnet_core.model.chord_names import chord_name, chord_of, chords_of
from magnet_core.model.harmony import DIMINISHED, MAJOR, MINOR, Chord

A_MINOR, F, C, G = Chord(9, MINOR), Chord(5, MAJOR), Chord(0, MAJOR), Chord(7, MAJOR)


@pytest.mark.parametrize(
    ("name", "chord"),
    [
        ("C", (0, MAJOR)), ("Bbmaj7", (10, MAJOR)), ("G7", (7, MAJOR)), ("E♭add9", (3, MAJOR)),
        ("Am", (9, MINOR)), ("F#m7", (6, MINOR)), ("C-", (0, MINOR)), ("Dm/F", (2, MINOR)),
        ("Bdim", (11, DIMINISHED)), ("Bm7b5", (11, DIMINISHED)), ("C#°7", (1, DIMINISHED)),
    ],
)  # fmt: skip
def test_chords_are_reduced_to_their_triad(name: str, chord: tuple[int, int]) -> None:
    """Sevenths, additions and the bass note are left out."""
    assert chord_of(name) == Chord(*chord)


@pytest.mark.parametrize(
    "text", ["Am F C G", "Am | F | C | G", "| Am F | C G |", "Am,F,C,G", "Am\tF\nC G "]
)
def test_spaces_commas_and_bar_lines_part_chords(text: str) -> None:
    """Each is a bar, however it is written."""
    assert chords_of(text) == (A_MINOR, F, C, G)


@pytest.mark.parametrize("text", ["", "  ", "|"])
def test_no_chords_are_none(text: str) -> None:
    """The model's own."""
    assert chords_of(text) == ()


@pytest.mark.parametrize("name", ["H", "am", "Csus4", "C5", "Caug", "C+", "%", "-", "N.C.", "Amm"])
def test_what_has_no_triad_is_refused_with_what_would_be_right(name: str) -> None:
    """It is named, and nothing is guessed."""
    with pytest.raises(ConfigError) as caught:
        chords_of(f"Am {name} G")
    assert f"chord is '{name}'" in str(caught.value)
    assert "a major, minor or diminished triad" in str(caught.value)


@given(st.integers(0, 11), st.sampled_from([MAJOR, MINOR, DIMINISHED]))
def test_a_name_is_read_as_the_chord_that_it_is_of(root: int, quality: int) -> None:
    """All 36 that a model knows."""
    assert chord_of(chord_name(Chord(root, quality))) == Chord(root, quality)


@given(st.text(max_size=40))
def test_any_text_is_chords_or_an_error(text: str) -> None:
    """Whatever a network sends."""
    try:
        assert all(isinstance(chord, Chord) for chord in chords_of(text))
    except ConfigError as error:
        assert "it must be" in str(error)
