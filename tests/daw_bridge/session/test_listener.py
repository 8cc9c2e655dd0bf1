"""One listener: credit, playhead, positions, provenance, resuming, falling behind."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from daw_bridge.audio.history import History
from daw_bridge.audio.pcm import HEADER_BYTES, PcmFormat, PcmHeader
from daw_bridge.session.listener import Listener, Packet, encode_packet, foremost
from daw_bridge.worker_protocol import FLAG_INFILL, FLAG_LAST, FLAG_PREFIX

RATE = 32000
LEAD_S = 0.25
EVERYTHING_S = 1e6  # a lead that holds nothing back


def sine(start: int, frames: int) -> np.ndarray:
    times = np.arange(start, start + frames) / RATE
    return np.sin(2 * np.pi * 440 * times, dtype=np.float64).astype(np.float32)[None]


def filled(seconds: float, keep_s: float = 60.0) -> History:
    history = History(1, round(keep_s * RATE))
    extend(history, seconds)
    return history


def extend(history: History, seconds: float, flags: int = FLAG_INFILL, plan: int = 1) -> None:
    history.append(sine(history.end, round(seconds * RATE)), flags, plan)


def listener_of(history: History, rate: int = 48000, **kwargs: float) -> Listener:
    return Listener(history, RATE, sample_rate=rate, channels=1, **kwargs)


def drain(listener: Listener, now: float = 0.0, lead_s: float = EVERYTHING_S) -> list[Packet]:
    packets = []
    while packet := listener.take(now, lead_s):
        packets.append(packet)
    return packets


def join_up(packets: list[Packet]) -> np.ndarray:
    for before, after in pairwise(packets):
        assert after.position == before.position + before.pcm.shape[1]
    return np.concatenate([packet.pcm for packet in packets], axis=1)[0]


def assert_same(part: np.ndarray, whole: np.ndarray) -> None:
    """Two streams agree as far as both go (their filters hold back different amounts)."""
    count = min(len(part), len(whole))
    assert count > 20_000
    np.testing.assert_allclose(part[:count], whole[:count], atol=1e-4)


@pytest.mark.parametrize("rate", [32000, 48000, 44100, 16000])
def test_packets_follow_each_other_and_sound_right(rate) -> None:
    listener = listener_of(filled(1.0), rate)
    listener.join(0, 0.0)
    heard = join_up(drain(listener))
    expected = np.sin(2 * np.pi * 440 * np.arange(len(heard)) / rate)
    margin = rate // 20
    np.testing.assert_allclose(heard[margin:-margin], expected[margin:-margin], atol=2e-3)


@pytest.mark.parametrize("rate", [48000, 44100])
def test_late_listener_hears_the_same_samples_at_the_same_positions(rate) -> None:
    history = filled(2.0)
    first, late = listener_of(history, rate), listener_of(history, rate)
    first.join(0, 0.0)
    whole = join_up(drain(first))
    late.join(33_333, 0.0)
    packets = drain(late)
    assert packets[0].position == -(-33_333 * rate // RATE)
    assert_same(join_up(packets), whole[packets[0].position :])


def test_resumed_listener_goes_on_at_its_very_sample() -> None:
    history = filled(2.0)
    before = listener_of(history, 44100)
    before.join(0, 0.0)
    whole = join_up(drain(before))
    again = listener_of(history, 44100)
    assert again.resume(50_001, 0.0)
    packets = drain(again)
    assert packets[0].position == 50_001
    assert_same(join_up(packets), whole[50_001:])


def test_resume_is_refused_where_the_history_does_not_reach() -> None:
    """Nor where it would be forgotten at once."""
    listener = listener_of(filled(5.0, keep_s=2.0))
    assert not listener.resume(0, 0.0)
    assert not listener.resume(6 * 48000, 0.0)
    assert not listener.resume(round(3.5 * 48000), 0.0)
    assert listener.resume(round(4.5 * 48000), 0.0)
    assert listener_of(filled(0.5)).resume(0, 0.0)  # nothing is forgotten yet


def test_credit_keeps_within_the_lead_of_its_own_clock() -> None:
    """A client that reports nothing is sent at most the lead ahead of the clock."""
    listener = listener_of(filled(10.0), RATE)
    listener.join(0, 100.0)
    for now in np.arange(100.0, 103.0, 0.01):
        drain(listener, now, LEAD_S)
        ahead_s = listener.cursor / RATE - (now - 100.0)
        assert LEAD_S <= ahead_s < LEAD_S + 0.021


def test_credit_follows_reported_playheads_and_waits_for_a_paused_client() -> None:
    listener = listener_of(filled(10.0), RATE)
    listener.join(0, 0.0)
    drain(listener, 0.0, LEAD_S)
    listener.report(3200, 1.0)
    drain(listener, 1.0, LEAD_S)
    assert 3200 + LEAD_S * RATE <= listener.cursor < 3200 + LEAD_S * RATE + 641
    drain(listener, 9.0, LEAD_S)  # no report for 8 s: extrapolated by 0.5 s only
    assert listener.playhead(9.0) == 3200 + 0.5 * RATE


def test_a_playhead_beyond_what_was_sent_counts_as_what_was_sent() -> None:
    listener = listener_of(filled(10.0), RATE)
    listener.join(0, 0.0)
    drain(listener, 0.0, LEAD_S)
    listener.report(2**60, 0.0)
    assert listener.playhead(0.0) == listener.cursor


def test_the_clock_of_a_starved_client_goes_on_where_it_starved() -> None:
    history = filled(0.2)
    listener = listener_of(history, RATE)
    listener.join(0, 0.0)
    drain(listener, 0.0, LEAD_S)
    assert listener.playhead(5.0) == 0.2 * RATE
    extend(history, 1.0)
    drain(listener, 5.0, LEAD_S)
    assert listener.playhead(5.1) == pytest.approx(0.3 * RATE)


def test_a_client_that_buffers_more_than_the_lead_is_sent_what_it_waits_for() -> None:
    listener = listener_of(filled(10.0), RATE, buffer_s=0.5)
    listener.join(0, 0.0)
    drain(listener, 0.0, LEAD_S)
    assert listener.cursor >= 0.5 * RATE


def test_packets_are_cut_where_the_provenance_changes() -> None:
    """Every sample carries the flags and plan of the PCM it came from, at every rate."""
    history = History(1, 10 * RATE)
    for plan, flags in ((1, FLAG_PREFIX), (2, FLAG_INFILL), (3, FLAG_INFILL)):
        extend(history, 0.1001, flags, plan)
    listener = listener_of(history, 44100)
    listener.join(0, 0.0)
    packets = drain(listener)
    join_up(packets)
    for packet in packets:
        first = packet.position * RATE / 44100
        last = (packet.position + packet.pcm.shape[1] - 1) * RATE / 44100
        plan = 1 + int(first // 3203)
        assert int(last // 3203) + 1 == plan == packet.plan_id
        assert packet.flags == (FLAG_PREFIX if plan == 1 else FLAG_INFILL)


def test_the_last_block_empties_the_filter_and_the_stream_goes_on_after_it() -> None:
    history = filled(0.1)
    extend(history, 0.02, FLAG_LAST)
    listener = listener_of(history)
    listener.join(0, 0.0)
    packets = drain(listener)
    assert packets[-1].flags == FLAG_LAST
    assert packets[-1].position + packets[-1].pcm.shape[1] == pytest.approx(0.12 * 48000, abs=1)
    extend(history, 0.5)
    more = drain(listener)
    heard = join_up(packets + more)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(heard)) / 48000)
    np.testing.assert_allclose(heard[5800:20_000], expected[5800:20_000], atol=5e-3)


def test_a_listener_far_behind_is_moved_on_and_told_what_it_missed() -> None:
    history = filled(10.0)
    listener = listener_of(history)
    listener.join(0, 0.0)
    drain(listener, 0.0, LEAD_S)
    before = listener.position
    skip = listener.catch_up(9 * RATE, LEAD_S, 9.0)
    assert skip is not None
    assert skip.position == before
    assert skip.position + skip.frames == 9 * 48000 == listener.position
    assert drain(listener, 9.0, LEAD_S)[0].position == 9 * 48000
    assert listener.catch_up(9 * RATE, LEAD_S, 9.0) is None


def test_a_listener_whose_pcm_is_forgotten_is_moved_on() -> None:
    history = filled(1.0, keep_s=1.0)
    listener = listener_of(history, RATE)
    listener.join(0, 0.0)
    extend(history, 1.5)
    skip = listener.catch_up(0, LEAD_S, 1.0)
    assert skip is not None
    assert listener.position >= history.start


def test_encoded_samples_are_interleaved_and_clipped() -> None:
    pcm = np.array([[0.5, 2.0], [-0.5, -2.0]], np.float32)
    packet = Packet(11, pcm, FLAG_PREFIX, 4)
    as_float = encode_packet(packet, 48000, PcmFormat.F32, 9)
    header = PcmHeader.unpack(as_float)
    assert (header.position, header.sequence, header.plan_id, header.flags) == (11, 9, 4, 1)
    np.testing.assert_array_equal(
        np.frombuffer(as_float[HEADER_BYTES:], "<f4"), [0.5, -0.5, 2.0, -2.0]
    )
    as_int = encode_packet(packet, 48000, PcmFormat.S16, 9)
    assert np.frombuffer(as_int[HEADER_BYTES:], "<i2").tolist() == [16384, -16384, 32767, -32767]


def test_the_foremost_listener_paces_the_stream() -> None:
    history = filled(2.0)
    first, second = listener_of(history), listener_of(history)
    assert foremost([], 0.0) is None
    for listener, position in ((first, 100), (second, 4800)):
        listener.join(0, 0.0)
        drain(listener, lead_s=1.0)
        listener.report(position, 10.0)
    assert foremost([first, second], 10.0) == 3200.0


def test_beside_a_card_who_does_not_report_paces_nothing() -> None:
    """The server's clock would run away from the card's, or fall behind it."""
    history = filled(3.0)
    card, silent = listener_of(history, is_card=True), listener_of(history)
    for listener in (card, silent):
        listener.join(0, 0.0)
        drain(listener)
    card.report(48, 1.0)
    assert foremost([card, silent], 1.0) == 32.0
    assert foremost([silent], 1.0) == 32000.0
    silent.report(4800, 1.0)
    assert foremost([card, silent], 1.0) == 3200.0


def test_one_who_does_not_report_is_taken_to_play_at_the_pace_of_the_card() -> None:
    history = filled(30.0)
    listener = listener_of(history)
    listener.join(0, 0.0)
    drain(listener)
    assert listener.playhead(10.0) == 10 * RATE
    listener.keep_pace(0.9, 10.0)
    assert listener.playhead(10.0) == 10 * RATE  # no jump
    assert listener.playhead(20.0) == pytest.approx(19 * RATE)
    listener.report(48000, 20.0)
    listener.keep_pace(2.0, 20.0)  # who reports is believed
    assert listener.playhead(20.1) == pytest.approx(1.1 * RATE)


def test_who_has_reported_of_late_and_has_something_left_is_heard() -> None:
    history = filled(2.0)
    listener = listener_of(history)
    listener.join(0, 0.0)
    assert not listener.reports and not listener.is_heard(0.0)
    drain(listener)
    listener.report(0, 1.0)
    assert listener.reports and listener.is_heard(1.0)
    assert not listener.is_heard(2.0)  # silent for a second
    listener.report(96000, 3.0)
    assert not listener.is_heard(3.0)  # dry
