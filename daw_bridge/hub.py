"""The middle of the server: sessions, the worker, and everyone who sends commands.

Every command, from whatever wire, comes in through ``handle`` and is answered through its sender's
``Client``, once. A refused command changes nothing.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from daw_bridge import worker_protocol as wire
from daw_bridge.client import Client
from daw_bridge.controls import BY_ADDRESS, DEFAULT_LEAD_MS, Scope, validate
from daw_bridge.doors.access import Access
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.messages import Command, session_name
from daw_bridge.metrics import Histogram, Metrics
from daw_bridge.session.recording import RecordingMemory
from daw_bridge.session.requests import Outcome
from daw_bridge.session.session import Session
from daw_bridge.session.sessions import MAIN, Sessions
from daw_bridge.session.stream import HISTORY_S
from daw_bridge.supervision.supervisor import (
    SILENCE_LIMIT_S,
    WORKER_TARGET,
    Supervisor,
    WorkerState,
)
from daw_bridge.takes.desk import TakeDesk
from daw_bridge.takes.files import TakeStore
from daw_bridge.tempo.follower import TempoFollower
from daw_bridge.tempo.source import TempoSource
from daw_bridge.worker_protocol import Value

log = logging.getLogger(__name__)

MAX_LISTED = 256  # takes in one answer, so that it fits a datagram
TICK_S = 0.005
HEARD_AFTER_S = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 4.0, 8.0)

Watcher = Callable[[str, str, Mapping[str, Value]], None]  # session ("" for all), event, values


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConfig:
    """What a hub is told of the worker and of its sessions.

    Attributes:
        worker: what the worker loads, and where it computes.
        target: the worker's "module:function".
        silence_limit_s: patience with a worker that is ready, is waited for and sends nothing.
        lead_ms: lead of new sessions.
        recorded_s: so much of what was heard of a session can still be kept.
        follow_transport: sessions play and stop with the clock that is followed.
    """

    worker: wire.WorkerConfig = field(default_factory=wire.WorkerConfig)
    target: str = WORKER_TARGET
    silence_limit_s: float = SILENCE_LIMIT_S
    lead_ms: float = DEFAULT_LEAD_MS
    recorded_s: float = HISTORY_S
    follow_transport: bool = False


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
        recordings: the memory of what all sessions have heard.
    """

    def __init__(
        self,
        config: HubConfig,
        *,
        access: Access,
        clock: Callable[[], float],
        takes: TakeStore,
        tempo_source: TempoSource | None = None,
    ) -> None:
        self._config = config
        self.metrics = Metrics()
        self.heard_after = Histogram(HEARD_AFTER_S)
        self.access = access
        self.clock = clock
        self.ready: wire.Ready | None = None
        self.model_known = asyncio.Event()
        self.broken = asyncio.Event()
        self.supervisor = Supervisor(
            config.worker,
            on_message=self._on_message,
            on_state=self._on_state,
            target=config.target,
            silence_limit_s=config.silence_limit_s,
        )
        self.tempo = TempoFollower(
            tempo_source, follow_transport=config.follow_transport, notify=self._notify
        )
        self.takes = TakeDesk(takes, self._notify, clock)
        self._watchers: list[Watcher] = []
        self._wakers: list[Callable[[], None]] = []
        self.recordings = RecordingMemory()
        self._sessions = Sessions(self._new_session, clock, self._on_session_end)
        self.session(MAIN)

    # --- sessions ---

    def session(self, name: str) -> Session:
        """Return the session of a name, made where it is new.

        Raises:
            TransportError: there are too many.
        """
        return self._sessions.use(name)

    def open_sessions(self) -> dict[str, Session]:
        """Return the sessions that are open, by name; to look is no use of them."""
        return {session.name: session for session in self._sessions}

    def hold(self, names: Callable[[], Iterable[str]]) -> Callable[[], None]:
        """Keep open the sessions that ``names`` returns; return the function that ends it."""
        return self._sessions.hold(names)

    def _new_session(self, name: str) -> Session:
        session = Session(
            name,
            send=self.supervisor.send,
            notify=self._notify,
            metrics=self.metrics,
            lead_ms=self._config.lead_ms,
            memory=self.recordings,
            recorded_s=self._config.recorded_s,
        )
        if self.ready is not None:
            session.meet_model(self.ready)
        if self.supervisor.state is WorkerState.READY:
            session.on_ready(self.clock())
        elif self.supervisor.broken:
            session.on_worker_lost(self.supervisor.detail, self.clock(), for_good=True)
        return session

    def _on_session_end(self, session: Session, reason: str) -> None:
        self.tempo.forget(session.name)
        self.supervisor.send(wire.Close(session.name))
        log.info("session %s ends: %s", session.name, reason)
        self.announce("session", {"name": session.name, "state": "closed", "detail": reason})

    # --- commands ---

    def handle(self, client: Client, command: Command) -> None:
        """Carry out a command of a client, or refuse it with a reason."""
        self.metrics.commands += 1
        message_id = client.number(command.id)
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
        reply = self._reply(client, command.address, message_id, session)
        control, args = passed_on
        if control.scope is Scope.TAKE:
            self.takes.carry_out(session, control, args, reply)
        else:
            session.submit(control, args, self.clock(), reply)

    def _reply(
        self, client: Client, address: str, message_id: int | str, session: Session
    ) -> Callable[[Outcome], None]:
        """Return what answers a command of a session; until then both wait for it."""
        ticket, release = client.begin(), self._sessions.wait(session)

        def reply(outcome: Outcome) -> None:
            if outcome.reason:
                self.metrics.fails += 1
                client.fail(message_id, address, outcome.reason)
            else:
                self.heard_after.observe(outcome.seconds)
                client.done(message_id, replace(outcome, address=address))
            release()
            client.end(ticket)

        return reply

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
                client.sync(int(args[0]), message_id)
                return
            case "subscribe":
                client.subscribe(int(args[0]), str(args[1]) if len(args) > 1 else None)
            case "session":
                self._move(client, session_name(args[0], address))
            case "token":
                if not self.access.token_is_right(str(args[0])):
                    raise MessageError("this is not the token", address=address)
                client.trusted = True
        client.done(message_id, Outcome(address, position=self.session(client.session).position))

    def _move(self, client: Client, name: str) -> None:
        if not client.can_move:
            raise MessageError(
                "/magnet/session is for OSC; a WebSocket says its session in hello: connect again",
                address="/magnet/session",
            )
        self.session(name)
        client.session = name

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
            control = BY_ADDRESS[address]
            name = control.short_name
            values[name] = args[0]
            for argument, value in zip(control.arguments[1:], args[1:], strict=True):
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
        now = self.clock()
        for session in self._sessions:
            if state is WorkerState.RESTARTING:
                session.on_worker_lost(f"the worker was lost: {detail}", now)
            elif state is WorkerState.BROKEN:
                session.on_worker_lost(detail, now, for_good=True)
        self._notify("", "worker", {"state": state.value, "detail": detail})
        if state is WorkerState.BROKEN:
            self.broken.set()

    def _on_message(self, message: wire.WorkerMessage) -> None:
        now = self.clock()
        if isinstance(message, wire.Ready):
            self.ready = message
            for session in self._sessions:
                session.meet_model(message)
                session.on_ready(now)
            self.model_known.set()
            return
        assert not isinstance(message, wire.Broken)  # the supervisor keeps it
        found = self._sessions.find(message.session)
        if found is None:
            return  # it has ended meanwhile
        session = found
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
        self._sessions.tick(now)
        self.tempo.tick(now, self._sessions)
        waited_for = any(session.waits_for_worker for session in self._sessions)
        self.supervisor.watch(now, waited_for=waited_for)
        self._sessions.end_unused()
        self._wake()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            self.tick()
            await asyncio.sleep(TICK_S)
