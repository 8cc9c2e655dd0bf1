"""Harmony: what a prompt leaves open is drawn, and every frame is told the chord of its bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.config import LMConfig, Variant
from magnet_core.errors import ConfigError
from magnet_core.model.chord_names import chords_of
from magnet_core.model.harmony import (
    DIMINISHED,
    MAJOR,
    MINOR,
    PROGRESSIONS_MAJOR,
    PROGRESSIONS_MINOR,
    SCALE_MAJOR,
    SCALE_MINOR,
    Chord,
    Harmony,
    HarmonyEmbedding,
    Key,
    harmony_tensor,
)
from magnet_core.model.lm import TransformerLM
from magnet_core.model.metre import Metre, metre_tensor
from magnet_core.model.vocabulary import NOTES, read_prompt

MakeLM = Callable[..., TransformerLM]
BAR_FRAMES = 100  # at 120 bpm and 50 frames a second
METRE = Metre(tempo_bpm=120.0)

keys = st.builds(Key, st.none() | st.integers(0, 11), st.none() | st.booleans())


@pytest.fixture
def embedding() -> HarmonyEmbedding:
    """Tells all keys and chords apart; knows that what is unknown is zero."""
    made = HarmonyEmbedding(8)
    generator = torch.Generator().manual_seed(0)
    for table in (made.key, made.chord):
        torch.nn.init.normal_(table.weight, generator=generator)
        assert table.padding_idx is not None
        torch.nn.init.zeros_(table.weight[table.padding_idx])
    return made


def _embed(
    embedding: HarmonyEmbedding, harmony: Harmony, metre: Metre, first: int, frames: int
) -> Tensor:
    with torch.no_grad():
        rows: Tensor = embedding(harmony_tensor([harmony]), metre_tensor([metre]), first, frames)
    return rows[0]


def _progression(*roots: int) -> Harmony:
    return Harmony(Key(), tuple(Chord(root, MAJOR) for root in roots))


def test_a_minor_has_the_chords_that_a_player_expects() -> None:
    """I, VI, III, VII: A minor, F major, C major, G major; the second degree is diminished."""
    chords = Harmony.in_key(9, True, (0, 5, 2, 6)).chords
    assert chords == (Chord(9, MINOR), Chord(5, MAJOR), Chord(0, MAJOR), Chord(7, MAJOR))
    assert Harmony.in_key(0, True, (1,)).chords == (Chord(2, DIMINISHED),)
    assert Harmony.in_key(0, False, (0, 4, 6, 7)).chords == (
        Chord(0, MAJOR), Chord(7, MAJOR), Chord(11, DIMINISHED), Chord(0, MAJOR),
    )  # fmt: skip


@pytest.mark.parametrize("minor", [True, False])
@pytest.mark.parametrize("tonic", range(12))
def test_all_chords_of_a_drawn_harmony_lie_in_the_key_asked_for(tonic: int, minor: bool) -> None:
    scale = {(tonic + step) % 12 for step in (SCALE_MINOR if minor else SCALE_MAJOR)}
    thirds = {MAJOR: (4, 7), MINOR: (3, 7), DIMINISHED: (3, 6)}
    drawn = {Harmony.draw(Key(tonic, minor), seed) for seed in range(40)}
    assert len(drawn) == len(PROGRESSIONS_MINOR if minor else PROGRESSIONS_MAJOR)
    for harmony in drawn:
        assert harmony.key == Key(tonic, minor)
        assert harmony.chords[0] == Chord(tonic, MINOR if minor else MAJOR)
        for chord in harmony.chords:
            notes = {chord.root, *((chord.root + step) % 12 for step in thirds[chord.quality])}
            assert notes <= scale


@given(asked=keys, seed=st.integers(0, 2**31 - 1))
def test_draw_keeps_what_is_asked_and_the_seed_decides_the_rest(asked: Key, seed: int) -> None:
    harmony = Harmony.draw(asked, seed)
    assert harmony.key.is_whole
    assert asked.admits(harmony.key)
    assert harmony == Harmony.draw(asked, seed)


def test_draw_leaves_no_key_out() -> None:
    drawn = {Harmony.draw(Key(), seed).key for seed in range(1000)}
    assert len(drawn) == 24
    minors = sum(bool(Harmony.draw(Key(), seed).key.minor) for seed in range(1000))
    assert 600 < minors < 700  # 65 %


@pytest.mark.parametrize("mode", ["minor", "major"])
@pytest.mark.parametrize("note", NOTES)
def test_the_key_of_a_prompt_is_the_one_that_is_drawn(note: str, mode: str) -> None:
    asked = read_prompt(f"warm pads in {note} {mode}, 90 bpm").key
    assert Harmony.draw(asked, 5).key == Key(NOTES.index(note), mode == "minor")


def test_a_prompt_may_name_the_mode_alone_or_nothing() -> None:
    assert read_prompt("sad, minor").key == Key(None, minor=True)
    assert read_prompt("techno").key == Key()
    assert not read_prompt("sad, minor").key.is_whole


def test_a_key_admits_what_does_not_contradict_it() -> None:
    assert Key().admits(Key(3, minor=True))
    assert Key(None, minor=True).admits(Key(3, minor=True))
    assert not Key(None, minor=True).admits(Key(3, minor=False))
    assert not Key(3, minor=True).admits(Key(4, minor=True))
    assert not Key(3).admits(Key())


@pytest.mark.parametrize(
    ("chords", "key"),
    [
        ("Am F C G", "A minor"),
        ("C G Am F", "C major"),
        ("F G C", "C major"),  # its tonic comes last
        ("Dm G F", "C major"),  # as likely as A minor, and major
        ("Am E", "A minor"),  # the dominant of a minor key is major
        ("Am Dm E7 Am", "A minor"),
        ("Cm Ab Eb Bb", "C minor"),
        ("F#m D A E", "F# minor"),
        ("Bbm", "A# minor"),
        ("G#dim Am", "A minor"),
    ],
)
def test_the_key_of_chords_is_the_one_that_a_player_would_say(chords: str, key: str) -> None:
    note, mode = key.split()
    expected = Key(NOTES.index(note), mode == "minor")
    harmony = Harmony.over(chords_of(chords), Key())
    assert harmony == Harmony(expected, chords_of(chords))


_CHORDS = st.lists(st.builds(Chord, st.integers(0, 11), st.integers(0, 2)), min_size=1, max_size=9)


@given(chords=_CHORDS, asked=keys, up=st.integers(0, 11))
def test_a_key_that_is_asked_for_is_kept_and_the_rest_follows_the_chords(
    chords: list[Chord], asked: Key, up: int
) -> None:
    """Whatever they are; and the same chords higher are in the same key higher, but for a tie."""
    harmony = Harmony.over(tuple(chords), asked)
    assert harmony.chords == tuple(chords)
    assert harmony.key.is_whole
    assert asked.admits(harmony.key)
    higher = tuple(Chord((chord.root + up) % 12, chord.quality) for chord in chords)
    tonic = None if asked.tonic is None else (asked.tonic + up) % 12
    transposed = Harmony.over(higher, Key(tonic, asked.minor)).key
    inside = sum(chord in harmony.key.triads for chord in chords)
    assert sum(chord in transposed.triads for chord in higher) == inside


def test_each_frame_has_the_chord_of_its_bar(embedding: HarmonyEmbedding) -> None:
    """Four bars, and round again; the change falls on the first frame of a bar."""
    rows = _embed(embedding, _progression(0, 5, 7, 9), METRE, 0, 5 * BAR_FRAMES + 1)
    expected = [root for root in (0, 5, 7, 9, 0) for _ in range(BAR_FRAMES)] + [5]
    assert torch.equal(rows, embedding.chord.weight[[3 * root + MAJOR for root in expected]])


def test_bars_are_those_of_the_metre(embedding: HarmonyEmbedding) -> None:
    """A window that starts on beat 6.5 has 1.5 beats left of the second bar."""
    metre = Metre(tempo_bpm=120.0, start_beat=6.5)
    rows = _embed(embedding, _progression(0, 5, 7), metre, 0, 60)
    left = round(1.5 * 25)  # 37.5 frames
    assert torch.equal(rows[:left], embedding.chord.weight[[15] * left])
    assert torch.equal(rows[left:], embedding.chord.weight[[21] * (60 - left)])
    later = _embed(embedding, _progression(0, 5, 7), metre.at_frame(17, 50), 0, 43)
    assert torch.equal(rows[17:], later)


def test_frames_before_the_first_beat_have_the_last_chord(embedding: HarmonyEmbedding) -> None:
    """The progression goes round backwards too: before the window, and before beat 0."""
    harmony = _progression(0, 5, 7, 9)
    rows = _embed(embedding, harmony, METRE, -BAR_FRAMES - 1, BAR_FRAMES + 2)
    expected = [21, *[27] * BAR_FRAMES, 0]
    assert torch.equal(rows, embedding.chord.weight[expected])
    early = Metre(tempo_bpm=120.0, start_beat=-400.5)  # half a beat before a whole round
    assert torch.equal(
        _embed(embedding, harmony, early, 0, 14), embedding.chord.weight[[27] * 13 + [0]]
    )


def test_rows_of_progressions_of_other_lengths_are_what_they_are_alone(
    embedding: HarmonyEmbedding,
) -> None:
    """One chord, two, three, four and none in a batch."""
    harmonies = [_progression(*roots) for roots in ((2,), (0, 5), (0, 5, 7), (1, 2, 3, 4), ())]
    harmonies.append(replace(harmonies[2], key=Key(4, minor=False)))
    metres = [Metre(tempo_bpm=80.0 + 13 * i, start_beat=1.5 * i) for i in range(6)]
    rows = harmony_tensor(harmonies)
    assert rows.shape == (6, 1 + 12)
    with torch.no_grad():
        batch = embedding(rows, metre_tensor(metres), -20, 900)
    for row, (harmony, metre) in enumerate(zip(harmonies, metres, strict=True)):
        assert torch.equal(batch[row], _embed(embedding, harmony, metre, -20, 900))


def test_what_is_unknown_adds_zero_and_learns_nothing(embedding: HarmonyEmbedding) -> None:
    """No chords, and a key without mode or tonic."""
    unknown = [Harmony(), Harmony(Key(3)), Harmony(Key(None, minor=True))]
    added = embedding(harmony_tensor(unknown), metre_tensor([METRE] * 3), 0, 30)
    assert not added.any()
    added.sum().backward()
    assert embedding.key.weight.grad is not None and embedding.chord.weight.grad is not None
    assert not embedding.key.weight.grad.any()
    assert not embedding.chord.weight.grad.any()


def test_all_keys_and_all_chords_have_numbers_of_their_own() -> None:
    whole = [Key(tonic, minor) for tonic in range(12) for minor in (False, True)]
    numbers = harmony_tensor([Harmony(key) for key in whole])[:, 0].tolist()
    assert sorted(numbers) == list(range(24))
    chords = tuple(Chord(root, quality) for root in range(12) for quality in range(3))
    assert sorted(harmony_tensor([Harmony(Key(), chords)])[0, 1:].tolist()) == list(range(36))


def test_an_embedding_that_begins_at_zero_leaves_the_logits_as_they_were(tiny_lm: MakeLM) -> None:
    """A model that did without plays the same until it has learned; then every frame may differ."""
    before, after = tiny_lm(metre=True), tiny_lm(metre=True, harmony=True)
    codes = torch.randint(0, 33, (1, 4, 30), generator=torch.Generator().manual_seed(3))
    hidden, metre = [torch.ones(2, 8)], metre_tensor([METRE])
    told = harmony_tensor([Harmony.in_key(9, True, (0, 5, 2, 6))])
    with torch.no_grad():
        expected = before(codes, before.condition(hidden, metre))
        assert torch.equal(after(codes, after.condition(hidden, metre, told)), expected)
        assert after.harmony is not None
        torch.nn.init.normal_(after.harmony.chord.weight)
        assert (after(codes, after.condition(hidden, metre, told)) - expected).abs().max() > 1e-3


def test_a_model_with_harmony_must_be_told_one(tiny_lm: MakeLM) -> None:
    lm = tiny_lm(metre=True, harmony=True)
    conditions = lm.condition([torch.ones(2, 8)], metre_tensor([METRE]))
    with pytest.raises(ConfigError, match="harmony is None"):
        lm.input_offsets(conditions, 0, 5)


def test_harmony_needs_bars_to_lie_in() -> None:
    with pytest.raises(ConfigError, match="harmony is True; it must be off without metre"):
        LMConfig(variant=Variant.HYBRID, dim=16, layers=1, heads=2, text_dim=8, harmony=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Key(12), "tonic is 12"),
        (lambda: Key(-1, minor=True), "tonic is -1"),
        (lambda: Chord(12, MAJOR), "root is 12"),
        (lambda: Chord(0, 3), "quality is 3"),
        (lambda: Chord(0, -1), "quality is -1"),
    ],
)
def test_what_is_no_key_or_chord_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()
