"""A replay is the stream again: the same log, the same bits, whatever happened on the way."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import magnet_core
from magnet_core.api import Model
from magnet_core.config import SpanArrangement, Variant
from magnet_core.errors import ConfigError, LogError
from magnet_core.model.chord_names import chords_of
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.log import LogFolder
from magnet_core.runtime.log_reader import SessionRecord, read_log
from magnet_core.runtime.replay import Replay, check_model
from magnet_core.types import Codec
from tests.magnet_core.runtime.driving import HOP
from tests.magnet_core.runtime.fragile import fragile_codec
from tests.magnet_core.runtime.tiny import tiny_codec, tiny_encodec, tiny_model


class UnsteadyClock:
    """A machine that is slow and fast in turn: plans cannot be worked out a second time."""

    def __init__(self, seed: int, slowest_s: float = 0.01) -> None:
        self._random, self._slowest_s, self.now = random.Random(seed), slowest_s, 0.0

    def __call__(self) -> float:
        self.now += self._random.random() ** 4 * self._slowest_s
        return self.now


class Recording:
    """A session that is played and logged, as a worker does it; and all that was heard of it."""

    def __init__(self, model: Model, folder: Path, *, seed: int = 0, slowest_s: float = 0.01):
        self.model = model
        self.session = Engine(model, clock=UnsteadyClock(seed, slowest_s)).open(seed=seed)
        self.log = LogFolder(folder, model, source="tiny", now=datetime.now).open("main", seed)
        self.until = 0
        self._heard = [np.zeros((model.codec.channels, 0), np.float32)]

    def note(self) -> None:
        for event in self.session.events():
            self.log.note(self.session.position, event)

    def work(self, units: int, *, lead: int = 8 * HOP) -> None:
        """Do some units of work, with a demand a little ahead of what has gone out."""
        for _ in range(units):
            self.until = max(self.until, self.session.position + lead)
            chunks = self.session.work(self.until)
            self.note()
            for chunk in chunks:
                assert chunk.position == self.heard_samples
                self._heard.append(chunk.pcm)

    def hear(self, frames: int, *, lead: int = 8 * HOP) -> None:
        until = self.session.position + frames * HOP
        for _ in range(20_000):
            if self.session.position >= until:
                return
            self.work(1, lead=lead)
        raise AssertionError("the session does not get on")

    @property
    def heard_samples(self) -> int:
        return sum(pcm.shape[1] for pcm in self._heard)

    @property
    def pcm(self) -> np.ndarray:
        return np.concatenate(self._heard, axis=1)

    def end(self) -> SessionRecord:
        self.note()
        self.log.close(self.session.position)
        return read_log(self.log.path)


def replayed(model: Model, record: SessionRecord, first: int = 0, last: int | None = None):
    pieces = list(Replay(model, record).pcm(first, last))
    return np.concatenate([np.zeros((model.codec.channels, 0), np.float32), *pieces], axis=1)


def assert_same(recording: Recording) -> SessionRecord:
    """The replay of what was recorded is what was heard, to the last bit."""
    record = recording.end()
    assert record.warnings == ()
    assert record.end == recording.heard_samples
    assert np.array_equal(replayed(recording.model, record), recording.pcm)
    return record


def a_set(recording: Recording) -> None:
    """Play what a performer might."""
    session = recording.session
    session.set_prompt("techno 120 bpm")
    session.play()
    recording.hear(70)
    session.set_prompt("drum and bass 174 bpm")
    recording.hear(50)
    session.set_slot(2, "dub", 0.5)
    session.set_slot(1, "ambient pad", 0.25)
    recording.work(7)
    session.set_param("temperature", 1.7)
    session.set_param("guidance", 4)
    recording.hear(40)
    session.set_param("seed", 3)
    session.set_tempo(90.5)
    recording.hear(30, lead=5 * HOP)
    session.again()
    recording.hear(10)
    session.stop()
    session.set_prompt("house in A minor")
    session.play()
    recording.hear(60, lead=30 * HOP)
    session.reset()
    session.reset()
    recording.hear(30)
    session.set_param("steps", 1)
    session.set_param("window_s", 1.5)
    recording.hear(75)
    session.reset(at_bar=True)
    recording.hear(160)
    session.stop()
    session.reset()


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize("arrangement", list(SpanArrangement))
@pytest.mark.parametrize("variant", list(Variant))
def test_replay_is_the_stream_bit_for_bit(
    variant: Variant, arrangement: SpanArrangement, codec: Callable[[], Codec], tmp_path: Path
) -> None:
    """Prompts, weights, tempo, knobs, another take, stops and resets, on an unsteady machine."""
    model = tiny_model(variant, codec=codec(), arrangement=arrangement)
    recording = Recording(model, tmp_path)
    a_set(recording)
    assert recording.heard_samples > 500 * HOP
    assert_same(recording)


def test_replay_needs_no_clock_and_no_luck(tmp_path: Path) -> None:
    """The same controls on a faster and a slower machine: other plans, each kept by its log."""
    sounds = []
    for slowest_s in (1e-4, 0.05):
        recording = Recording(tiny_model(), tmp_path, slowest_s=slowest_s)
        a_set(recording)
        record = assert_same(recording)
        assert any(kind == "plan_done" for kind, _ in record.remarks)
        sounds.append(recording.pcm[:, : 400 * HOP])
    assert not np.array_equal(*sounds)


def test_plans_that_were_replaced_unheard_cost_a_replay_nothing(tmp_path: Path) -> None:
    """Only frames that were heard, and the codec's look-ahead, are decoded."""
    recording = Recording(tiny_model(), tmp_path)
    recording.session.play()
    recording.hear(30)
    for temperature in range(1, 30):
        recording.session.set_param("temperature", temperature / 10)
        recording.work(3)
    recording.hear(30)
    record = assert_same(recording)
    counted: list[tuple[int, int]] = []
    for _ in Replay(recording.model, record).pcm(on_frames=lambda *counts: counted.append(counts)):
        pass
    frames, total = counted[-1]
    assert frames == total
    heard = recording.heard_samples // HOP
    assert heard <= total <= heard + 2 * 99
    assert [done for done, _ in counted] == sorted(done for done, _ in counted)


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize("release_after", [0, 40, 90, 130, 333])
def test_loops_are_replayed(release_after: int, codec: Callable[[], Codec], tmp_path: Path) -> None:
    """A loop that is closed, goes round, is left at a bar; or released before it was heard."""
    recording = Recording(tiny_model(codec=codec()), tmp_path, slowest_s=1e-3)
    session = recording.session
    session.set_prompt("techno 170 bpm")
    session.play()
    recording.hear(60)
    session.loop(1)
    recording.hear(release_after)
    session.loop(0)
    session.set_prompt("dub 90 bpm")
    recording.hear(250)
    record = assert_same(recording)
    kinds = {kind for kind, _ in record.remarks}
    if release_after > 150:
        assert {"loop_closed", "loop_left"} <= kinds


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize("when", ["beat", "bar"])
def test_changes_on_a_line_and_a_clock_that_is_followed_are_replayed(
    when: str, codec: Callable[[], Codec], tmp_path: Path
) -> None:
    """What another clock said and where changes waited for a line needs no clock again."""
    recording = Recording(tiny_model(codec=codec()), tmp_path)
    session, rate = recording.session, recording.model.sample_rate
    session.set_param("quantize", when)
    session.set_prompt("techno 120 bpm")
    session.play()
    for number in range(12):
        recording.hear(25)
        bpm = 127.3 if number < 6 else 96.0
        beat = session.position * bpm / 60.0 / rate + 0.07
        session.align(session.position, beat, bpm)
        if number % 3 == 0:
            session.set_prompt(("dub", "house in A minor", "warm pads", "")[number // 3])
        if number % 4 == 1:
            session.again()
    session.rejoin(session.position, 2.5)
    recording.hear(120)
    session.align(session.position, 0.0, 0.0)
    recording.hear(60)
    record = assert_same(recording)
    decisions = [entry for entry in record.entries if isinstance(entry, Decision)]
    tempi = {one.metre.tempo_bpm for one in decisions if one.metre is not None}
    assert len(tempi) > 3  # it did follow, and nudge


@pytest.mark.parametrize("end", ["reset", "stop", "recover", "another"])
def test_loop_that_is_broken_off_is_replayed(end: str, tmp_path: Path) -> None:
    recording = Recording(tiny_model(), tmp_path, slowest_s=1e-3)
    session = recording.session
    session.set_tempo(160.0)
    session.play()
    recording.hear(40)
    session.loop(1)
    recording.hear(217)
    if end == "another":
        session.loop(2)
    else:
        getattr(session, end)()
    session.play()
    recording.hear(120)
    assert_same(recording)


def test_music_that_another_worker_began_is_replayed(tmp_path: Path) -> None:
    """A session that goes on from a snapshot has the context in its log."""
    first = Recording(tiny_model(), tmp_path)
    a_set(first)
    first.session.play()
    first.hear(50)
    second = Recording(tiny_model(), tmp_path, seed=9)
    second.session.restore(first.session.snapshot())
    second.session.play()
    second.hear(150)
    second.session.set_prompt("house")
    second.hear(60)
    first.end()
    record = assert_same(second)
    assert any(kind == "resumed" for kind, _ in record.remarks)


def test_loop_that_another_worker_began_is_replayed(tmp_path: Path) -> None:
    first = Recording(tiny_model(), tmp_path, slowest_s=1e-3)
    first.session.set_tempo(170.0)
    first.session.play()
    first.hear(20)
    first.session.loop(1)
    first.hear(200)
    second = Recording(tiny_model(), tmp_path, slowest_s=1e-3)
    second.session.restore(first.session.snapshot())
    second.session.play()
    second.hear(130)
    second.session.loop(0)
    second.hear(130)
    first.end()
    record = assert_same(second)
    assert {"loop_resumed", "loop_left"} <= {kind for kind, _ in record.remarks}


def test_error_in_the_middle_is_silence_in_the_replay_too(tmp_path: Path) -> None:
    """What was on its way out when the codec failed is lost, here and there."""
    codec = fragile_codec()
    recording = Recording(tiny_model(codec=codec), tmp_path)
    recording.session.play()
    for _ in range(2):
        recording.hear(50)
        codec.broken = True
        with pytest.raises(RuntimeError):
            recording.hear(50)
        codec.broken = False
        recording.session.recover()
    recording.hear(50)
    record = assert_same(recording)
    silent = [entry for entry in record.entries if getattr(entry, "lost", False)]
    assert len(silent) == 2


_ACTIONS = st.one_of(
    st.tuples(st.just("work"), st.integers(1, 60)),
    st.tuples(st.just("work"), st.integers(100, 300)),
    st.tuples(st.sampled_from(["play", "stop", "reset", "reset at bar", "recover"]), st.just(0)),
    st.tuples(st.just("again"), st.just(0)),
    st.tuples(st.just("prompt"), st.sampled_from(["", "techno", "dub 90 bpm"])),
    st.tuples(st.just("slot"), st.integers(1, 6)),
    st.tuples(st.just("tempo"), st.sampled_from([0.0, 60.0, 175.0])),
    st.tuples(st.just("chords"), st.sampled_from(["", "Dm G", "F#m7"])),
    st.tuples(st.just("loop"), st.integers(0, 2)),
    st.tuples(st.just("restore"), st.just(0)),
    st.tuples(st.just("seed"), st.integers(0, 9)),
    st.tuples(st.just("temperature"), st.floats(0.1, 3.0)),
    st.tuples(st.just("slew_s"), st.sampled_from([0.0, 2.0])),
    st.tuples(st.just("window_s"), st.sampled_from([0.9, 1.5, 8.0])),
)


def _act(recording: Recording, kind: str, value: int | float | str) -> None:
    session = recording.session
    simple: dict[str, Callable[[], object]] = {
        "reset at bar": lambda: session.reset(at_bar=True),
        "prompt": lambda: session.set_prompt(str(value)),
        "slot": lambda: session.set_slot(int(value), "house", 1 / (1 + int(value))),
        "tempo": lambda: session.set_tempo(float(value)),
        "chords": lambda: session.set_chords(chords_of(str(value))),
        "loop": lambda: session.loop(int(value)),
        "restore": lambda: session.restore(session.snapshot()),
        "work": lambda: recording.work(int(value), lead=(4 + int(value) % 17) * HOP),
    }
    if kind in simple:
        simple[kind]()
    elif kind in ("play", "stop", "reset", "recover", "again"):
        getattr(session, kind)()
    else:
        try:
            session.set_param(kind, value)
        except ConfigError:
            assert kind == "window_s"


@pytest.fixture(scope="module", params=[tiny_codec, tiny_encodec])
def model(request: pytest.FixtureRequest) -> Model:
    return tiny_model(codec=request.param(), harmony=True)


@settings(max_examples=25)
@given(actions=st.lists(_ACTIONS, max_size=25), seed=st.integers(0, 99))
def test_any_order_of_controls_is_replayed(
    model: Model,
    actions: list[tuple[str, int | float | str]],
    seed: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever is asked in whatever order, on a machine of whatever moods."""
    recording = Recording(model, tmp_path_factory.mktemp("log"), seed=seed)
    recording.session.play()
    for kind, value in actions:
        _act(recording, kind, value)
        recording.work(2)
    assert_same(recording)


@pytest.fixture(scope="module")
def a_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, SessionRecord]:
    recording = Recording(tiny_model(), tmp_path_factory.mktemp("log"))
    a_set(recording)
    return recording, recording.end()


@settings(max_examples=15)
@given(part=st.tuples(st.floats(0.0, 1.1), st.floats(0.0, 1.1)))
def test_part_of_a_log_is_that_part_of_the_stream(
    a_log: tuple[Recording, SessionRecord], part: tuple[float, float]
) -> None:
    """To the sample; what lies behind it, or before a reset before it, is not decoded."""
    recording, record = a_log
    first, last = sorted(int(share * recording.heard_samples) for share in part)
    found = replayed(recording.model, record, first, last)
    assert np.array_equal(found, recording.pcm[:, first:last])


def test_log_that_was_cut_off_is_replayed_as_far_as_it_goes(
    a_log: tuple[Recording, SessionRecord], tmp_path: Path
) -> None:
    """A program that was killed: all that was heard until its last line, and what was planned."""
    recording, _ = a_log
    lines = recording.log.path.read_bytes().splitlines(keepends=True)
    for count in range(2, len(lines), 3):
        path = tmp_path / "log"
        path.write_bytes(b"".join(lines[:count]) + lines[count][: len(lines[count]) // 2])
        record = read_log(path)
        assert record.end is None
        found = replayed(recording.model, record)
        assert found.shape[1] >= record.heard
        common = min(record.heard, recording.heard_samples)
        assert np.array_equal(found[:, :common], recording.pcm[:, :common])


def test_log_that_says_more_than_its_plans_is_refused(
    a_log: tuple[Recording, SessionRecord],
) -> None:
    recording, record = a_log
    assert record.end is not None
    longer = dataclasses.replace(record, end=record.end + 10**7)
    with pytest.raises(LogError, match="the plans in the log end at sample"):
        replayed(recording.model, longer)


def test_log_of_nothing_is_nothing(tmp_path: Path) -> None:
    """A session that never played."""
    recording = Recording(tiny_model(), tmp_path)
    recording.session.set_prompt("dub")
    record = recording.end()
    assert replayed(recording.model, record).shape == (1, 0)


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, list[dict[str, Any]]]:
    """A short log with something of everything in it, line by line."""
    recording = Recording(tiny_model(), tmp_path_factory.mktemp("log"), slowest_s=1e-3)
    session = recording.session
    session.set_tempo(170.0)
    session.play()
    recording.hear(40)
    session.loop(1)
    recording.hear(150)
    session.loop(0)
    recording.hear(80)
    session.reset()
    recording.hear(20)
    session.restore(session.snapshot())
    recording.hear(20)
    recording.end()
    lines = recording.log.path.read_text().splitlines()
    return recording, [json.loads(line) for line in lines]


@settings(max_examples=25)
@given(data=st.data())
def test_numbers_changed_by_hand_are_played_or_refused(
    eventful: tuple[Recording, list[dict[str, Any]]],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A log that nobody wrote so ends in some music or in a LogError, and it ends."""
    recording, original = eventful
    lines = copy.deepcopy(original)
    values = lines[data.draw(st.integers(1, len(lines) - 1))]
    names = st.sampled_from([name for name, value in values.items() if type(value) in (int, dict)])
    while isinstance(values[name := data.draw(names)], dict) and name != "params":
        values = values[name]
        names = st.sampled_from([name for name, value in values.items() if type(value) is int])
    if name != "params":
        old = values[name]
        values[name] = data.draw(
            st.sampled_from([0, old - 1, old + 1, 2 * old, old + HOP]) | st.integers(0, 300)
        )
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    try:
        record = read_log(path)
        found = replayed(recording.model, record)
    except LogError as error:
        assert str(error)
    else:
        assert np.isfinite(found).all()


# -- the right model -------------------------------------------------------------------------------


def test_other_weights_are_refused_unless_forced(
    a_log: tuple[Recording, SessionRecord],
) -> None:
    _, record = a_log
    model = tiny_model()
    assert check_model(record.header, model) == []
    with torch.no_grad():
        model.lm.out_norm.weight[0] += 1e-3
    with pytest.raises(LogError, match=r"other weights: tiny, fingerprint [0-9a-f]{12}; this is"):
        check_model(record.header, model)
    (warning,) = check_model(record.header, model, force=True)
    assert "other weights" in warning
    assert replayed(model, record).shape[1] == record.end


def test_model_of_another_kind_is_refused_even_if_forced(
    a_log: tuple[Recording, SessionRecord],
) -> None:
    _, record = a_log
    header = dataclasses.replace(record.header, codebooks=9)
    with pytest.raises(LogError, match=r"tiny cannot play the log: it has .* 4 codebooks; .* 9"):
        check_model(header, tiny_model(), force=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("torch", "1.0"), ("threads", 99), ("machine", "abacus"), ("device", "cuda:3")],
)
def test_other_machine_is_a_warning(
    a_log: tuple[Recording, SessionRecord], name: str, value: str | int
) -> None:
    """The music is the same; its last bits may not be."""
    _, record = a_log
    header = dataclasses.replace(record.header, **{name: value})
    (warning,) = check_model(header, tiny_model())
    assert warning.startswith(f"{name} was {value} and is ")


def test_bundled_model_is_replayed_bit_for_bit(tmp_path: Path) -> None:
    """The real thing: its metre, its harmony, its words and its codec."""
    recording = Recording(magnet_core.load("bundled"), tmp_path, slowest_s=1e-3)
    session = recording.session
    session.set_prompt("techno 128 bpm, A minor")
    session.play()
    recording.hear(40)
    session.set_prompt("ambient pad, slow, F# major")
    recording.hear(40)
    session.set_slot(2, "drums", 0.5)
    recording.hear(30)
    session.reset()
    recording.hear(30)
    assert_same(recording)
