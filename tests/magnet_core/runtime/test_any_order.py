"""Any controls in any order: what is promised of a stream holds for all of them.

* The streamed PCM is the decode of the final codes, bit for bit.
* Nothing that was sent is taken back, nothing is missing, and nothing comes before it is demanded.
* Every ticket is answered once, with a sample that is true: before it, the stream is what it would
  have been without the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.errors import ConfigError
from magnet_core.model.chord_names import chords_of
from magnet_core.runtime.events import PcmChunk, PlanDone, Planned, SessionEvent
from magnet_core.runtime.session import LiveSession
from tests.magnet_core.runtime.driving import (
    HOP,
    applied,
    decode_in_blocks,
    drive,
    joined,
    playing,
)
from tests.magnet_core.runtime.tiny import tiny_codec, tiny_encodec, tiny_model


@dataclass(frozen=True)
class Act:
    """A control, and what is done before it: units of work at a demand that grows."""

    control: str
    value: object = None
    units: int = 0
    demand_frames: int = 0

    def apply(self, session: LiveSession, ticket: int) -> int:
        """Set the control; return how many tickets there are to be answered."""
        plain: dict[str, Callable[[], object]] = {
            "play": session.play,
            "stop": session.stop,
            "reset": session.reset,
            # While nothing sounds it is a reset at once.
            "reset at bar": lambda: session._output.sounding and session.reset(at_bar=True),
            "recover": session.recover,
            "nothing": lambda: None,
        }
        if self.control in plain:
            plain[self.control]()
            return 0
        set_it: dict[str, Callable[[], object]] = {
            "prompt": lambda: session.set_prompt(str(self.value), ticket),
            "slot": lambda: session.set_slot(*self.value, ticket=ticket),  # type: ignore[misc]
            "again": lambda: session.again(ticket),
            "weight": lambda: session.set_slot(2, weight=self.value, ticket=ticket),  # type: ignore[arg-type]
            "tempo": lambda: session.set_tempo(float(self.value), ticket),  # type: ignore[arg-type]
            "chords": lambda: session.set_chords(chords_of(str(self.value)), ticket),
            "loop": lambda: session.loop(int(self.value), ticket),  # type: ignore[call-overload]
        }
        try:
            if self.control in set_it:
                set_it[self.control]()
            else:
                session.set_param(self.control, self.value, ticket)  # type: ignore[arg-type]
        except ConfigError:
            assert self.control in ("window_s", "context_s")
            return 0
        return 1


def _acts(*kinds: st.SearchStrategy[tuple[str, object]]) -> st.SearchStrategy[list[Act]]:
    act = st.builds(
        lambda kind, units, frames: Act(kind[0], kind[1], units, frames),
        st.one_of(*kinds),
        st.integers(0, 30),
        st.integers(0, 25),
    )
    return st.lists(act, min_size=1, max_size=14)


TEXTS = ("", "techno 130 bpm, A minor", "dub 90 bpm", "warm pads", "house 124 bpm, C major")
WORDS = st.one_of(
    st.tuples(st.just("prompt"), st.sampled_from(TEXTS)),
    st.tuples(
        st.just("slot"),
        st.tuples(st.integers(1, 6), st.sampled_from(TEXTS), st.sampled_from([0.0, 0.3, 1.0])),
    ),
    st.tuples(st.just("weight"), st.sampled_from([0.0, 0.5, 1.0])),
    st.tuples(st.just("chords"), st.sampled_from(["", "Am F C G", "F#m7"])),
)
KNOBS = st.one_of(
    st.tuples(st.just("temperature"), st.sampled_from([0.5, 1.0, 4.0])),
    st.tuples(st.just("guidance"), st.sampled_from([1.0, 6.0])),
    st.tuples(st.just("seed"), st.integers(0, 3)),
    st.tuples(st.just("steps"), st.sampled_from([1, 5])),
    st.tuples(st.just("slew_s"), st.sampled_from([0.0, 0.25, 3.0])),
    st.tuples(st.just("window_s"), st.sampled_from([0.9, 1.5, 8.0])),
    st.tuples(st.just("lead_ms"), st.sampled_from([40.0, 250.0, 900.0])),
    st.tuples(st.just("quantize"), st.sampled_from(["off", "beat", "bar"])),
)
TAKES = st.one_of(
    st.just(("again", None)), st.tuples(st.just("tempo"), st.sampled_from([0.0, 61.0, 200.0]))
)
TRANSPORT = st.sampled_from([("play", None), ("stop", None), ("reset at bar", None)])
BREAKS = st.sampled_from([("reset", None), ("recover", None)])
LOOPS = st.tuples(st.just("loop"), st.sampled_from([0, 0, 1, 2]))


@dataclass
class _Run:
    """A session that is played by acts."""

    session: LiveSession
    until: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        self.chunks: list[PcmChunk] = []
        self.events: list[SessionEvent] = []

    def act(self, act: Act) -> None:
        """Work, and then set a control."""
        self.until += act.demand_frames * HOP
        for _ in range(act.units):
            self._work(self.until)
        self.asked += act.apply(self.session, self.asked)

    def play_on(self, frames: int) -> None:
        """Go on for a while without any control."""
        self.session.play()
        self.chunks += drive(self.session, self.session.position + frames * HOP)
        self.until = self.session.position
        self.events += self.session.events()

    def _work(self, until: int) -> None:
        for chunk in self.session.work(until):
            assert chunk.position + chunk.pcm.shape[1] <= until
            assert np.isfinite(chunk.pcm).all()
            self.chunks.append(chunk)
        self.events += self.session.events()

    @property
    def pcm(self) -> np.ndarray:
        return joined(self.chunks)

    @property
    def answers(self) -> list[object]:
        return [ticket for event in applied(self.events) for ticket in event.tickets]


MODELS = {
    "hybrid": lambda: tiny_model(harmony=True),
    "infill alone": lambda: tiny_model(Variant.MAGNET, harmony=True),
    "prefix alone": lambda: tiny_model(Variant.AUTOREGRESSIVE, harmony=True),
    "looking ahead": lambda: tiny_model(codec=tiny_encodec(), harmony=True),
}


@pytest.fixture(scope="module", params=list(MODELS))
def model(request: pytest.FixtureRequest) -> Model:
    return MODELS[request.param]()


@settings(max_examples=10, deadline=None)
@given(acts=_acts(WORDS, KNOBS, TAKES, TRANSPORT))
def test_streamed_pcm_is_the_decode_of_the_final_codes(model: Model, acts: list[Act]) -> None:
    """Whatever was planned, dropped and planned again: bit for bit, in the codec's blocks."""
    run = _Run(playing(model))
    for act in acts:
        run.act(act)
    run.play_on(40)
    codes = run.session.timeline.before(run.session.timeline.frozen, 10_000)
    exact = decode_in_blocks(model.codec, codes).numpy()[:, : run.pcm.shape[1]]
    assert np.array_equal(run.pcm, exact)


@settings(max_examples=10, deadline=None)
@given(acts=_acts(WORDS, KNOBS, TAKES, TRANSPORT, BREAKS, LOOPS))
def test_stream_stays_whole_and_every_ticket_is_answered_once(
    model: Model, acts: list[Act]
) -> None:
    """No gap, no overlap, nothing past the demand; and the music always goes on."""
    run = _Run(playing(model))
    for act in acts:
        run.act(act)
    run.play_on(20)
    before = run.session.position
    run.session.loop(0, ticket=run.asked)
    run.play_on(220)  # a bar and more
    assert run.session.position > before
    assert sorted(run.answers) == list(range(run.asked + 1))
    assert all(a.position + a.pcm.shape[1] == b.position for a, b in pairwise(run.chunks))
    made = [event.plan.plan_id for event in run.events if isinstance(event, Planned)]
    ends = [event.plan.plan_id for event in run.events if isinstance(event, PlanDone)]
    assert made == list(range(1, len(made) + 1))
    assert ends == made[: len(ends)] and len(ends) >= len(made) - 1


@settings(max_examples=10, deadline=None)
@given(
    acts=_acts(WORDS, KNOBS, TAKES, TRANSPORT, BREAKS, LOOPS),
    last=st.one_of(WORDS, KNOBS, TAKES, st.just(("loop", 0))),
    units=st.integers(0, 30),
)
def test_nothing_changes_before_the_sample_that_is_named(
    model: Model, acts: list[Act], last: tuple[str, object], units: int
) -> None:
    """With the last control and without it, the stream is the same up to the sample answered."""
    with_it, without = _Run(playing(model)), _Run(playing(model))
    for run in (with_it, without):
        for act in acts:
            run.act(act)
        run.act(Act("nothing", None, units, 12))
    ticket = with_it.asked
    asked = Act(last[0], last[1]).apply(with_it.session, ticket)
    for run in (with_it, without):
        run.play_on(120)
    with_it.session.stop()  # answers what waits, but in a loop
    with_it.events += with_it.session.events()
    answer = [event.sample for event in applied(with_it.events) if ticket in event.tickets]
    assert len(answer) <= asked
    shared = min(with_it.pcm.shape[1], without.pcm.shape[1], *answer)
    if not answer:  # it waits for a loop to be left
        assert not asked or with_it.session._outlook.looper.loop is not None
    assert np.array_equal(with_it.pcm[:, :shared], without.pcm[:, :shared])


def test_codecs_of_the_models_differ_in_look_ahead() -> None:
    """So that what is tested here is tested with and without."""
    assert tiny_codec().lookahead_frames == 0
    assert tiny_encodec().lookahead_frames == 4
