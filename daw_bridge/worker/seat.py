"""A session in the worker: commands in, messages out.

What a command means to a session, and what is to be told of what happens to it, is decided here;
when it works, and how messages travel, in ``process``. A control is answered by its ticket when its
change takes effect (``Applied``). Changes that wait for a loop to be left may be many, so that a
ticket is also answered when there are too many and a later command of the same address has taken
its place: what it asked for is heard at no sample at all.

Threading: one thread, the worker's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from daw_bridge.controls import (
    CHORDS,
    INPUT_USE,
    LOOP,
    PARAM_PREFIX,
    PROMPT,
    QUANTIZE,
    TEMPO,
    WEIGHT_SUFFIX,
)
from daw_bridge.worker_protocol import (
    Align,
    Command,
    Done,
    Event,
    Fail,
    LoopPcm,
    Phrase,
    Snapshot,
    Value,
    WorkerMessage,
)

if TYPE_CHECKING:
    from magnet_core.api import Model
    from magnet_core.runtime.events import Planned, SessionEvent
    from magnet_core.runtime.log import SessionLog
    from magnet_core.runtime.session import LiveSession

_MOST_WAITING = 64  # tickets, before those that others have taken the place of are answered

log = logging.getLogger(__name__)


class Ticket:
    """A command that waits for its change to take effect."""

    def __init__(self, command: Command) -> None:
        self.command, self.started = command, time.monotonic()
        self.is_answered = False

    def done(self, position: int) -> Done:
        """Return the answer: ``position`` is the first sample that the command changes."""
        self.is_answered = True
        command, seconds = self.command, time.monotonic() - self.started
        return Done(command.session, command.command_id, command.address, position, seconds)


def refusal(command: Command, reason: str) -> Fail:
    """Return the answer to a command that was not carried out."""
    return Fail(command.session, command.command_id, command.address, reason)


class Seat:
    """A session in the worker.

    Args:
        name: what the server calls it.
        session: the music.
        model: that plays it.
        log: of the session; None: none is kept.

    Attributes:
        name, session, log: as given.
        until_sample: how far it may play.
        heard: somebody listens.
        errors: in its work, since it was last heard.
        rests_until: after errors: no work before this time.
        snapshot_at: position of the last snapshot.
        bar: that the next frame to be sent lies in, at the last snapshot.
        loop_asks: requests that wait for a loop's music.
        lead_ms: as the server knows it.
    """

    def __init__(
        self, name: str, session: LiveSession, model: Model, log: SessionLog | None
    ) -> None:
        self.name, self.session, self.log = name, session, log
        self._model = model
        self.until_sample = 0
        self.heard = True
        self.errors = 0
        self.rests_until = 0.0
        self.snapshot_at = 0
        self._phrase: list[npt.NDArray[np.float32]] = []  # pieces that have come
        self.bar = session.beat_grid.bar_time(0)
        self.loop_asks: list[int] = []
        self.lead_ms = 0.0
        self._waiting: list[Ticket] = []  # in order

    def is_idle(self) -> bool:
        """Return whether there is nothing to do for it now."""
        return self.session.idle or time.monotonic() < self.rests_until

    # -- messages in ------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> list[WorkerMessage]:
        """Do what a command says; return what is to be said now. Changes are answered later.

        Raises:
            MagnetError: it cannot be done; nothing has changed.
        """
        session, ticket = self.session, Ticket(command)
        transport: dict[str, Callable[[], int]] = {
            "/magnet/play": session.play,
            "/magnet/stop": session.stop,
            "/magnet/reset": lambda: session.reset(at_bar="bar" in command.args),
        }
        address = command.address
        if address in transport:
            position = transport[address]()
            self._note(command, position)
            return [ticket.done(position), *self.snapshot()]
        news: list[WorkerMessage] = []
        if address.startswith(PROMPT):
            news = self._set_words(command, ticket)
        else:
            self._change(command, ticket)
        self._waiting.append(ticket)  # now only: what was refused waits for nothing
        return [*news, *self._superseded()]

    def _change(self, command: Command, ticket: Ticket) -> None:
        """Change what is not words."""
        from magnet_core.errors import SessionError
        from magnet_core.model.chord_names import chords_of
        from magnet_core.runtime.phrase import PhraseUse

        session, address, args = self.session, command.address, command.args
        if address == "/magnet/again":
            session.again(ticket)
        elif address == TEMPO:
            session.set_tempo(float(args[0]), ticket)
        elif address == CHORDS:
            session.set_chords(chords_of(str(args[0])), ticket)
        elif address == LOOP:
            session.loop(int(args[0]), ticket)
        elif address == INPUT_USE:
            session.use_phrase(PhraseUse(str(args[0])), ticket)
        elif address == QUANTIZE:
            session.set_param("quantize", args[0], ticket)
        elif address.startswith(PARAM_PREFIX):
            session.set_param(address.removeprefix(PARAM_PREFIX), args[0], ticket)
        else:
            raise SessionError(f"a worker does not know {address}")

    def _set_words(self, command: Command, ticket: Ticket) -> list[WorkerMessage]:
        """Change the prompts; name the words that the model ignores."""
        args, slot = command.args, command.address.removeprefix(PROMPT)
        number = slot.removesuffix(WEIGHT_SUFFIX).lstrip("/")
        if slot.endswith(WEIGHT_SUFFIX):
            self.session.set_slot(int(number), weight=float(args[0]), ticket=ticket)
            return []
        text = str(args[0])
        unknown = " ".join(self._model.unknown_words(text))
        if number:
            weight = float(args[1]) if len(args) > 1 else None
            self.session.set_slot(int(number), text, weight, ticket)
        else:
            self.session.set_prompt(text, ticket)
        is_news = unknown and command.command_id > 0  # a replayed text was complained about before
        return [Event(self.name, "words", {"unknown": unknown})] if is_news else []

    def _superseded(self) -> list[WorkerMessage]:
        """Answer tickets that others have taken the place of, where too many wait."""
        answers: list[WorkerMessage] = []
        for number, ticket in enumerate(self._waiting):
            if len(self._waiting) - len(answers) <= _MOST_WAITING:
                break
            address = ticket.command.address
            later = self._waiting[number + 1 :]
            if any(other.command.address == address for other in later):
                answers.append(ticket.done(self.session.position))
        self._waiting = [ticket for ticket in self._waiting if not ticket.is_answered]
        return answers

    def align(self, message: Align) -> None:
        """Follow an external clock; what it cannot be is ignored: the next reading may do."""
        from magnet_core.errors import MagnetError

        session, bpm = self.session, message.bpm
        try:
            session.align(message.position, message.beat, bpm)
        except MagnetError as error:
            log.warning("session %s does not follow the clock: %s", self.name, error)
            return
        if self.log is not None:
            values = {"sample": message.position, "beat": message.beat, "bpm": bpm}
            self.log.remark("align", session.position, values)

    def take_phrase(self, message: Phrase) -> list[WorkerMessage]:
        """Put a piece behind the others; let a whole phrase be encoded."""
        import torch

        from magnet_core.errors import MagnetError

        if message.first:
            self._phrase = []
        self._phrase.append(message.pcm)
        if not message.last:
            return []
        pieces, self._phrase = self._phrase, []
        try:
            self.session.take_phrase(torch.from_numpy(np.concatenate(pieces, axis=1)))
        except MagnetError as error:
            log.warning("session %s takes no phrase: %s", self.name, error)
            return [Event(self.name, "input", {"state": "off", "seconds": 0.0})]
        return []

    # -- messages out -----------------------------------------------------------------------------

    def messages(self, event: SessionEvent) -> list[WorkerMessage]:
        """Return what is to be told of something that has happened."""
        from magnet_core.runtime.events import Applied, PhraseChanged, PlanDone, Planned, Refused

        if isinstance(event, PhraseChanged):
            self.snapshot_at = -1  # the next worker must know of it, whether music comes or not
            values: dict[str, Value] = {"state": event.state, "seconds": event.seconds}
            return [Event(self.name, "input", values), *self.snapshot()]
        if isinstance(event, Applied):
            tickets = [t for t in event.tickets if isinstance(t, Ticket) and not t.is_answered]
            for ticket in tickets:
                self._note(ticket.command, event.sample)
            answers = [ticket.done(event.sample) for ticket in tickets]
            self._waiting = [ticket for ticket in self._waiting if not ticket.is_answered]
            return [*answers]
        if isinstance(event, Refused):
            refused = [ticket for ticket in event.tickets if isinstance(ticket, Ticket)]
            self._waiting = [ticket for ticket in self._waiting if ticket not in refused]
            return [refusal(t.command, event.reason) for t in refused if not t.is_answered]
        if isinstance(event, Planned):
            return [Event(self.name, "plan", _plan_values(event))]
        if isinstance(event, PlanDone):
            done: dict[str, Value] = {
                "plan": event.plan.plan_id,
                "seconds": event.seconds,
                "passes": event.passes,
                "steps": ",".join(map(str, event.plan.steps)),
                "reduced": int(event.plan.reduced),
                "replaced": int(event.replaced),
            }
            return [Event(self.name, "plan_done", done)]
        return []  # whether a late plan is heard as a gap is known to the server only

    def snapshot(self) -> list[WorkerMessage]:
        """Return what the next worker would need to go on, where music came since the last one."""
        session = self.session
        if session.position == self.snapshot_at:
            return []
        self.snapshot_at = session.position
        if self.log is not None:
            self.log.remark("mark", session.position, {})
        sample, key = session.snapshot_sample, self._key()
        return [Snapshot(self.name, session.snapshot(), sample, key)]

    def loop_answers(self) -> list[WorkerMessage]:
        """Return the answers to those who ask for the loop, when its music is all decoded."""
        session = self.session
        if not self.loop_asks or (session.loop_waits and session.playing):
            return []
        asks, self.loop_asks = self.loop_asks, []
        found = None if session.loop_waits else session.loop_snapshot()
        pcm = None if found is None else session.loop_pcm()
        answers: list[WorkerMessage] = []
        for request_id in asks:
            answer = LoopPcm(self.name, request_id)
            if found is not None and pcm is not None:
                bpm, key = session.beat_grid.tempo_bpm, self._key()
                answer = LoopPcm(self.name, request_id, pcm, found[1], bpm, key, found[0])
            answers.append(answer)
        return answers

    def _key(self) -> str:
        """Return the key of the music, such as "F#m"; nothing where the model knows none."""
        from magnet_core.model.vocabulary import NOTES

        key = self.session.harmony.key
        if not self._model.lm.config.harmony or key.tonic is None or key.minor is None:
            return ""
        return NOTES[key.tonic] + "m" * key.minor

    def _note(self, command: Command, sample: int) -> None:
        """Log a control and the first sample at which it is heard."""
        if self.log is not None:
            self.log.remark(
                "control",
                self.session.position,
                {"address": command.address, "args": command.args, "sample": sample},
            )


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
