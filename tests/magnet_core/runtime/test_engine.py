"""What an engine makes of a model's own parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from magnet_core.config import Variant
from magnet_core.runtime.engine import Engine
from tests.magnet_core.runtime.driving import HOP, FakeClock, drive, joined
from tests.magnet_core.runtime.tiny import tiny_model


@pytest.mark.parametrize("variant", list(Variant))
def test_a_live_model_plays_without_its_partners(variant: Variant) -> None:
    """Sample for sample as one that has none and is not to be rescored, from the warm-up on."""
    heard = []
    for weight in (0.0, 0.5):
        model = tiny_model(variant)
        if weight:
            model.rescorer = model.prefix_model = tiny_model(Variant.AUTOREGRESSIVE)
            model.params = replace(model.params, rescore_weight=weight)
        engine = Engine(model, clock=FakeClock())
        engine.warm_up()
        session = engine.open(seed=3)
        session.set_prompt("techno")
        session.play()
        heard.append(joined(drive(session, 150 * HOP)))
        assert session.settings.decoding.rescore_weight == 0.0
    assert np.abs(heard[0]).max() > 0
    assert np.array_equal(*heard)
