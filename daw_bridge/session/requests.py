"""The commands of a session on their way: each is answered once, whatever becomes of the worker.

    new --> [waits, while there is no worker] --> sent to the worker --Done, Fail--> answered

Threading: none of its own; called from the event loop only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daw_bridge.controls import Control
from daw_bridge.worker_protocol import Command, Value

MAX_REQUESTS = 256


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a command.

    Attributes:
        address: of the command.
        reason: why it failed; empty where it is done.
        position: model-rate stream position of the first sample that it changes.
        seconds: from the arrival of the command until that sample is heard.
    """

    address: str
    reason: str = ""
    position: int = 0
    seconds: float = 0.0


Reply = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Request:
    """A command, when it arrived, and who is told what became of it."""

    command: Command
    arrived: float
    reply: Reply
    setting: bool

    def fail(self, reason: str) -> None:
        """Tell that it came to nothing, and why."""
        self.reply(Outcome(self.command.address, reason))


class Requests:
    """All that is not answered yet, by the number that the worker answers with."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._next_id = 1
        self._sent: dict[int, Request] = {}
        self._waiting: list[Request] = []

    def new(
        self, control: Control, args: tuple[Value, ...], now: float, reply: Reply
    ) -> Request | None:
        """Return a request with a number of its own; None where it is refused, since many wait."""
        if len(self._sent) + len(self._waiting) >= MAX_REQUESTS:
            reply(Outcome(control.address, f"{MAX_REQUESTS} commands wait already; slow down"))
            return None
        command = Command(self._session, self._next_id, control.address, args)
        self._next_id += 1
        return Request(command, now, reply, control.setting)

    @property
    def next_id(self) -> int:
        """The number of the next request."""
        return self._next_id

    def note_sent(self, request: Request) -> None:
        """It is with the worker."""
        self._sent[request.command.command_id] = request

    def sent_settings(self) -> list[tuple[str, tuple[Value, ...]]]:
        """Return the settings that the worker has not answered yet, in order."""
        sent = (request for request in self._sent.values() if request.setting)
        return [(request.command.address, request.command.args) for request in sent]

    def wait(self, request: Request) -> None:
        """Keep it for the next worker."""
        self._waiting.append(request)

    def take_waiting(self) -> list[Request]:
        """Return what waited for a worker, in order; it waits no more."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def take_answered(self, command_id: int) -> Request | None:
        """Return the request that is answered; None for a setting that was replayed."""
        return self._sent.pop(command_id, None)

    def take_sent(self, address: str) -> list[Request]:
        """Return the commands of an address that are with the worker, in order; no longer sent."""
        found = [one for one in self._sent.values() if one.command.address == address]
        for request in found:
            del self._sent[request.command.command_id]
        return found

    def is_sent(self, addresses: tuple[str, ...]) -> bool:
        """Return whether a command of one of the addresses is with the worker."""
        return any(request.command.address in addresses for request in self._sent.values())

    def withdraw(self, address: str, reason: str) -> None:
        """Fail the commands of an address that wait for a worker."""
        waiting = self.take_waiting()
        for request in waiting:
            if request.command.address == address:
                request.fail(reason)
            else:
                self.wait(request)

    def fail_sent(self, reason: str) -> None:
        """The worker is gone: fail what it has not answered. It may be what killed it."""
        sent, self._sent = self._sent, {}
        for request in sent.values():
            request.fail(reason)

    def fail_waiting(self, reason: str) -> None:
        """No other worker will come."""
        for request in self.take_waiting():
            request.fail(reason)
