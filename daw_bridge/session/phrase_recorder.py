"""Recording a phrase for the model to go on from: from a sound card, or sent by a WebSocket client.

What comes in is made the model's rate and channels at once, and sent on to the worker in pieces, so
that nothing of it is kept here. A phrase ends by itself after MAX_PHRASE_S. A client that sends
sound is recorded instead of the card: it was made to do so. One client at a time: the first that
sends has the phrase until it ends.

Threading: none of its own; called from the event loop only.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from daw_bridge import worker_protocol as wire
from daw_bridge.audio.resample import FloatArray, StreamResampler, map_channels
from daw_bridge.errors import MessageError

MAX_PHRASE_S, MIN_PHRASE_S = 30.0, 0.2
LOUDEST = 8.0  # of full scale: what is louder is no sound


class Source(StrEnum):
    """Where a phrase comes from."""

    CARD = "card"
    CLIENT = "client"


class PhraseRecorder:
    """What one session records.

    Args:
        session: its name.
        sample_rate, channels: of the model.
        send: to the worker.
        tell: called with the state and the seconds of each change.
    """

    def __init__(
        self,
        session: str,
        sample_rate: int,
        channels: int,
        *,
        send: Callable[[wire.ServerMessage], None],
        tell: Callable[[str, float], None],
    ) -> None:
        self._session, self._rate, self._channels = session, sample_rate, channels
        self._send, self._tell = send, tell
        self._open = self._full = False
        self._source: Source | None = None
        self._sender: object = None
        self._resampler: StreamResampler | None = None
        self._samples = 0

    @property
    def is_recording(self) -> bool:
        """Whether what comes in is recorded."""
        return self._open

    def begin(self) -> None:
        """Record a new phrase from now on."""
        self._open, self._full = True, False
        self._source = self._sender = self._resampler = None
        self._samples = 0
        self._tell("recording", 0.0)

    def end(self) -> str:
        """End the phrase; return why there is none, empty where there is."""
        if self._full:  # it has ended by itself
            self._full = False
            return ""
        if not self._open:
            return "nothing is being recorded; /magnet/input/record 1 begins"
        self._flush()
        self._open = False
        seconds = self._samples / self._rate
        if seconds < MIN_PHRASE_S:
            self._tell("off", 0.0)
            return (
                f"{seconds:.2f} s of sound came in, which is no phrase: play into --audio-in, or "
                "send PCM by WebSocket, between record 1 and record 0"
            )
        nothing = np.zeros((self._channels, 0), np.float32)
        self._send(wire.Phrase(self._session, nothing, last=True))
        return ""

    def lose_card(self) -> None:
        """The sound card is gone: a phrase that came from it ends with what was heard of it."""
        if self._open and self._source is Source.CARD:
            self._full = not self.end()

    def lose_worker(self) -> None:
        """The worker is gone, and what it had of the phrase with it."""
        if self._open:
            self._open = False
            self._tell("off", 0.0)

    def take(
        self, source: Source, pcm: FloatArray, sample_rate: int, sender: object = None
    ) -> None:
        """Record float32 ``[C, n]`` of any rate; what comes while nothing is recorded is dropped.

        Args:
            source: where it comes from.
            pcm: the sound.
            sample_rate: in Hz; a card that was lost may come back at another.
            sender: the client that it comes from.

        Raises:
            MessageError: it is no sound, its rate has changed, or another client is being
                recorded; it is left out.
        """
        if not self._open or (self._source is Source.CLIENT and source is Source.CARD):
            return
        if not (np.abs(pcm) <= LOUDEST).all():  # nor NaN
            raise MessageError(f"samples that are no sound: not all within {LOUDEST:g} times 1")
        if source is not self._source:
            self._source, self._sender, self._samples = source, sender, 0
            self._resampler = StreamResampler(sample_rate, self._rate, self._channels)
        if sender is not self._sender:
            raise MessageError(
                "the phrase that is being recorded comes from another client of this session; "
                "send when it has ended (/magnet/input/record 0)"
            )
        assert self._resampler is not None
        if sample_rate != self._resampler.in_rate:
            if source is Source.CLIENT:
                raise MessageError(
                    f"a phrase of {self._resampler.in_rate} Hz cannot go on at {sample_rate} Hz"
                )
            self._flush()
            self._resampler = StreamResampler(sample_rate, self._rate, self._channels)
        self._pass_on(self._resampler.push(map_channels(pcm, self._channels)))
        if self._samples >= MAX_PHRASE_S * self._rate:
            self.end()
            self._full = True

    def _flush(self) -> None:
        """Pass on what the resampler still holds."""
        if self._resampler is not None:
            nothing = np.zeros((self._channels, 0), np.float32)
            self._pass_on(self._resampler.push(nothing, last=True))

    def _pass_on(self, pcm: FloatArray) -> None:
        pcm = pcm[:, : max(round(MAX_PHRASE_S * self._rate) - self._samples, 0)]
        if pcm.shape[1]:
            first = self._samples == 0
            self._samples += pcm.shape[1]
            self._send(wire.Phrase(self._session, np.ascontiguousarray(pcm), first=first))
