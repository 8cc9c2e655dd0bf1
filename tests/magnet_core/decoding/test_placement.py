"""Decoding on a device of its own: nothing is left behind on the CPU, and the host hardly waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from magnet_core.api import Model
from magnet_core.config import SpanArrangement, Variant
from magnet_core.decoding.forward import Shortcuts
from magnet_core.decoding.opening import start
from magnet_core.decoding.request import Request
from tests.magnet_core.pretended import DEVICE, PretendedAccelerator
from tests.magnet_core.runtime.tiny import tiny_model

TEXTS = ["house 120 bpm, A minor", [("techno", 0.4), ("dark ambient", 0.6)]]
ROWS = len(TEXTS)
NO_SHORTCUTS = Shortcuts(null_text=False, null_row=False, one_head=False, band=False, prefix=False)


def _send(model: Model) -> Model:
    for part in (model.lm, model.codec, model.text_encoder):
        assert isinstance(part, nn.Module)
        part.to(DEVICE)
    return model


def _request(model: Model, **options: Any) -> Request:
    hybrid = model.lm.config.variant is Variant.HYBRID
    params = replace(model.params, prefix_frames=8 if hybrid else 0)
    codes = torch.randint(0, 32, (ROWS, 4, 12), generator=Generator().manual_seed(5))
    values: dict[str, Any] = {
        "lm": model.lm,
        "conditions": model.condition(TEXTS),
        "frames": 50,
        "params": params,
        "prompt_codes": codes,
        "generators": [Generator().manual_seed(row) for row in range(ROWS)],
    }
    return Request(**(values | options))


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("arrangement", SpanArrangement)
@pytest.mark.parametrize("shortcuts", [Shortcuts(), NO_SHORTCUTS], ids=["usual", "none"])
def test_every_decoder_gives_the_same_codes_there(
    variant: Variant, arrangement: SpanArrangement, shortcuts: Shortcuts
) -> None:
    """Prompt, prefix and infill of a batch, with every shortcut and with none."""
    model = tiny_model(variant, arrangement=arrangement)
    decoding = start(_request(model, shortcuts=shortcuts))
    for _ in decoding.steps():
        pass
    with PretendedAccelerator():
        there = start(_request(_send(model), shortcuts=shortcuts))
        for _ in there.steps():
            pass
        assert there.codes.device == DEVICE
        assert torch.equal(there.codes.cpu(), decoding.codes)


@pytest.mark.parametrize("variant", [Variant.MAGNET, Variant.HYBRID])
@pytest.mark.parametrize("arrangement", SpanArrangement)
def test_the_host_waits_once_a_step_and_before_its_pass(
    variant: Variant, arrangement: SpanArrangement
) -> None:
    """A step asks how many frames it decides; nothing else, and nothing behind its forward pass.

    A stage asks once more, before its first step: how many it has in all.
    """
    model = tiny_model(variant, arrangement=arrangement)
    with PretendedAccelerator() as accelerator:
        decoding = start(_request(_send(model)))
        waits, behind = [], []
        model.lm.out_norm.register_forward_hook(lambda *_: behind.append(len(accelerator.waits)))
        accelerator.waits.clear()
        for step in decoding.steps():
            behind[-1] = len(accelerator.waits) - behind[-1]
            if step.of <= max(model.params.steps):  # of an infill
                waits.append((step.step, [*accelerator.waits]))
            accelerator.waits.clear()
    assert len(waits) == sum(model.params.steps)
    assert set(behind) == {0}
    # The first step of an infill also begins it, and looks at what is known by then.
    for step, made in waits[1:]:
        assert len(made) == (2 if step == 0 else 1), made


def test_the_host_does_not_wait_for_autoregressive_rows() -> None:
    """From the first row to the last, rows follow one another without a question."""
    model = tiny_model(Variant.AUTOREGRESSIVE)
    with PretendedAccelerator() as accelerator:
        decoding = start(_request(_send(model)))
        accelerator.waits.clear()
        steps = sum(1 for _ in decoding.steps())
    assert steps == 1 + 50 + 3 - 12
    assert accelerator.waits == []


CALLS: dict[str, Callable[[Model, Tensor], Tensor]] = {
    "logits": lambda model, codes: model.logits(codes, "house", stage=0),
    "later logits": lambda model, codes: model.logits(codes, "house", stage=2, prefix_frames=0),
    "log likelihood": lambda model, codes: model.log_likelihood(codes, "house"),
}


ASKED = [
    (variant, call)
    for variant in Variant
    for call in CALLS
    if variant is not Variant.MAGNET or call != "log likelihood"  # it has none
]


@pytest.mark.parametrize(("variant", "call"), ASKED)
def test_what_a_model_is_asked_is_answered_there(variant: Variant, call: str) -> None:
    """Logits and likelihoods of codes that lie on the CPU."""
    model = tiny_model(variant)
    codes = torch.randint(0, 32, (4, 20), generator=Generator().manual_seed(1))
    wanted = CALLS[call](model, codes)
    with PretendedAccelerator():
        answer = CALLS[call](_send(model), codes)
        assert answer.device == DEVICE
        torch.testing.assert_close(answer.cpu(), wanted, atol=1e-5, rtol=0)
