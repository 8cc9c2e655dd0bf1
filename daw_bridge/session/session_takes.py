"""What a performer does with takes of one session: keep, recall, undo.

    keep    -> the recording or the worker's loop -> a take
    recall  -> the worker goes back to the take's snapshot -> the take is heard, then new music
    undo    -> the worker goes back to the snapshot before the change -> other music is heard

Where there is no worker, a recall is heard all the same, and the next worker goes on from it.
A recall that is quantised waits for the next line of the music that is heard. There what comes next
is held back until the worker has answered, for which it has as long as the lead.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

from typing import Protocol

from daw_bridge import worker_protocol as wire
from daw_bridge.controls import Control
from daw_bridge.session.going_back import GoingBack, RestoreTarget
from daw_bridge.session.inflow import Inflow
from daw_bridge.session.keeping import Keeping, OnTake
from daw_bridge.session.requests import Outcome, Reply, Request, Requests
from daw_bridge.session.takes import Draft, Take
from daw_bridge.session.undo import UNDO
from daw_bridge.worker_protocol import Value


class Playing(Protocol):
    """The session that takes are of."""

    inflow: Inflow | None
    worker_up: bool
    no_more_workers: str

    @property
    def is_under_way(self) -> bool:
        """Whether it plays, or is about to."""

    @property
    def line_beats(self) -> int:
        """Beats from line to line, where changes are quantised; else 0."""

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
        self._waiting: tuple[Request, RestoreTarget] | None = None  # for a line
        self._asked: Request | None = None  # at a line, where music waits for the answer

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

    def not_kept(self, draft: Draft) -> None:
        """What was to be kept could not be saved."""
        self._keeping.not_kept(draft)

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
            self._give_up_waiting("another take was recalled meanwhile")
            self._waiting = request, RestoreTarget(take.settings, take.snapshot, take)
            self.come_to_line(now)

    def come_to_line(self, now: float) -> None:
        """Recall what waits, if its line is there, or none can come."""
        inflow, session = self._session.inflow, self._session
        if self._waiting is None or self._asked is not None or inflow is None:
            return
        inflow.line_beats = session.line_beats  # it may have been changed meanwhile
        if session.worker_up and session.is_under_way and not inflow.is_at_line:
            return
        (request, target), self._waiting = self._waiting, None
        self._asked = request
        self._going_back.note_change(request, now)
        self._go_back(request, target, now)

    def give_up(self, reason: str) -> None:
        """Recall nothing that waits."""
        self._give_up_waiting(reason)
        if self._asked is None:
            self._leave_line()

    def _give_up_waiting(self, reason: str) -> None:
        if self._waiting is not None:
            (request, _), self._waiting = self._waiting, None
            request.fail(reason)

    def _leave_line(self) -> None:
        """Let the music go on, if nothing waits for a line."""
        self._asked = None
        if self._waiting is None and self._session.inflow is not None:
            self._session.inflow.line_beats = 0

    def undo(self, request: Request, now: float) -> None:
        """Go back to before the last change; fail the request where there is none.

        A recall that waits for its line is the last change, and has changed nothing yet.
        """
        if self._waiting is not None:
            self.give_up("it was undone before its line")
            session = self._session
            request.reply(session.done(UNDO, session.position, request.arrived, now))
            return
        target = self._going_back.undo_target()
        if target is None:
            request.fail("there is no change to undo")
        else:
            self._go_back(request, target, now)

    def _go_back(self, request: Request, target: RestoreTarget, now: float) -> None:
        if self._session.worker_up and target.snapshot:
            self._going_back.ask(request, target)
        else:
            self._arrive(request, target, None, now)

    def on_restored(self, restored: wire.Restored, now: float) -> None:
        """The worker has gone back to other music, or says why it cannot."""
        request = self._requests.take_answered(restored.request_id)
        target = self._going_back.answered(restored)
        if request is not None and target is not None:
            self._arrive(request, target, restored.position, now)
        elif request is not None:
            if request is self._asked:
                self._leave_line()
            request.fail(restored.reason)

    def _arrive(
        self, request: Request, target: RestoreTarget, position: int | None, now: float
    ) -> None:
        """Let it be heard: from a position of the worker on, or without one."""
        session = self._session
        at, inflow = session.position, session.inflow
        if request is self._asked:
            self._leave_line()
        self._going_back.arrive(request, target, worker_up=session.worker_up)
        if inflow is not None and target.take is not None:
            inflow.splice(target.take, position)
        elif inflow is not None and position is not None:
            at = inflow.to_stream(position)
            inflow.begin_anew(position)
        request.reply(session.done(request.command.address, at, request.arrived, now))

    def lose_worker(self) -> None:
        """What was asked of the worker is not answered any more; the requests have failed."""
        self._leave_line()
        self._going_back.lose_worker()
        self._keeping.lose_worker()
