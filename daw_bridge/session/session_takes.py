"""What a performer does with takes of one session: keep, recall, undo.

    keep    -> the recording or the worker's loop -> a take
    recall  -> the worker goes back to the take's snapshot -> the take is heard, then new music
    undo    -> the worker goes back to the snapshot before the change -> other music is heard

Where there is no worker, a recall is heard all the same, and the next worker goes on from it.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

from typing import Protocol

from daw_bridge import worker_protocol as wire
from daw_bridge.controls import Control
from daw_bridge.session.going_back import GoingBack, Way
from daw_bridge.session.inflow import Inflow
from daw_bridge.session.keeping import Keeping, OnTake
from daw_bridge.session.requests import Outcome, Reply, Request, Requests
from daw_bridge.session.takes import Take
from daw_bridge.worker_protocol import Value


class Playing(Protocol):
    """The session that takes are of."""

    inflow: Inflow | None
    worker_up: bool
    no_more_workers: str

    @property
    def position(self) -> int:
        """Stream position of the next sample that is not final yet."""

    def done(self, address: str, position: int, arrived: float, now: float) -> Outcome:
        """Return the answer to a command that is first heard at a position."""


class SessionTakes:
    """Keeps and recalls.

    Args:
        session: that plays.
        requests: of the session, not answered yet.
        going_back, keeping: what it remembers for either.
    """

    def __init__(
        self, session: Playing, requests: Requests, going_back: GoingBack, keeping: Keeping
    ) -> None:
        self._session, self._requests = session, requests
        self._going_back, self._keeping = going_back, keeping

    def keep(
        self,
        control: Control,
        args: tuple[Value, ...],
        now: float,
        reply: Reply,
        on_take: OnTake,
    ) -> None:
        """Call ``on_take`` with what is to be kept; ``reply`` only where there is nothing."""
        request, session = self._requests.new(control, args, now, reply), self._session
        if request is None:
            return
        if session.inflow is None:
            request.fail("nothing has been played yet")
        else:
            self._keeping.keep(session.inflow, request, on_take, worker_up=session.worker_up)

    def on_loop(self, answer: wire.LoopPcm) -> None:
        """The worker says what the loop is that was to be kept."""
        assert self._session.inflow is not None
        self._keeping.on_loop(self._session.inflow, answer)

    def recall(
        self, take: Take, control: Control, args: tuple[Value, ...], now: float, reply: Reply
    ) -> None:
        """Let a take be heard again, and music that goes on from it; ``reply`` is called once."""
        request, session = self._requests.new(control, args, now, reply), self._session
        if request is None:
            return
        if session.inflow is None:
            request.fail(session.no_more_workers or "the model is not loaded yet")
        elif reason := session.inflow.cannot_play(take):
            request.fail(reason)
        else:
            self._going_back.note_change(request, now)
            self._go_back(request, Way(take.settings, take.snapshot, take), now)

    def undo(self, request: Request, now: float) -> None:
        """Go back to before the last change; fail the request where there is none."""
        way = self._going_back.way_back()
        if way is None:
            request.fail("there is no change to undo")
        else:
            self._go_back(request, way, now)

    def _go_back(self, request: Request, way: Way, now: float) -> None:
        if self._session.worker_up and way.snapshot:
            self._going_back.ask(request, way)
        else:
            self._arrive(request, way, None, now)

    def on_restored(self, restored: wire.Restored, now: float) -> None:
        """The worker has gone back to other music, or says why it cannot."""
        request = self._requests.take_answered(restored.request_id)
        way = self._going_back.answered(restored)
        if request is not None and way is not None:
            self._arrive(request, way, restored.position, now)
        elif request is not None:
            request.fail(restored.reason)

    def _arrive(self, request: Request, way: Way, position: int | None, now: float) -> None:
        """Let it be heard: from a position of the worker on, or without one."""
        session = self._session
        at, inflow = session.position, session.inflow
        self._going_back.arrive(request, way, worker_up=session.worker_up)
        if inflow is not None and way.take is not None:
            inflow.splice(way.take, position)
        elif inflow is not None and position is not None:
            at = inflow.to_stream(position)
            inflow.begin_anew(position)
        request.reply(session.done(request.command.address, at, request.arrived, now))

    def lose_worker(self) -> None:
        """What was asked of the worker is not answered any more; the requests have failed."""
        self._going_back.lose_worker()
        self._keeping.lose_worker()
