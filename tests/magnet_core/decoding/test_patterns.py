"""The delay pattern and its ragged edge."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.decoding.patterns import (
    align_logits,
    complete_frames,
    delay,
    known_before,
    undelay,
)

SIZES = {"codebooks": st.integers(1, 8), "frames": st.integers(1, 40)}
CPU = torch.device("cpu")


def _codes(codebooks: int, frames: int) -> torch.Tensor:
    return torch.arange(2 * codebooks * frames).view(2, codebooks, frames)


@given(**SIZES)
def test_delay_is_undone(codebooks: int, frames: int) -> None:
    codes = _codes(codebooks, frames)
    assert torch.equal(undelay(delay(codes, -1)), codes)


@given(**SIZES)
def test_token_stands_in_column_one_plus_frame_plus_codebook(codebooks: int, frames: int) -> None:
    codes = _codes(codebooks, frames)
    columns = delay(codes, -1)
    assert columns.shape == (2, codebooks, frames + codebooks)
    for q in range(codebooks):
        for t in range(frames):
            assert columns[1, q, 1 + t + q] == codes[1, q, t]
    assert (columns == -1).sum() == 2 * codebooks * codebooks


@given(**SIZES)
def test_logits_of_a_token_stand_one_column_before_it(codebooks: int, frames: int) -> None:
    columns = delay(_codes(codebooks, frames), -1)
    next_column = torch.roll(columns, -1, dims=-1)[..., None]  # what each column should predict
    assert torch.equal(align_logits(next_column)[..., 0], undelay(columns))


@given(**SIZES, columns=st.integers(0, 60))
def test_known_tokens_are_those_in_the_columns_before_the_edge(
    codebooks: int, frames: int, columns: int
) -> None:
    known = known_before(columns, codebooks, frames, CPU)
    place = undelay(torch.arange(frames + codebooks).expand(1, codebooks, -1))[0]
    assert torch.equal(known, place <= columns)
    complete = complete_frames(columns, codebooks, frames)
    assert complete == int(known.all(dim=0).sum())
