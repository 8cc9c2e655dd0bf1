"""One stream: its state, its position, its clock, and the commands that wait for an answer.

    stopped --play--> priming --half the lead is there--> playing --stop--> stopping --> stopped
                                                            ^ |
                                                  PCM again | | none in time: concealed

PCM goes out as it comes, also while priming; the playhead (``stream_clock.py``) only starts later.
PCM is asked of the worker up to the playhead plus the lead. Where none is there in time the stream
is concealed: the last 20 ms mirrored and faded out, then silence, flagged, with positions that go
on and are counted; the music fades in again where it stopped. So nothing is ever skipped, and a
worker that dies and is replaced is a gap, not an end.

Threading: none of its own; called from the event loop only, with the time passed in. What it sends
goes through the two callables it is made with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from daw_bridge import worker_protocol as wire
from daw_bridge.controls import PARAM_PREFIX, Control, Scope
from daw_bridge.fades import faded_in, mirrored_out, with_gain
from daw_bridge.history import History
from daw_bridge.listener import Listener
from daw_bridge.metrics import Metrics
from daw_bridge.resample import FloatArray
from daw_bridge.stream_clock import StreamClock
from daw_bridge.worker_protocol import Value

HISTORY_S = 12.0
FADE_S = 0.02
CONCEAL_AHEAD_S = 0.02  # PCM that must be there beyond the playhead
MAX_PENDING = 256
DEFAULT_LEAD_MS = 250.0
_ANSWERED_AT_ONCE = ("/magnet/play", "/magnet/stop", "/magnet/reset")


class State(StrEnum):
    """Where the transport of a stream is."""

    STOPPED = "stopped"
    PRIMING = "priming"
    PLAYING = "playing"
    STOPPING = "stopping"


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
Notify = Callable[[str, str, dict[str, Value]], None]  # session, event name, values


@dataclass(frozen=True, slots=True)
class _Pending:
    command: wire.Command
    arrived: float
    reply: Reply
    setting: bool


class Session:
    """One stream and those who listen to it.

    Attributes:
        name: how clients call it.
        state: where the transport is.
        listeners: who hears it; add with ``join`` and remove with ``leave``.
        history: its recent PCM, None until the model is known.
    """

    def __init__(
        self,
        name: str,
        *,
        send: Callable[[wire.ServerMessage], None],
        notify: Notify,
        metrics: Metrics,
        lead_ms: float = DEFAULT_LEAD_MS,
    ) -> None:
        self.name = name
        self.state = State.STOPPED
        self.listeners: list[Listener] = []
        self.history: History | None = None
        self.sample_rate = 0
        self.lead_s = lead_ms / 1000
        self._send = send
        self._notify = notify
        self._metrics = metrics
        self._worker_up = False
        self._no_more_workers = ""  # why not
        self._next_id = 1
        self._pending: dict[int, _Pending] = {}
        self._waiting: list[_Pending] = []  # until there is a worker
        self._settings: dict[str, tuple[Value, ...]] = {PARAM_PREFIX + "lead_ms": (lead_ms,)}
        self._origin = 0  # stream position of the worker's position 0
        self._demanded = 0
        self._clock = StreamClock()
        self._first_pcm: tuple[int, float] | None = None  # while priming: position and time
        self._concealed_from: int | None = None
        self._fade_in = False
        self._sounding = False  # the last PCM came from the worker: it needs closing
        self._running = False  # something came since the last end of the stream
        self._gain = 1.0
        self._gain_target = 1.0

    # --- commands ---

    @property
    def position(self) -> int:
        """Stream position of the next sample that is not final yet, model rate."""
        return self.history.end if self.history else 0

    @property
    def waits_for_worker(self) -> bool:
        """Whether a worker that is well would send something: sound that is due, or a reply."""
        is_dry = self.state is State.PRIMING and self._first_pcm is None
        return self._worker_up and (
            is_dry
            or self._concealed_from is not None
            or any(p.command.address in _ANSWERED_AT_ONCE for p in self._pending.values())
        )

    def settings(self) -> dict[str, tuple[Value, ...]]:
        """Return the controls set so far, by address."""
        return dict(self._settings)

    def submit(self, control: Control, args: tuple[Value, ...], now: float, reply: Reply) -> None:
        """Carry out a validated command; ``reply`` is called once, now or later."""
        if len(self._pending) + len(self._waiting) >= MAX_PENDING:
            reply(Outcome(control.address, f"{MAX_PENDING} commands wait already; slow down"))
            return
        if control.scope is Scope.STREAM:
            self._set_stream(control.address, args)
            reply(self._done(control.address, self.position, now, now))
            return
        command = wire.Command(self.name, self._next_id, control.address, args)
        self._next_id += 1
        pending = _Pending(command, now, reply, control.setting)
        if control.address == "/magnet/stop" and not self._worker_up:
            self._answer_without_worker(pending, now)
        elif self._worker_up:
            self._dispatch(pending)
        elif self._no_more_workers:
            reply(Outcome(control.address, self._no_more_workers))
        else:
            self._waiting.append(pending)

    def _answer_without_worker(self, stop: _Pending, now: float) -> None:
        for waiting in self._waiting:
            if waiting.command.address == "/magnet/play":
                waiting.reply(Outcome("/magnet/play", "stopped before the worker was there"))
        self._waiting = [w for w in self._waiting if w.command.address != "/magnet/play"]
        position = self.position
        self._come_to_stop()
        stop.reply(self._done("/magnet/stop", position, stop.arrived, now))

    def _dispatch(self, pending: _Pending) -> None:
        address = pending.command.address
        self._pending[pending.command.command_id] = pending
        self._send(pending.command)
        if address == "/magnet/play":
            self._demand(self.position + self._lead_samples())
        elif address == "/magnet/stop" and self.state in (State.PLAYING, State.PRIMING):
            self.state = State.STOPPING

    def _set_stream(self, address: str, args: tuple[Value, ...]) -> None:
        self._settings[address] = args
        if address == PARAM_PREFIX + "gain_db":
            self._gain_target = 10.0 ** (float(args[0]) / 20)

    def _done(self, address: str, position: int, arrived: float, now: float) -> Outcome:
        heard_in_s = 0.0
        if self.sample_rate and self.state in (State.PLAYING, State.PRIMING):
            heard_in_s = max(0.0, (position - self._clock.playhead) / self.sample_rate)
        return Outcome(address, "", position, now - arrived + heard_in_s)

    # --- what the worker says ---

    def meet_model(self, ready: wire.Ready) -> None:
        """Learn the model's rate and channels; they stay, however often the worker is replaced."""
        if self.history is None:
            self.sample_rate = ready.sample_rate
            self.history = History(ready.channels, round(HISTORY_S * ready.sample_rate))

    def on_ready(self, now: float) -> None:
        """Meet a worker, the first or a new one: tell it all that it must know."""
        self._worker_up = True
        self._origin = self.position
        self._demanded = 0
        seed = self._settings.get(PARAM_PREFIX + "seed", (0,))[0]
        self._send(wire.Open(self.name, int(seed)))
        replay = list(self._settings.items())
        if self.state in (State.PLAYING, State.PRIMING):
            replay.append(("/magnet/play", ()))
        for number, (address, args) in enumerate(replay, start=1):
            if address != PARAM_PREFIX + "gain_db":
                self._send(wire.Command(self.name, -number, address, args))
        if self.state in (State.PLAYING, State.PRIMING):
            self._demand(self.position + self._lead_samples())
        waiting, self._waiting = self._waiting, []
        for pending in waiting:
            self._dispatch(pending)

    def on_worker_lost(self, reason: str, *, for_good: bool = False) -> None:
        """The worker died: its unanswered commands fail, and a playing stream is concealed.

        Where no other will come (``for_good``), those that wait and all later ones fail too.
        """
        self._worker_up = False
        lost = list(self._pending.values())
        self._pending = {}
        if for_good:
            self._no_more_workers = reason
            lost += self._waiting
            self._waiting = []
        for pending in lost:
            pending.reply(Outcome(pending.command.address, reason))
        if self.state is State.STOPPING:
            self._come_to_stop()

    def on_done(self, done: wire.Done, now: float) -> None:
        """A command is carried out."""
        position = done.position + self._origin
        if done.address == "/magnet/stop":
            position = self.position
            self._come_to_stop()
        elif done.address == "/magnet/play" and self.state is State.STOPPED:
            self.state = State.PRIMING
        elif done.address == "/magnet/reset" and self.state is State.PLAYING:
            self._append_fade_out(last=False)
        pending = self._pending.pop(done.command_id, None)
        if pending is None:
            return  # replayed to a new worker; nobody waits for it
        address, args = pending.command.address, pending.command.args
        if pending.setting:
            self._settings.pop(address, None)
            self._settings[address] = args
            if address == PARAM_PREFIX + "lead_ms":
                self.lead_s = float(args[0]) / 1000
        pending.reply(self._done(address, position, pending.arrived, now))

    def on_fail(self, fail: wire.Fail) -> None:
        """The worker refused a command."""
        pending = self._pending.pop(fail.command_id, None)
        if fail.address == "/magnet/stop" and self.state is State.STOPPING:
            self.state = State.PLAYING
        if pending is not None:
            pending.reply(Outcome(fail.address, fail.reason))

    def on_chunk(self, chunk: wire.Chunk, now: float) -> None:
        """Take PCM that became final."""
        assert self.history is not None
        if chunk.position + self._origin != self.position:
            self._metrics.discontinuities += 1
            self._origin = self.position - chunk.position
            self._fade_in = True
        if self.state is State.STOPPED:
            self.state = State.PRIMING
        if self.state is State.PRIMING and self._first_pcm is None:
            self._first_pcm = (self.position, now)
            self._fade_in = True
        if self._concealed_from is not None:
            self._end_concealment()
        pcm = self._shape(np.asarray(chunk.pcm, np.float32))
        at = self.position
        self.history.append(pcm, chunk.flags, chunk.plan_id)
        self._sounding = self._running = True
        self._end_priming(now)
        self._metrics.chunks += 1
        self._metrics.samples += pcm.shape[1]
        values: dict[str, Value] = {"position": at, "samples": pcm.shape[1]}
        self._notify(self.name, "chunk", {**values, "flags": chunk.flags, "plan": chunk.plan_id})

    def on_event(self, event: wire.Event) -> None:
        """Pass on what the worker reports, with its position in the stream's count."""
        values = dict(event.values)
        position = values.get("position")
        if isinstance(position, int):
            values["position"] = position + self._origin
        self._notify(self.name, event.name, values)

    def _shape(self, pcm: FloatArray) -> FloatArray:
        """Apply the gain, and the fade-in after a gap."""
        ramp = self._fade_samples()
        pcm = with_gain(pcm, self._gain, self._gain_target, ramp)
        self._gain = self._gain_target
        if self._fade_in:
            pcm = faded_in(pcm, ramp)
            self._fade_in = False
        return pcm

    # --- time ---

    def join(self, listener: Listener, now: float, resume_position: int | None = None) -> None:
        """Let someone listen, from a resumed position where it is still there, else from now."""
        if resume_position is not None and listener.can_resume(resume_position):
            listener.join_at(resume_position, now)
        else:
            listener.join(self.playhead(now), now)
        self.listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self.listeners.remove(listener)

    def playhead(self, now: float) -> int:
        """Return the model-rate position that the foremost listener is playing now."""
        return self._clock.advance(
            now,
            self.sample_rate,
            reported=max((listener.playhead(now) for listener in self.listeners), default=None),
            end=self.position,
            holds=self.state is State.PRIMING,
        )

    def _end_priming(self, now: float) -> None:
        """Start the playhead when half the lead is there, or should have been by now."""
        if self.state is not State.PRIMING or self._first_pcm is None:
            return
        position, at = self._first_pcm
        is_primed = self.position - position >= self.lead_s / 2 * self.sample_rate
        if is_primed or now - at >= self.lead_s:
            self.playhead(now)
            self.state = State.PLAYING
            self._first_pcm = None

    def tick(self, now: float) -> None:
        """Move the playhead on; conceal what is missing, and ask for what will be."""
        self._end_priming(now)
        playhead = self.playhead(now)
        if self.state is State.PLAYING:
            margin = round(CONCEAL_AHEAD_S * self.sample_rate)
            if playhead + margin > self.position:
                self._conceal(margin)
        if self.state in (State.PLAYING, State.PRIMING):
            self._demand(playhead + self._lead_samples())

    def _lead_samples(self) -> int:
        lead = round(self.lead_s * self.sample_rate)
        return max([lead, *(listener.lead_samples(self.lead_s) for listener in self.listeners)])

    def _demand(self, until: int) -> None:
        """Ask the worker for PCM up to a stream position; never less than before."""
        grain = round(0.005 * self.sample_rate)
        wanted = until - self._origin
        if self._worker_up and wanted >= self._demanded + grain:
            self._demanded = wanted
            self._send(wire.Demand(self.name, wanted))

    # --- gaps ---

    def _fade_samples(self) -> int:
        return round(FADE_S * self.sample_rate)

    def _conceal(self, frames: int) -> None:
        assert self.history is not None
        if self._concealed_from is None:
            self._concealed_from = self.position
            self._metrics.underruns += 1
            self._notify(self.name, "late", {"position": self.position})
            self._append_fade_out(last=False)
            return
        silence = np.zeros((self.history.channels, frames), np.float32)
        self._append_concealed(silence, wire.FLAG_CONCEALED)

    def _end_concealment(self) -> None:
        assert self._concealed_from is not None
        at, self._concealed_from = self._concealed_from, None
        self._notify(self.name, "underrun", {"position": at, "samples": self.position - at})

    def _append_fade_out(self, *, last: bool) -> None:
        """Close the sound without a click: its last 20 ms, mirrored and faded; then fade in."""
        assert self.history is not None
        frames = self._fade_samples()
        tail = mirrored_out(self.history.tail(frames if self._sounding else 0), frames)
        self._append_concealed(tail, wire.FLAG_CONCEALED | (wire.FLAG_LAST if last else 0))
        self._fade_in, self._sounding = True, False

    def _append_concealed(self, pcm: FloatArray, flags: int) -> None:
        """Add PCM that the worker did not make: its positions move on by as much."""
        assert self.history is not None
        self.history.append(pcm, flags, 0)
        self._origin += pcm.shape[1]
        if not flags & wire.FLAG_LAST:
            self._metrics.concealed_samples += pcm.shape[1]

    def _come_to_stop(self) -> None:
        if self._concealed_from is not None:
            self._end_concealment()
        if self._running:
            self._append_fade_out(last=True)
            self._running = False
        self.state = State.STOPPED
        self._first_pcm = None
