"""One session: a stream, the commands that wait for an answer, and the worker that makes music.

Every command is answered once. What a worker is told survives it: one that dies and is replaced is
a gap in the stream (``player.py``), not an end, and the next one is given the last snapshot
of the music and all that was set. With a snapshot of another time the session goes back to it
(``going_back.py``): to a take that was kept, or to before a change.

Threading: none of its own; called from the event loop only, with the time passed in. What it sends
goes through the two callables it is made with.
"""

from __future__ import annotations

from collections.abc import Callable

from daw_bridge import worker_protocol as wire
from daw_bridge.controls import (
    DEFAULT_LEAD_MS,
    INPUT_USE,
    PARAM_PREFIX,
    QUANTIZE,
    RECORD,
    Control,
    Scope,
)
from daw_bridge.metrics import Metrics
from daw_bridge.session.going_back import GoingBack
from daw_bridge.session.inflow import Inflow
from daw_bridge.session.keeping import Keeping
from daw_bridge.session.phrase_recorder import PhraseRecorder
from daw_bridge.session.player import Notify, State, StreamPlayer
from daw_bridge.session.recording import RecordingMemory
from daw_bridge.session.requests import Outcome, Reply, Request, Requests
from daw_bridge.session.session_takes import SessionTakes
from daw_bridge.session.settings import SessionSettings, Setting
from daw_bridge.session.stream import HISTORY_S, Stream
from daw_bridge.session.transport import Transport
from daw_bridge.session.undo import RECALL, RESET, UNDO
from daw_bridge.worker_protocol import Value, is_position

_ANSWERED_AT_ONCE = ("/magnet/play", "/magnet/stop", RESET, RECALL, UNDO)
_LEAD, _GAIN, _LEVEL, _SEED = (
    PARAM_PREFIX + name for name in ("lead_ms", "gain_db", "level", "seed")
)


class Session(StreamPlayer):
    """A stream whose music a worker makes, as its performers command.

    Args:
        name: how clients call it.
        send: to the worker.
        notify: is told what happens: session, event, values.
        metrics: of the server.
        lead_ms: how far ahead of its playhead it is sent.
        memory: of the recordings of all sessions; its own where none is given.
        recorded_s: how much of what was heard can be kept.

    Attributes:
        recorder: records phrases for the model; None until it is known.
        worker_up: there is a worker that has been told everything.
        no_more_workers: why none will come any more; empty where one will.
        going_back: what can be gone back to.
        takes: what is kept of it, and recalled; and undo.
    """

    def __init__(
        self,
        name: str,
        *,
        send: Callable[[wire.ServerMessage], None],
        notify: Notify,
        metrics: Metrics,
        lead_ms: float = DEFAULT_LEAD_MS,
        memory: RecordingMemory | None = None,
        recorded_s: float = HISTORY_S,
    ) -> None:
        super().__init__(name, notify=notify, metrics=metrics, lead_ms=lead_ms)
        self.recorder: PhraseRecorder | None = None
        self._send = send
        self.worker_up = False
        self.no_more_workers = ""  # why not
        self._requests = Requests(name)
        self._settings = SessionSettings()
        self._settings.keep(_LEAD, (lead_ms,))
        self.going_back = GoingBack(name, send, self._requests, self._settings)
        keeping = Keeping(name, send, self._requests, self._settings)
        self.takes = SessionTakes(self, self._requests, self.going_back, keeping)
        self._memory, self._recorded_s = memory, recorded_s

    # --- commands ---

    @property
    def waits_for_worker(self) -> bool:
        """Whether a worker that is well would send something: sound that is due, or a reply."""
        is_dry = self.state is State.PRIMING and self._is_silent
        return self.worker_up and (
            is_dry or self._gap_from is not None or self._requests.is_sent(_ANSWERED_AT_ONCE)
        )

    @property
    def line_beats(self) -> int:
        """Beats from line to line, where changes are quantised; else 0."""
        bar = self.inflow.beats_per_bar if self.inflow is not None else 0
        return {"beat": min(bar, 1), "bar": bar}.get(self._settings.text(QUANTIZE, "off"), 0)

    def settings(self) -> list[Setting]:
        """Return the controls that were set and still hold: addresses and arguments."""
        return list(self._settings)

    def submit(self, control: Control, args: tuple[Value, ...], now: float, reply: Reply) -> None:
        """Carry out a validated command; ``reply`` is called once, now or later."""
        if control.address == RECORD:
            reply(self._record(bool(args[0]), now))
            return
        if control.scope is Scope.STREAM:
            self._set_stream(control.address, args)
            reply(self.done(control.address, self.position, now, now))
            return
        request = self._requests.new(control, args, now, reply)
        if request is None:
            return
        if control.address == UNDO:
            self.takes.undo(request, now)
        elif control.address == "/magnet/stop" and not self.worker_up:
            self._requests.withdraw("/magnet/play", "stopped before the worker was there")
            self._stop_without_worker([request], now)
        elif self.worker_up:
            self._dispatch(request, now)
        elif self.no_more_workers:
            request.fail(self.no_more_workers)
        else:
            self._requests.wait(request)

    def _record(self, on: bool, now: float) -> Outcome:
        if self.recorder is None or not self.worker_up:
            return Outcome(RECORD, "there is no worker yet that could take a phrase")
        reason = ""
        if on:
            self.recorder.begin()
        else:
            reason = self.recorder.end()
        return Outcome(RECORD, reason) if reason else self.done(RECORD, self.position, now, now)

    def _stop_without_worker(self, stops: list[Request], now: float) -> None:
        position = self.position
        self._come_to_stop()
        for stop in stops:
            stop.reply(self.done("/magnet/stop", position, stop.arrived, now))

    def _dispatch(self, request: Request, now: float) -> None:
        address = request.command.address
        self.going_back.note_change(request, now)
        self._requests.note_sent(request)
        self._send(request.command)
        if address == "/magnet/play":
            self._demand(self.position + self._lead_samples())
        elif address == "/magnet/stop" and self.is_under_way:
            self.state = State.STOPPING

    def _set_stream(self, address: str, args: tuple[Value, ...]) -> None:
        self._settings.keep(address, args)
        self._adjust_stream()

    def _adjust_stream(self) -> None:
        """Let the stream follow the settings that are its own."""
        if self.inflow is not None:
            self.inflow.stream.gain = self._gain()
            self.inflow.stream.leveller.enabled = bool(self._settings.first(_LEVEL, 1))

    def _gain(self) -> float:
        return float(10.0 ** (self._settings.first(_GAIN, 0.0) / 20))

    def done(self, address: str, position: int, arrived: float, now: float) -> Outcome:
        """Return the answer to a command that is first heard at a position of the stream."""
        heard_in_s = 0.0
        if self.sample_rate and self.is_under_way:
            heard_in_s = max(0.0, (position - self._clock.playhead) / self.sample_rate)
        return Outcome(address, "", position, now - arrived + heard_in_s)

    # --- what the worker says ---

    def meet_model(self, ready: wire.Ready) -> None:
        """Learn the model's rate and channels; they stay, however often the worker is replaced."""
        if self.inflow is None:
            self.sample_rate = ready.sample_rate
            beats_per_bar = int(ready.model.get("beats_per_bar", 0))
            self.transport = Transport(ready.sample_rate, beats_per_bar)
            stream = Stream(
                ready.channels, ready.sample_rate, self._gain(), self._memory, self._recorded_s
            )
            self.inflow = Inflow(stream, self.transport, beats_per_bar, self._metrics)
            self._adjust_stream()
            self.recorder = PhraseRecorder(
                self.name,
                ready.sample_rate,
                ready.channels,
                send=self._send,
                tell=self._tell_input,
            )

    def _tell_input(self, state: str, seconds: float) -> None:
        self._notify(self.name, "input", {"state": state, "seconds": seconds})

    def on_ready(self, now: float) -> None:
        """Meet a worker, the first or a new one: tell it all that it must know."""
        assert self.inflow is not None
        self.worker_up = True
        self.inflow.begin()
        self._demanded = 0
        self._send(wire.Open(self.name, int(self._settings.first(_SEED, 0))))
        snapshot = self.going_back.take_snapshot()
        if snapshot is not None:
            self._send(wire.Restore(self.name, snapshot))
        replay = self._settings.replay()
        if self.is_under_way:
            replay.append(("/magnet/play", ()))
        for number, (address, args) in enumerate(replay, start=1):
            self._send(wire.Command(self.name, -number, address, args))
        if self.is_under_way:
            self._demand(self.position + self._lead_samples())
        for request in self._requests.take_waiting():
            self._dispatch(request, now)

    def on_worker_lost(self, reason: str, now: float, *, for_good: bool = False) -> None:
        """The worker died: its unanswered commands fail, and a playing stream is concealed.

        A stop needs no worker, and is carried out. Where no other worker will come (``for_good``),
        the commands that wait and all later ones fail too.
        """
        self.worker_up = False
        if self.inflow is not None:
            self.inflow.lose_worker()
        if self.recorder is not None:
            self.recorder.lose_worker()
        stops = self._requests.take_sent("/magnet/stop")
        self._requests.fail_sent(reason)
        self.takes.lose_worker()
        if for_good:
            self.no_more_workers = reason
            self._requests.fail_waiting(reason)
        if stops:
            self._stop_without_worker(stops, now)

    def close(self, reason: str, now: float) -> None:
        """End it: what is not answered fails, and what was recorded is forgotten."""
        self.on_worker_lost(reason, now, for_good=True)
        self.takes.give_up(reason)
        if self.inflow is not None:
            self.inflow.stream.recording.clear()

    def on_done(self, done: wire.Done, now: float) -> None:
        """A command is carried out."""
        assert self.inflow is not None
        position = self.inflow.to_stream(done.position)
        if done.address == "/magnet/stop":
            position = self.position
            self._come_to_stop()
        elif done.address == "/magnet/play" and self.state is State.STOPPED:
            self.state = State.PRIMING
        request = self._requests.take_answered(done.command_id)
        if request is None:
            return  # replayed to a new worker; nobody waits for it
        address, args = request.command.address, request.command.args
        if address == RESET:
            self.going_back.snapshot = None
            if "bar" not in args:  # there the worker itself leads over
                self.inflow.begin_anew(done.position)
        elif address == INPUT_USE and "continue" in args:
            self.inflow.begin_anew(done.position)
        if request.setting and not self.going_back.has_replaced(request):
            self._settings.keep(address, args)
            if address == _LEAD:
                self._lead.wish_s = float(args[0]) / 1000
        request.reply(self.done(address, position, request.arrived, now))

    def on_fail(self, fail: wire.Fail) -> None:
        """The worker refused a command."""
        request = self._requests.take_answered(fail.command_id)
        self.going_back.forget_change(fail.command_id)
        if fail.address == "/magnet/stop" and self.state is State.STOPPING:
            self.state = State.PLAYING
        if request is not None:
            request.fail(fail.reason)

    def on_chunk(self, chunk: wire.Chunk, now: float) -> None:
        """Take PCM that became final."""
        assert self.inflow is not None
        self.inflow.hold(chunk, now)
        self._let_go(now)

    def on_snapshot(self, snapshot: wire.Snapshot) -> None:
        """Keep what the next worker would need to go on with the music."""
        assert self.inflow is not None
        if self.inflow.note_snapshot(snapshot):
            self.going_back.snapshot = snapshot.data

    def on_event(self, event: wire.Event) -> None:
        """Pass on what the worker reports, with its positions in the stream's count."""
        values = dict(event.values)
        assert self.inflow is not None
        for name, value in values.items():
            if is_position(name) and isinstance(value, int):
                values[name] = value + self.inflow.origin
        if event.name == "lead" and not self._lead.need(float(values["lead_ms"]) / 1000):
            return
        if event.name == "plan_done":
            self._metrics.reduced_plans += int(values.get("reduced", 0))
        elif event.name == "plan":
            begin, bpm = int(values["position"]), float(values.get("bpm", 0.0))
            self.inflow.note_plan(begin, int(values.get("bar_position", begin)), bpm)
        self._notify(self.name, event.name, values)

    def _ask(self, until: int, lead_s: float) -> bool:
        if self.worker_up:
            self._send(wire.Demand(self.name, until, lead_s, bool(self.listeners)))
        return self.worker_up

    def align(self, position: int, beat: float, bpm: float) -> None:
        """Tell the worker what a clock says: which beat falls on a position of the stream."""
        if self.worker_up and self.inflow is not None:
            at = position - self.inflow.origin
            self._send(wire.Align(self.name, at, beat, bpm))

    def _let_go(self, now: float) -> None:
        super()._let_go(now)
        self.takes.come_to_line(now)

    def _rejoin(self) -> None:
        """Tell the worker, after a gap, which beat comes now for those who have listened."""
        beat = self.transport.beat_at(self.position - 1)
        if beat is None or not self.worker_up or self.inflow is None:
            return
        if not self.inflow.replaying:  # what comes next is the worker's own
            at = self.position - 1 - self.inflow.origin
            self._send(wire.Rejoin(self.name, at, float(beat)))
