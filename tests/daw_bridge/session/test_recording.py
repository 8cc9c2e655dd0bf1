"""What was heard in the last minutes: all of it, at its positions, in bounded memory."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.session.recording import MAX_BYTES, Recording, samples_kept
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_INFILL


@given(
    st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=20),
    st.integers(1, 2000),
    st.integers(1, 2),
)
def test_what_was_heard_is_read_back_as_long_as_it_is_kept(pieces, kept, channels) -> None:
    recording = Recording(channels, kept)
    everything = np.zeros((channels, 0), np.float32)
    concealed = np.zeros(0, bool)
    for number, (size, is_concealed) in enumerate(pieces):
        pcm = np.arange(size * channels, dtype=np.float32).reshape(channels, size) + 1e4 * number
        recording.append(pcm, FLAG_CONCEALED if is_concealed else FLAG_INFILL)
        everything = np.concatenate([everything, pcm], axis=1)
        concealed = np.concatenate([concealed, np.full(size, is_concealed)])
        assert recording.end == everything.shape[1]
        assert recording.end - recording.start == min(recording.end, kept)
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
