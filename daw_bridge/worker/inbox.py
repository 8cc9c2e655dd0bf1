"""Messages that wait in the worker until it has time for them.

A worker that obeyed every message as it comes would make no music while someone sends a thousand a
second. So they wait here, in their order within a session, and sessions take turns: who floods one
makes that one slow to answer, and no other.

Threading: one thread, the worker's.
"""

from __future__ import annotations

from collections import deque

from daw_bridge.worker_protocol import ServerMessage, Shutdown


class Inbox:
    """Messages by session."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[ServerMessage]] = {}  # those whose turn is next come first

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._waiting)

    def waits_for(self, session: str) -> bool:
        """Return whether a message of this session waits."""
        return session in self._waiting

    def put(self, message: ServerMessage) -> None:
        """Let a message wait behind all others of its session."""
        assert not isinstance(message, Shutdown), "it is about no session, and does not wait"
        self._waiting.setdefault(message.session, deque()).append(message)

    def take(self) -> ServerMessage:
        """Return the next message; there must be one."""
        session = next(iter(self._waiting))
        waiting = self._waiting.pop(session)
        message = waiting.popleft()
        if waiting:
            self._waiting[session] = waiting  # behind the others
        return message
