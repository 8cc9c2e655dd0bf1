"""Keeps the sessions of a server in time with one clock: whoever taps, or a source of tempo.

The beat of the source at a time belongs to the sample that is heard at that time, which is the one
at the playhead. The worker is told such pairs and decides how to get there (``wire.Align``): three
times a second, and at once where the source jumps. A source that falls silent is no reason to
change anything: the music goes on at its last tempo.

Before a stream starts nothing is heard yet, so its first beat is predicted: from the time that the
last start took.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from daw_bridge.controls import BY_ADDRESS, TAP, TEMPO, Control
from daw_bridge.errors import MessageError
from daw_bridge.session.player import Notify, State
from daw_bridge.session.requests import Outcome
from daw_bridge.session.session import Session
from daw_bridge.tempo.source import MAX_BPM, MIN_BPM, ClockReading, TapTempo, TempoSource
from daw_bridge.worker_protocol import Value

ALIGN_S = 0.3
_SOONEST_S = 0.05  # however it jumps
_INSIST = 2  # times that a jump is told: the worker believes what is said twice
_JUMP_BEATS, _JUMP_TEMPO = 0.05, 0.0005  # what is told at once; the tempo in parts of itself
_SAME_TAPPED = 0.004  # a tapped tempo that differs by less is the one before
_TELL_S, _TELL_BPM = 0.25, 0.05
_FIRST_START_S = 0.15  # from play to the first sample heard, before it was ever measured
_LONGEST_START_S = 1.0
_LEARN_S = 1.0  # after a start, when the playhead is sure

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pair:
    """What a worker was told: at a time, the sample at a position had this beat."""

    at: float
    position: int
    beat: float
    bpm: float

    def beat_at(self, now: float) -> float:
        return self.beat + (now - self.at) * self.bpm / 60.0

    def beat_of(self, position: int, rate: int) -> float:
        return self.beat + (position - self.position) / rate * self.bpm / 60.0


@dataclass(slots=True)
class _Follow:
    """How far one session has come with its clock."""

    taps: TapTempo = field(default_factory=TapTempo)
    tapped_bpm: float = 0.0  # 0: the tempo is not of taps
    tapped: _Pair | None = None  # the beat that the last tap was, among those of the stream
    told: _Pair | None = None  # last, while it plays
    insist: int = 0  # so often more it is told soon
    promised: _Pair | None = None  # before it began to play
    origin: int = 0  # of the worker's count when it was last told; a gap moves it
    promised_origin: int = 0
    is_bound: bool = False  # the worker follows a clock
    plays_since: float | None = None


class TempoFollower:
    """What ``/magnet/event/tempo`` reports on.

    Args:
        source: the clock to follow; None where there is none but taps.
        follow_transport: sessions play and stop with the source.
        notify: told of ``tempo`` events.
    """

    def __init__(
        self, source: TempoSource | None, *, follow_transport: bool, notify: Notify
    ) -> None:
        self._source, self._follow_transport, self._notify = source, follow_transport, notify
        self._follows: dict[str, _Follow] = {}
        self._reading: ClockReading | None = None
        self._was_playing: bool | None = None
        self._start_s = _FIRST_START_S
        self._said: tuple[str, float, str] = ("off", 0.0, "")
        self._said_at = float("-inf")

    # --- what a performer does ---

    def pass_on(
        self, session: Session, control: Control, args: tuple[Value, ...], now: float
    ) -> tuple[Control, tuple[Value, ...]] | None:
        """Return what is to be carried out in place of a command; None where nothing is.

        Raises:
            MessageError: the command would set what a source sets.
        """
        if control.address == TEMPO:
            self.set_by_hand(session, now)
        elif control.address == "/magnet/play":
            self.before_play(session, now)
        elif control.address == TAP:
            bpm = self.tap(session, now)
            return None if bpm is None else (BY_ADDRESS[TEMPO], (bpm,))
        return control, args

    def tap(self, session: Session, now: float) -> float | None:
        """Note a tap; return the tempo that it makes, None where it is the first.

        Raises:
            MessageError: the tempo follows a source.
        """
        self._refuse_where_followed(TAP)
        follow = self._of(session)
        reading = follow.taps.tap(now)
        if reading is None or reading.beat is None:
            return None
        bpm, usual = reading.bpm, follow.tapped_bpm
        if usual and abs(bpm - usual) <= _SAME_TAPPED * usual:
            bpm = usual
        follow.tapped_bpm = bpm
        if session.state is State.PLAYING:
            playhead = session.playhead(now)
            heard = session.transport.beat_at(playhead)
            beat = reading.beat if heard is None else float(round(heard))
            follow.tapped = _Pair(now, playhead, beat, bpm)
            self._tell_worker(session, follow, follow.tapped)
        detail = f"{follow.taps.taps} taps"
        self._notify(session.name, "tempo", {"source": "tap", "bpm": bpm, "detail": detail})
        return bpm

    def set_by_hand(self, session: Session, now: float) -> None:
        """Let go of a clock, as a tempo is about to be set.

        Raises:
            MessageError: the tempo follows a source.
        """
        self._refuse_where_followed(TEMPO)
        follow = self._of(session)
        if follow.is_bound:
            session.align(session.playhead(now), 0.0, 0.0)
        if follow.tapped_bpm:
            self._notify(session.name, "tempo", {"source": "off", "bpm": 0.0, "detail": ""})
        self._follows[session.name] = _Follow()

    def before_play(self, session: Session, now: float) -> None:
        """Tell the worker in which beat the music will begin, if a clock says so."""
        if session.state in (State.PLAYING, State.PRIMING):
            return
        follow = self._of(session)
        reading = self._read(now) or follow.taps.read(now)
        follow.plays_since = follow.promised = None
        if reading is None:
            return
        beat = 0.0
        if _has_beat(reading) and reading.beat is not None:
            ahead_s = (session.position - session.playhead(now)) / max(session.sample_rate, 1)
            beat = reading.beat + (self._start_s + ahead_s) * reading.bpm / 60.0
        pair = _Pair(now, session.position, beat, reading.bpm)
        self._tell_worker(session, follow, pair)
        if self._reading is None:
            follow.tapped = pair  # they counted in
        if _has_beat(reading):
            follow.promised, follow.promised_origin = pair, _origin(session)

    def _refuse_where_followed(self, address: str) -> None:
        if self._source is not None and self._reading is not None:
            raise MessageError(
                f"the tempo follows {self._source.name}: it is set there", address=address
            )

    # --- time ---

    def tick(self, now: float, sessions: Iterable[Session]) -> None:
        """Read the source, and pass on what it says."""
        everyone = list(sessions)
        reading = self._read(now)
        self._say(now)
        if reading is None:
            self._go_on_with_taps(everyone, now)
            self._offer(everyone, now)
            return
        for session in everyone:
            self._align(session, reading, now)
        if self._follow_transport and reading.playing is not None:
            self._move_transport(everyone, reading.playing, now)

    def forget(self, name: str) -> None:
        """A session is closed."""
        self._follows.pop(name, None)

    def values(self, name: str) -> dict[str, Value]:
        """Return what ``/magnet/status`` shows of a session."""
        source, bpm, detail = "off", 0.0, ""
        follow = self._follows.get(name)
        if self._source is not None:
            source, detail = self._source.name, self._source.detail
            bpm = 0.0 if self._reading is None else self._reading.bpm
        elif follow is not None and follow.tapped_bpm:
            source, bpm, detail = "tap", follow.tapped_bpm, f"{follow.taps.taps} taps"
        return {"tempo_source": source, "tempo_source_bpm": bpm, "tempo_source_detail": detail}

    def _of(self, session: Session) -> _Follow:
        return self._follows.setdefault(session.name, _Follow())

    def _align(self, session: Session, reading: ClockReading, now: float) -> None:
        follow = self._of(session)
        if session.state is not State.PLAYING:
            follow.told = follow.plays_since = None
            return
        if follow.plays_since is None:
            follow.plays_since = now
        last, playhead = follow.told, session.playhead(now)
        beat = reading.beat if _has_beat(reading) else session.transport.beat_at(playhead)
        if beat is None:
            return
        pair = _Pair(now, playhead, float(beat), reading.bpm)
        self._learn_start(session, follow, pair)
        if last is not None:
            jumped = abs(pair.bpm - last.bpm) > _JUMP_TEMPO * last.bpm
            jumped |= abs(pair.beat - last.beat_at(now)) > _JUMP_BEATS
            jumped |= follow.origin != _origin(session)  # music was put off by a gap
            if now - last.at < (_SOONEST_S if jumped or follow.insist else ALIGN_S):
                return
            follow.insist = _INSIST - 1 if jumped else max(follow.insist - 1, 0)
        self._tell_worker(session, follow, pair)
        follow.told, follow.origin = pair, _origin(session)

    def _learn_start(self, session: Session, follow: _Follow, pair: _Pair) -> None:
        """Compare what was promised before the start with what came of it."""
        promised, since = follow.promised, follow.plays_since
        if promised is None or since is None or pair.at - since < _LEARN_S:
            return
        off = pair.beat - promised.beat_of(pair.position, session.sample_rate)
        off_s = off * 60.0 / promised.bpm
        is_clean = pair.bpm == promised.bpm and _origin(session) == follow.promised_origin
        if is_clean and abs(off_s) < _LONGEST_START_S:
            self._start_s = min(max(self._start_s + off_s, 0.0), _LONGEST_START_S)
        follow.promised = None

    def _tell_worker(self, session: Session, follow: _Follow, pair: _Pair) -> None:
        session.align(pair.position, pair.beat, pair.bpm)
        follow.is_bound = True

    def _read(self, now: float) -> ClockReading | None:
        reading = None if self._source is None else self._source.read(now)
        if reading is not None and not MIN_BPM <= reading.bpm <= MAX_BPM:
            reading = None
        self._reading = reading
        return reading

    def _go_on_with_taps(self, sessions: list[Session], now: float) -> None:
        """Hold a session in the beats that were tapped, also after a gap has put it off."""
        for session in sessions:
            follow = self._of(session)
            if follow.tapped is not None and session.state is State.PLAYING:
                beat = follow.tapped.beat_of(session.playhead(now), session.sample_rate)
                self._align(session, ClockReading(follow.tapped.bpm, beat), now)

    def _offer(self, sessions: list[Session], now: float) -> None:
        """Tell a clock that others may join at which tempo we play."""
        if self._source is None:
            return
        for session in sessions:
            bpm = session.transport.tempo_at(session.playhead(now))
            if session.state is State.PLAYING and bpm:
                self._source.offer(bpm)
                return

    def _move_transport(self, sessions: list[Session], playing: bool, now: float) -> None:
        before, self._was_playing = self._was_playing, playing
        if playing == before or (before is None and not playing):
            return
        address = "/magnet/play" if playing else "/magnet/stop"
        for session in sessions:
            if playing:
                self.before_play(session, now)
            session.submit(BY_ADDRESS[address], (), now, _log_failure)

    # --- what is said ---

    def _say(self, now: float) -> None:
        if self._source is None:
            return
        name, bpm, detail = self._source.name, 0.0, self._source.detail
        if self._reading is not None:
            bpm = round(self._reading.bpm, 3)
        said_name, said_bpm, said_detail = self._said
        is_news = (name, detail) != (said_name, said_detail) or abs(bpm - said_bpm) >= _TELL_BPM
        if is_news and now - self._said_at >= _TELL_S:
            self._said, self._said_at = (name, bpm, detail), now
            self._notify("", "tempo", {"source": name, "bpm": bpm, "detail": detail})


def _has_beat(reading: ClockReading) -> bool:
    """Whether the beat means something: a transport that stands has a tempo only."""
    return reading.beat is not None and reading.playing is not False


def _origin(session: Session) -> int:
    return session.inflow.origin if session.inflow is not None else 0


def _log_failure(outcome: Outcome) -> None:
    if outcome.reason:
        log.warning("%s of the clock that is followed: %s", outcome.address, outcome.reason)
