"""A live session: exact output, rewriting, and independence of everything but seed and controls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.config import SpanArrangement, Variant
from magnet_core.errors import ConfigError
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import FLAG_INFILL, FLAG_PREFIX, Late, PcmChunk, Planned
from magnet_core.runtime.session import LiveSession
from magnet_core.types import Codec
from tests.magnet_core.runtime.driving import (
    HOP,
    FakeClock,
    applied,
    drive,
    joined,
    playing,
)
from tests.magnet_core.runtime.tiny import tiny_codec, tiny_encodec, tiny_model


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_model()


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize("arrangement", list(SpanArrangement))
@pytest.mark.parametrize("variant", list(Variant))
def test_streamed_pcm_is_the_offline_decode_of_the_final_codes(
    variant: Variant, arrangement: SpanArrangement, codec: Callable[[], Codec]
) -> None:
    """Over several windows, whatever decodes them, the stream is what ``decode`` would make."""
    model = tiny_model(variant, codec=codec(), arrangement=arrangement)
    session = playing(model)
    pcm = joined(drive(session, 260 * HOP))
    codes = session.timeline.before(session.timeline.frozen, 10_000)
    offline = model.codec.decode(codes).numpy()[:, : pcm.shape[1]]
    assert pcm.shape[1] >= 255 * HOP
    assert np.abs(pcm - offline).max() <= 1e-5


def test_chunks_follow_each_other_and_stop_at_the_demand(model: Model) -> None:
    """No gap, no overlap, nothing past ``until_sample``, and each chunk says what made it."""
    session, position = playing(model), 0
    for until in range(0, 200 * HOP, 3000):
        for _ in range(60):
            for chunk in session.work(until):
                assert chunk.position == position
                assert chunk.flags in (FLAG_PREFIX, FLAG_INFILL)
                assert chunk.plan_id >= 1
                position += chunk.pcm.shape[1]
        assert position <= until
    assert position > 150 * HOP


def test_hybrid_starts_with_the_prefix_and_goes_on_with_the_infill(model: Model) -> None:
    """The first sound is autoregressive, and most of what follows is not."""
    chunks = drive(playing(model), 90 * HOP)
    assert chunks[0].flags == FLAG_PREFIX
    assert chunks[-1].flags == FLAG_INFILL


def test_same_seed_and_controls_give_the_same_pcm(model: Model) -> None:
    """A replay is exact; another seed is another performance."""
    runs = []
    for seed in (5, 5, 6):
        session = playing(model, seed)
        chunks = drive(session, 60 * HOP)
        session.set_prompt("house 120 bpm")
        chunks += drive(session, 200 * HOP)
        runs.append(joined(chunks))
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_prompt_change_is_heard_from_the_sample_it_names(model: Model) -> None:
    """Everything before that sample is as if nothing had been asked; from it on it is not."""
    plain = joined(drive(playing(model), 150 * HOP))
    session = playing(model)
    chunks = drive(session, 80 * HOP)
    at = session.position
    session.set_prompt("drum and bass 174 bpm", ticket="change")
    chunks += drive(session, 150 * HOP)
    (change,) = applied(session.events())
    changed = joined(chunks)
    assert change.tickets == ("change",)
    assert at <= change.sample <= at + 30 * HOP
    assert np.array_equal(changed[:, : change.sample], plain[:, : change.sample])
    after = slice(change.sample, change.sample + 20 * HOP)
    assert not np.array_equal(changed[:, after], plain[:, after])


@pytest.mark.parametrize("units", range(6))
def test_second_change_is_not_heard_before_the_sample_it_names(model: Model, units: int) -> None:
    """However soon it follows the first, before its sample only the first change is heard."""
    runs = []
    for second in (False, True):
        session = playing(model)
        chunks = drive(session, 80 * HOP, stride=13 * HOP)
        session.set_prompt("drum and bass 174 bpm", ticket="first")
        for _ in range(units):
            chunks += session.work(session.position + 13 * HOP)
        if second:
            session.set_prompt("dub 90 bpm", ticket="second")
        chunks += drive(session, 150 * HOP, stride=13 * HOP)
        samples = {t: event.sample for event in applied(session.events()) for t in event.tickets}
        runs.append((joined(chunks), samples))
    (plain, _), (changed, samples) = runs
    until = samples["second"]
    assert np.array_equal(changed[:, :until], plain[:, :until])


def test_change_while_stopped_applies_at_once(model: Model) -> None:
    """Nothing plays, so the next sound is already the new one."""
    session = playing(model)
    drive(session, 30 * HOP)
    position = session.stop()
    session.set_prompt("dub", ticket=1)
    (change,) = applied(session.events())
    assert change.sample == position
    assert session.work(10**9) == []


def test_stop_and_play_go_on_without_a_seam(model: Model) -> None:
    """Pausing changes no sample."""
    plain = joined(drive(playing(model), 120 * HOP))
    session = playing(model)
    chunks = drive(session, 50 * HOP)
    assert session.stop() == session.position
    assert session.idle
    assert session.play() == session.position
    chunks += drive(session, 120 * HOP)
    assert np.array_equal(joined(chunks), plain)


def test_reset_forgets_the_music_but_not_the_position(model: Model) -> None:
    """After a reset the plan has no context and the beat is 0; positions go on."""
    session = playing(model)
    drive(session, 50 * HOP)
    position = session.reset()
    assert position == session.position
    session.events()
    drive(session, position + 20 * HOP)
    plan = next(event.plan for event in session.events() if isinstance(event, Planned))
    assert plan.context_frames == 0
    assert session.beat_grid.metre(position // HOP).start_beat == 0.0


def test_beat_goes_on_through_a_change_of_tempo(model: Model) -> None:
    """At the rewrite point the old and the new grid have the same beat."""
    session = playing(model)
    session.set_prompt("techno 120 bpm")
    drive(session, 75 * HOP)
    session.set_prompt("techno 90 bpm")
    old = session.beat_grid
    drive(session, 110 * HOP)
    new = session.beat_grid
    expected = old.beat + (new.frame - old.frame) / 50 * 120.0 / 60
    assert old.metre(new.frame).start_beat == pytest.approx(expected)
    assert new.metre(new.frame).start_beat == pytest.approx(expected)
    assert new.metre(new.frame + 50).start_beat - expected == pytest.approx(1.5)


def test_sessions_do_not_touch_each_other(model: Model) -> None:
    """Interleaved with another session, each plays what it plays alone (on a warm engine)."""

    def start(*seeds: int) -> list[LiveSession]:
        engine = Engine(model, clock=FakeClock())
        engine.warm_up()  # plans depend on costs, which both learn, and which then stay
        sessions = [engine.open(seed=seed) for seed in seeds]
        for session in sessions:
            session.play()
        return sessions

    alone = [joined(drive(*start(seed), 120 * HOP)) for seed in (1, 2)]
    sessions = start(1, 2)
    chunks: list[list[PcmChunk]] = [[], []]
    for _ in range(4000):
        for own, session in zip(chunks, sessions, strict=True):
            if session.position < 119 * HOP:
                own += session.work(min(session.position + 4 * HOP, 120 * HOP))
    for own, wanted in zip(chunks, alone, strict=True):
        assert np.array_equal(joined(own), wanted)


def test_running_dry_is_reported_once(model: Model) -> None:
    """Asked for more than is planned at once, the session says at which sample it was late."""
    session = playing(model)
    drive(session, 20 * HOP)
    session.events()
    while not (late := [e for e in session.events() if isinstance(e, Late)]):
        session.work(10_000 * HOP)
    assert len(late) == 1
    assert late[0].sample == session.position


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", "3,2"),
        ("steps", "many"),
        ("context_s", 99.0),
        ("top_p", 2.0),
        ("colour", 1.0),
        ("seed", 1.5),
        ("seed", "lucky"),
        ("window_s", "long"),
        ("lead_ms", float("nan")),
    ],
)
def test_values_that_do_not_fit_change_nothing(model: Model, name: str, value: float | str) -> None:
    """A refused setting leaves the old ones, and the music, as they were."""
    session = playing(model)
    before = session.settings
    with pytest.raises(ConfigError):
        session.set_param(name, value)
    assert session.settings == before
    assert not list(applied(session.events()))


_ACTIONS = st.one_of(
    st.tuples(st.just("work"), st.integers(1, 60)),
    st.tuples(st.just("demand"), st.integers(0, 30 * HOP)),
    st.tuples(st.sampled_from(["play", "stop", "reset"]), st.just(0)),
    st.tuples(st.just("prompt"), st.sampled_from(["", "techno", "dub 90 bpm"])),
    st.tuples(st.just("seed"), st.integers(0, 9)),
    st.tuples(st.just("window_s"), st.sampled_from([0.9, 1.5, 8.0])),
)


@settings(max_examples=30, deadline=None)
@given(actions=st.lists(_ACTIONS, max_size=25))
def test_any_order_of_controls_keeps_the_stream_whole(
    model: Model, actions: list[tuple[str, int | float | str]]
) -> None:
    """Whatever is asked in whatever order: no gap, no more than demanded, changes answered."""
    session, position, until, asked = playing(model), 0, 0, 0
    for kind, value in actions:
        if kind == "demand":
            until += int(value)
        elif kind in ("play", "stop", "reset"):
            getattr(session, kind)()
        elif kind == "prompt":
            session.set_prompt(str(value), ticket=asked)
            asked += 1
        elif kind != "work":
            try:
                session.set_param(kind, value, ticket=asked)
                asked += 1
            except ConfigError:
                assert kind == "window_s"
        for _ in range(int(value) if kind == "work" else 1):
            for chunk in session.work(until):
                assert chunk.position == position
                position += chunk.pcm.shape[1]
                assert np.isfinite(chunk.pcm).all()
        assert position <= until
    session.stop()
    answered = [t for event in applied(session.events()) for t in event.tickets]
    assert sorted(answered) == list(range(asked))
    assert torch.is_tensor(session.timeline.before(session.timeline.horizon, 1))
