"""The middle of the server: sessions, the worker, and everyone who sends commands.

Every command, from whatever wire, comes in through ``handle`` and is answered through its sender's
``Client``, once. A refused command changes nothing.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from daw_bridge import worker_protocol as wire
from daw_bridge.controls import BY_ADDRESS, PARAM_PREFIX, Scope, validate
from daw_bridge.doors.access import Access
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.messages import Command, session_name
from daw_bridge.metrics import Histogram, Metrics
from daw_bridge.session.requests import Outcome
from daw_bridge.session.session import DEFAULT_LEAD_MS, Session
from daw_bridge.session.stream import HISTORY_S
from daw_bridge.supervision.supervisor import SILENCE_LIMIT_S, Supervisor, WorkerState
from daw_bridge.takes.desk import TakeDesk
from daw_bridge.takes.files import TakeStore
from daw_bridge.tempo.follower import TempoFollower
from daw_bridge.tempo.source import TempoSource
from daw_bridge.worker_protocol import Value

log = logging.getLogger(__name__)

MAX_SESSIONS = 16
MAX_LISTED = 256  # takes in one answer, so that it fits a datagram
IDLE_SESSION_S = 60.0  # a session but ``main`` that nobody hears or controls is closed
TICK_S = 0.005
HEARD_AFTER_S = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 4.0, 8.0)

Watcher = Callable[[str, str, Mapping[str, Value]], None]  # session ("" for all), event, values


class Client(ABC):
    """Someone who sends commands: an OSC sender or a WebSocket connection.

    Attributes:
        session: the name of the session that its commands act on.
        next_id: number of its next command that carries no id of its own.
        outstanding: commands not answered yet.
        syncs: ids of ``/magnet/sync`` and the earlier commands that each still waits for.
        trusted: it has shown the right token.
    """

    def __init__(self, session: str = "main") -> None:
        self.session = session
        self.next_id = 1
        self.outstanding: dict[object, None] = {}
        self.syncs: list[tuple[int, int | str, set[object]]] = []
        self.trusted = False

    @abstractmethod
    def done(self, message_id: int | str, outcome: Outcome) -> None:
        """Tell it that a command is carried out."""

    @abstractmethod
    def fail(self, message_id: int | str | None, address: str, reason: str) -> None:
        """Tell it that a command or message is refused."""

    @abstractmethod
    def answer(self, kind: str, message_id: int | str, values: Mapping[str, Value]) -> None:
        """Give it what it asked for: ``pong``, ``synced`` or ``status``."""

    def subscribe(self, port: int, host: str | None) -> None:
        """Send replies and events to another address too.

        Raises:
            MessageError: this kind of client cannot.
        """
        raise MessageError(
            "/magnet/subscribe is for OSC; a WebSocket hears everything on its own connection",
            address="/magnet/subscribe",
        )


@dataclass(slots=True)
class _SessionUse:
    session: Session
    last_used: float


class Hub:
    """What the servers share.

    Attributes:
        metrics: counters of the whole server.
        heard_after: how long commands took, from their arrival until they are heard.
        access: who may connect.
        ready: the first worker's ``Ready``; None until the model is loaded.
        supervisor: keeper of the worker.
        tempo: keeps the sessions in time with a clock.
        takes: what is kept of their music.
    """

    def __init__(
        self,
        *,
        config: wire.WorkerConfig,
        access: Access,
        clock: Callable[[], float],
        target: str,
        lead_ms: float = DEFAULT_LEAD_MS,
        silence_limit_s: float = SILENCE_LIMIT_S,
        tempo_source: TempoSource | None = None,
        follow_transport: bool = False,
        takes: TakeStore,
        recorded_s: float = HISTORY_S,
    ) -> None:
        self.metrics = Metrics()
        self.heard_after = Histogram(HEARD_AFTER_S)
        self.access = access
        self.clock = clock
        self.ready: wire.Ready | None = None
        self.model_known = asyncio.Event()
        self.broken = asyncio.Event()
        self.supervisor = Supervisor(
            config,
            on_message=self._on_message,
            on_state=self._on_state,
            target=target,
            silence_limit_s=silence_limit_s,
        )
        self.tempo = TempoFollower(
            tempo_source, follow_transport=follow_transport, notify=self._notify
        )
        self.takes = TakeDesk(takes, self._notify, clock)
        self._lead_ms, self._recorded_s = lead_ms, recorded_s
        self._sessions: dict[str, _SessionUse] = {}
        self._watchers: list[Watcher] = []
        self._wakers: list[Callable[[], None]] = []
        self.session("main")

    # --- sessions ---

    def session(self, name: str) -> Session:
        """Return the session of a name, made where it is new.

        Raises:
            TransportError: there are too many.
        """
        use = self._sessions.get(name)
        if use is None:
            if len(self._sessions) >= MAX_SESSIONS:
                raise TransportError(f"{MAX_SESSIONS} sessions are open already")
            session = Session(
                name,
                send=self.supervisor.send,
                notify=self._notify,
                metrics=self.metrics,
                lead_ms=self._lead_ms,
                recorded_s=self._recorded_s,
            )
            use = self._sessions[name] = _SessionUse(session, self.clock())
            if self.ready is not None:
                session.meet_model(self.ready)
            if self.supervisor.state is WorkerState.READY:
                session.on_ready(self.clock())
            elif self.supervisor.broken:
                session.on_worker_lost(self.supervisor.detail, for_good=True)
        use.last_used = self.clock()
        return use.session

    def open_sessions(self) -> dict[str, Session]:
        """Return the sessions that are open, by name; to look is no use of them."""
        return {name: use.session for name, use in self._sessions.items()}

    def _close_idle_sessions(self, now: float) -> None:
        for name, use in list(self._sessions.items()):
            if use.session.listeners or name == "main":
                use.last_used = now
            elif now - use.last_used > IDLE_SESSION_S:
                del self._sessions[name]
                self.tempo.forget(name)
                self.supervisor.send(wire.Close(name))

    # --- commands ---

    def handle(self, client: Client, command: Command) -> None:
        """Carry out a command of a client, or refuse it with a reason."""
        self.metrics.commands += 1
        message_id = client.next_id if command.id is None else command.id
        client.next_id += command.id is None
        try:
            control, args = validate(command.address, command.args)
            if control.scope is Scope.SERVER:
                self._serve(client, command.address, args, message_id)
                return
            session = self.session(client.session)
            passed_on = self.tempo.pass_on(session, control, args, self.clock())
        except (MessageError, TransportError) as error:
            self.metrics.fails += 1
            client.fail(message_id, command.address, str(error))
            return
        if passed_on is None:
            client.done(message_id, Outcome(command.address, position=session.position))
            return
        ticket = object()
        client.outstanding[ticket] = None

        def reply(outcome: Outcome) -> None:
            if outcome.reason:
                self.metrics.fails += 1
                client.fail(message_id, command.address, outcome.reason)
            else:
                self.heard_after.observe(outcome.seconds)
                client.done(message_id, replace(outcome, address=command.address))
            client.outstanding.pop(ticket, None)
            self._settle_syncs(client, ticket)

        control, args = passed_on
        if control.scope is Scope.TAKE:
            self.takes.carry_out(session, control, args, reply)
        else:
            session.submit(control, args, self.clock(), reply)

    def _serve(
        self, client: Client, address: str, args: tuple[Value, ...], message_id: int | str
    ) -> None:
        match address.rpartition("/")[2]:
            case "ping":
                client.answer("pong", message_id, {"text": args[0] if args else ""})
                return
            case "status":
                client.answer("status", message_id, self.status(client.session))
                return
            case "list":
                names = enumerate(self.takes.names()[-MAX_LISTED:], start=1)
                client.answer("takes", message_id, {str(n): name for n, name in names})
                return
            case "sync":
                client.syncs.append((int(args[0]), message_id, set(client.outstanding)))
                self._settle_syncs(client, None)
                return
            case "subscribe":
                client.subscribe(int(args[0]), str(args[1]) if len(args) > 1 else None)
            case "session":
                name = session_name(args[0], address)
                self.session(name)
                client.session = name
            case "token":
                if not self.access.token_is_right(str(args[0])):
                    raise MessageError("this is not the token", address=address)
                client.trusted = True
        client.done(message_id, Outcome(address, position=self.session(client.session).position))

    def _settle_syncs(self, client: Client, ticket: object) -> None:
        waiting = []
        for number, message_id, tickets in client.syncs:
            tickets.discard(ticket)
            if tickets:
                waiting.append((number, message_id, tickets))
            else:
                client.answer("synced", message_id, {"id": number})
        client.syncs = waiting

    def status(self, name: str) -> dict[str, Value]:
        """Return what ``/magnet/status`` shows of a session and the server."""
        session = self.session(name)
        values: dict[str, Value] = {
            "session": name,
            "state": session.state.value,
            "position": str(session.position),
            "playhead": str(session.playhead(self.clock())),
            "sample_rate": session.sample_rate,
            "lead_now_ms": session.lead_s * 1000,
            "listeners": len(session.listeners),
            "worker": self.supervisor.state.value,
            "worker_detail": self.supervisor.detail,
            "worker_pid": self.supervisor.pid or 0,
        }
        values |= self.tempo.values(name)
        for address, args in session.settings():
            name = address.removeprefix(PARAM_PREFIX).removeprefix("/magnet/")
            values[name] = args[0]
            for argument, value in zip(BY_ADDRESS[address].arguments[1:], args[1:], strict=True):
                values[f"{name}/{argument.name}"] = value
        return values | self.metrics.values()

    # --- events ---

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` with every event; return the function that ends it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def on_progress(self, waker: Callable[[], None]) -> Callable[[], None]:
        """Call ``waker`` when there may be PCM to send; return the function that ends it."""
        self._wakers.append(waker)
        return lambda: self._wakers.remove(waker)

    def announce(self, event: str, values: Mapping[str, Value], session: str = "") -> None:
        """Tell everyone, or everyone of a session, what has happened."""
        self._notify(session, event, values)

    def _notify(self, session: str, event: str, values: Mapping[str, Value]) -> None:
        for watcher in list(self._watchers):
            watcher(session, event, values)

    def _wake(self) -> None:
        for waker in list(self._wakers):
            waker()

    # --- the worker ---

    async def wait_for_model(self) -> None:
        """Return when the model is known.

        Raises:
            TransportError: it cannot be loaded.
        """
        known = asyncio.ensure_future(self.model_known.wait())
        broken = asyncio.ensure_future(self.broken.wait())
        try:
            await asyncio.wait((known, broken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            known.cancel()
            broken.cancel()
        if not self.model_known.is_set():
            raise TransportError(self.supervisor.detail)

    def _on_state(self, state: WorkerState, detail: str) -> None:
        log.info("worker %s: %s", state.value, detail)
        if state is WorkerState.RESTARTING:
            self.metrics.worker_restarts += 1
        for use in self._sessions.values():
            if state is WorkerState.RESTARTING:
                use.session.on_worker_lost(f"the worker was lost: {detail}")
            elif state is WorkerState.BROKEN:
                use.session.on_worker_lost(detail, for_good=True)
        self._notify("", "worker", {"state": state.value, "detail": detail})
        if state is WorkerState.BROKEN:
            self.broken.set()

    def _on_message(self, message: wire.WorkerMessage) -> None:
        now = self.clock()
        if isinstance(message, wire.Ready):
            self.ready = message
            for use in self._sessions.values():
                use.session.meet_model(message)
                use.session.on_ready(now)
            self.model_known.set()
            return
        assert not isinstance(message, wire.Broken)  # the supervisor keeps it
        use_or_none = self._sessions.get(message.session)
        if use_or_none is None:
            return  # closed meanwhile
        session = use_or_none.session
        match message:
            case wire.Chunk():
                session.on_chunk(message, now)
                self._wake()
            case wire.Done():
                session.on_done(message, now)
            case wire.Fail():
                session.on_fail(message)
            case wire.Event():
                session.on_event(message)
            case wire.Snapshot():
                session.on_snapshot(message)
            case wire.Restored():
                session.takes.on_restored(message, now)
            case wire.LoopPcm():
                session.takes.on_loop(message)

    def tick(self) -> None:
        """Keep time: playheads, demands, gaps, idle sessions, a worker that hangs."""
        now = self.clock()
        for use in list(self._sessions.values()):
            use.session.tick(now)
        self.tempo.tick(now, (use.session for use in self._sessions.values()))
        waited_for = any(use.session.waits_for_worker for use in self._sessions.values())
        self.supervisor.watch(now, waited_for=waited_for)
        self._close_idle_sessions(now)
        self._wake()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            self.tick()
            await asyncio.sleep(TICK_S)
