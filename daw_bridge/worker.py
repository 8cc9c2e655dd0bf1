"""The worker process: owns the device, the weights and the music of each session.

The only module of the server that imports ``magnet_core``, and only when it runs. It works for the
session whose audio runs out first, one small unit at a time, and looks at its messages between any
two units, so that a control waits for one forward pass at most.

An error in the work of one session is its own: its music begins anew after a rest, and the others
hear nothing of it. A command that raises is refused.

Threading: one thread, this one. It sleeps in ``poll`` while every session is idle.
"""

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.brake import Brake
from daw_bridge.controls import LOOP, PARAM_PREFIX, PROMPT, TEMPO
from daw_bridge.worker_protocol import (
    Broken,
    Chunk,
    Close,
    Command,
    Demand,
    Done,
    Event,
    Fail,
    Open,
    Ready,
    Restore,
    ServerMessage,
    Shutdown,
    Snapshot,
    Value,
    WorkerConfig,
    WorkerConnection,
    WorkerMessage,
)

if TYPE_CHECKING:
    from magnet_core.api import Model
    from magnet_core.runtime.engine import Engine
    from magnet_core.runtime.events import Planned, SessionEvent
    from magnet_core.runtime.log import LogFolder, SessionLog
    from magnet_core.runtime.session import LiveSession

_IDLE_WAIT_S = 0.5
_SNAPSHOT_S = 0.5  # of music between two snapshots
_FIRST_REST_S, _LONGEST_REST_S = 0.25, 8.0  # after errors in a session's work
_SMALL_MODEL_PARAMETERS = 50_000_000  # below: one thread is faster, and leaves a core to the audio

log = logging.getLogger(__name__)


class _Seat:
    """A session in the worker: what the server called it and how far it may play."""

    def __init__(self, name: str, session: LiveSession, log: SessionLog | None) -> None:
        self.name, self.session, self.log = name, session, log
        self.until_sample = 0
        self.errors = 0  # since it was last heard
        self.rests_until = 0.0
        self.snapshot_at = 0  # position
        self.lead_ms = 0.0  # as the server knows it

    def is_idle(self) -> bool:
        """Return whether there is nothing to do for it now."""
        return self.session.idle or time.monotonic() < self.rests_until

    def note(self, command: Command, sample: int) -> None:
        """Log a control and the first sample at which it is heard."""
        if self.log is not None:
            self.log.remark(
                "control",
                self.session.position,
                {"address": command.address, "args": command.args, "sample": sample},
            )


class _Ticket:
    """A command that waits for its change to take effect."""

    def __init__(self, command: Command) -> None:
        self.command, self.started = command, time.monotonic()

    def done(self, position: int) -> Done:
        """Return the answer: ``position`` is the first sample that the command changes."""
        command, seconds = self.command, time.monotonic() - self.started
        return Done(command.session, command.command_id, command.address, position, seconds)


def _fail(command: Command, reason: str) -> Fail:
    return Fail(command.session, command.command_id, command.address, reason)


class Worker:
    """Carries out the server's messages on an engine."""

    def __init__(
        self,
        engine: Engine,
        connection: WorkerConnection,
        brake: Brake | None = None,
        logs: LogFolder | None = None,
    ) -> None:
        from magnet_core.runtime.scheduler import Scheduler

        self._engine, self._connection, self._logs = engine, connection, logs
        self._brake = brake or Brake(1.0)
        self._scheduler = Scheduler()
        self._seats: dict[str, _Seat] = {}

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
        deadlines = {name: seat.session.deadline_s for name, seat in seats.items()}
        playing, now = sum(seat.session.playing for seat in self._seats.values()), time.monotonic()
        name = self._scheduler.pick(deadlines, playing=playing, now=now)
        self._turn(seats[name])
        self._scheduler.charge(name, time.monotonic() - now)

    def _receive(self) -> bool:
        """Take in all messages that wait, or the next if there is nothing else to do."""
        idle = all(seat.is_idle() for seat in self._seats.values())
        wait_s = _IDLE_WAIT_S if idle else 0.0
        while self._connection.poll(wait_s):
            message = self._connection.recv()
            if isinstance(message, Shutdown):
                return False
            self._handle(message)
            wait_s = 0.0
        return True

    def _handle(self, message: ServerMessage) -> None:
        if isinstance(message, Open):
            self._open(message)
        elif isinstance(message, Close):
            self._leave(message.session)
        elif isinstance(message, Demand) and message.session in self._seats:
            seat = self._seats[message.session]
            seat.until_sample = message.until_sample
            seat.session.demand(message.until_sample)
            seat.session.confirm_lead(message.lead_s)
        elif isinstance(message, Restore) and message.session in self._seats:
            self._restore(self._seats[message.session], message.data)
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
            self._seats[name] = _Seat(name, session, session_log)

    def _leave(self, name: str) -> None:
        """Forget a session, if there is one of that name."""
        seat = self._seats.pop(name, None)
        self._scheduler.forget(name)
        if seat is not None and seat.log is not None:
            seat.log.close(seat.session.position)

    def _restore(self, seat: _Seat, data: bytes) -> None:
        """Go on with the music of another worker; begin anew where that cannot be."""
        from magnet_core.errors import MagnetError

        try:
            seat.session.restore(data)
        except MagnetError as error:
            self._tell(seat, f"session {seat.name} begins anew: {error}")
        except Exception as error:
            log.exception("session %s: it is not restored", seat.name)
            seat.session.recover()
            self._tell(seat, f"session {seat.name} begins anew: {type(error).__name__}: {error}")

    def _tell(self, seat: _Seat, detail: str) -> None:
        self._connection.send(Event(seat.name, "worker", {"state": "ready", "detail": detail}))

    def _command(self, command: Command) -> None:
        from magnet_core.errors import MagnetError

        seat, messages = self._seats.get(command.session), []
        try:
            if seat is None:
                raise MagnetError(f"no session is called {command.session!r}")
            with self._brake.work():
                messages += self._carry_out(seat, command)
        except MagnetError as error:
            messages.append(_fail(command, str(error)))
        except Exception as error:
            log.exception("%s of session %s", command.address, command.session)
            messages.append(_fail(command, f"{type(error).__name__}: {error}"))
        for message in messages:
            self._connection.send(message)
        if seat is not None:
            self._report(seat)

    def _carry_out(self, seat: _Seat, command: Command) -> list[WorkerMessage]:
        """Do what a command says; return what is to be said now. Changes are answered later."""
        from magnet_core.errors import SessionError

        session, ticket = seat.session, _Ticket(command)
        transport: dict[str, Callable[[], int]] = {
            "/magnet/play": session.play,
            "/magnet/stop": session.stop,
            "/magnet/reset": lambda: session.reset(at_bar="bar" in command.args),
        }
        address, args = command.address, command.args
        if address in transport:
            position = transport[address]()
            seat.note(command, position)
            return [ticket.done(position), *self._snapshot(seat)]
        if address.startswith(PROMPT):
            return self._set_words(seat, command, ticket)
        if address == "/magnet/again":
            session.again(ticket)
        elif address == TEMPO:
            session.set_tempo(float(args[0]), ticket)
        elif address == LOOP:
            session.loop(int(args[0]), ticket)
        elif address.startswith(PARAM_PREFIX):
            session.set_param(address.removeprefix(PARAM_PREFIX), args[0], ticket)
        else:
            raise SessionError(f"a worker does not know {address}")
        return []

    def _set_words(self, seat: _Seat, command: Command, ticket: _Ticket) -> list[WorkerMessage]:
        """Put a text in a slot, or in the place of all; name the words that the model ignores."""
        text, number = str(command.args[0]), command.address.removeprefix(PROMPT).lstrip("/")
        unknown = " ".join(self._engine.model.unknown_words(text))
        if number:
            seat.session.set_slot(int(number), text, float(command.args[1]), ticket)
        else:
            seat.session.set_prompt(text, ticket)
        is_news = unknown and command.command_id > 0  # a replayed text was complained about before
        return [Event(seat.name, "words", {"unknown": unknown})] if is_news else []

    def _turn(self, seat: _Seat) -> None:
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
        if seat.session.position - seat.snapshot_at >= _SNAPSHOT_S * self._engine.model.sample_rate:
            for message in self._snapshot(seat):
                self._connection.send(message)

    def _snapshot(self, seat: _Seat) -> list[WorkerMessage]:
        """Return what the next worker would need to go on, where music came since the last one."""
        session = seat.session
        if session.position == seat.snapshot_at:
            return []
        seat.snapshot_at = session.position
        if seat.log is not None:
            seat.log.remark("mark", session.position, {})
        return [Snapshot(seat.name, session.snapshot())]

    def _recover(self, seat: _Seat, reason: str) -> None:
        """Let a session begin anew after a rest, the longer the more often that was in vain."""
        seat.session.recover()
        rest_s = min(_FIRST_REST_S * 2**seat.errors, _LONGEST_REST_S)
        seat.rests_until = time.monotonic() + rest_s
        seat.errors = min(seat.errors + 1, 16)
        self._report(seat)
        self._tell(seat, f"session {seat.name} begins anew in {rest_s:g} s: {reason}")

    def _report(self, seat: _Seat) -> None:
        for event in seat.session.events():
            if seat.log is not None:
                seat.log.note(seat.session.position, event)
            for message in self._messages(seat, event):
                self._connection.send(message)
        lead_ms = 1000.0 * seat.session.lead_s
        if lead_ms != seat.lead_ms:
            seat.lead_ms = lead_ms
            self._connection.send(Event(seat.name, "lead", {"lead_ms": lead_ms}))

    def _messages(self, seat: _Seat, event: SessionEvent) -> list[WorkerMessage]:
        from magnet_core.runtime.events import Applied, PlanDone, Planned

        if isinstance(event, Applied):
            tickets = [ticket for ticket in event.tickets if isinstance(ticket, _Ticket)]
            for ticket in tickets:
                seat.note(ticket.command, event.sample)
            return [ticket.done(event.sample) for ticket in tickets]
        if isinstance(event, Planned):
            return [Event(seat.name, "plan", _plan_values(event))]
        if isinstance(event, PlanDone):
            done: dict[str, Value] = {
                "plan": event.plan.plan_id,
                "seconds": event.seconds,
                "passes": event.passes,
                "steps": ",".join(map(str, event.plan.steps)),
                "reduced": int(event.plan.reduced),
                "replaced": int(event.replaced),
            }
            return [Event(seat.name, "plan_done", done)]
        return []  # whether a late plan is heard as a gap is known to the server only


def _plan_values(planned: Planned) -> dict[str, Value]:
    plan = planned.plan
    return {
        "position": planned.sample,
        "plan": plan.plan_id,
        "context_frames": plan.context_frames,
        "prefix_frames": plan.prefix_frames,
        "frames": plan.frames,
        "steps": ",".join(map(str, plan.steps)),
        "reduced": int(plan.reduced),
        "bpm": planned.tempo_bpm,
        "bar_position": planned.bar_sample,
    }


def _describe(model: Model) -> dict[str, Value]:
    from magnet_core.model.metre import BEATS_PER_BAR

    config = model.lm.config
    return {
        "name": model.name,
        "variant": str(config.variant),
        "parameters": sum(p.numel() for p in model.lm.parameters()),
        "codebooks": model.codebooks,
        "card": model.card,
        "frame_rate": model.frame_rate,
        "sample_rate": model.sample_rate,
        "segment_s": config.segment_frames / model.frame_rate,
        "lookahead_ms": 1000.0 * model.codec.lookahead_frames / model.frame_rate,
        "device": str(model.lm.device),
        "beats_per_bar": BEATS_PER_BAR if config.metre else 0,
    }


def _set_threads(model: Model, wanted: int | None) -> None:
    import torch

    parameters = sum(p.numel() for p in model.lm.parameters())
    spare = max((os.cpu_count() or 2) - 1, 1)
    torch.set_num_threads(wanted or (1 if parameters < _SMALL_MODEL_PARAMETERS else spare))


def _whole_path(name_or_folder: str) -> str:
    """Return a name as it is, and a folder so that it can be found from anywhere."""
    path = Path(name_or_folder)
    is_folder = path.exists() and name_or_folder != WorkerConfig().model
    return str(path.resolve()) if is_folder else name_or_folder


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
            config.model, device=config.device, text_encoder=config.text_encoder
        )
        _set_threads(model, config.threads)
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
            source=_whole_path(config.model),
            text_encoder=config.text_encoder and _whole_path(config.text_encoder),
        )
    # The garbage collector can hold everything up for 0.3 s; what is loaded now is never garbage.
    gc.collect()
    gc.freeze()
    connection.send(Ready(model.sample_rate, model.codec.channels, _describe(model)))
    Worker(engine, connection, brake, logs).run()
