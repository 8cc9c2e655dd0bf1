"""The sound of a session as everyone hears it: music as it comes, and what stands in for it.

    music that came   |=============|          |=========|
    what is heard     |=============|~~~~~~~~~~|=========|>
                                    ^ concealed          ^ closed

Positions count everything that is heard. Wherever two sounds meet that do not belong together, they
are crossfaded for 20 ms: no sample is left out, so the stream is never shifted by it.

Threading: none of its own; called from the event loop only.
"""

from __future__ import annotations

import numpy as np

from daw_bridge.audio.concealment import SHORTEST_S, Concealment, Pulse
from daw_bridge.audio.fades import Crossfade, crossfaded, mirrored, with_gain
from daw_bridge.audio.history import History
from daw_bridge.audio.leveller import CEILING, Leveller, soft_ceiling
from daw_bridge.audio.resample import FloatArray
from daw_bridge.session.recording import Recording, RecordingMemory, samples_kept
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_LAST

HISTORY_S = 12.0
FADE_S = 0.02
MIXED_CEILING = 0.97


class Stream:
    """PCM without gap or overlap from position 0 on.

    Args:
        channels, sample_rate: of the model.
        gain: to begin with.
        memory: of the recording; its own where none is given.
        recorded_s: how long the recording may get.

    Attributes:
        sample_rate: of the model.
        history: what listeners read.
        recording: the same before the gain, and for longer: what may be repeated and kept.
        gap_from: where the gap began that is being concealed; None where there is none.
        pulse: beat and bar of the music.
        leveller: keeps the music at an even level, before the gain.
        gain: what the next samples are scaled to; reached within 20 ms.
        ramp: samples of a crossfade.
    """

    def __init__(
        self,
        channels: int,
        sample_rate: int,
        gain: float,
        memory: RecordingMemory | None = None,
        recorded_s: float = HISTORY_S,
    ) -> None:
        self.sample_rate = sample_rate
        self.history = History(channels, round(HISTORY_S * sample_rate))
        kept = samples_kept(recorded_s, sample_rate, channels)
        self.recording = Recording(channels, kept, memory or RecordingMemory())
        self.gap_from: int | None = None
        self.pulse = Pulse.of(0.0, 0, sample_rate)
        self.leveller = Leveller(sample_rate, channels)
        self.gain = self._gain = gain
        self._repeatable_from = 0
        self.ramp = round(FADE_S * sample_rate)
        self._concealment: Concealment | None = None
        self._crossfade = Crossfade(self._silence())  # into the next music, as long as it lasts
        self._open = False  # music came since the last end of the stream

    @property
    def position(self) -> int:
        """Position of the next sample that is not final yet."""
        return self.history.end

    def add(self, pcm: FloatArray, flags: int, plan_id: int) -> None:
        """Add music ``[C, n]``; it ends a gap."""
        self.add_levelled(self.leveller.process(pcm), flags, plan_id)

    def add_levelled(self, pcm: FloatArray, flags: int, plan_id: int) -> None:
        """Add music whose level is as it should be, since it was heard before."""
        if self._concealment is not None:
            self._crossfade = Crossfade(self._concealment.take(self.ramp))
            if self._concealment.has_faded:
                self._repeatable_from = self.position
            self._concealment = self.gap_from = None
        self._append(self._crossfade.into(pcm), flags, plan_id)
        self._open = True

    def cut(self) -> None:
        """The next music does not go on from the last: let it begin without a click."""
        if self._open and self._concealment is None:
            self._crossfade = Crossfade(mirrored(self.recording.tail(self.ramp), self.ramp))

    def lead_over(self, sound: FloatArray) -> None:
        """Crossfade from ``sound``, which goes on from the last music, into the next."""
        if self._open and self._concealment is None:
            self._crossfade = Crossfade(sound)

    def conceal(self, frames: int) -> int:
        """Fill so many samples of a gap; return how many."""
        if self._concealment is None:
            repeatable = min(self.position - self._repeatable_from, self.pulse.bar)
            self._concealment = Concealment(
                self.recording.tail(repeatable),
                self.pulse,
                ramp=self.ramp,
                shortest=round(SHORTEST_S * self.sample_rate),
            )
            self.gap_from = self.position
        self._append(self._concealment.take(frames), FLAG_CONCEALED, 0)
        return frames

    def close(self) -> int:
        """Fade out what sounds, and mark the end; return how many samples that took."""
        if not self._open:
            return 0
        tail = mirrored(self.recording.tail(self.ramp), self.ramp)
        self._append(crossfaded(tail, self._silence()), FLAG_CONCEALED | FLAG_LAST, 0)
        self._concealment = self.gap_from = None
        self._crossfade, self._open = Crossfade(self._silence()), False
        self._repeatable_from = self.position
        return self.ramp

    def _silence(self) -> FloatArray:
        return np.zeros((self.history.channels, self.ramp), np.float32)

    def _append(self, pcm: FloatArray, flags: int, plan_id: int) -> None:
        if self.leveller.enabled:  # two sounds that meet may add up; one alone is below already
            pcm = soft_ceiling(pcm, CEILING, MIXED_CEILING)
        self.recording.append(pcm, flags)
        scaled = with_gain(pcm, self._gain, self.gain, self.ramp)
        self.history.append(scaled, flags, plan_id)
        self._gain = self.gain
