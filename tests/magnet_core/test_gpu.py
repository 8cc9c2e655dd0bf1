"""On a real GPU: the same numbers as on the CPU, no waiting in between, and music from end to end.

``pretended.py`` lets the rest of the suite see what goes wrong on any device of its own; this is
for the kernels themselves. Skipped where there is no CUDA.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator

import magnet_core
from magnet_core.api import Model
from magnet_core.config import DecodingParams, SpanArrangement, Variant
from magnet_core.decoding.opening import start
from magnet_core.decoding.request import Request
from magnet_core.device import memory_for
from magnet_core.errors import DeviceError
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.engine import Engine
from tests.magnet_core.runtime.driving import SAMPLE_RATE, drive, joined, playing
from tests.magnet_core.runtime.tiny import tiny_model

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device"),
]
GPU = "cuda"
DATA = Path(__file__).parents[1] / "data"
PROMPT = "techno 128 bpm, A minor"


def _loaded(device: str, dtype: str | None = None) -> Model:
    return magnet_core.load("bundled", device=device, dtype=dtype)


@pytest.fixture(scope="module")
def near() -> Model:
    return _loaded("cpu")


@pytest.fixture(scope="module")
def there() -> Model:
    return _loaded(GPU, "float32")


def _tiny(variant: Variant, arrangement: SpanArrangement) -> Model:
    model = tiny_model(variant, arrangement=arrangement)
    for part in (model.lm, model.codec, model.text_encoder):
        assert isinstance(part, torch.nn.Module)
        part.to(GPU)
    return model


@pytest.mark.parametrize("stage", range(4))
@pytest.mark.parametrize("prefix_frames", [0, 20])
def test_logits_are_those_of_the_cpu(
    near: Model, there: Model, stage: int, prefix_frames: int
) -> None:
    """In float32, to the rounding of another order of addition; in float16, to its rounding."""
    codes = near.generate(PROMPT, frames=60, seed=1)
    wanted = near.logits(codes, PROMPT, stage=stage, prefix_frames=prefix_frames)
    made = there.logits(codes, PROMPT, stage=stage, prefix_frames=prefix_frames)
    assert made.is_cuda and made.dtype == torch.float32
    torch.testing.assert_close(made.cpu(), wanted, atol=2e-3, rtol=0)
    half = _loaded(GPU)
    assert half.lm.dtype == torch.float16
    made = half.logits(codes, PROMPT, stage=stage, prefix_frames=prefix_frames)
    torch.testing.assert_close(made.cpu(), wanted, atol=0.1, rtol=0)


def test_arg_max_music_is_that_of_the_reference() -> None:
    """A published checkpoint plays what audiocraft plays of it, token for token, in float32."""
    with np.load(DATA / "magnet-32khz" / "expected.npz") as file:
        arrays = {key: torch.from_numpy(file[key]) for key in file.files}
    sides = []
    for device in ("cpu", GPU):
        model = magnet_core.load(
            DATA / "magnet-32khz", device=device, dtype="float32", text_encoder=DATA / "t5"
        )
        context = arrays["text0_condition"][:1].to(device)
        request = Request(
            lm=model.lm,
            conditions=model.lm.condition_projected(context, [context.shape[1]]),
            frames=90,
            params=DecodingParams(sample=False),
            generators=[Generator(device)],
        )
        decoding = start(request)
        for _ in decoding.steps():
            pass
        sides.append(decoding.codes.cpu())
    assert torch.equal(*sides)


@pytest.mark.parametrize("name", ["bundled", "magnet-32khz"])
def test_codecs_are_those_of_the_cpu(name: str) -> None:
    """Waveforms to 1e-4, streamed or whole; codes but for near ties between entries."""
    source = name if name == "bundled" else DATA / name
    options = {} if name == "bundled" else {"text_encoder": DATA / "t5"}
    codecs = [
        magnet_core.load(source, device=device, **options).codec  # type: ignore[arg-type]
        for device in ("cpu", GPU)
    ]
    codes = torch.randint(codecs[0].card, (4, 50), generator=Generator().manual_seed(1))
    wanted, made = (codec.decode(codes).cpu() for codec in codecs)
    torch.testing.assert_close(made, wanted, atol=1e-4, rtol=0)
    stream = codecs[1].stream()
    parts = [stream.push(codes[:, t : t + 4]) for t in range(0, 50, 4)]
    streamed = torch.cat([*parts, stream.flush()], dim=1)
    assert streamed.is_cuda
    torch.testing.assert_close(streamed.cpu(), wanted, atol=1e-4, rtol=0)
    encoded = [codec.encode(wanted).cpu() for codec in codecs]
    assert (encoded[0] == encoded[1]).float().mean() > 0.95


def test_equal_seeds_give_equal_music() -> None:
    """In the precision of the device, twice over, and a row as it is alone."""
    model = _loaded(GPU)
    both = model.generate_batch([PROMPT, "dark ambient"], frames=120, seeds=[3, 4])
    assert both.is_cuda
    again = model.generate_batch([PROMPT, "dark ambient"], frames=120, seeds=[3, 4])
    assert torch.equal(both, again)


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("arrangement", SpanArrangement)
def test_the_host_waits_once_a_step(variant: Variant, arrangement: SpanArrangement) -> None:
    """CUDA itself sees no question between the rows of a prefix, and one in a masked step."""
    model = _tiny(variant, arrangement)
    hybrid = variant is Variant.HYBRID
    request = Request(
        lm=model.lm,
        conditions=model.condition([PROMPT]),
        frames=50,
        params=replace(model.params, prefix_frames=8 if hybrid else 0),
        generators=[Generator(GPU).manual_seed(1)],
    )
    decoding = start(request)
    steps, counts = decoding.steps(), []
    torch.cuda.set_sync_debug_mode("warn")
    try:
        while True:
            with warnings.catch_warnings(record=True) as seen:
                warnings.simplefilter("always")
                step = next(steps, None)
            if step is None:
                break
            counts.append((step, len(seen)))
    finally:
        torch.cuda.set_sync_debug_mode("default")
    for step, count in counts:
        is_masked = step.of <= max(model.params.steps)
        begins = 4 if step.step == 0 else 0  # a stage, or a part of the window
        assert count <= is_masked + begins


@pytest.mark.parametrize("variant", Variant)
def test_a_live_session_plays(variant: Variant) -> None:
    """Five seconds of plan after plan, the same again, and as loud as on the CPU."""
    heard = [
        joined(drive(playing(_tiny(variant, SpanArrangement.STRIDE1), seed=1), 5 * SAMPLE_RATE))
        for _ in range(2)
    ]
    wanted = joined(drive(playing(tiny_model(variant), seed=1), 5 * SAMPLE_RATE))
    np.testing.assert_array_equal(heard[0], heard[1])
    assert heard[0].shape == wanted.shape
    assert np.std(heard[0]) == pytest.approx(np.std(wanted), rel=0.2)


def test_costs_are_those_of_the_device_and_not_of_the_launch() -> None:
    """A pass over a longer window is learned to take longer."""
    engine = Engine(_loaded(GPU))
    engine.warm_up()
    costs = engine._costs
    assert isinstance(costs, Costs)
    assert costs.step.median_s(400) >= costs.step.median_s(50) > 0.0
    assert engine.streams_at_once() >= 1


def test_no_memory_on_the_gpu_is_a_device_error() -> None:
    """And the GPU goes on working."""
    too_little = pytest.raises(DeviceError, match="cuda has too little memory for it")
    with too_little, memory_for("it", torch.device(GPU)):
        torch.empty(1 << 48, device=GPU)
    assert torch.ones(1, device=GPU).item() == 1.0
