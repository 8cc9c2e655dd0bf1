"""OSC packets whatever wire they come on: from bytes to commands of the hub, and the answers.

A message whose bundle has a time tag waits on a timer of the event loop, so that a far tag delays
nobody; one that is past acts at once. What waits acts in the order of its tags, messages of one
bundle in their order in it, and is bounded for each sender and for all together. Replies and events
that arrive *here* are ignored: answering them would let two servers talk to each other for ever. A
pattern becomes the settings that it matches.

What is due acts for some milliseconds at a time: the loop sends audio in between, and no other
message acts before the rest of a bundle.

Threading: event loop only; never blocks for longer than ``SLICE_S`` and one command.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from daw_bridge.client import Client
from daw_bridge.errors import MessageError
from daw_bridge.hub import Hub
from daw_bridge.messages import Command, TimedCommand, encode_osc, parse_osc
from daw_bridge.notices import EVENT_PREFIX, REPLIES
from daw_bridge.osc.patterns import is_pattern, matching_settings
from daw_bridge.session.requests import Outcome
from daw_bridge.worker_protocol import Value

MAX_SCHEDULED, MAX_SCHEDULED_OF_ONE = 1024, 512
MAX_DUE = 4096  # that wait for their slice; more come only where the machine cannot keep up
MAX_AHEAD_S = 60.0
LOOK_AGAIN_S = 1.0
SLICE_S = 0.003
MAX_ADDRESS_CHARACTERS = 256
MAX_REPLY_BYTES = 8192  # macOS sends no datagram above 9216, and many peers read none above 16 KiB

PATTERN_COST = 16.0  # in messages: so much longer it takes
_COSTS = {"/magnet/status": 8.0, "/magnet/take/list": 8.0}


def cost(commands: Iterable[TimedCommand]) -> float:
    """Return what commands cost, in plain messages: for the limits of who sends them."""
    return sum(
        PATTERN_COST if is_pattern(timed.command.address) else _COSTS.get(timed.command.address, 1)
        for timed in commands
    )


class OscClient(Client):
    """A client that is answered in OSC messages.

    Attributes:
        scheduled: its messages that wait for their time tags.
    """

    can_move = True

    def __init__(self, session: str = "main") -> None:
        super().__init__(session)
        self.scheduled = 0

    @abstractmethod
    def reply(self, address: str, values: Sequence[Value]) -> None:
        """Send it a message."""

    def complain(self, address: str, reason: str) -> None:
        """Refuse what is no command."""
        self.fail(None, address, reason)

    def done(self, message_id: int | str, outcome: Outcome) -> None:
        """Send ``/magnet/done``."""
        values = (outcome.address, message_id, float(outcome.seconds), str(outcome.position))
        self.reply("/magnet/done", values)

    def fail(self, message_id: int | str | None, address: str, reason: str) -> None:
        """Send ``/magnet/fail``; an address may be as long as a datagram, and its answer not."""
        number = 0 if message_id is None else message_id
        self.reply("/magnet/fail", (address[:MAX_ADDRESS_CHARACTERS], number, reason))

    def answer(self, kind: str, message_id: int | str, values: Mapping[str, Value]) -> None:
        """Send ``/magnet/pong``, ``/magnet/synced``, or the replies to a list or a status."""
        if kind == "status":
            for pairs in _in_datagrams("/magnet/status.reply", list(values.items())):
                self.reply("/magnet/status.reply", pairs)
        elif kind == "takes":
            address, newest = "/magnet/take/list.reply", list(values.values())
            while len(encode_osc(address, newest)) > MAX_REPLY_BYTES:
                newest = newest[(len(newest) + 7) // 8 :]
            self.reply(address, newest)
        else:
            self.reply(f"/magnet/{kind}", list(values.values()))


def _in_datagrams(address: str, pairs: list[tuple[str, Value]]) -> list[list[Value]]:
    """Return names and values in turn, in as many parts as they need to be sent."""
    flat = [part for pair in pairs for part in pair]
    if len(pairs) < 2 or len(encode_osc(address, flat)) <= MAX_REPLY_BYTES:
        return [flat]
    half = len(pairs) // 2
    return _in_datagrams(address, pairs[:half]) + _in_datagrams(address, pairs[half:])


class OscReceiver:
    """Takes packets of all senders."""

    def __init__(self, hub: Hub, wall_clock: Callable[[], float] = time.time) -> None:
        """Prepare; ``wall_clock`` gives the unix time that time tags are meant in."""
        self._hub = hub
        self._wall_clock = wall_clock
        self._scheduled: list[tuple[float, int, OscClient, Command]] = []  # a heap
        self._arrived = 0
        self._timer: asyncio.TimerHandle | None = None
        self._due: deque[tuple[OscClient, Command]] = deque()
        self._next_slice: asyncio.Handle | None = None

    # --- what comes in ---

    def read(self, client: OscClient, packet: bytes) -> list[TimedCommand]:
        """Return the commands of a packet; none of a bad one, whose sender is told."""
        try:
            commands = parse_osc(packet)
        except MessageError as error:
            self._hub.metrics.bad_packets += 1
            if not _is_ours(error.address):
                self.refuse(client, error.address, str(error))
            return []
        return [timed for timed in commands if not _is_ours(timed.command.address)]

    def take(self, client: OscClient, commands: Iterable[TimedCommand]) -> None:
        """Carry out commands of a client, each in its time."""
        for timed in commands:
            try:
                self._place(client, timed)
            except MessageError as error:
                self.refuse(client, timed.command.address, str(error))
        if self._next_slice is None:
            self._act_on_due()

    def refuse(self, client: OscClient, address: str, reason: str) -> None:
        """Tell a client what is wrong with what it sent, and count it."""
        self._hub.metrics.fails += 1
        client.complain(address, reason)

    # --- when it acts ---

    def _place(self, client: OscClient, timed: TimedCommand) -> None:
        when, now = timed.when, self._wall_clock()
        first = self._scheduled[0][0] if self._scheduled else math.inf
        if when is None or (when <= now and when < first):
            if len(self._due) >= MAX_DUE:
                raise MessageError(f"{MAX_DUE} messages are to be carried out already; slow down")
            self._due.append((client, timed.command))
            return
        if when > now + MAX_AHEAD_S:
            reason = f"the time tag is {when - now:.0f} s ahead; at most {MAX_AHEAD_S:.0f} s"
            raise MessageError(reason)
        if client.scheduled >= MAX_SCHEDULED_OF_ONE:
            raise MessageError(f"{MAX_SCHEDULED_OF_ONE} messages of this sender wait already")
        if len(self._scheduled) >= MAX_SCHEDULED:
            raise MessageError(f"{MAX_SCHEDULED} messages wait already")
        self._arrived += 1
        client.scheduled += 1
        heapq.heappush(self._scheduled, (when, self._arrived, client, timed.command))
        self._set_timer()

    def _set_timer(self) -> None:
        """Wake up for what is due first, and in between, since the wall clock may be set."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._scheduled:
            ahead_s = max(0.0, self._scheduled[0][0] - self._wall_clock())
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(ahead_s, LOOK_AGAIN_S), self._note_due)

    def _note_due(self) -> None:
        """Put all that is due in line, in the order of its times, and then of its arrival."""
        now = self._wall_clock()
        while self._scheduled and self._scheduled[0][0] <= now:
            _, _, client, command = heapq.heappop(self._scheduled)
            client.scheduled -= 1
            self._due.append((client, command))
        self._set_timer()
        if self._next_slice is None:
            self._act_on_due()

    def _act_on_due(self) -> None:
        """Act on what is in line for as long as a slice is, and on the rest in the next."""
        self._next_slice = None
        until = self._hub.clock() + SLICE_S
        try:
            while self._due:
                self._carry_out(*self._due.popleft())
                if self._hub.clock() >= until:
                    break
        finally:
            if self._due:
                loop = asyncio.get_running_loop()
                self._next_slice = loop.call_soon(self._act_on_due)

    def close(self) -> None:
        """Forget what waits."""
        self._scheduled.clear()
        self._due.clear()
        self._set_timer()

    def _carry_out(self, client: OscClient, command: Command) -> None:
        """Hand a command to the hub, as many times as its address means settings."""
        if not is_pattern(command.address):
            self._hub.handle(client, command)
            return
        try:
            settings = matching_settings(command.address, command.args)
        except MessageError as error:
            self.refuse(client, command.address, str(error))
            return
        for control in settings:
            self._hub.handle(client, Command(control.address, command.args, command.id))


def _is_ours(address: str) -> bool:
    """Return whether a message is one that servers send."""
    return address in REPLIES or address.startswith(EVENT_PREFIX)
