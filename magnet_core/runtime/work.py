"""The work of a session, one small unit at a time, and how soon the next is needed.

A unit is a forward pass, a block through the codec, or a step of a phrase's encoding. What goes out
comes first; a phrase has every other turn beside the music, and all of them where it stands still.
"""

from __future__ import annotations

import math

from magnet_core.runtime.composer import Composer
from magnet_core.runtime.events import Late, PcmChunk
from magnet_core.runtime.parts import Parts
from magnet_core.runtime.phrase_desk import PhraseDesk

_WHENEVER_S = 60.0  # until work that nobody waits for


class Work:
    """What one session does next.

    Args:
        parts: of the session.
        composer: plans its music.
        phrases: that it encodes.
    """

    def __init__(self, parts: Parts, composer: Composer, phrases: PhraseDesk) -> None:
        self._timeline, self._output, self._note = parts.timeline, parts.output, parts.note
        self._composer, self._phrases = composer, phrases
        self._late_plan = 0  # the last that has been said to be late
        self._is_phrase_turn = False

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do until more is demanded or something changes."""
        if self._phrases.is_encoding:
            return False
        if not self._composer.playing:
            return True
        decodes = self._composer.is_decoding or self._composer.due() is not None
        return not (decodes or self._output.can_emit or self._output.can_prepare)

    @property
    def deadline_s(self) -> float:
        """Seconds until the next unit comes too late for what is heard; see ``LiveSession``."""
        if self.is_done:
            return math.inf
        if not self._composer.playing:  # a phrase is encoded, which nobody hears
            return _WHENEVER_S
        output = self._output
        if not output.sounding:
            return 0.0
        return output.ahead_s if output.can_emit else output.left_s

    def do_unit(self, until_sample: int) -> list[PcmChunk]:
        """Do one unit; return what became final by it, never past ``until_sample``."""
        self._output.demand(until_sample)
        playing = self._composer.playing
        if self._phrases.is_encoding and (self._is_phrase_turn or not playing):
            self._is_phrase_turn = False
            self._phrases.step()
            return []
        return self._play() if playing else []

    def _play(self) -> list[PcmChunk]:
        composer, output = self._composer, self._output
        composer.follow()
        start = composer.due()
        if start is not None and start.frame < self._timeline.horizon:
            composer.begin(start)  # before anything is sent that is to be planned anew
            start = None
        chunks = output.emit()
        if chunks:
            return chunks
        if output.is_dry and composer.plans != self._late_plan:
            self._late_plan = composer.plans
            self._note(Late(output.position, composer.plans))
        self._is_phrase_turn = self._phrases.is_encoding
        if start is not None:
            composer.begin(start)
        if composer.is_decoding:
            composer.advance()
        elif output.can_prepare:
            output.prepare()
        return []
