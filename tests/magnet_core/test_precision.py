"""Reduced precision: what computes in it, what does not, and how much of the result is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

import magnet_core
from magnet_core.api import Model
from magnet_core.config import SpanArrangement, Variant
from magnet_core.decoding.forward import Shortcuts
from magnet_core.decoding.opening import start
from magnet_core.decoding.request import Request
from magnet_core.decoding.sampling import guide
from magnet_core.errors import ConfigError, DeviceError
from magnet_core.model.attention import BandedAttention, FullAttention, band_mask
from magnet_core.model.harmony import Harmony, Key
from magnet_core.model.kv_cache import InfillAttention, KVCache
from magnet_core.training.lm import adopted
from tests.magnet_core.runtime.tiny import tiny_model

DATA = Path(__file__).parents[1] / "data"
REDUCED = {"float16": 2.0**-11, "bfloat16": 2.0**-8}  # the largest relative rounding of a value
NO_SHORTCUTS = Shortcuts(null_text=False, null_row=False, one_head=False, band=False, prefix=False)
every_precision = pytest.mark.parametrize("name", REDUCED)


def _tiny(variant: Variant, name: str = "float32", **options: object) -> Model:
    model = tiny_model(variant, **options)  # type: ignore[arg-type]
    model.lm.to(getattr(torch, name))
    return model


def _codes(frames: int) -> Tensor:
    return torch.randint(0, 32, (4, frames), generator=Generator().manual_seed(1))


def test_the_cpu_computes_in_float32_unless_told_otherwise() -> None:
    """The language model alone is reduced: codec and text encoder stay as they are."""
    for dtype, expected in ((None, torch.float32), ("bfloat16", torch.bfloat16)):
        for name, options in (
            ("bundled", {}),
            (DATA / "magnet-16khz-fp16", {"text_encoder": DATA / "t5"}),
        ):
            model = magnet_core.load(name, dtype=dtype, **options)  # type: ignore[arg-type]
            assert {weight.dtype for weight in model.lm.parameters()} == {expected}
            for part in (model.codec, model.text_encoder):
                assert isinstance(part, torch.nn.Module)
                floats = {w.dtype for w in part.parameters() if w.is_floating_point()}
                assert floats == {torch.float32}
            assert model.condition(["house"]).keys[0].dtype == expected
    with pytest.raises(DeviceError, match="'float8' is no precision"):
        magnet_core.load("bundled", dtype="float8")


LOGITS: dict[str, Callable[[Model], Tensor]] = {
    "stage 0": lambda model: model.logits(_codes(40), "house, A minor", stage=0),
    "stage 2": lambda model: model.logits(_codes(40), "house, A minor", stage=2),
    "blend": lambda model: model.logits(_codes(40), [("house", 0.3), ("dark ambient", 0.7)]),
}


@every_precision
@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("asked", LOGITS)
def test_logits_are_float32_and_off_by_the_rounding_of_a_few_products(
    name: str, variant: Variant, asked: str
) -> None:
    """A state goes through about ten roundings a layer, which add up like the steps of a walk.

    Two layers, the embeddings and the head make about 30, each off by a third of the largest
    rounding on average, so sqrt(30) / 3, about two roundings, are expected; four are allowed.
    """
    wanted = LOGITS[asked](_tiny(variant))
    made = LOGITS[asked](_tiny(variant, name))
    assert made.dtype == torch.float32
    off = (made - wanted).square().mean().sqrt() / wanted.std()
    assert 0.0 < off < 4 * REDUCED[name]


@every_precision
@pytest.mark.parametrize("variant", [Variant.AUTOREGRESSIVE, Variant.HYBRID])
def test_likelihoods_are_float32(name: str, variant: Variant) -> None:
    """Probabilities of all tokens of a place sum to 1 in float32, whatever made them."""
    wanted = _tiny(variant).log_likelihood(_codes(30), "house")
    made = _tiny(variant, name).log_likelihood(_codes(30), "house")
    assert made.dtype == torch.float32
    assert (made - wanted).abs().mean() < 8 * REDUCED[name]


@every_precision
@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("shortcuts", [Shortcuts(), NO_SHORTCUTS], ids=["usual", "none"])
@pytest.mark.parametrize("arrangement", SpanArrangement)
def test_every_decoder_works_in_it(
    name: str, variant: Variant, shortcuts: Shortcuts, arrangement: SpanArrangement
) -> None:
    """Masked, causal and hybrid decoding, banded and cached attention, blends and padding."""
    model = _tiny(variant, name, arrangement=arrangement)
    hybrid = variant is Variant.HYBRID
    request = Request(
        lm=model.lm,
        conditions=model.condition(["house 120 bpm", [("techno", 0.4), ("dark ambient", 0.6)]]),
        frames=51,
        params=replace(model.params, prefix_frames=8 if hybrid else 0),
        generators=[Generator().manual_seed(row) for row in range(2)],
        prompt_codes=_codes(9).expand(2, -1, -1),
        shortcuts=shortcuts,
    )
    decoding = start(request)
    for _ in decoding.steps():
        pass
    assert decoding.codes.shape == (2, 4, 51)
    assert ((decoding.codes >= 0) & (decoding.codes < 32)).all()


@every_precision
def test_masks_are_of_the_precision_of_the_queries(name: str) -> None:
    """Not every kernel takes another: some refuse it, others fall back to a slow one."""
    dtype, context = getattr(torch, name), 2
    config = _tiny(Variant.HYBRID, name).lm.config
    cache = KVCache.allocate(config, rows=1, columns=20, like=torch.zeros(1, dtype=dtype))
    sizes: dict[str, int] = {"prefix": 4, "frames": 16, "stage": 1, "context": context, "rows": 1}
    rules = (
        FullAttention(band_mask(20, context), dtype),
        BandedAttention(20, context, 1, torch.device("cpu"), dtype),
        InfillAttention(cache, **sizes),
        InfillAttention(cache, **sizes, banded=False),
    )
    for rule in rules:
        assert rule.bias is not None and rule.bias.dtype == dtype


def test_float16_leaves_the_bundled_models_distributions_as_they_are() -> None:
    """At guidance 10 tokens are drawn from nearly the same distribution; in bfloat16 less so."""
    codes = magnet_core.load("bundled").generate("techno 128 bpm", frames=60, seed=1)
    harmony = Harmony.draw(Key(), seed=0)
    divergence = {}
    logits = {}
    for name in ("float32", *REDUCED):
        model = magnet_core.load("bundled", dtype=name)
        rows = model.logits(codes, "techno 128 bpm", prefix_frames=63, harmony=harmony)
        logits[name] = guide(rows[0], rows[1], 10.0).log_softmax(dim=-1)
    for name in REDUCED:
        difference = logits["float32"] - logits[name]
        divergence[name] = float((logits["float32"].exp() * difference).sum(-1).mean())
    assert 0.0 <= divergence["float16"] < 0.001
    assert divergence["bfloat16"] > 5 * divergence["float16"]


def test_reduced_weights_are_not_trained() -> None:
    """Steps smaller than their rounding would be lost: it says what to do."""
    with pytest.raises(ConfigError, match=r"loaded as torch\.float16; it must be float32"):
        adopted(_tiny(Variant.HYBRID, "float16"))
