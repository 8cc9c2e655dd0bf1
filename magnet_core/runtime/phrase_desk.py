"""The phrase of a session from its recording to its use: encoded by and by, then played from.

A phrase may be asked for while it is still encoded; it is used as soon as it is there. One that
cannot be encoded costs nothing but itself: who waits for it is refused, the music goes on.
"""

from __future__ import annotations

import logging

from torch import Tensor

from magnet_core.errors import SessionError
from magnet_core.runtime.composer import Composer
from magnet_core.runtime.events import PhraseChanged, Refused
from magnet_core.runtime.parts import Parts
from magnet_core.runtime.phrase import Phrase, PhraseEncoder, PhraseUse

log = logging.getLogger(__name__)


class PhraseDesk:
    """Takes phrases, and lets the music go on from them.

    Args:
        parts: of the session.
        composer: plans its music.
    """

    def __init__(self, parts: Parts, composer: Composer) -> None:
        self._model, self._known, self._note = parts.model, parts.phrase, parts.note
        self._feed, self._score, self._composer = parts.feed, parts.score, composer
        self._encoder: PhraseEncoder | None = None
        self._waits: list[tuple[PhraseUse, object]] = []  # uses of what is being encoded

    def take(self, waveform: Tensor) -> None:
        """Encode a waveform ``[C, N]`` by and by, in the place of the phrase before.

        Raises:
            SessionError: it is too short or too long; nothing has changed.
        """
        self._encoder = PhraseEncoder(self._model.codec, self._model.lm.device, waveform)

    def use(self, how: PhraseUse, ticket: object) -> None:
        """Use the phrase, as soon as it is encoded; an Applied event answers ``ticket``.

        Raises:
            SessionError: there is none.
        """
        if how is not PhraseUse.OFF and self._encoder is not None:
            self._waits.append((how, ticket))
            return
        phrase = self._known.phrase
        if how is PhraseUse.OFF:
            self._put_away(ticket)
        elif phrase is None:
            raise SessionError("there is no phrase; record one first: /magnet/input/record 1, 0")
        else:
            self._use(phrase, how, ticket)

    @property
    def is_encoding(self) -> bool:
        """Whether there is work to do."""
        return self._encoder is not None

    def step(self) -> None:
        """Encode a little more."""
        encoder, self._encoder = self._encoder, None  # for good, if it fails
        assert encoder is not None
        try:
            phrase = encoder.step()
        except Exception as error:
            log.exception("a phrase cannot be encoded")
            self._refuse(f"the phrase cannot be encoded: {type(error).__name__}: {error}")
            return
        if phrase is None:
            self._encoder = encoder
            return
        self._known.phrase, self._known.is_put_away = phrase, False
        self._note(PhraseChanged("recorded", phrase.seconds))
        waits, self._waits = self._waits, []
        for how, ticket in waits:
            self._use(phrase, how, ticket)

    def _refuse(self, reason: str) -> None:
        """Refuse those who wait for a phrase that will not come; say what holds without it."""
        tickets, self._waits = tuple(ticket for _, ticket in self._waits), []
        self._note(Refused(tickets, reason))
        phrase = self._known.phrase
        if phrase is None:
            self._note(PhraseChanged("off", 0.0))
        else:
            state = "in use" if self._known.is_context else "recorded"
            self._note(PhraseChanged(state, phrase.seconds))

    def _put_away(self, ticket: object) -> None:
        phrase, is_news = self._known.phrase, not self._known.is_put_away
        self._known.is_context, self._known.is_put_away = False, True
        self._composer.answer(ticket, self._composer.loops.next_sample)
        if is_news:
            self._note(PhraseChanged("off", 0.0 if phrase is None else phrase.seconds))

    def _use(self, phrase: Phrase, how: PhraseUse, ticket: object) -> None:
        sample = self._composer.loops.next_sample
        self._known.is_context, self._known.is_put_away = how is PhraseUse.CONTEXT, False
        self._score.play_in(phrase.key)
        if how is PhraseUse.CONTINUE:
            sample = self._continue(phrase)
        self._composer.answer(ticket, sample)
        self._note(PhraseChanged("in use", phrase.seconds))

    def _continue(self, phrase: Phrase) -> int:
        """Let the music go on from a phrase as if it had just been heard; return the sample."""
        score = self._score
        window, _ = score.window(score.wanted.settings.context_s)
        frozen = self._composer.go_on_from(phrase.codes[:, -window:])
        self._composer.settle()
        score.beat_grid = score.beat_grid.going_on(frozen, phrase.end_beat(score.tempo_bpm))
        return self._feed.sample_of(frozen)
