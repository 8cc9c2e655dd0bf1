"""Prompts are read: phrases, negation, keys, tempo, and what is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.model.vocabulary import CONCEPTS, NOTES, read_prompt


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("techno 128 bpm driving kick and bass", {"techno", "busy", "kick", "bass"}),
        ("bass and kick, driving; techno at 128bpm", {"techno", "busy", "kick", "bass"}),
        ("drum and bass", {"drum and bass"}),
        ("drum & bass, no pad", {"drum and bass", "no pad"}),
        ("drums and bass", {"drums", "bass"}),
        ("bass drum and bass line", {"kick", "bass"}),
        ("without kick or snare, lead", {"no kick", "no snare", "lead"}),
        ("no drums, bass", {"no drums", "bass"}),
        ("drums only", {"only drums"}),
        ("just the drums", {"only drums"}),
        ("nothing but bells", {"only bells"}),
        ("kick and bass only", {"only kick", "only bass"}),
        ("house, not bright", {"house", "dark"}),
        ("pads without reverb", {"pad", "dry"}),
        ("hi-hats, lo-fi", {"hats", "lo-fi"}),
        ("", set()),
    ],
)
def test_phrases_become_concepts(text: str, concepts: set[str]) -> None:
    """The longest phrase wins, and no / only apply to the instruments they belong to."""
    assert set(read_prompt(text).concepts) == concepts


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("mode", ["minor", "major"])
def test_all_24_keys_are_read(note: str, mode: str) -> None:
    """A key is one concept, wherever it stands."""
    assert f"key {note} {mode}" in read_prompt(f"pads in {note} {mode}, slow").concepts


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Bb minor", "key A# minor"),
        ("e flat major", "key D# major"),
        ("F sharp min", "key F# minor"),
        ("in Am", "key A minor"),
        ("G♭ maj", "key F# major"),
    ],
)
def test_keys_may_be_spelled_in_other_ways(text: str, key: str) -> None:
    """Flats, words and short forms name the same 24 keys."""
    assert read_prompt(text).concepts == (key,)


@pytest.mark.parametrize(
    ("text", "bpm", "asked"),
    [
        ("techno 128 bpm", 128.0, True),
        ("97.5bpm hip hop", 97.5, True),
        ("slow pads", 85.0, True),
        ("fast house", 155.0, True),
        ("mid-tempo", 112.0, True),
        ("slow techno 140", 140.0, True),
        ("drum and bass", 172.0, False),
        ("pads", 120.0, False),
    ],
)
def test_tempo_is_a_number_then_a_word_then_the_style(text: str, bpm: float, asked: bool) -> None:
    """A number beats a word, a word beats the style's usual tempo."""
    reading = read_prompt(text)
    assert (reading.tempo_bpm, reading.tempo_asked) == (bpm, asked)


def test_unknown_words_are_kept_aside() -> None:
    """What means nothing is reported, in order, and changes nothing else."""
    reading = read_prompt("purple techno with 9000 elephants")
    assert reading.unknown == ("purple", "9000", "elephants")
    assert reading.concepts == ("techno",)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """No text raises; concepts are known ones, each once; the tempo is one that can be played."""
    reading = read_prompt(text)
    assert set(reading.concepts) <= set(CONCEPTS)
    assert len(set(reading.concepts)) == len(reading.concepts)
    assert 20.0 <= reading.tempo_bpm <= 300.0
