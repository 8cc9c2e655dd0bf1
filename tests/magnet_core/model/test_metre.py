"""The metre: beat positions of frames, and their embedding."""

from __future__ import annotations

import math

import pytest
import torch

from magnet_core.errors import ConfigError
from magnet_core.model.metre import Metre, MetreEmbedding, metre_tensor


def test_later_window_continues_the_grid() -> None:
    """The embedding of frame n of a window is that of frame 0 of the window n frames later."""
    torch.manual_seed(0)
    embedding = MetreEmbedding(8)
    metre = Metre(tempo_bpm=97.3, start_beat=2.5)
    whole = embedding(metre_tensor([metre]), 0, 40)
    later = embedding(metre_tensor([metre.at_frame(17, 50)]), 0, 23)
    assert torch.allclose(whole[:, 17:], later, atol=1e-5)


def test_grid_does_not_drift_in_an_hour() -> None:
    """After an hour at 127.3 bpm a beat position is still exact to a thousandth of a frame."""
    torch.manual_seed(0)
    embedding, bars = MetreEmbedding(8), 127.3 * 60 / 4
    hour = Metre(tempo_bpm=127.3, start_beat=4 * round(bars / 4) * 4.0)  # a multiple of 16 beats
    start = Metre(tempo_bpm=127.3)
    a, b = embedding(metre_tensor([hour]), 0, 10), embedding(metre_tensor([start]), 0, 10)
    assert torch.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("bpm", [0.0, -3.0, 1000.0, math.nan])
def test_tempo_out_of_range_is_refused(bpm: float) -> None:
    """The error names the value and the range."""
    with pytest.raises(ConfigError, match="20 to 999"):
        Metre(tempo_bpm=bpm)
