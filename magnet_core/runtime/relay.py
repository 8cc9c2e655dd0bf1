"""Going on elsewhere: what another session needs to go on with the music, and going on with it.

A worker that dies is replaced, a take is recalled and a change undone by the same means: a snapshot
of the music at one frame, from which any session of the same kind of model can go on.
"""

from __future__ import annotations

from torch import Tensor

from magnet_core.runtime.beat_grid import BeatGrid
from magnet_core.runtime.composer import Composer
from magnet_core.runtime.loop import Loop
from magnet_core.runtime.parts import Parts
from magnet_core.runtime.pcm_loop import PcmLoop
from magnet_core.runtime.score import Held
from magnet_core.runtime.snapshot import LoopSnapshot, Snapshot, pack, unpack


class Relay:
    """Takes snapshots of a session, and goes on with those that were taken.

    Args:
        parts: of the session.
        composer: plans its music.
    """

    def __init__(self, parts: Parts, composer: Composer) -> None:
        self._model, self._timeline, self._feed = parts.model, parts.timeline, parts.feed
        self._output, self._score, self._outlook = parts.output, parts.score, parts.outlook
        self._phrase, self._composer = parts.phrase, composer

    def snapshot(self) -> bytes:
        """Return what another session of this kind of model needs to go on with the music.

        That is the last window that was sent, or the loop that goes round, its beats and key, words
        and settings: a few kilobytes that say what they are.
        """
        return pack(self._snapshot(), self._model)

    @property
    def snapshot_sample(self) -> int:
        """The sample at which the music that a snapshot taken now goes on with would begin."""
        if self._output.endless_rounds is not None:
            return self._output.position
        return self._feed.sample_of(self._timeline.frozen)

    def loop_snapshot(self) -> tuple[bytes, int] | None:
        """Return a snapshot of the loop that plays as it begins a round, and its bars.

        None where ``loop_pcm`` is None.
        """
        loop, rounds = self._outlook.looper.loop, self._output.rounds
        if loop is None or rounds is None:
            return None
        return pack(self._loop_snapshot(loop, rounds.pcm, next_sample=0), self._model), loop.bars

    def restore(self, data: bytes) -> int:
        """Go on with the music of a snapshot, from this session's own position.

        Returns:
            the sample at which that begins.

        Raises:
            SessionError: it is damaged, or of another kind of model; nothing has changed.
        """
        taken = unpack(data, self._model)
        frozen = self._composer.go_on_from(taken.codes)
        first = frozen - taken.codes.shape[1]
        self._composer.plans = taken.plans
        self._phrase.take_over(taken.phrase, is_context=taken.phrase_is_context)
        grid = BeatGrid(
            frame_rate=self._model.frame_rate,
            frame=first if taken.loop else frozen,
            beat=taken.beat,
            tempo_bpm=taken.tempo_bpm,
        )
        holds = taken.holds or taken.wanted
        held = Held(holds, grid, taken.harmony, taken.tempo_bpm)
        self._score.take_over(held, taken.wanted)
        if taken.loop is not None:
            loop = taken.loop.at_frame(first, self._model.codec)
            self._outlook.looper.restore(loop)
            self._output.go_on_with_loop(taken.codes, loop, taken.loop.next_sample)
        if taken.holds is not None:
            self._composer.request_change(None)
        self._outlook.follow_lead(anew=True)
        return self._feed.sample_of(frozen)

    def _snapshot(self) -> Snapshot:
        loop, rounds = self._outlook.looper.loop, self._output.endless_rounds
        if loop is not None and rounds is not None:
            next_sample = rounds.offset(self._output.position)
            return self._loop_snapshot(loop, rounds.pcm, next_sample=next_sample)
        at = self._timeline.frozen
        window, _ = self._score.window(self._score.wanted.settings.context_s)
        codes = self._timeline.before(at, window, since=self._outlook.memory_from)
        return self._snapshot_of(codes, at)

    def _loop_snapshot(self, loop: Loop, pcm: PcmLoop, *, next_sample: int) -> Snapshot:
        round_ = LoopSnapshot(bars=loop.bars, length_samples=pcm.length, next_sample=next_sample)
        return self._snapshot_of(pcm.codes, loop.begin_frame, round_)

    def _snapshot_of(self, codes: Tensor, at: int, loop: LoopSnapshot | None = None) -> Snapshot:
        held, wanted = self._score.held_at(at), self._score.wanted_on_clock
        waits = self._composer.changes_wait or held.wanted != wanted
        return Snapshot(
            codes=codes,
            beat=held.beat_grid.beat_at(at),
            tempo_bpm=held.tempo_bpm,
            harmony=held.harmony,
            wanted=wanted,
            holds=held.wanted if waits else None,
            plans=self._composer.plans,
            loop=loop,
            phrase=self._phrase.phrase,
            phrase_is_context=self._phrase.is_context,
        )
