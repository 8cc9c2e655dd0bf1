"""Fixed blocks through the codec: the same frames give the same bits, whenever they come."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.runtime.blocks import BlockStream
from magnet_core.types import Codec
from tests.magnet_core.runtime.driving import HOP, decode_in_blocks, joined, playing
from tests.magnet_core.runtime.tiny import tiny_codec, tiny_encodec, tiny_model

CPU = torch.device("cpu")


def _codes(codec: Codec, frames: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(frames)
    return torch.randint(0, codec.card, (codec.codebooks, frames), generator=generator)


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
def test_blocks_sound_as_the_whole(codec: Callable[[], Codec]) -> None:
    """Cut into blocks, the waveform is that of the offline decode but for rounding."""
    made, codes = codec(), _codes(codec(), 41)
    blocks = decode_in_blocks(made, codes)
    assert blocks.shape == (made.channels, 41 * made.hop_length)
    assert (blocks - made.decode(codes)).abs().max() <= 1e-5


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
def test_stream_with_a_run_in_goes_on_as_if_it_had_played_all_along(
    codec: Callable[[], Codec],
) -> None:
    """After the run-in it sounds as the whole does there, so far as the codec remembers."""
    made, codes = codec(), _codes(codec(), 120)
    stream = BlockStream(made, CPU, codes[:, :99])
    parts = []
    while stream.run_in_frames:
        parts.append(stream.push_run_in())
    for first in range(99, 119, 4):
        parts.append(stream.push(codes[:, first : first + 4]))
    pcm = torch.cat(parts, dim=1)[:, 99 * HOP :]
    whole = made.decode(codes)[:, 99 * HOP : 99 * HOP + pcm.shape[1]]
    assert pcm.shape[1] >= 15 * HOP
    assert (pcm - whole).abs().max() <= 1e-4


def test_first_blocks_are_small_and_all_others_are_alike() -> None:
    """2, 2, then 4 frames; behind a run-in 4 from the first new frame on."""
    codec, codes = tiny_codec(), _codes(tiny_codec(), 4)
    stream, sizes = BlockStream(codec, CPU), []
    for _ in range(5):
        sizes.append(stream.block_frames)
        stream.push(codes[:, : stream.block_frames])
    assert sizes == [2, 2, 4, 4, 4]
    assert BlockStream(codec, CPU, codes).block_frames == 4


def test_first_sound_comes_with_the_first_two_frames() -> None:
    """No later: K - 1 frames wait for the delay pattern, and two make a block."""
    session, passes = playing(tiny_model()), 0
    while not (chunks := session.work(1 << 30)):
        passes += 1
    assert chunks[0].pcm.shape[1] == 2 * HOP
    assert passes <= 4 + 2


@pytest.fixture(scope="module", params=[tiny_codec, tiny_encodec])
def model(request: pytest.FixtureRequest) -> Model:
    return tiny_model(codec=request.param())


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.integers(0, 9000), min_size=1, max_size=60))
def test_pcm_does_not_depend_on_when_it_is_asked_for(model: Model, steps: list[int]) -> None:
    """However the demand grows, the bits are those of the codes in their blocks."""
    session, chunks, until = playing(model), [], 0
    for step in [*steps, *(4 * HOP,) * 20]:
        until += step
        for _ in range(12):
            chunks += session.work(until)
    pcm = joined(chunks)
    codes = session.timeline.before(session.timeline.frozen, 10_000)
    exact = decode_in_blocks(model.codec, codes).numpy()[:, : pcm.shape[1]]
    assert pcm.shape[1] > 0
    assert np.array_equal(pcm, exact)
