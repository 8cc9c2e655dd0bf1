"""A stream that plays: where its transport is, where its playhead is, and what fills its gaps.

    stopped --play--> priming --half the lead is there--> playing --stop--> stopping --> stopped
                                                            ^ |
                                                  PCM again | | none in time: concealed

PCM goes out as it comes, also while priming; the playhead (``stream_clock.py``) only starts later.
PCM is asked for up to the playhead plus the lead, and goes its way through ``inflow.py``. Where
none is there in time the stream (``stream.py``) is concealed, flagged, with positions that go on
and are counted; the music fades in again where it stopped. So nothing is ever skipped.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import StrEnum

from daw_bridge import worker_protocol as wire
from daw_bridge.audio.history import History
from daw_bridge.metrics import Metrics
from daw_bridge.session.inflow import Inflow
from daw_bridge.session.listener import Listener, foremost
from daw_bridge.session.stream_clock import Lead, StreamClock
from daw_bridge.session.transport import Transport
from daw_bridge.worker_protocol import FLAG_TAKE, Value

CONCEAL_AHEAD_S = 0.02  # PCM that must be there beyond the playhead
GAP_AHEAD_S = 0.06  # and in a gap, where it costs nothing to be safe from a busy machine

Notify = Callable[[str, str, dict[str, Value]], None]  # session, event name, values


class State(StrEnum):
    """Where the transport of a stream is."""

    STOPPED = "stopped"
    PRIMING = "priming"
    PLAYING = "playing"
    STOPPING = "stopping"


class StreamPlayer(ABC):
    """One stream and those who listen to it; where its music comes from is for others to say.

    Attributes:
        name: how clients call it.
        state: where the transport is.
        listeners: who hears it; add with ``join`` and remove with ``leave``.
        sample_rate: of the model; 0 until it is known.
        transport: where its beats and bars lie.
        inflow: music on its way into the stream; None until the model is known.
    """

    def __init__(self, name: str, *, notify: Notify, metrics: Metrics, lead_ms: float) -> None:
        self.name = name
        self.state = State.STOPPED
        self.listeners: list[Listener] = []
        self.sample_rate = 0
        self.transport = Transport(0, 0)
        self.inflow: Inflow | None = None
        self._notify = notify
        self._metrics = metrics
        self._demanded = 0
        self._clock = StreamClock()
        self._lead = Lead(lead_ms / 1000)
        self._first_pcm: tuple[int, float] | None = None  # while priming: position and time

    @abstractmethod
    def _ask(self, until: int, lead_s: float) -> bool:
        """Ask for music up to a position of the worker; return whether there is someone to ask."""

    @abstractmethod
    def _rejoin(self) -> None:
        """Music follows after a gap."""

    @property
    def position(self) -> int:
        """Stream position of the next sample that is not final yet, model rate."""
        return self.inflow.stream.position if self.inflow else 0

    @property
    def history(self) -> History | None:
        """Its recent PCM; None until the model is known."""
        return self.inflow.stream.history if self.inflow else None

    @property
    def lead_s(self) -> float:
        """How far ahead of the playhead it is sent now."""
        return self._lead.seconds

    @property
    def _gap_from(self) -> int | None:
        return self.inflow.stream.gap_from if self.inflow else None

    @property
    def is_under_way(self) -> bool:
        """Whether it plays, or is about to."""
        return self.state in (State.PLAYING, State.PRIMING)

    # --- music ---

    def _let_go(self, now: float) -> None:
        """Pass on the music that is there, at once or when there is enough of it.

        After a gap half the lead must be there, and at the beginning half of what the machine needs
        beyond the lead that was wished for: else a worker that is a little too slow would be heard
        in crumbs, one gap after the other.
        """
        if self.inflow is None:
            return
        in_gap, enough_s = self._gap_from is not None, 0.0
        if in_gap:
            enough_s = self.lead_s / 2
        elif self._is_silent:
            enough_s = (self.lead_s - self._lead.wish_s) / 2
        patience_s = math.inf if in_gap else self.lead_s
        enough = enough_s * self.sample_rate
        for chunk in self.inflow.release(now, enough=enough, patience_s=patience_s):
            self._add_chunk(chunk, now)

    @property
    def _is_silent(self) -> bool:
        """Whether nothing has come out yet since it was stopped."""
        return self.state in (State.STOPPED, State.PRIMING) and self._first_pcm is None

    def _add_chunk(self, chunk: wire.Chunk, now: float) -> None:
        assert self.inflow is not None
        at = self._begin_music(now)
        self.inflow.add(chunk)
        self._end_music(at, chunk.flags, chunk.plan_id, now)
        self._metrics.chunks += 1
        self._metrics.samples += self.position - at

    def _begin_music(self, now: float) -> int:
        """Note that music is about to come; return where."""
        if self.state is State.STOPPED:
            self.state = State.PRIMING
        if self.state is State.PRIMING and self._first_pcm is None:
            self._first_pcm = (self.position, now)
        if self._gap_from is not None:
            self._rejoin()
        self._tell_gap()
        return self.position

    def _end_music(self, at: int, flags: int, plan_id: int, now: float) -> None:
        self._end_priming(now)
        values: dict[str, Value] = {"position": at, "samples": self.position - at, "flags": flags}
        self._notify(self.name, "chunk", values | {"plan": plan_id})

    def _replay(self, now: float) -> None:
        """Let a take that was recalled be heard, as far ahead as music of the worker would be."""
        if self.inflow is None or not self.inflow.replaying:
            return
        if self.is_under_way:
            begins = self.playhead(now)
            if self.state is State.PRIMING:  # the playhead waits, perhaps behind an end
                begins = self.position if self._first_pcm is None else self._first_pcm[0]
            until = begins + self._lead_samples()
            if self.inflow.can_replay(until):
                at = self._begin_music(now)
                self.inflow.replay(until)
                self._end_music(at, FLAG_TAKE, 0, now)

    # --- time ---

    def join(self, listener: Listener, now: float, resume_position: int | None = None) -> None:
        """Let someone listen, from a resumed position where it is still there, else from now."""
        if resume_position is None or not listener.resume(resume_position, now):
            listener.join(self.playhead(now), now)
        self.listeners.append(listener)
        self._note_hearing()

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self.listeners.remove(listener)
        self._note_hearing()

    def _note_hearing(self) -> None:
        assert self.inflow is not None
        self.inflow.stream.recording.is_heard = bool(self.listeners)

    def playhead(self, now: float) -> int:
        """Return the model-rate position that the foremost listener is playing now."""
        return self._clock.advance(
            now,
            self.sample_rate,
            reported=foremost(self.listeners, now),
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
        self._replay(now)
        self._let_go(now)
        self._end_priming(now)
        playhead = self.playhead(now)
        self._tell_beats(playhead)
        if self.state is State.PLAYING:
            ahead_s = CONCEAL_AHEAD_S if self._gap_from is None else GAP_AHEAD_S
            if playhead + round(ahead_s * self.sample_rate) > self.position:
                self._conceal(round(CONCEAL_AHEAD_S * self.sample_rate))
        if self.is_under_way:
            begins = playhead if self._gap_from is None else self.position
            self._demand(begins + self._lead_samples())

    def _tell_beats(self, playhead: int) -> None:
        if self.state is State.PRIMING:
            return  # what the playhead waits at is not heard yet
        for beat in self.transport.pass_beats(playhead):
            values: dict[str, Value] = {"beat": beat.beat, "bar": beat.bar, "bpm": beat.bpm}
            self._notify(self.name, "beat", values | {"position": beat.position})

    def _lead_samples(self) -> int:
        lead = round(self.lead_s * self.sample_rate)
        return max([lead, *(listener.lead_samples(self.lead_s) for listener in self.listeners)])

    def _demand(self, until: int) -> None:
        """Ask for PCM up to a stream position; never less than before."""
        grain = round(0.005 * self.sample_rate)
        wanted = until - (self.inflow.origin if self.inflow else 0)
        if wanted < self._demanded + grain:
            return
        if self._ask(wanted, self._lead_samples() / self.sample_rate):
            self._demanded = wanted

    # --- gaps ---

    def _conceal(self, frames: int) -> None:
        assert self.inflow is not None
        if self._gap_from is None:
            self._metrics.underruns += 1
            self._notify(self.name, "late", {"position": self.position})
        self.inflow.conceal(frames)
        self._metrics.concealed_samples += frames

    def _tell_gap(self) -> None:
        """Report a gap with its length, as music or an end is about to close it."""
        at = self._gap_from
        if at is not None:
            self._notify(self.name, "underrun", {"position": at, "samples": self.position - at})

    def _come_to_stop(self) -> None:
        self._tell_gap()
        if self.inflow is not None:
            self.inflow.close()
        self.state = State.STOPPED
        self._first_pcm = None
