"""One stream: its state, its clock, and the commands that wait for an answer.

    stopped --play--> priming --half the lead is there--> playing --stop--> stopping --> stopped
                                                            ^ |
                                                  PCM again | | none in time: concealed

PCM goes out as it comes, also while priming; the playhead (``stream_clock.py``) only starts later.
PCM is asked of the worker up to the playhead plus the lead. Where none is there in time the stream
(``stream.py``) is concealed, flagged, with positions that go on and are counted; the music fades in
again where it stopped. So nothing is ever skipped, and a worker that dies and is replaced is a gap,
not an end: the next one is given the last snapshot of the music and all that was set.

Threading: none of its own; called from the event loop only, with the time passed in. What it sends
goes through the two callables it is made with.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from daw_bridge import worker_protocol as wire
from daw_bridge.concealment import Pulse
from daw_bridge.controls import PARAM_PREFIX, Control, Scope
from daw_bridge.history import History
from daw_bridge.listener import Listener
from daw_bridge.metrics import Metrics
from daw_bridge.requests import MAX_REQUESTS, Outcome, Reply, Request, Requests
from daw_bridge.session_settings import SessionSettings, Setting
from daw_bridge.stream import Stream
from daw_bridge.stream_clock import Lead, StreamClock
from daw_bridge.worker_protocol import Value, is_position

CONCEAL_AHEAD_S = 0.02  # PCM that must be there beyond the playhead
GAP_AHEAD_S = 0.06  # and in a gap, where it costs nothing to be safe from a busy machine
DEFAULT_LEAD_MS = 250.0
_ANSWERED_AT_ONCE = ("/magnet/play", "/magnet/stop", "/magnet/reset")
_LEAD, _GAIN, _LEVEL, _SEED = (
    PARAM_PREFIX + name for name in ("lead_ms", "gain_db", "level", "seed")
)


class State(StrEnum):
    """Where the transport of a stream is."""

    STOPPED = "stopped"
    PRIMING = "priming"
    PLAYING = "playing"
    STOPPING = "stopping"


Notify = Callable[[str, str, dict[str, Value]], None]  # session, event name, values


class Session:
    """One stream and those who listen to it.

    Attributes:
        name: how clients call it.
        state: where the transport is.
        listeners: who hears it; add with ``join`` and remove with ``leave``.
        sample_rate: of the model; 0 until it is known.
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
        self.sample_rate = 0
        self._send = send
        self._notify = notify
        self._metrics = metrics
        self._worker_up = False
        self._no_more_workers = ""  # why not
        self._requests = Requests(name)
        self._settings = SessionSettings()
        self._settings.keep(_LEAD, (lead_ms,))
        self._snapshot: bytes | None = None  # of the music, for the next worker
        self._stream: Stream | None = None
        self._beats_per_bar = 0
        self._origin = 0  # stream position of the worker's position 0
        self._cut_at: int | None = None  # worker's position where the music begins anew
        self._held: list[wire.Chunk] = []  # music that is there, but too little to begin with
        self._held_since = 0.0
        self._demanded = 0
        self._clock = StreamClock()
        self._lead = Lead(lead_ms / 1000)
        self._first_pcm: tuple[int, float] | None = None  # while priming: position and time

    # --- commands ---

    @property
    def position(self) -> int:
        """Stream position of the next sample that is not final yet, model rate."""
        return self._stream.position if self._stream else 0

    @property
    def history(self) -> History | None:
        """Its recent PCM; None until the model is known."""
        return self._stream.history if self._stream else None

    @property
    def lead_s(self) -> float:
        """How far ahead of the playhead it is sent now."""
        return self._lead.seconds

    @property
    def waits_for_worker(self) -> bool:
        """Whether a worker that is well would send something: sound that is due, or a reply."""
        is_dry = self.state is State.PRIMING and self._is_silent
        return self._worker_up and (
            is_dry or self._gap_from is not None or self._requests.is_sent(_ANSWERED_AT_ONCE)
        )

    @property
    def _gap_from(self) -> int | None:
        return self._stream.gap_from if self._stream else None

    def settings(self) -> list[Setting]:
        """Return the controls that were set and still hold: addresses and arguments."""
        return list(self._settings)

    def submit(self, control: Control, args: tuple[Value, ...], now: float, reply: Reply) -> None:
        """Carry out a validated command; ``reply`` is called once, now or later."""
        if self._requests.full:
            reply(Outcome(control.address, f"{MAX_REQUESTS} commands wait already; slow down"))
            return
        if control.scope is Scope.STREAM:
            self._set_stream(control.address, args)
            reply(self._done(control.address, self.position, now, now))
            return
        request = self._requests.new(control, args, now, reply)
        if control.address == "/magnet/stop" and not self._worker_up:
            self._stop_without_worker(request, now)
        elif self._worker_up:
            self._dispatch(request)
        elif self._no_more_workers:
            request.fail(self._no_more_workers)
        else:
            self._requests.wait(request)

    def _stop_without_worker(self, stop: Request, now: float) -> None:
        self._requests.withdraw("/magnet/play", "stopped before the worker was there")
        position = self.position
        self._come_to_stop()
        stop.reply(self._done("/magnet/stop", position, stop.arrived, now))

    def _dispatch(self, request: Request) -> None:
        address = request.command.address
        self._requests.note_sent(request)
        self._send(request.command)
        if address == "/magnet/play":
            self._demand(self.position + self._lead_samples())
        elif address == "/magnet/stop" and self.state in (State.PLAYING, State.PRIMING):
            self.state = State.STOPPING

    def _set_stream(self, address: str, args: tuple[Value, ...]) -> None:
        self._settings.keep(address, args)
        self._adjust_stream()

    def _adjust_stream(self) -> None:
        """Let the stream follow the settings that are its own."""
        if self._stream is not None:
            self._stream.gain = self._gain()
            self._stream.leveller.enabled = bool(self._settings.first(_LEVEL, 1))

    def _gain(self) -> float:
        return float(10.0 ** (self._settings.first(_GAIN, 0.0) / 20))

    def _done(self, address: str, position: int, arrived: float, now: float) -> Outcome:
        heard_in_s = 0.0
        if self.sample_rate and self.state in (State.PLAYING, State.PRIMING):
            heard_in_s = max(0.0, (position - self._clock.playhead) / self.sample_rate)
        return Outcome(address, "", position, now - arrived + heard_in_s)

    # --- what the worker says ---

    def meet_model(self, ready: wire.Ready) -> None:
        """Learn the model's rate and channels; they stay, however often the worker is replaced."""
        if self._stream is None:
            self.sample_rate = ready.sample_rate
            self._stream = Stream(ready.channels, ready.sample_rate, self._gain())
            self._adjust_stream()
            self._beats_per_bar = int(ready.model.get("beats_per_bar", 0))

    def on_ready(self, now: float) -> None:
        """Meet a worker, the first or a new one: tell it all that it must know."""
        self._worker_up = True
        self._origin = self.position
        self._demanded = 0
        self._cut_at = None
        self._send(wire.Open(self.name, int(self._settings.first(_SEED, 0))))
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None:  # given once: if it kills this worker, the next one lives
            self._send(wire.Restore(self.name, snapshot))
        replay = self._settings.replay()
        if self.state in (State.PLAYING, State.PRIMING):
            replay.append(("/magnet/play", ()))
        for number, (address, args) in enumerate(replay, start=1):
            self._send(wire.Command(self.name, -number, address, args))
        if self.state in (State.PLAYING, State.PRIMING):
            self._demand(self.position + self._lead_samples())
        for request in self._requests.take_waiting():
            self._dispatch(request)

    def on_worker_lost(self, reason: str, *, for_good: bool = False) -> None:
        """The worker died: its unanswered commands fail, and a playing stream is concealed.

        Where no other will come (``for_good``), those that wait and all later ones fail too.
        """
        self._worker_up = False
        self._held = []
        self._requests.fail_sent(reason)
        if for_good:
            self._no_more_workers = reason
            self._requests.fail_waiting(reason)
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
        request = self._requests.take_answered(done.command_id)
        if request is None:
            return  # replayed to a new worker; nobody waits for it
        address, args = request.command.address, request.command.args
        if address == "/magnet/reset":
            self._snapshot = None
            if "bar" not in args:  # there the worker itself leads over
                self._cut_at = done.position
        if request.setting:
            self._settings.keep(address, args)
            if address == _LEAD:
                self._lead.wish_s = float(args[0]) / 1000
        request.reply(self._done(address, position, request.arrived, now))

    def on_fail(self, fail: wire.Fail) -> None:
        """The worker refused a command."""
        request = self._requests.take_answered(fail.command_id)
        if fail.address == "/magnet/stop" and self.state is State.STOPPING:
            self.state = State.PLAYING
        if request is not None:
            request.fail(fail.reason)

    def on_chunk(self, chunk: wire.Chunk, now: float) -> None:
        """Take PCM that became final."""
        self._held_since = self._held_since if self._held else now
        self._held.append(chunk)
        self._let_go(now)

    def _let_go(self, now: float) -> None:
        """Pass on the music that is there, at once or when there is enough of it.

        After a gap half the lead must be there, and at the beginning half of what the machine needs
        beyond the lead that was wished for: else a worker that is a little too slow would be heard
        in crumbs, one gap after the other.
        """
        in_gap, enough_s = self._gap_from is not None, 0.0
        if in_gap:
            enough_s = self.lead_s / 2
        elif self._is_silent:
            enough_s = (self.lead_s - self._lead.wish_s) / 2
        is_patient = in_gap or now - self._held_since < self.lead_s
        if is_patient and self._held_samples() < enough_s * self.sample_rate:
            return
        held, self._held = self._held, []
        for chunk in held:
            self._add_chunk(chunk, now)

    def _held_samples(self) -> int:
        return sum(chunk.pcm.shape[1] for chunk in self._held)

    @property
    def _is_silent(self) -> bool:
        """Whether nothing has come out yet since it was stopped."""
        return self.state in (State.STOPPED, State.PRIMING) and self._first_pcm is None

    def _add_chunk(self, chunk: wire.Chunk, now: float) -> None:
        assert self._stream is not None
        if chunk.position + self._origin != self.position:
            self._metrics.discontinuities += 1
            self._origin = self.position - chunk.position
            self._stream.cut()
        if self.state is State.STOPPED:
            self.state = State.PRIMING
        if self.state is State.PRIMING and self._first_pcm is None:
            self._first_pcm = (self.position, now)
        self._tell_gap()
        at = self.position
        self._add_music(chunk, self._stream)
        self._end_priming(now)
        samples = self.position - at
        self._metrics.chunks += 1
        self._metrics.samples += samples
        values: dict[str, Value] = {"position": at, "samples": samples, "flags": chunk.flags}
        self._notify(self.name, "chunk", values | {"plan": chunk.plan_id})

    def _add_music(self, chunk: wire.Chunk, stream: Stream) -> None:
        pcm = np.asarray(chunk.pcm, np.float32)
        before = -1 if self._cut_at is None else self._cut_at - chunk.position
        if 0 <= before < pcm.shape[1]:
            self._cut_at = None
            if before:
                stream.add(pcm[:, :before], chunk.flags, chunk.plan_id)
            stream.cut()
            pcm = pcm[:, before:]
        stream.add(pcm, chunk.flags, chunk.plan_id)

    def on_snapshot(self, snapshot: wire.Snapshot) -> None:
        """Keep what the next worker would need to go on with the music."""
        self._snapshot = snapshot.data

    def on_event(self, event: wire.Event) -> None:
        """Pass on what the worker reports, with its positions in the stream's count."""
        values = dict(event.values)
        for name, value in values.items():
            if is_position(name) and isinstance(value, int):
                values[name] = value + self._origin
        if event.name == "lead" and not self._lead.need(float(values["lead_ms"]) / 1000):
            return
        if event.name == "plan_done":
            self._metrics.reduced_plans += int(values.get("reduced", 0))
        elif event.name == "plan" and self._stream is not None:
            bpm = float(values.get("bpm", 0.0))
            self._stream.pulse = Pulse.of(bpm, self._beats_per_bar, self.sample_rate)
        self._notify(self.name, event.name, values)

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
        self._lead.advance(now, silent=self._is_silent)
        self._let_go(now)
        self._end_priming(now)
        playhead = self.playhead(now)
        if self.state is State.PLAYING:
            ahead_s = CONCEAL_AHEAD_S if self._gap_from is None else GAP_AHEAD_S
            if playhead + round(ahead_s * self.sample_rate) > self.position:
                self._conceal(round(CONCEAL_AHEAD_S * self.sample_rate))
        if self.state in (State.PLAYING, State.PRIMING):
            begins = playhead if self._gap_from is None else self.position
            self._demand(begins + self._lead_samples())

    def _lead_samples(self) -> int:
        lead = round(self.lead_s * self.sample_rate)
        return max([lead, *(listener.lead_samples(self.lead_s) for listener in self.listeners)])

    def _demand(self, until: int) -> None:
        """Ask the worker for PCM up to a stream position; never less than before."""
        grain = round(0.005 * self.sample_rate)
        wanted = until - self._origin
        if self._worker_up and wanted >= self._demanded + grain:
            self._demanded = wanted
            self._send(wire.Demand(self.name, wanted, self._lead_samples() / self.sample_rate))

    # --- gaps ---

    def _conceal(self, frames: int) -> None:
        assert self._stream is not None
        if self._gap_from is None:
            self._metrics.underruns += 1
            self._notify(self.name, "late", {"position": self.position})
        self._origin += self._stream.conceal(frames)
        self._metrics.concealed_samples += frames

    def _tell_gap(self) -> None:
        """Report a gap with its length, as music or an end is about to close it."""
        at = self._gap_from
        if at is not None:
            self._notify(self.name, "underrun", {"position": at, "samples": self.position - at})

    def _come_to_stop(self) -> None:
        self._tell_gap()
        self._origin -= self._held_samples()
        self._held = []
        if self._stream is not None:
            self._origin += self._stream.close()
        self.state = State.STOPPED
        self._first_pcm = None
