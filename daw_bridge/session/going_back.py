"""A session on its way to the music and the settings of another time.

    asked --> [Restore is with the worker] --Restored--> arrived: settings, snapshot, sound follow
                                           --a reason--> given up: nothing has changed

The way leads to a take that is recalled, or to the moment before a change that is undone. Settings
that were on their way to the worker before it went back are answered, and no longer hold.

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
class Way:
    """Where a session goes back to.

    Attributes:
        settings: that hold there.
        snapshot: of the music; empty where there is none.
        take: what is heard on the way; None where the music changes at once.
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
        self._ways: dict[int, Way] = {}  # by the number of the request
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

    def way_back(self) -> Way | None:
        """Return the way to before the last change, and forget that; None where there is none."""
        moment = self._undo.take()
        if moment is None:
            return None
        return Way(moment.settings, moment.snapshot or b"", moment=moment)

    def take_snapshot(self) -> bytes | None:
        """Return the snapshot, once: if it kills the worker, the next one lives."""
        snapshot, self.snapshot = self.snapshot, None
        return snapshot

    # --- on the way ---

    def ask(self, request: Request, way: Way) -> None:
        """Let the worker go back."""
        number = request.command.command_id
        self._ways[number] = way
        self._requests.note_sent(request)
        target = SessionSettings(self._settings)
        target.follow(way.settings)
        settings = tuple(target.replay())
        self._send(wire.Restore(self._session, way.snapshot, number, settings))

    def answered(self, restored: wire.Restored) -> Way | None:
        """Return the way that the worker has gone; None where it has not."""
        way = self._ways.pop(restored.request_id, None)
        if way is not None and restored.reason:
            self._give_up(restored.request_id, way)
            return None
        return way

    def lose_worker(self) -> None:
        """Nothing that was asked for is answered any more."""
        for number, way in self._ways.items():
            self._give_up(number, way)
        self._ways.clear()

    def _give_up(self, number: int, way: Way) -> None:
        self._undo.forget(number)
        if way.moment is not None:
            self._undo.put_back(way.moment)

    def arrive(self, request: Request, way: Way, *, worker_up: bool) -> None:
        """Let the settings and the snapshot of the way hold from now on."""
        if way.snapshot:
            self.snapshot = way.snapshot
            self._replaced_before = request.command.command_id
        elif worker_up and way.moment is not None:  # before any music: settings are all there is
            for address, args in self._settings.way_to(way.settings):
                self._send(wire.Command(self._session, -1, address, args))
        if way.snapshot or way.moment is not None:
            self._settings.follow(way.settings)

    def has_replaced(self, request: Request) -> bool:
        """Return whether a setting that is answered now was set before the session went back."""
        return request.command.command_id < self._replaced_before
