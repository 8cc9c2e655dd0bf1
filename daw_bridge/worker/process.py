"""The worker process: owns the device, the weights and the music of each session.

The only part of the server that imports ``magnet_core`` (with ``seat``, one session of it,
and ``model``), and only when it runs. It works for the session whose audio runs out first,
one small unit at a time, and looks at its messages between any two units, so that a control waits
for one forward pass at most. Of many messages it carries out a few at a time (``inbox``): no
flood of controls stops the music.

An error in the work of one session is its own: its music begins anew after a rest, and the others
hear nothing of it. A command that raises is refused.

Threading: one thread, this one. It sleeps in ``poll`` while every session is idle.
"""

from __future__ import annotations

import gc
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.worker.brake import Brake
from daw_bridge.worker.inbox import Inbox
from daw_bridge.worker.model import describe, set_threads, whole_path
from daw_bridge.worker.seat import Seat, refusal
from daw_bridge.worker_protocol import (
    Align,
    AskLoop,
    Broken,
    Chunk,
    Close,
    Command,
    Demand,
    Event,
    Open,
    Phrase,
    Ready,
    Rejoin,
    Restore,
    Restored,
    ServerMessage,
    Shutdown,
    WorkerConfig,
    WorkerConnection,
    WorkerMessage,
)

if TYPE_CHECKING:
    from magnet_core.runtime.engine import Engine
    from magnet_core.runtime.log import LogFolder

_IDLE_WAIT_S = 0.5
_MESSAGES_S = 0.002  # for messages between two units of work, where there is work
_SNAPSHOT_S = 0.5  # of music between two snapshots
_FIRST_REST_S, _LONGEST_REST_S = 0.25, 8.0  # after errors in a session's work

log = logging.getLogger(__name__)


class Worker:
    """Carries out the server's messages on an engine."""

    def __init__(
        self,
        engine: Engine,
        connection: WorkerConnection,
        brake: Brake | None = None,
        logs: LogFolder | None = None,
    ) -> None:
        from magnet_core.runtime.precedence import Precedence
        from magnet_core.runtime.scheduler import Scheduler

        self._engine, self._connection, self._logs = engine, connection, logs
        self._brake = brake or Brake(1.0)
        self._precedence, self._scheduler = Precedence(), Scheduler()
        self._seats: dict[str, Seat] = {}
        self._inbox = Inbox()

    def run(self) -> None:
        """Serve until Shutdown, or until the server is gone."""
        try:
            while self._receive():
                self._work()
        except (EOFError, OSError):
            log.info("the server is gone")
        finally:
            for name in list(self._seats):
                self._leave(name)

    def _work(self) -> None:
        """Do one unit of work, if there is any."""
        seats = {name: seat for name, seat in self._seats.items() if not seat.is_idle()}
        if not seats:
            return
        playing = {name: seat.heard for name, seat in self._seats.items() if seat.session.playing}
        self._precedence.update(playing, self._engine.streams_at_once())
        first = self._precedence.first_of(seats)
        deadlines = {name: seats[name].session.deadline_s for name in first}
        rivals, now = self._precedence.rivals(first[0]), time.monotonic()
        name = self._scheduler.pick(deadlines, playing=rivals, now=now)
        self._turn(seats[name])
        self._scheduler.charge(name, time.monotonic() - now)

    def _receive(self) -> bool:
        """Take in all messages that wait, or the next if there is nothing else to do."""
        idle = not self._inbox and all(seat.is_idle() for seat in self._seats.values())
        wait_s = _IDLE_WAIT_S if idle else 0.0
        while self._connection.poll(wait_s):
            message = self._connection.recv()
            if isinstance(message, Shutdown):
                return False
            if isinstance(message, Demand) and not self._inbox.waits_for(message.session):
                self._handle(message)
            else:
                self._inbox.put(message)
            wait_s = 0.0
        self._carry_out_waiting()
        return True

    def _carry_out_waiting(self) -> None:
        """Carry out a message that waits, and more as long as they do not hold up the music."""
        until = time.monotonic() + _MESSAGES_S
        while self._inbox:
            message, now = self._inbox.take(), time.monotonic()
            self._handle(message)
            if isinstance(message, Command):
                self._scheduler.charge(message.session, time.monotonic() - now)
            if time.monotonic() >= until:
                return

    def _handle(self, message: ServerMessage) -> None:
        if isinstance(message, Open):
            self._open(message)
        elif isinstance(message, Close):
            self._leave(message.session)
        elif isinstance(message, Demand) and message.session in self._seats:
            seat = self._seats[message.session]
            seat.until_sample, seat.heard = message.until_sample, message.heard
            seat.session.demand(message.until_sample)
            seat.session.confirm_lead(message.lead_s)
        elif isinstance(message, Align) and message.session in self._seats:
            self._seats[message.session].align(message)
        elif isinstance(message, Rejoin) and message.session in self._seats:
            self._seats[message.session].session.rejoin(message.position, message.beat)
        elif isinstance(message, Restore) and message.session in self._seats:
            self._restore(self._seats[message.session], message)
        elif isinstance(message, Phrase) and message.session in self._seats:
            self._send(self._seats[message.session].take_phrase(message))
        elif isinstance(message, AskLoop) and message.session in self._seats:
            seat = self._seats[message.session]
            seat.loop_asks.append(message.request_id)
            self._send(seat.loop_answers())
        elif isinstance(message, Command):
            self._command(message)

    def _open(self, message: Open) -> None:
        self._leave(message.session)
        try:
            session = self._engine.open(message.seed)
        except Exception:  # no memory for another stream; its commands will fail
            log.exception("session %s cannot be opened", message.session)
        else:
            logs, name = self._logs, message.session
            session_log = None if logs is None else logs.open(name, message.seed)
            self._seats[name] = Seat(name, session, self._engine.model, session_log)

    def _leave(self, name: str) -> None:
        """Forget a session, if there is one of that name."""
        seat = self._seats.pop(name, None)
        self._scheduler.forget(name)
        if seat is not None and seat.log is not None:
            seat.log.close(seat.session.position)

    def _restore(self, seat: Seat, message: Restore) -> None:
        """Go on with other music; where that cannot be, refuse, or begin anew if nobody asks."""
        from magnet_core.errors import MagnetError

        reason, position = "", 0
        try:
            position = seat.session.restore(message.data)
        except MagnetError as error:
            reason = str(error)
        except Exception as error:
            log.exception("session %s: it is not restored", seat.name)
            seat.session.recover()
            reason = f"{type(error).__name__}: {error}"
        if message.request_id:
            answer = Restored(seat.name, message.request_id, position, reason)
            self._connection.send(answer)
        elif reason:
            self._tell(seat, f"session {seat.name} begins anew: {reason}")
        if not reason:
            for number, (address, args) in enumerate(message.settings, start=1):
                self._command(Command(seat.name, -number, address, args))

    def _send(self, messages: list[WorkerMessage]) -> None:
        for message in messages:
            self._connection.send(message)

    def _tell(self, seat: Seat, detail: str) -> None:
        self._connection.send(Event(seat.name, "worker", {"state": "ready", "detail": detail}))

    def _command(self, command: Command) -> None:
        from magnet_core.errors import MagnetError

        seat, messages = self._seats.get(command.session), []
        try:
            if seat is None:
                raise MagnetError(f"no session is called {command.session!r}")
            with self._brake.work():
                messages += seat.carry_out(command)
        except MagnetError as error:
            messages.append(refusal(command, str(error)))
        except Exception as error:
            log.exception("%s of session %s", command.address, command.session)
            messages.append(refusal(command, f"{type(error).__name__}: {error}"))
        self._send(messages)
        if seat is not None:
            self._report(seat)

    def _turn(self, seat: Seat) -> None:
        try:
            with self._brake.work():
                chunks = seat.session.work(seat.until_sample)
        except Exception as error:
            log.exception("session %s: its music begins anew", seat.name)
            self._recover(seat, f"{type(error).__name__}: {error}")
            return
        self._report(seat)
        for chunk in chunks:
            if chunk.pcm.any():  # more than the silence that stands for what was lost
                seat.errors = 0
            self._connection.send(
                Chunk(seat.name, chunk.position, chunk.pcm, chunk.flags, chunk.plan_id)
            )
        self._send(seat.loop_answers())
        bar = seat.session.beat_grid.bar_time(seat.session.timeline.frozen)
        snapshot_samples = _SNAPSHOT_S * self._engine.model.sample_rate
        if bar != seat.bar or seat.session.position - seat.snapshot_at >= snapshot_samples:
            seat.bar = bar
            self._send(seat.snapshot())

    def _recover(self, seat: Seat, reason: str) -> None:
        """Let a session begin anew after a rest, the longer the more often that was in vain."""
        seat.session.recover()
        rest_s = min(_FIRST_REST_S * 2**seat.errors, _LONGEST_REST_S)
        seat.rests_until = time.monotonic() + rest_s
        seat.errors = min(seat.errors + 1, 16)
        self._report(seat)
        self._tell(seat, f"session {seat.name} begins anew in {rest_s:g} s: {reason}")

    def _report(self, seat: Seat) -> None:
        for event in seat.session.events():
            if seat.log is not None:
                seat.log.note(seat.session.position, event)
            self._send(seat.messages(event))
        lead_ms = 1000.0 * seat.session.lead_s
        if lead_ms != seat.lead_ms:
            seat.lead_ms = lead_ms
            self._connection.send(Event(seat.name, "lead", {"lead_ms": lead_ms}))


def run_worker(connection: WorkerConnection, config: WorkerConfig) -> None:
    """Load the model, say Ready (or Broken) and serve ``connection``: the target of the process."""
    logging.basicConfig(level=config.log_level)
    try:
        import magnet_core
        from magnet_core.errors import MagnetError
        from magnet_core.runtime.engine import Engine
        from magnet_core.runtime.log import LogFolder
    except ImportError as error:
        connection.send(Broken(f"the model's packages are not installed: {error}"))
        return
    try:
        model = magnet_core.load(
            config.model,
            device=config.device,
            dtype=config.dtype,
            text_encoder=config.text_encoder,
        )
        set_threads(model, config.threads)
        brake = Brake(config.delay)
        engine = Engine(model, brake.now)
        with brake.work():
            engine.warm_up()
    except MagnetError as error:
        connection.send(Broken(str(error)))
        return
    logs = None
    if config.log_folder is not None:
        logs = LogFolder(
            Path(config.log_folder),
            model,
            source=whole_path(config.model),
            text_encoder=config.text_encoder and whole_path(config.text_encoder),
        )
    # The garbage collector can hold everything up for 0.3 s; what is loaded now is never garbage.
    gc.collect()
    gc.freeze()
    description = describe(model, engine.open().settings)
    connection.send(Ready(model.sample_rate, model.codec.channels, description))
    Worker(engine, connection, brake, logs).run()
