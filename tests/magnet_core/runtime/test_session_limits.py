"""Sessions at their limits: odd windows, a codec that looks ahead, slow machines, errors."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.errors import ConfigError, DecodingError
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import Planned
from tests.magnet_core.runtime.driving import (
    HOP,
    FakeClock,
    applied,
    drive,
    joined,
    playing,
)
from tests.magnet_core.runtime.fragile import UNSPEAKABLE, FragileWords, fragile_codec
from tests.magnet_core.runtime.tiny import tiny_encodec, tiny_model


@pytest.fixture(scope="module")
def looking_ahead() -> Model:
    """A model whose codec waits for four future frames."""
    return tiny_model(codec=tiny_encodec())


@pytest.mark.parametrize("variant", list(Variant))
@pytest.mark.parametrize(
    ("window_s", "context_s"), [(0.5, 0.3), (0.1, 0.1), (1.0, 1.0), (20.0, 10.0), (60.0, 60.0)]
)
def test_every_window_brings_new_music(variant: Variant, window_s: float, context_s: float) -> None:
    """Whatever window and context are set, a plan has new frames: the stream goes on."""
    session = playing(tiny_model(variant))
    session.set_param("context_s", min(context_s, session.settings.window_s))
    session.set_param("window_s", window_s)
    session.set_param("context_s", context_s)
    chunks = drive(session, 60 * HOP)
    session.set_prompt("dub 90 bpm", ticket=1)
    chunks += drive(session, 150 * HOP)
    assert joined(chunks).shape[1] > 145 * HOP
    plans = [event.plan for event in session.events() if isinstance(event, Planned)]
    assert all(4 * plan.frames >= plan.window_frames for plan in plans)
    assert all(plan.window_frames <= session.model.lm.config.segment_frames for plan in plans)


def test_change_is_heard_from_the_sample_it_names_with_look_ahead(looking_ahead: Model) -> None:
    """The last samples before a new frame already depend on it: the sample named is before them."""
    plain = joined(drive(playing(looking_ahead), 150 * HOP))
    session = playing(looking_ahead)
    chunks = drive(session, 80 * HOP)
    at = session.position
    session.set_prompt("drum and bass 174 bpm", ticket="change")
    chunks += drive(session, 150 * HOP)
    (change,) = applied(session.events())
    changed = joined(chunks)
    before = slice(0, change.sample)
    assert at <= change.sample <= at + 30 * HOP
    assert np.abs(changed[:, before] - plain[:, before]).max() <= 1e-6
    after = slice(change.sample, change.sample + 20 * HOP)
    assert not np.array_equal(changed[:, after], plain[:, after])


def test_session_that_waits_for_demand_is_idle(looking_ahead: Model) -> None:
    """What a reset left in the codec is no work as long as nobody wants it."""
    session = playing(looking_ahead)
    drive(session, 50 * HOP)
    session.reset()
    reached = session.position
    for _ in range(400):
        assert session.work(reached) == []
    assert session.idle
    assert session.work(reached + HOP)


@pytest.mark.parametrize("variant", list(Variant))
def test_reset_lets_the_last_frames_sound(variant: Variant) -> None:
    """The frames that were sent before a reset are decoded to their end, the next begin anew."""
    model = tiny_model(variant, codec=tiny_encodec())
    session = playing(model)
    chunks = drive(session, 40 * HOP)
    sent = session.timeline.frozen
    assert session.reset() == sent * HOP
    assert session.reset() == sent * HOP  # nothing more to forget
    chunks += drive(session, 100 * HOP)
    pcm, codes = joined(chunks), session.timeline.before(session.timeline.frozen, 10_000)
    parts = [model.codec.decode(part).numpy() for part in (codes[:, :sent], codes[:, sent:])]
    offline = np.concatenate(parts, axis=1)[:, : pcm.shape[1]]
    assert np.abs(pcm - offline).max() <= 1e-5


_ACTIONS = st.one_of(
    st.tuples(st.just("work"), st.integers(1, 40)),
    st.tuples(st.just("demand"), st.integers(0, 20 * HOP)),
    st.tuples(st.sampled_from(["play", "stop", "reset", "recover"]), st.just(0)),
    st.tuples(st.just("prompt"), st.sampled_from(["", "techno", "dub 90 bpm"])),
    st.tuples(st.just("window_s"), st.sampled_from([0.9, 1.5, 8.0])),
)


@settings(max_examples=25, deadline=None)
@given(actions=st.lists(_ACTIONS, max_size=20))
def test_any_order_of_controls_keeps_a_stream_with_look_ahead_whole(
    looking_ahead: Model, actions: list[tuple[str, int | float | str]]
) -> None:
    """Positions are gapless, demand is kept, changes are answered, and it always goes on."""
    session, position, until, asked = playing(looking_ahead), 0, 0, 0
    for kind, value in actions:
        if kind == "demand":
            until += int(value)
        elif kind == "prompt":
            session.set_prompt(str(value), ticket=asked)
            asked += 1
        elif kind == "window_s":
            try:
                session.set_param(kind, value, ticket=asked)
                asked += 1
            except ConfigError:
                assert value == 0.9 or value == 1.5
        elif kind != "work":
            getattr(session, kind)()
        for _ in range(int(value) if kind == "work" else 1):
            for chunk in session.work(until):
                assert chunk.position == position
                position += chunk.pcm.shape[1]
        assert position <= until
    session.play()
    joined(drive(session, position + 20 * HOP))
    session.stop()
    answered = [ticket for event in applied(session.events()) for ticket in event.tickets]
    assert sorted(cast(list[int], answered)) == list(range(asked))


def test_slow_machine_does_not_plan_without_end() -> None:
    """Where nothing is demanded, even a machine far too slow comes to rest."""
    session = Engine(tiny_model(Variant.MAGNET), clock=FakeClock(step_s=20.0)).open()
    session.play()
    units = 0
    while not session.idle:
        session.work(0)
        units += 1
        assert units < 4000
    assert session.timeline.planned <= 30 * 50


def test_prefill_is_measured_where_there_is_one() -> None:
    """The first window has no context: its first pass tells nothing of what a prefill takes."""
    session = playing(tiny_model())
    before = session.planner.costs.prefill.median_s(25)
    drive(session, 30 * HOP)
    assert session.planner.costs.prefill.median_s(25) == before
    session.set_prompt("dub")
    drive(session, 60 * HOP)
    assert session.planner.costs.prefill.median_s(25) < before


def test_prompt_that_cannot_be_encoded_changes_nothing() -> None:
    """The error reaches the caller, and the music is what it would have been."""
    plain = joined(drive(playing(tiny_model()), 120 * HOP))
    model = tiny_model()
    model.text_encoder = FragileWords(model.text_encoder)
    session = playing(model)
    chunks = drive(session, 50 * HOP)
    with pytest.raises(DecodingError):
        session.set_prompt(UNSPEAKABLE, ticket=1)
    chunks += drive(session, 120 * HOP)
    assert np.array_equal(joined(chunks), plain)
    assert not list(applied(session.events()))


def test_recovered_session_goes_on_without_a_gap() -> None:
    """After an error in the middle of a unit what was lost is silence, and music begins anew."""
    codec = fragile_codec()
    session = playing(tiny_model(codec=codec))
    chunks = drive(session, 50 * HOP)
    codec.broken = True
    with pytest.raises(RuntimeError):
        drive(session, 80 * HOP)
    lost_from, lost_to = session.position, session.timeline.frozen * HOP
    assert lost_to > lost_from
    codec.broken = False
    session.recover()
    session.events()
    chunks += drive(session, 120 * HOP)
    pcm = joined(chunks)
    assert not pcm[:, lost_from:lost_to].any()
    assert np.abs(pcm[:, lost_to:]).max() > 0
    plan = next(event.plan for event in session.events() if isinstance(event, Planned))
    assert (plan.first_frame, plan.context_frames) == (lost_to // HOP, 0)
    assert torch.is_tensor(session.timeline.before(session.timeline.horizon, 1))
