"""OSC packets whatever wire they come on: from bytes to commands of the hub, and the answers.

A message whose bundle has a time tag waits on a timer of the event loop, so that a far tag delays
nobody; one that is past acts at once. What waits acts in the order of its tags, messages of one
bundle in their order in it, and is bounded for all senders together. Replies and events that arrive
*here* are ignored: answering them would let two servers talk to each other for ever. A pattern
becomes the settings that it matches.

Threading: event loop only; never blocks.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence

from daw_bridge.errors import MessageError
from daw_bridge.hub import Client, Hub
from daw_bridge.messages import Command, parse_osc
from daw_bridge.notices import EVENT_PREFIX, REPLIES
from daw_bridge.osc.patterns import is_pattern, matching_settings
from daw_bridge.session.requests import Outcome
from daw_bridge.worker_protocol import Value

MAX_SCHEDULED = 1024
MAX_AHEAD_S = 60.0
LOOK_AGAIN_S = 1.0
MAX_ADDRESS_CHARACTERS = 256

Act = Callable[[Command], None]
Complain = Callable[[str, str], None]  # address, reason


class OscClient(Client):
    """A client that is answered in OSC messages."""

    @abstractmethod
    def reply(self, address: str, values: Sequence[Value]) -> None:
        """Send it a message."""

    def done(self, message_id: int | str, outcome: Outcome) -> None:
        """Send ``/magnet/done``."""
        values = (outcome.address, message_id, float(outcome.seconds), str(outcome.position))
        self.reply("/magnet/done", values)

    def fail(self, message_id: int | str | None, address: str, reason: str) -> None:
        """Send ``/magnet/fail``; an address may be as long as a datagram, and its answer not."""
        number = 0 if message_id is None else message_id
        self.reply("/magnet/fail", (address[:MAX_ADDRESS_CHARACTERS], number, reason))

    def answer(self, kind: str, message_id: int | str, values: Mapping[str, Value]) -> None:
        """Send ``/magnet/pong``, ``/magnet/synced``, or the reply to a list or a status."""
        if kind == "status":
            flat = [part for item in values.items() for part in item]
            self.reply("/magnet/status.reply", flat)
        elif kind == "takes":
            self.reply("/magnet/take/list.reply", list(values.values()))
        else:
            self.reply(f"/magnet/{kind}", list(values.values()))


class OscReceiver:
    """Takes packets of all senders."""

    def __init__(self, hub: Hub, wall_clock: Callable[[], float] = time.time) -> None:
        """Prepare; ``wall_clock`` gives the unix time that time tags are meant in."""
        self._hub = hub
        self._wall_clock = wall_clock
        self._waiting: list[tuple[float, int, Act, Command]] = []  # a heap
        self._arrived = 0
        self._timer: asyncio.TimerHandle | None = None

    def take(self, packet: bytes, act: Act, complain: Complain) -> None:
        """Call ``act`` with each command of a packet in its time; ``complain`` of what is bad."""
        try:
            commands = parse_osc(packet)
        except MessageError as error:
            self._hub.metrics.bad_packets += 1
            complain(error.address, str(error))
            return
        for timed in commands:
            address = timed.command.address
            if address in REPLIES or address.startswith(EVENT_PREFIX):
                continue
            try:
                self._schedule(timed.when, timed.command, act)
            except MessageError as error:
                complain(address, str(error))

    def _schedule(self, when: float | None, command: Command, act: Act) -> None:
        now = self._wall_clock()
        first = self._waiting[0][0] if self._waiting else math.inf
        if when is None or (when <= now and when < first):
            act(command)
            return
        if when > now + MAX_AHEAD_S:
            reason = f"the time tag is {when - now:.0f} s ahead; at most {MAX_AHEAD_S:.0f} s"
            raise MessageError(reason)
        if len(self._waiting) >= MAX_SCHEDULED:
            raise MessageError(f"{MAX_SCHEDULED} messages wait already")
        self._arrived += 1
        heapq.heappush(self._waiting, (when, self._arrived, act, command))
        self._set_timer()

    def _set_timer(self) -> None:
        """Wake up for what is due first, and in between, since the wall clock may be set."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            ahead_s = max(0.0, self._waiting[0][0] - self._wall_clock())
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(ahead_s, LOOK_AGAIN_S), self._act_on_due)

    def _act_on_due(self) -> None:
        """Act on all that is due, in the order of its times, and then of its arrival."""
        now = self._wall_clock()
        try:
            while self._waiting and self._waiting[0][0] <= now:
                _, _, act, command = heapq.heappop(self._waiting)
                act(command)
        finally:
            self._set_timer()

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._set_timer()

    def carry_out(self, client: Client, command: Command, complain: Complain) -> None:
        """Hand a command to the hub, as many times as its address means settings."""
        if not is_pattern(command.address):
            self._hub.handle(client, command)
            return
        try:
            settings = matching_settings(command.address, command.args)
        except MessageError as error:
            complain(command.address, str(error))
            return
        for control in settings:
            self._hub.handle(client, Command(control.address, command.args, command.id))
