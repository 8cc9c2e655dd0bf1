"""Someone who sends commands, whatever the wire: how it is answered, and what it still waits for.

Commands are numbered as they come, and a ``/magnet/sync`` waits for those before it: for the
lowest number that is not answered to pass it. So many syncs cost no more than one.

Threading: event loop only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from daw_bridge.errors import MessageError
from daw_bridge.session.requests import Outcome
from daw_bridge.worker_protocol import Value

MAX_SYNCS = 64  # of one client, waiting

_SYNC, _SUBSCRIBE = "/magnet/sync", "/magnet/subscribe"


class Client(ABC):
    """An OSC sender or a WebSocket connection.

    Attributes:
        session: the name of the session that its commands act on.
        trusted: it has shown the right token.
        can_move: its commands may act on another session later; what a WebSocket hears cannot
            change, so neither can what it commands.
    """

    can_move: ClassVar[bool] = False

    def __init__(self, session: str = "main") -> None:
        self.session = session
        self.trusted = False
        self._next_id = 1
        self._next_ticket = 0
        self._open: dict[int, None] = {}  # tickets of commands not answered, in order
        self._syncs: deque[tuple[int, int, int | str]] = deque()  # ticket after it, number, id

    @abstractmethod
    def done(self, message_id: int | str, outcome: Outcome) -> None:
        """Tell it that a command is carried out."""

    @abstractmethod
    def fail(self, message_id: int | str | None, address: str, reason: str) -> None:
        """Tell it that a command or message is refused."""

    @abstractmethod
    def answer(self, kind: str, message_id: int | str, values: Mapping[str, Value]) -> None:
        """Give it what it asked for: ``pong``, ``synced``, ``takes`` or ``status``."""

    def subscribe(self, port: int, host: str | None) -> None:
        """Send replies and events to another address too.

        Raises:
            MessageError: this kind of client cannot.
        """
        raise MessageError(
            "/magnet/subscribe is for OSC; a WebSocket hears everything on its own connection",
            address=_SUBSCRIBE,
        )

    # --- what it waits for ---

    def number(self, own: int | str | None) -> int | str:
        """Return the id of its next command: its own, or a number."""
        if own is not None:
            return own
        self._next_id += 1
        return self._next_id - 1

    def begin(self) -> int:
        """Return the ticket of a command that is not answered at once; end it with ``end``."""
        self._open[self._next_ticket] = None
        self._next_ticket += 1
        return self._next_ticket - 1

    def end(self, ticket: int) -> None:
        """Note that a command is answered, and answer the syncs that waited for it."""
        del self._open[ticket]
        self._settle()

    def sync(self, number: int, message_id: int | str) -> None:
        """Answer a sync when all that came before it is answered, perhaps now.

        Raises:
            MessageError: too many wait already.
        """
        if len(self._syncs) >= MAX_SYNCS:
            raise MessageError(f"{MAX_SYNCS} syncs wait already; slow down", address=_SYNC)
        self._syncs.append((self._next_ticket, number, message_id))
        self._settle()

    def _settle(self) -> None:
        first_open = next(iter(self._open), self._next_ticket)
        while self._syncs and self._syncs[0][0] <= first_open:
            _, number, message_id = self._syncs.popleft()
            self.answer("synced", message_id, {"id": number})
