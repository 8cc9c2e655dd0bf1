"""The ring between the event loop and the audio callback."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.audio.ring_buffer import RingBuffer


def empty_ring(channels: int, capacity: int) -> RingBuffer:
    return RingBuffer(np.zeros((capacity, channels), np.float32), np.zeros(2, np.int64))


@given(st.integers(1, 40), st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=40))
def test_ring_behaves_as_a_bounded_queue(capacity, operations) -> None:
    """Samples come out in order, none is lost, and a short read is faded and padded."""
    ring, model, counter = empty_ring(2, capacity), deque(), 1.0
    for is_write, frames in operations:
        if is_write:
            samples = np.arange(counter, counter + 2 * frames, dtype=np.float32).reshape(-1, 2)
            counter += 2 * frames
            count = ring.write(samples)
            assert count == min(frames, capacity - len(model))
            model.extend(map(tuple, samples[:count]))
        else:
            out = np.full((frames, 2), -1.0, np.float32)
            count = ring.read(out)
            assert count == min(frames, len(model))
            expected = np.array([model.popleft() for _ in range(count)]).reshape(-1, 2)
            if count < frames:
                assert not out[count:].any()
                expected = expected * np.linspace(1, 0, count)[:, None]
            np.testing.assert_allclose(out[:count], expected, rtol=1e-6)
        assert ring.available == len(model)
        assert ring.space == capacity - len(model)


def test_two_threads_pass_every_sample_in_order() -> None:
    ring, total, got = empty_ring(1, 256), 10_000, []

    def write() -> None:
        sent = 0
        while sent < total:
            block = np.arange(sent, min(sent + 100, total), dtype=np.float32)[:, None]
            sent += ring.write(block)

    writer = threading.Thread(target=write)
    writer.start()
    out = np.zeros((64, 1), np.float32)
    while len(got) < total:
        want = min(64, ring.available)
        got.extend(out[: ring.read(out[:want]), 0].tolist())
    writer.join()
    assert got == list(range(total))
