"""Loops: exact to the sample, without a seam, until they are released."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

import magnet_core
from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.errors import ConfigError
from magnet_core.runtime.events import Late, PcmChunk
from magnet_core.runtime.pcm_loop import FADE_S, RUN_IN_FRAMES, PcmLoop, crossfaded, round_trip
from magnet_core.runtime.session import LiveSession
from magnet_core.types import Codec
from tests.magnet_core.runtime.driving import (
    HOP,
    SAMPLE_RATE,
    Machine,
    applied,
    decode_in_blocks,
    drive,
    joined,
    perform,
    plans,
    playing,
)
from tests.magnet_core.runtime.tiny import tiny_codec, tiny_encodec, tiny_model

FADE = round(FADE_S * SAMPLE_RATE)


def _period(bars: int, tempo_bpm: float) -> int:
    return round(bars * 4 * 60 / tempo_bpm * SAMPLE_RATE)


def _sample(session: LiveSession, ticket: object) -> int:
    (sample,) = [e.sample for e in applied(session.events()) if ticket in e.tickets]
    return sample


def _looping(
    model: Model, bars: int, tempo_bpm: float, rounds: int
) -> tuple[LiveSession, list[PcmChunk], int, int]:
    """Return a session that has looped, its PCM, and the loop's first sample and period."""
    session = playing(model)
    session.set_tempo(tempo_bpm)
    chunks = drive(session, 50 * HOP)
    session.events()
    session.loop(bars, ticket="loop")
    begin, period = _sample(session, "loop"), _period(bars, tempo_bpm)
    assert begin >= session.position
    chunks += drive(session, begin + rounds * period + 9 * HOP, stride=9 * HOP)
    return session, chunks, begin, period


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize("variant", list(Variant))
@pytest.mark.parametrize(("bars", "tempo_bpm"), [(1, 120.0), (2, 133.3), (1, 999.0), (3, 174.0)])
def test_loop_repeats_to_the_sample(
    variant: Variant, codec: Callable[[], Codec], bars: int, tempo_bpm: float
) -> None:
    """Ten rounds are the same, and as long as the tempo says; before them, the codes sound."""
    model = tiny_model(variant, codec=codec())
    session, chunks, begin, period = _looping(model, bars, tempo_bpm, rounds=11)
    pcm = joined(chunks)
    again = [pcm[:, begin + i * period : begin + (i + 1) * period] for i in range(1, 11)]
    assert all(np.array_equal(again[0], one) for one in again[1:])
    export = session.loop_pcm()
    assert export is not None and np.array_equal(export, again[0])
    grid = session.beat_grid
    bar_line = grid.metre(begin // HOP).start_beat % 4
    assert bar_line < 1e-3 or bar_line > 4 - tempo_bpm / 60 / 50  # the frame that holds it
    codes = session.timeline.before(session.timeline.frozen, 10_000)
    exact = decode_in_blocks(model.codec, codes).numpy()
    until = begin + period - FADE - model.codec.lookahead_frames * HOP
    assert np.array_equal(pcm[:, :until], exact[:, :until])
    assert not session.timeline.planned


def test_loop_is_closed_with_its_head_in_sight() -> None:
    """The last plan of a loop ends with it, and knows what comes after it: the head."""
    session, _, begin, period = _looping(tiny_model(), 2, 133.3, rounds=1)
    frames = -(-period // HOP)
    made = plans(session.events())
    closing = [plan for plan in made if plan.future_frames]
    assert len(closing) == 1
    assert closing[0].end_frame == begin // HOP + frames
    assert 20 <= closing[0].future_frames <= 50
    assert not [plan for plan in made if plan.end_frame > closing[0].end_frame]


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize("variant", list(Variant))
def test_released_loop_goes_on_at_a_bar_line(variant: Variant, codec: Callable[[], Codec]) -> None:
    """Before the sample that is named the loop is the loop; new music follows, in time."""
    model = tiny_model(variant, codec=codec())
    session, chunks, begin, period = _looping(model, 2, 133.3, rounds=3)
    one = session.loop_pcm()
    assert one is not None
    session.loop(0, ticket="out")
    out = _sample(session, "out")
    assert out >= session.position
    chunks += drive(session, out + 80 * HOP, stride=9 * HOP)
    pcm = joined(chunks)
    assert session.loop_pcm() is None
    reference = np.concatenate([one] * 6, axis=1)
    looped = pcm[:, begin + period : out]
    assert np.array_equal(looped, reference[:, : looped.shape[1]])
    bars = (out + FADE - begin) / period * 2
    assert bars == pytest.approx(round(bars), abs=1e-4)
    after = pcm[:, out + FADE : out + 60 * HOP]
    other = reference[:, looped.shape[1] + FADE :][:, : after.shape[1]]
    assert not np.array_equal(after[:, : other.shape[1]], other)
    assert np.abs(after).max() > 0
    assert session.beat_grid.metre(session.beat_grid.frame).start_beat % 4 == pytest.approx(
        session.beat_grid.beat % 4
    )


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
def test_loop_that_is_left_before_its_first_round_has_ended(codec: Callable[[], Codec]) -> None:
    """All of its frames are with the codec, which still waits for what follows them: the head."""
    model = tiny_model(codec=codec())
    _, chunks, begin, period = _looping(model, 1, 133.3, rounds=3)
    looped = joined(chunks)
    session = playing(model)
    session.set_tempo(133.3)
    heard = drive(session, 50 * HOP)
    session.loop(1)
    for _ in range(5000):
        heard += session.work(begin + period + 2 * HOP)
        rounds = session._output.rounds
        if rounds is not None and session.timeline.frozen >= rounds.end_frame:
            break
    assert rounds is not None and not rounds.first_has_ended
    session.events()
    session.loop(0, ticket="out")
    out = _sample(session, "out")
    heard += drive(session, out + 60 * HOP, stride=9 * HOP)
    pcm = joined(heard)
    until = min(out, looped.shape[1])
    assert until > begin + period
    assert np.array_equal(pcm[:, :until], looped[:, :until])
    first = session.beat_grid.frame
    codes = session.timeline.between(first - RUN_IN_FRAMES, session.timeline.frozen)
    whole = model.codec.decode(codes).numpy()[:, RUN_IN_FRAMES * HOP :]
    after = pcm[:, out + FADE :][:, : 40 * HOP]
    assert np.abs(after - whole[:, : after.shape[1]]).max() <= 1e-4


def test_music_after_a_loop_is_the_codec_going_on() -> None:
    """With what was heard as its run-in, the new frames sound as the offline decode of both."""
    model = tiny_model()
    session, chunks, _, _ = _looping(model, 1, 133.3, rounds=2)
    session.loop(0, ticket="out")
    out = _sample(session, "out")
    chunks += drive(session, out + 80 * HOP, stride=9 * HOP)
    pcm, first = joined(chunks)[:, out + FADE :], session.beat_grid.frame
    codes = session.timeline.between(first - RUN_IN_FRAMES, session.timeline.frozen)
    whole = model.codec.decode(codes).numpy()[:, RUN_IN_FRAMES * HOP :]
    assert pcm.shape[1] >= 70 * HOP
    assert np.abs(pcm - whole[:, : pcm.shape[1]]).max() <= 1e-4
    made = plans(session.events())[-1]
    assert made.context_frames > 0


def test_loop_before_its_end_is_released_as_if_it_had_not_been() -> None:
    """In its first round nothing is repeated yet: the music just goes on behind it."""
    model, session = tiny_model(), playing(tiny_model())
    chunks = drive(session, 50 * HOP)
    session.loop(1, ticket="loop")
    begin = _sample(session, "loop")
    chunks += drive(session, begin + 30 * HOP)
    session.loop(0, ticket="out")
    out = _sample(session, "out")
    assert out > begin + 30 * HOP
    chunks += drive(session, begin + 400 * HOP)
    pcm = joined(chunks)
    codes = session.timeline.before(session.timeline.frozen, 10_000)
    exact = decode_in_blocks(model.codec, codes).numpy()[:, : pcm.shape[1]]
    assert np.array_equal(pcm, exact)


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize(("tempo_bpm", "frames"), [(400.0, 0), (120.0, 20), (120.0, 90)])
def test_release_before_the_end_names_what_it_changes(
    codec: Callable[[], Codec], tempo_bpm: float, frames: int
) -> None:
    """Up to that sample the stream is what it would be with the loop, however far that has come."""
    model, heard = tiny_model(codec=codec()), []
    for releases in (True, False):
        session = playing(model)
        session.set_tempo(tempo_bpm)
        chunks = drive(session, 50 * HOP)
        session.loop(1, ticket="loop")
        chunks += drive(session, session.position + frames * HOP)
        session.events()
        if releases:
            session.loop(0, ticket="out")
            out = _sample(session, "out")
        chunks += drive(session, 400 * HOP, stride=9 * HOP)
        heard.append(joined(chunks))
    assert out >= (46 + frames) * HOP
    assert np.array_equal(heard[0][:, :out], heard[1][:, :out])
    assert not np.array_equal(heard[0][:, : 380 * HOP], heard[1][:, : 380 * HOP])


def test_changes_wait_until_the_loop_is_left() -> None:
    """A loop is kept as it is; what was set in the meantime is heard from its end on."""
    session, chunks, _, _ = _looping(tiny_model(), 1, 120.0, rounds=3)
    session.set_prompt("dub 90 bpm", ticket="words")
    session.set_tempo(90.0, ticket="knob")
    chunks += drive(session, session.position + 120 * HOP, stride=9 * HOP)
    assert not list(applied(session.events()))
    session.loop(0, ticket="out")
    events = session.events()
    drive(session, session.position + 200 * HOP, stride=9 * HOP)
    events += session.events()
    samples = {t: e.sample for e in applied(events) for t in e.tickets}
    assert samples["words"] == samples["knob"] == samples["out"] + FADE
    assert session.beat_grid.tempo_bpm == 90.0


def test_another_loop_follows_the_first_without_a_gap() -> None:
    """New bars of new music, looped from where the first loop was left."""
    session, chunks, _, _ = _looping(tiny_model(), 1, 120.0, rounds=3)
    session.loop(2, ticket="next")
    begin, period = _sample(session, "next"), _period(2, 120.0)
    chunks += drive(session, begin + 4 * period, stride=9 * HOP)
    pcm = joined(chunks)
    rounds = [pcm[:, begin + i * period : begin + (i + 1) * period] for i in (1, 2)]
    assert np.array_equal(*rounds)


def test_same_number_of_bars_changes_nothing() -> None:
    """A button that is pressed twice."""
    plain = joined(_looping(tiny_model(), 1, 120.0, rounds=4)[1])
    session = playing(tiny_model())
    session.set_tempo(120.0)
    chunks = drive(session, 50 * HOP)
    session.loop(1)
    chunks += drive(session, 140 * HOP)
    session.loop(1, ticket="again")
    assert _sample(session, "again") >= session.position
    chunks += drive(session, plain.shape[1] - 4 * HOP, stride=9 * HOP)
    pcm = joined(chunks)
    assert np.array_equal(pcm, plain[:, : pcm.shape[1]])


@pytest.mark.parametrize("when", ["now", "bar", "stop"])
def test_reset_ends_a_loop(when: str) -> None:
    """At once with a short fade, or at its next bar line; either way music without context."""
    session, chunks, _, _ = _looping(tiny_model(), 1, 120.0, rounds=3)
    session.events()
    if when == "stop":
        session.stop()
    begin = session.reset(at_bar=when == "bar")
    assert begin >= session.position
    session.play()
    chunks += drive(session, begin + 100 * HOP, stride=9 * HOP)
    assert np.abs(joined(chunks)[:, begin + HOP :]).max() > 0
    assert plans(session.events())[0].context_frames == 0
    assert session.loop_pcm() is None


@pytest.mark.parametrize("bars", [-1, 17])
def test_impossible_loops_are_refused(bars: int) -> None:
    """The message names the range; the loop that plays goes on."""
    session, _, _, _ = _looping(tiny_model(), 1, 120.0, rounds=2)
    with pytest.raises(ConfigError, match="1 to 16"):
        session.loop(bars)
    assert session.loop_pcm() is not None


def test_loop_longer_than_what_is_kept_is_whole() -> None:
    """16 slow bars are planned bit by bit while they are heard, and none of them is forgotten."""
    model, session = tiny_model(), playing(tiny_model())
    session.set_tempo(50.0)
    chunks = drive(session, 20 * HOP)
    session.events()
    session.loop(16, ticket="loop")
    begin, period = _sample(session, "loop"), _period(16, 50.0)
    chunks += drive(session, begin + period + 99 * HOP, stride=9 * HOP)
    rounds = session._output.rounds
    assert rounds is not None and period // HOP > 3000
    assert rounds.pcm.codes.shape[1] == -(-period // HOP)
    codes, pcm = rounds.pcm.codes, joined(chunks)
    exact = decode_in_blocks(model.codec, codes).numpy()[:, 60 * HOP :]  # forgets its beginning
    heard = pcm[:, begin + 60 * HOP : begin + period - FADE]
    assert heard.shape[1] > 3000 * HOP
    level = np.abs(exact).mean()
    assert np.abs(np.abs(heard).mean() - level) <= 0.2 * level


def test_nothing_is_missing_when_loops_come_and_go_in_time() -> None:
    """On a machine of the right speed a performer loops, changes words and releases: no gap."""
    model = tiny_model()
    machine = Machine(model)
    engine = magnet_core.runtime.engine.Engine(model, machine)
    engine.warm_up()
    session = engine.open()
    session.play()
    heard = perform(
        session,
        machine,
        24.0,
        [
            (1.0, lambda s: s.set_tempo(140.0)),
            (3.0, lambda s: s.loop(1)),
            (8.0, lambda s: s.set_prompt("dub 90 bpm")),
            (9.0, lambda s: s.loop(0)),
            (13.0, lambda s: s.loop(2)),
            (20.0, lambda s: s.loop(0)),
        ],
    )
    assert heard.gaps == []
    assert heard.events(Late) == []
    assert joined(heard.chunks).shape[1] > 23 * SAMPLE_RATE


# -- the seam -------------------------------------------------------------------------------------


def test_crossfade_has_equal_power() -> None:
    """Of two sounds that have nothing to do with each other, none is heard to swell or sink."""
    generator = np.random.default_rng(1)
    out, into = generator.standard_normal((2, 1, 20_000)).astype(np.float32)
    faded = crossfaded(out, into)
    power = [np.square(part).mean() for part in np.array_split(faded[0], 10)]
    assert power == pytest.approx([1.0] * 10, rel=0.15)
    assert faded[0, 0] == pytest.approx(out[0, 0], abs=1e-3)
    assert faded[0, -1] == pytest.approx(into[0, -1], abs=1e-3)


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
def test_loops_samples_are_its_frames_after_its_tail(codec: Callable[[], Codec]) -> None:
    """One round is what the codec plays in the middle of many, but for the crossfade at its end."""
    made = codec()
    codes = torch.randint(
        0, made.card, (made.codebooks, 40), generator=torch.Generator().manual_seed(1)
    )
    loop = PcmLoop(made, torch.device("cpu"), codes, 40 * HOP - 100)
    while not loop.is_decoded:
        loop.decode_block()
    many = made.decode(round_trip(codes, 0, RUN_IN_FRAMES + 40 + 8)[:, : RUN_IN_FRAMES + 48])
    around = torch.cat([round_trip(codes, 0, RUN_IN_FRAMES), codes, codes[:, :8]], dim=1)
    whole = made.decode(around).numpy()[:, RUN_IN_FRAMES * HOP :]
    one = loop.read(0, loop.length)
    assert many.shape[0] == one.shape[0]
    assert np.abs(one[:, :-FADE] - whole[:, : loop.length - FADE]).max() <= 1e-4
    assert one.shape[1] == 40 * HOP - 100
    jump = np.abs(one[:, 0] - one[:, -1]).max()
    assert jump <= 3 * np.abs(np.diff(one[:, 1000:], axis=1)).max()


def _flux(pcm: np.ndarray) -> np.ndarray:
    """Return the spectral flux between neighbouring 20 ms frames, at every 5 ms."""
    spectra = []
    for at in range(0, pcm.shape[0] - 1024, 160):
        frame = pcm[at : at + 1024] * np.hanning(1024)
        spectra.append(np.log1p(100 * np.abs(np.fft.rfft(frame))))
    return np.maximum(np.diff(np.array(spectra), axis=0), 0.0).sum(axis=1)


def test_seam_of_the_bundled_models_loop_is_not_heard() -> None:
    """Spectral flux at the seam is within the distribution of all other frames of the loop.

    Held tones are the hardest: where nothing is struck, nothing hides a cut.
    """
    torch.set_num_threads(1)
    session = playing(magnet_core.load("bundled"))
    session.set_prompt("ambient pad and bells, 130 bpm, no drums")
    drive(session, 20 * HOP)
    session.events()
    session.loop(2, ticket="loop")
    begin, period = _sample(session, "loop"), _period(2, 130.0)
    drive(session, begin + period + 50 * HOP, stride=9 * HOP)
    one, rounds = session.loop_pcm(), session._output.rounds
    assert one is not None and one.shape[1] == period and rounds is not None
    flux, cut = _flux(np.tile(one[0], 3)), _flux(np.tile(rounds.pcm.raw(0, period)[0], 3))
    from_seam = (np.arange(len(flux)) * 160 + 592 + period // 2) % period - period // 2
    at_seam = np.abs(from_seam) <= 700
    usual = np.quantile(flux[~at_seam], 0.999)
    assert flux[at_seam].max() <= usual
    assert cut[at_seam].max() > usual  # so it would be heard without the crossfade
