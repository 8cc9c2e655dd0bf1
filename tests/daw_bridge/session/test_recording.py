"""What was heard in the last minutes: all of it, at its positions, in bounded memory."""

from __future__ import annotations

import gc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.session.recording import (
    BUDGET_BYTES,
    LEAST_PAGES,
    MAX_BYTES,
    PAGE_SAMPLES,
    Recording,
    RecordingMemory,
    samples_kept,
)
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_INFILL

PAGE = 100
PAGE_BYTES = 4 * PAGE


def heard(recording: Recording, samples: int, piece: int = 40) -> None:
    """Let a recording hear samples that say where they are."""
    until = recording.end + samples
    while recording.end < until:
        size = min(piece, until - recording.end)
        pcm = np.arange(recording.end, recording.end + size, dtype=np.float32)[None]
        recording.append(pcm, FLAG_INFILL)


@given(
    st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=20),
    st.integers(1, 2000),
    st.integers(1, 2),
    st.booleans(),
)
def test_what_was_heard_is_read_back_as_long_as_it_is_kept(
    pieces, kept, channels, is_heard
) -> None:
    recording = Recording(channels, kept, RecordingMemory(page_samples=PAGE))
    recording.is_heard = is_heard
    everything = np.zeros((channels, 0), np.float32)
    concealed = np.zeros(0, bool)
    for number, (size, is_concealed) in enumerate(pieces):
        pcm = np.arange(size * channels, dtype=np.float32).reshape(channels, size) + 1e4 * number
        recording.append(pcm, FLAG_CONCEALED if is_concealed else FLAG_INFILL)
        everything = np.concatenate([everything, pcm], axis=1)
        concealed = np.concatenate([concealed, np.full(size, is_concealed)])
        assert recording.end == everything.shape[1]
        least = kept if is_heard else min(kept, (LEAST_PAGES - 1) * PAGE)
        assert min(recording.end, kept) >= recording.end - recording.start
        assert recording.end - recording.start >= min(recording.end, least)
        begin = (recording.start + recording.end) // 2
        for first in (recording.start, begin):
            np.testing.assert_array_equal(
                recording.read(first, recording.end), everything[:, first:]
            )
            assert recording.concealed(first, recording.end) == concealed[first:].sum()
        np.testing.assert_array_equal(recording.tail(kept + 5), everything[:, recording.start :])


def test_a_wish_is_kept_up_to_the_bound_in_bytes() -> None:
    assert samples_kept(300.0, 32000, 1) == 300 * 32000
    assert samples_kept(3600.0, 48000, 2) == MAX_BYTES // 8


def test_parts_of_it_stay_as_they_are_whatever_is_heard_and_forgotten() -> None:
    """A thread may put a take together while the music goes on."""
    recording = Recording(1, 10 * PAGE, RecordingMemory(page_samples=PAGE))
    heard(recording, 730)
    parts = recording.parts(155, 727)
    heard(recording, 50 * PAGE)
    recording.clear()
    np.testing.assert_array_equal(
        np.concatenate(parts, axis=1)[0], np.arange(155, 727, dtype=np.float32)
    )
    assert all(part.base is not None for part in parts), "a copy was made while the music waits"


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3000), st.booleans()), max_size=30),
    st.integers(5 * LEAST_PAGES, 90),
)
def test_all_recordings_together_stay_in_their_budget(steps, budget_pages) -> None:
    """And what each still has is what was heard, up to now, and long enough to fill a gap."""
    memory = RecordingMemory(budget_pages * PAGE_BYTES, PAGE)
    recordings = [Recording(1, 60 * PAGE, memory) for _ in range(5)]
    for which, samples, is_heard in steps:
        recording = recordings[which]
        recording.is_heard = is_heard
        heard(recording, samples)
        assert memory.bytes <= budget_pages * PAGE_BYTES
        for one in recordings:
            assert one.end - one.start >= min(one.end, (LEAST_PAGES - 1) * PAGE)
            np.testing.assert_array_equal(
                one.read(one.start, one.end)[0], np.arange(one.start, one.end, dtype=np.float32)
            )


def test_who_is_not_heard_gives_up_memory_before_who_is() -> None:
    memory = RecordingMemory(100 * PAGE_BYTES, PAGE)
    main, *others = (Recording(1, 60 * PAGE, memory) for _ in range(5))
    main.is_heard = True
    heard(main, 60 * PAGE)
    for other in others:
        heard(other, 200 * PAGE)
    assert main.end - main.start == 60 * PAGE
    lengths = [other.end - other.start for other in others]
    assert min(lengths) >= LEAST_PAGES * PAGE - PAGE
    assert sum(lengths) <= 40 * PAGE


def test_memory_that_was_only_made_ready_is_given_up_before_music() -> None:
    memory = RecordingMemory(40 * PAGE_BYTES, PAGE)
    one, other = (Recording(1, 30 * PAGE, memory) for _ in range(2))
    one.is_heard = other.is_heard = True
    heard(one, 10 * PAGE, piece=6)
    assert one.pages == 30
    heard(other, 20 * PAGE)
    assert one.end - one.start == 10 * PAGE
    assert other.end - other.start == 20 * PAGE
    assert memory.bytes <= 40 * PAGE_BYTES


def test_a_gap_can_be_filled_whatever_the_budget_is() -> None:
    recording = Recording(1, 60 * PAGE, RecordingMemory(PAGE_BYTES, PAGE))
    for _ in range(50):
        heard(recording, PAGE)
        assert recording.end - recording.start >= min(recording.end, (LEAST_PAGES - 1) * PAGE)
        assert recording.pages <= LEAST_PAGES + 1


def test_a_recording_that_is_cleared_or_gone_leaves_its_memory_to_others() -> None:
    memory = RecordingMemory(10 * LEAST_PAGES * PAGE_BYTES, PAGE)
    one, other = (Recording(1, 90 * PAGE, memory) for _ in range(2))
    heard(one, 40 * PAGE)
    one.clear()
    assert memory.bytes == 0 and one.start == one.end == 40 * PAGE
    heard(one, PAGE // 2)
    assert one.read(one.start, one.end)[0, 0] == 40 * PAGE
    del one
    gc.collect()
    heard(other, 30 * PAGE)
    assert memory.bytes == other.bytes


def test_memory_of_music_that_is_heard_is_there_before_it_and_then_grows_no_more() -> None:
    """Of 5 min, after less than 20 s; what nobody hears takes no more than a gap needs."""
    memory = RecordingMemory(page_samples=PAGE)
    recording, unheard = (Recording(1, 300 * PAGE, memory) for _ in range(2))
    recording.is_heard = True
    for one in (recording, unheard):
        heard(one, 19 * PAGE, piece=6)
    assert (recording.pages, unheard.pages) == (300, LEAST_PAGES)
    most = 0
    for _ in range(80):
        heard(recording, 5 * PAGE)
        most = max(most, recording.pages)
    assert most <= 302


def test_what_was_heard_is_there_when_its_listener_comes_back_a_moment_later() -> None:
    """A page that is loaded anew is no listener for a second."""
    recording = Recording(1, 300 * PAGE, RecordingMemory(page_samples=PAGE))
    recording.is_heard = True
    heard(recording, 300 * PAGE)
    recording.is_heard = False
    heard(recording, 10 * PAGE)
    recording.is_heard = True
    heard(recording, 5 * PAGE)
    assert recording.end - recording.start == 300 * PAGE


def test_sixteen_sessions_cannot_take_all_memory() -> None:
    """Not even of a stereo model at 48 kHz, with the longest wish."""
    kept = samples_kept(3600.0, 48000, 2)
    assert 16 * 8 * kept == 2 * 2**30  # what they would take
    least = 16 * (LEAST_PAGES + 1) * PAGE_SAMPLES * 8
    assert least <= BUDGET_BYTES == 256 * 2**20
