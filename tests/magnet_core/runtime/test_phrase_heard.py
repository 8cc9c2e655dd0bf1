"""The bundled model goes on from what it was given: one can hear which phrase that was."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

import magnet_core
from magnet_core.api import Model
from magnet_core.codec.carrier_bank import mel_matrix
from magnet_core.model.harmony import Key
from magnet_core.runtime.key_finder import chroma, key_of
from magnet_core.runtime.phrase import PhraseUse
from tests.magnet_core.runtime.driving import HOP, drive, joined, playing

RATE = 32000
SEEDS = (0, 1)
TEXTS = (
    "house 124 bpm, C minor, drums, bass and chords",
    "ambient 90 bpm, F# major, pad and bells, no drums",
)


@pytest.fixture(scope="module")
def model() -> Model:
    return magnet_core.load("bundled")


@pytest.fixture(scope="module")
def phrases(model: Model) -> list[Tensor]:
    """Four seconds each of two kinds of music, as far apart as the model knows them."""
    return [
        model.codec.decode(model.generate(text, seed=10 + number, frames=201))[:, : 4 * RATE]
        for number, text in enumerate(TEXTS)
    ]


def played(model: Model, phrase: Tensor, seed: int, how: PhraseUse) -> Tensor:
    """Return four seconds of a session without a word that was given a phrase."""
    session = playing(model, seed=seed)
    if how is PhraseUse.CONTEXT:
        drive(session, 60 * HOP)
    session.take_phrase(phrase)
    session.use_phrase(how)
    while session._phrases.is_encoding:
        session.work(session.position)
    if how is PhraseUse.CONTEXT:  # what was planned before goes first
        drive(session, session.position + 400 * HOP)
    return torch.from_numpy(joined(drive(session, session.position + 204 * HOP)))


def spectrum(waveform: Tensor) -> Tensor:
    """Return the mean power in 40 mel bands in dB."""
    window = torch.hann_window(2048)
    power = torch.stft(waveform.mean(0), 2048, 512, window=window, return_complex=True).abs() ** 2
    return 10 * torch.log10((power.T @ mel_matrix(40, 1025, RATE)).mean(0) + 1e-6)


def likeness(first: Tensor, second: Tensor) -> float:
    """Return how well the pitch classes of two waveforms agree, -1 to 1."""
    both = torch.stack([chroma(first, RATE), chroma(second, RATE)])
    return float(torch.corrcoef(both)[0, 1])


def test_music_that_continues_a_phrase_has_its_spectrum_and_its_notes(model, phrases) -> None:
    """Of two phrases the right one is nearer, for every seed by its notes."""
    apart = np.zeros((2, 2))
    for seed in SEEDS:
        for number, phrase in enumerate(phrases):
            music = played(model, phrase, seed, PhraseUse.CONTINUE)
            like = [likeness(music, other) for other in phrases]
            assert like[number] > like[1 - number] + 0.3
            apart[number] += [float((spectrum(music) - spectrum(p)).abs().mean()) for p in phrases]
    assert apart[0, 0] < apart[0, 1]
    assert apart[1, 1] < apart[1, 0]


def test_later_plans_turn_to_the_notes_of_a_phrase_in_their_context(model, phrases) -> None:
    for number, phrase in enumerate(phrases):
        music = played(model, phrase, SEEDS[0], PhraseUse.CONTEXT)
        like = [likeness(music, other) for other in phrases]
        assert like[number] > like[1 - number] + 0.3


def test_the_key_of_a_phrase_is_heard_and_drums_have_none(model, phrases) -> None:
    assert key_of(phrases[1], RATE) == Key(6, False)
    assert key_of(phrases[0], RATE) in (Key(0, True), Key(3, False))  # or its relative
    assert key_of(torch.zeros(1, RATE), RATE) == Key()
    torch.manual_seed(0)
    assert key_of(torch.randn(1, 4 * RATE), RATE) == Key()
    beats = torch.exp(-torch.arange(4 * RATE) % 16000 / 800.0) * torch.randn(4 * RATE)
    assert key_of(beats[None], RATE) == Key()
