"""A session on its way to the music and the settings of another time.

    asked --> [Restore is with the worker] --Restored--> arrived: settings, snapshot, sound follow
                                           --a reason--> given up: nothing has changed

It goes to a take that is recalled, or to the moment before a change that is undone. Settings that
were on their way to the worker before it went back are answered, and no longer hold.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daw_bridge import worker_protocol as wire
from daw_bridge.session.requests import Request, Requests
from daw_bridge.session.settings import SessionSettings, Setting
from daw_bridge.session.takes import Take
from daw_bridge.session.undo import Moment, Undo


@dataclass(frozen=True, slots=True)
class RestoreTarget:
    """Where a session goes back to.

    Attributes:
        settings: that hold there.
        snapshot: of the music; empty where there is none.
        take: what is heard on the way there; None where the music changes at once.
        moment: what is undone; None where it is a take.
    """

    settings: tuple[Setting, ...]
    snapshot: bytes
    take: Take | None = None
    moment: Moment | None = None


class GoingBack:
    """What a session remembers for it, and what is under way.

    Attributes:
        snapshot: of the music now, for the next worker.
    """

    def __init__(
        self,
        session: str,
        send: Callable[[wire.ServerMessage], None],
        requests: Requests,
        settings: SessionSettings,
    ) -> None:
        self.snapshot: bytes | None = None
        self._session, self._send = session, send
        self._requests, self._settings = requests, settings
        self._undo = Undo()
        self._targets: dict[int, RestoreTarget] = {}  # by the number of the request
        self._asked_at: dict[int, int] = {}  # and the number of the next request, then
        self._replaced_before = 0  # requests before this one no longer say what holds

    # --- what can be gone back to ---

    def note_change(self, request: Request, now: float) -> None:
        """Remember how it was before a command, if that can be undone; it is not sent yet."""
        command = request.command
        settings = self._settings.with_changes(self._requests.sent_settings())
        moment = Moment(settings, self.snapshot, command.command_id)
        self._undo.note(moment, command.address, command.args, now)

    def forget_change(self, command_id: int) -> None:
        """A command was refused: there is nothing to undo."""
        self._undo.forget(command_id)

    def undo_target(self) -> RestoreTarget | None:
        """Return the moment before the last change, and forget it; None where there is none."""
        moment = self._undo.take()
        if moment is None:
            return None
        return RestoreTarget(moment.settings, moment.snapshot or b"", moment=moment)

    def take_snapshot(self) -> bytes | None:
        """Return the snapshot, once: if it kills the worker, the next one lives."""
        snapshot, self.snapshot = self.snapshot, None
        return snapshot

    # --- on the way ---

    def ask(self, request: Request, target: RestoreTarget) -> None:
        """Let the worker go back."""
        number = request.command.command_id
        self._targets[number], self._asked_at[number] = target, self._requests.next_id
        self._requests.note_sent(request)
        then = SessionSettings(self._settings)
        then.follow(target.settings)
        settings = tuple(then.replay())
        self._send(wire.Restore(self._session, target.snapshot, number, settings))

    def answered(self, restored: wire.Restored) -> RestoreTarget | None:
        """Return where the worker has gone back to; None where it has not."""
        target = self._targets.pop(restored.request_id, None)
        if target is not None and restored.reason:
            del self._asked_at[restored.request_id]
            self._give_up(restored.request_id, target)
            return None
        return target

    def lose_worker(self) -> None:
        """Nothing that was asked for is answered any more."""
        for number, target in self._targets.items():
            self._give_up(number, target)
        self._targets.clear()
        self._asked_at.clear()

    def _give_up(self, number: int, target: RestoreTarget) -> None:
        self._undo.forget(number)
        if target.moment is not None:
            self._undo.put_back(target.moment)

    def arrive(self, request: Request, target: RestoreTarget, *, worker_up: bool) -> None:
        """Let the settings and the snapshot of that time hold from now on."""
        asked_at = self._asked_at.pop(request.command.command_id, self._requests.next_id)
        if target.snapshot:
            self.snapshot = target.snapshot
            self._replaced_before = asked_at
        elif worker_up and target.moment is not None:  # before any music: settings are all there is
            for address, args in self._settings.way_to(target.settings):
                self._send(wire.Command(self._session, -1, address, args))
        if target.snapshot or target.moment is not None:
            self._settings.follow(target.settings)

    def has_replaced(self, request: Request) -> bool:
        """Return whether a setting that is answered now was set before the session went back."""
        return request.command.command_id < self._replaced_before
