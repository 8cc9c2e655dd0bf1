"""A phrase that is recorded: at the model's rate, bounded, from a client rather than the card."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge import worker_protocol as wire
from daw_bridge.errors import MessageError
from daw_bridge.session.phrase_recorder import MAX_PHRASE_S, PhraseRecorder, Source

RATE = 32000


class Desk:
    """A recorder, and what it has sent and told."""

    def __init__(self, channels: int = 1) -> None:
        self.sent: list[wire.Phrase] = []
        self.told: list[tuple[str, float]] = []
        self.recorder = PhraseRecorder(
            "main",
            RATE,
            channels,
            send=self.sent.append,
            tell=lambda state, seconds: self.told.append((state, seconds)),
        )

    @property
    def phrase(self) -> np.ndarray:
        """What a worker would put together of it."""
        begins = max(number for number, piece in enumerate(self.sent) if piece.first)
        return np.concatenate([piece.pcm for piece in self.sent[begins:]], axis=1)


def sine(rate: int, seconds: float, channels: int = 1) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)
    return np.repeat(wave.astype(np.float32)[None], channels, 0)


@pytest.mark.parametrize(("rate", "channels"), [(48000, 2), (44100, 1), (32000, 8), (8000, 1)])
def test_any_rate_and_channels_become_the_models(rate, channels) -> None:
    desk, sound = Desk(), sine(rate, 2.0, channels)
    desk.recorder.begin()
    for at in range(0, sound.shape[1], 1000):
        desk.recorder.take(Source.CLIENT, sound[:, at : at + 1000], rate)
    assert desk.recorder.end() == ""
    assert [piece.last for piece in desk.sent] == [False] * (len(desk.sent) - 1) + [True]
    expected = soxr.resample(sound[0], rate, RATE, quality="HQ") if rate != RATE else sound[0]
    assert abs(desk.phrase.shape[1] - 2 * RATE) <= 2
    count = min(desk.phrase.shape[1], len(expected))
    np.testing.assert_allclose(desk.phrase[0, :count], expected[:count], atol=1e-4)
    assert desk.told == [("recording", 0.0)]


def test_nothing_is_no_phrase_and_says_what_to_do() -> None:
    desk = Desk()
    assert "record 1 begins" in desk.recorder.end()
    desk.recorder.begin()
    desk.recorder.take(Source.CARD, sine(RATE, 0.1), RATE)
    assert "--audio-in" in desk.recorder.end()
    assert desk.told[-1] == ("off", 0.0)
    assert not any(piece.last for piece in desk.sent)


def test_a_phrase_ends_by_itself_and_ending_it_again_is_right() -> None:
    desk = Desk()
    desk.recorder.begin()
    for _ in range(40):
        desk.recorder.take(Source.CARD, sine(48000, 1.0), 48000)
    assert not desk.recorder.is_recording
    assert desk.phrase.shape[1] == MAX_PHRASE_S * RATE
    assert desk.sent[-1].last
    assert desk.recorder.end() == ""
    assert sum(piece.last for piece in desk.sent) == 1
    assert desk.recorder.end() != ""


def test_a_client_that_sends_is_recorded_instead_of_the_card() -> None:
    desk = Desk()
    desk.recorder.begin()
    desk.recorder.take(Source.CARD, np.full((1, RATE), 0.25, np.float32), RATE)
    desk.recorder.take(Source.CLIENT, np.full((1, RATE), 0.5, np.float32), RATE)
    desk.recorder.take(Source.CARD, np.full((1, RATE), 0.25, np.float32), RATE)
    desk.recorder.take(Source.CLIENT, np.full((1, RATE), 0.5, np.float32), RATE)
    assert desk.recorder.end() == ""
    assert desk.phrase.shape[1] == 2 * RATE and (desk.phrase == 0.5).all()


def test_two_clients_never_make_one_phrase() -> None:
    """The first that sends has it until it ends; the other one is told so."""
    desk, one, other = Desk(), object(), object()
    half, quarter = (np.full((1, RATE), level, np.float32) for level in (0.5, 0.25))
    desk.recorder.begin()
    desk.recorder.take(Source.CARD, quarter, RATE)
    for _ in range(2):
        desk.recorder.take(Source.CLIENT, half, RATE, sender=one)
        with pytest.raises(MessageError, match="another client"):
            desk.recorder.take(Source.CLIENT, quarter, RATE, sender=other)
    assert desk.recorder.end() == ""
    assert desk.phrase.shape[1] == 2 * RATE and (desk.phrase == 0.5).all()
    desk.recorder.begin()
    desk.recorder.take(Source.CLIENT, quarter, RATE, sender=other)
    assert desk.recorder.end() == "" and (desk.phrase == 0.25).all()


def test_a_card_that_comes_back_at_another_rate_goes_on_with_the_phrase() -> None:
    desk = Desk()
    desk.recorder.begin()
    for rate in (48000, 44100, RATE):
        desk.recorder.take(Source.CARD, sine(rate, 1.0), rate)
    assert desk.recorder.end() == ""
    assert abs(desk.phrase.shape[1] - 3 * RATE) <= 4
    assert sum(piece.first for piece in desk.sent) == 1
    for second in range(3):
        middle = desk.phrase[0, second * RATE + 8000 : second * RATE + 24000]
        spectrum = np.abs(np.fft.rfft(middle))
        assert spectrum.argmax() * RATE / len(middle) == 440.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, 9.0])
def test_what_is_no_sound_is_refused_and_left_out(bad) -> None:
    desk = Desk()
    desk.recorder.begin()
    sound = sine(RATE, 1.0)
    desk.recorder.take(Source.CLIENT, sound, RATE)
    broken = sound.copy()
    broken[0, 7] = bad
    with pytest.raises(MessageError, match="no sound"):
        desk.recorder.take(Source.CLIENT, broken, RATE)
    with pytest.raises(MessageError, match="cannot go on at 48000 Hz"):
        desk.recorder.take(Source.CLIENT, sound, 48000)
    assert desk.recorder.end() == ""
    np.testing.assert_array_equal(desk.phrase, sound)


def test_a_worker_that_is_lost_takes_the_phrase_with_it() -> None:
    desk = Desk()
    desk.recorder.lose_worker()
    assert desk.told == []
    desk.recorder.begin()
    desk.recorder.take(Source.CARD, sine(RATE, 1.0), RATE)
    desk.recorder.lose_worker()
    assert desk.told[-1] == ("off", 0.0) and not desk.recorder.is_recording


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["begin", "end", "card", "client"]),
            st.integers(0, 40000),
            st.sampled_from([8000, 32000, 48000]),
        ),
        max_size=30,
    )
)
@settings(max_examples=50, deadline=None)
def test_whatever_comes_a_phrase_is_whole_and_bounded(steps) -> None:
    """A worker gets a first piece before any other, a last one at most once for each, and 30 s."""
    desk = Desk()
    for what, frames, rate in steps:
        if what == "begin":
            desk.recorder.begin()
        elif what == "end":
            desk.recorder.end()
        else:
            try:
                desk.recorder.take(Source(what), np.zeros((1, frames), np.float32), rate)
            except MessageError:
                continue
    length, is_open = 0, False
    for piece in desk.sent:
        assert piece.first or is_open
        length = piece.pcm.shape[1] + (0 if piece.first else length)
        assert length <= MAX_PHRASE_S * RATE
        is_open = not piece.last
