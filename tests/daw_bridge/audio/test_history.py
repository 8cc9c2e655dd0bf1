"""The recent PCM that listeners read from."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.audio.history import BLOCK_FRAMES, History
from daw_bridge.worker_protocol import FLAG_INFILL, FLAG_LAST


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=12), st.integers(0, 20_000))
def test_what_was_appended_is_read_back_from_any_position(sizes, start) -> None:
    history = History(1, keep_samples=5000)
    samples = np.arange(sum(sizes), dtype=np.float32)
    at = 0
    for plan, size in enumerate(sizes):
        history.append(samples[None, at : at + size], FLAG_INFILL, plan)
        at += size
    assert history.end == at
    assert at - history.start <= 5000 + BLOCK_FRAMES
    position = max(start, history.start)
    while (block := history.read(position)) is not None:
        assert block.position == position < block.end
        assert block.pcm.shape[1] <= BLOCK_FRAMES
        np.testing.assert_array_equal(block.pcm[0], samples[position : block.end])
        position = block.end
    assert position >= at


def test_last_is_flagged_on_the_final_block_only() -> None:
    history = History(1, 10_000)
    history.append(np.zeros((1, 1500), np.float32), FLAG_LAST, 0)
    flags = [history.read(at).flags for at in (0, 640, 1280)]
    assert flags == [0, 0, FLAG_LAST]


def test_tail_is_the_newest_samples_or_what_there_is() -> None:
    history = History(2, 10_000)
    pcm = np.arange(1400, dtype=np.float32).reshape(2, 700)
    history.append(pcm, 0, 0)
    np.testing.assert_array_equal(history.tail(100), pcm[:, 600:])
    np.testing.assert_array_equal(history.tail(9999), pcm)
    assert history.tail(0).shape == (2, 0)
