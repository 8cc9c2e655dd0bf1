"""One plan's window: what its passes are said to cost, and what is handed on by them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import FLAG_INFILL, FLAG_PREFIX
from magnet_core.runtime.planner import Plan
from magnet_core.runtime.window import WindowDecoding
from tests.magnet_core.pretended import DEVICE, PretendedAccelerator
from tests.magnet_core.runtime.driving import SAMPLE_RATE, drive, joined, playing
from tests.magnet_core.runtime.tiny import tiny_model

CONTEXT, PREFIX, FRAMES = 10, 6, 40


@dataclass
class Device:
    """A device that works behind the program's back: a pass is handed over, and takes its time.

    Attributes:
        now: what the clock says.
        owed: seconds of work that was handed over and is not done.
        passes: the seconds of each pass, in order.
    """

    now: float = 0.0
    owed: float = 0.0
    passes: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def work(self, _module: nn.Module, _inputs: object, states: Tensor) -> None:
        self.passes.append(0.25 + 0.125 * states.shape[1])
        self.owed += self.passes[-1]

    def settle(self, device: torch.device) -> None:
        assert device.type == "cpu"
        self.now, self.owed = self.now + self.owed, 0.0


@dataclass
class Learned:
    """Keeps what a kind of work is said to cost, as ``Cost`` does."""

    seen: list[tuple[float, int]] = field(default_factory=list)

    def learn(self, seconds: float, frames: int = 0) -> None:
        self.seen.append((seconds, frames))


def _window(model: Model, **options: Any) -> WindowDecoding:
    variant = model.lm.config.variant
    prefix = {Variant.MAGNET: 0, Variant.HYBRID: PREFIX, Variant.AUTOREGRESSIVE: FRAMES}[variant]
    plan = Plan(
        plan_id=1,
        first_frame=0,
        context_frames=CONTEXT,
        prefix_frames=prefix,
        frames=FRAMES,
        steps=model.params.steps,
        reduced=False,
    )
    prompt = torch.randint(0, 32, (4, CONTEXT), generator=torch.Generator().manual_seed(1))
    values: dict[str, Any] = {
        "lm": model.lm,
        "plan": plan,
        "prompt": prompt,
        "conditions": model.condition(["house"]),
        "params": model.params,
        "generator": torch.Generator().manual_seed(2),
        "costs": Costs(),
        "clock": lambda: 0.0,
        "deliver": lambda codes, flags: None,
    }
    return WindowDecoding(**(values | options))


@pytest.mark.parametrize("variant", Variant)
def test_a_pass_costs_what_the_device_takes_and_not_what_the_launch_does(variant: Variant) -> None:
    """Each pass is measured by itself, from its start until the device is done."""
    model, device = tiny_model(variant), Device()
    model.lm.out_norm.register_forward_hook(device.work)
    costs = Costs(prefix_frame=Learned(), prefill=Learned(), step=Learned())  # type: ignore[arg-type]
    window = _window(model, costs=costs, clock=device.clock, settle=device.settle)
    for _ in window.passes():
        pass
    kinds = (costs.prefill, costs.prefix_frame, costs.step)
    learned = [seconds for kind in kinds for seconds, _ in kind.seen]  # type: ignore[attr-defined]
    assert learned == device.passes
    assert window.seconds == sum(device.passes) > 0 and window.passes_made == len(learned)


class _Stacked(TorchDispatchMode):
    """Counts the tokens that are laid out as codes anew."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = 0

    def __torch_dispatch__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket.__name__ == "stack" and result.dtype == torch.int64:
            self.tokens += result.numel()
        return result


def test_only_new_frames_are_handed_on() -> None:
    """Each frame once, in order; laying them out costs those frames and not the whole window."""
    model, parts = tiny_model(Variant.AUTOREGRESSIVE), []
    window = _window(model, deliver=lambda codes, flags: parts.append((codes, flags)))
    with _Stacked() as stacked:
        for _ in window.passes():
            pass
    assert [codes.shape for codes, _ in parts] == [(4, 1)] * FRAMES
    assert stacked.tokens == 4 * FRAMES


@pytest.mark.parametrize("variant", Variant)
def test_what_is_handed_on_is_what_was_decoded(variant: Variant) -> None:
    """Prefix frames as they come, the rest together, equal to the decoding's own codes."""
    model, parts = tiny_model(variant), []
    window = _window(model, deliver=lambda codes, flags: parts.append((codes, flags)))
    decoding = window._open()
    for _ in decoding.steps():
        pass
    window.generator.manual_seed(2)
    for _ in window.passes():
        pass
    assert torch.equal(torch.cat([codes for codes, _ in parts], dim=1), decoding.codes[0, :, 10:])
    kinds = {FLAG_PREFIX, FLAG_INFILL} if variant is Variant.HYBRID else set()
    kinds |= {FLAG_INFILL} if variant is Variant.MAGNET else {FLAG_PREFIX}
    assert {flags for _, flags in parts} == kinds


@pytest.mark.parametrize("variant", Variant)
def test_a_session_plays_the_same_on_a_device(
    variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three seconds of plan after plan, from the words to the samples: nothing is left behind."""
    # Nobody can make a generator on a device that is not there.
    monkeypatch.setattr(
        Decision, "generator", lambda self, device: torch.Generator().manual_seed(self.seed)
    )
    seconds = 3 * SAMPLE_RATE
    near = joined(drive(playing(tiny_model(variant)), seconds))
    model = tiny_model(variant)
    with PretendedAccelerator():
        for part in (model.lm, model.codec, model.text_encoder):
            assert isinstance(part, nn.Module)
            part.to(DEVICE)
        there = joined(drive(playing(model), seconds))
    assert near.shape == there.shape
    assert np.abs(near).max() > 0.01
    np.testing.assert_allclose(there, near, atol=1e-4)
