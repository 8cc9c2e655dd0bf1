"""The worker process: owns the device, the weights and the music of each session.

The only module of the bridge that imports ``magnet_core``, and only when it runs. It takes turns
between its sessions, one small unit of work each, and looks at its messages between any two units,
so that a control waits for one forward pass at most.

An error in the work of one session is its own: its music begins anew after a rest, and the others
hear nothing of it. A command that raises is refused.

Threading: one thread, this one. It sleeps in ``poll`` while every session is idle.
"""

from __future__ import annotations

import gc
import logging
import os
import time
from typing import TYPE_CHECKING

from daw_bridge.controls import PARAM_PREFIX
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
    ServerMessage,
    Shutdown,
    Value,
    WorkerConfig,
    WorkerConnection,
    WorkerMessage,
)

if TYPE_CHECKING:
    from magnet_core.api import Model
    from magnet_core.runtime.engine import Engine
    from magnet_core.runtime.events import SessionEvent
    from magnet_core.runtime.session import LiveSession

_IDLE_WAIT_S = 0.5
_FIRST_REST_S, _LONGEST_REST_S = 0.25, 8.0  # after errors in a session's work
_SMALL_MODEL_PARAMETERS = 50_000_000  # below: one thread is faster, and leaves a core to the audio

log = logging.getLogger(__name__)


class _Seat:
    """A session in the worker: what the server called it and how far it may play."""

    def __init__(self, name: str, session: LiveSession) -> None:
        self.name, self.session = name, session
        self.until_sample = 0
        self.errors = 0  # since it was last heard
        self.rests_until = 0.0

    def is_idle(self) -> bool:
        """Return whether there is nothing to do for it now."""
        return self.session.idle or time.monotonic() < self.rests_until


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

    def __init__(self, engine: Engine, connection: WorkerConnection) -> None:
        self._engine, self._connection = engine, connection
        self._seats: dict[str, _Seat] = {}

    def run(self) -> None:
        """Serve until Shutdown, or until the server is gone."""
        try:
            while self._receive():
                for seat in list(self._seats.values()):
                    self._turn(seat)
        except (EOFError, OSError):
            log.info("the server is gone")

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
            self._seats.pop(message.session, None)
        elif isinstance(message, Demand) and message.session in self._seats:
            self._seats[message.session].until_sample = message.until_sample
        elif isinstance(message, Command):
            self._command(message)

    def _open(self, message: Open) -> None:
        try:
            session = self._engine.open(message.seed)
        except Exception:  # no memory for another stream; its commands will fail
            log.exception("session %s cannot be opened", message.session)
        else:
            self._seats[message.session] = _Seat(message.session, session)

    def _command(self, command: Command) -> None:
        from magnet_core.errors import MagnetError

        seat, messages = self._seats.get(command.session), []
        try:
            if seat is None:
                raise MagnetError(f"no session is called {command.session!r}")
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
        transport = {
            "/magnet/play": session.play,
            "/magnet/stop": session.stop,
            "/magnet/reset": session.reset,
        }
        if command.address in transport:
            return [ticket.done(transport[command.address]())]
        if command.address == "/magnet/prompt":
            text = str(command.args[0])
            unknown = " ".join(self._engine.model.unknown_words(text))
            session.set_prompt(text, ticket)
            return [Event(seat.name, "words", {"unknown": unknown})] if unknown else []
        if command.address.startswith(PARAM_PREFIX):
            session.set_param(command.address.removeprefix(PARAM_PREFIX), command.args[0], ticket)
            return []
        raise SessionError(f"a worker does not know {command.address}")

    def _turn(self, seat: _Seat) -> None:
        if time.monotonic() < seat.rests_until:
            return
        try:
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

    def _recover(self, seat: _Seat, reason: str) -> None:
        """Let a session begin anew after a rest, the longer the more often that was in vain."""
        seat.session.recover()
        rest_s = min(_FIRST_REST_S * 2**seat.errors, _LONGEST_REST_S)
        seat.rests_until = time.monotonic() + rest_s
        seat.errors = min(seat.errors + 1, 16)
        self._report(seat)
        detail = f"session {seat.name} begins anew in {rest_s:g} s: {reason}"
        self._connection.send(Event(seat.name, "worker", {"state": "ready", "detail": detail}))

    def _report(self, seat: _Seat) -> None:
        for event in seat.session.events():
            for message in self._messages(seat, event):
                self._connection.send(message)

    def _messages(self, seat: _Seat, event: SessionEvent) -> list[WorkerMessage]:
        from magnet_core.runtime.events import Applied, Planned

        if isinstance(event, Applied):
            return [t.done(event.sample) for t in event.tickets if isinstance(t, _Ticket)]
        values: dict[str, Value] = {"position": event.sample}
        if not isinstance(event, Planned):
            return [Event(seat.name, "late", values)]
        plan = event.plan
        values |= {
            "plan": plan.plan_id,
            "context_frames": plan.context_frames,
            "prefix_frames": plan.prefix_frames,
            "frames": plan.frames,
            "steps": ",".join(map(str, plan.steps)),
            "reduced": int(plan.reduced),
        }
        return [Event(seat.name, "plan", values)]


def _describe(model: Model) -> dict[str, Value]:
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
    }


def _set_threads(model: Model, wanted: int | None) -> None:
    import torch

    parameters = sum(p.numel() for p in model.lm.parameters())
    spare = max((os.cpu_count() or 2) - 1, 1)
    torch.set_num_threads(wanted or (1 if parameters < _SMALL_MODEL_PARAMETERS else spare))


def run_worker(connection: WorkerConnection, config: WorkerConfig) -> None:
    """Load the model, say Ready (or Broken) and serve ``connection``: the target of the process."""
    logging.basicConfig(level=config.log_level)
    try:
        import magnet_core
        from magnet_core.errors import MagnetError
        from magnet_core.runtime.engine import Engine
    except ImportError as error:
        connection.send(Broken(f"the model's packages are not installed: {error}"))
        return
    try:
        model = magnet_core.load(
            config.model, device=config.device, text_encoder=config.text_encoder
        )
        _set_threads(model, config.threads)
        engine = Engine(model)
        engine.warm_up()
    except MagnetError as error:
        connection.send(Broken(str(error)))
        return
    # The garbage collector can hold everything up for 0.3 s; what is loaded now is never garbage.
    gc.collect()
    gc.freeze()
    connection.send(Ready(model.sample_rate, model.codec.channels, _describe(model)))
    Worker(engine, connection).run()
