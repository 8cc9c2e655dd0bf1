"""What a session gives to be kept: its last bars, or the loop that plays.

The bars are cut from the recording at once. A loop is asked of the worker, which alone knows it to
the sample, and answers when all of its music is decided.

Threading: called from the event loop only. The drafts that it gives out are for threads: what they
read never changes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from daw_bridge import worker_protocol as wire
from daw_bridge.audio.leveller import soft_ceiling
from daw_bridge.controls import LOOP
from daw_bridge.errors import TakeError
from daw_bridge.session.inflow import Inflow
from daw_bridge.session.requests import Request, Requests
from daw_bridge.session.settings import SessionSettings
from daw_bridge.session.takes import Bars, Draft, Take, cut_take

OnTake = Callable[[Draft], None]


class Keeping:
    """Takes of one session in the making."""

    def __init__(
        self,
        session: str,
        send: Callable[[wire.ServerMessage], None],
        requests: Requests,
        settings: SessionSettings,
    ) -> None:
        self._session, self._send = session, send
        self._requests, self._settings = requests, settings
        self._waiting: dict[int, OnTake] = {}  # for a loop, by the number of the request
        self._kept_until = 0  # position of the stream

    def keep(self, inflow: Inflow, request: Request, on_take: OnTake, *, worker_up: bool) -> None:
        """Give ``on_take`` the bars that are asked for, now or later; or fail the request."""
        bars = int(request.command.args[0])
        if bars == 0 and worker_up and self._settings.first(LOOP, 0):
            self._waiting[request.command.command_id] = on_take
            self._requests.note_sent(request)
            self._send(wire.AskLoop(self._session, request.command.command_id))
        else:
            self._cut(inflow, request, bars, on_take)

    def on_loop(self, inflow: Inflow, answer: wire.LoopPcm) -> None:
        """The worker says what the loop is, or that there is none after all."""
        request = self._requests.take_answered(answer.request_id)
        on_take = self._waiting.pop(answer.request_id, None)
        if request is None or on_take is None:
            return
        if answer.pcm is None:
            self._cut(inflow, request, 0, on_take)
        else:
            on_take(self._loop(inflow, answer, answer.pcm))

    def not_kept(self, draft: Draft) -> None:
        """It could not be saved: what it held is not kept, and may be again."""
        if draft.begin is not None:
            self._kept_until = min(self._kept_until, draft.begin)

    def lose_worker(self) -> None:
        """No loop will come any more; the requests have failed."""
        self._waiting.clear()

    def _loop(self, inflow: Inflow, answer: wire.LoopPcm, pcm: np.ndarray) -> Draft:
        """Return one round at the level at which it is heard, all of it at the same."""
        stream, settings = inflow.stream, tuple(self._settings)
        gain_db, is_levelled = stream.leveller.gain_db, stream.leveller.enabled

        def put_together() -> Take:
            sound = np.asarray(pcm * np.float32(10.0 ** (gain_db / 20.0)), np.float32)
            if is_levelled:
                sound = soft_ceiling(sound)
            return Take(
                sample_rate=stream.sample_rate,
                bars=answer.bars,
                bpm=answer.bpm,
                key=answer.key,
                settings=settings,
                pcm=sound,
                after=sound[:, : stream.ramp],
                snapshot=answer.data,
                snapshot_at=sound.shape[1],
                gain_db=gain_db,
            )

        return Draft(put_together)

    def _cut(self, inflow: Inflow, request: Request, bars: int, on_take: OnTake) -> None:
        stream = inflow.stream
        start, end = stream.recording.start, stream.recording.end
        if bars == 0:
            start = max(start, self._kept_until)
        try:
            if end == start:
                since = " since the last take" if self._kept_until else " yet"
                raise TakeError(f"nothing has been played{since}")
            played = Bars(inflow.transport, inflow.beats_per_bar, stream.sample_rate, start, end)
            span = played.last(bars) if bars else played.all()
            draft = cut_take(stream, span, tuple(inflow.bookmarks), tuple(self._settings))
        except TakeError as error:
            request.fail(str(error))
            return
        self._kept_until = span.end
        on_take(draft)
