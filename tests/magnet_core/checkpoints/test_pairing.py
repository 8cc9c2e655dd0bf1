"""Models that are loaded together, and pairs that would make noise."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import magnet_core
from magnet_core.checkpoints.pairing import sound_alike
from magnet_core.codec.encodec import EncodecCodec
from magnet_core.config import DecodingParams
from magnet_core.errors import CheckpointError
from magnet_core.model.text import T5TextEncoder

Changed = Callable[..., Path]
PARAMS = DecodingParams(steps=(3, 2, 1, 1), sample=False)


@pytest.fixture(scope="module")
def t5(data: Path) -> T5TextEncoder:
    return T5TextEncoder.from_folder(data / "t5")


@pytest.mark.parametrize("kind", ["folder", "name", "object"])
@pytest.mark.parametrize("partner", ["musicgen-32khz", "hybrid-32khz"])
def test_partners_are_loaded_with_a_model(
    data: Path, tmp_path: Path, t5: T5TextEncoder, kind: str, partner: str
) -> None:
    """A folder brings its own text encoder; a prefix model brings a prefix, a quarter segment."""
    folder = tmp_path / partner
    shutil.copytree(data / partner, folder)
    shutil.copytree(data / "t5", folder / "text_encoder")
    other = magnet_core.load(data / partner, text_encoder=t5)
    given = {"folder": folder, "name": str(folder), "object": other}[kind]
    model = magnet_core.load(
        data / "magnet-32khz", text_encoder=t5, prefix_model=given, rescorer=given
    )
    assert model.prefix_model is not None and model.rescorer is not None
    assert (model.prefix_model.name, model.rescorer.name) == (partner, partner)
    assert model.params.prefix_frames == 25
    params = replace(PARAMS, prefix_frames=9)
    whole = replace(params, prefix_frames=1000)
    plain = model.generate("disco beat", params=params, frames=60)
    prefix = other.generate("disco beat", params=whole, frames=9)
    assert torch.equal(plain[:, :9], prefix)
    rescored = model.generate("disco beat", params=replace(params, rescore_weight=1.0), frames=60)
    assert torch.equal(rescored[:, :9], prefix)
    assert not torch.equal(rescored, plain)


def test_a_hybrid_may_have_another_rescorer_but_no_prefix_model(
    data: Path, t5: T5TextEncoder
) -> None:
    other = magnet_core.load(data / "musicgen-32khz", text_encoder=t5)
    model = magnet_core.load(data / "hybrid-32khz", text_encoder=t5, rescorer=other)
    params = replace(PARAMS, prefix_frames=9, rescore_weight=1.0)
    itself = replace(model, rescorer=None)
    rescored, by_itself = (m.generate("x", params=params, frames=60) for m in (model, itself))
    assert not torch.equal(rescored, by_itself)
    with pytest.raises(CheckpointError, match="hybrid-32khz plays its own prefix"):
        magnet_core.load(data / "hybrid-32khz", text_encoder=t5, prefix_model=other)
    with pytest.raises(CheckpointError, match="musicgen-32khz is autoregressive"):
        magnet_core.load(data / "musicgen-32khz", text_encoder=t5, rescorer=other)


@pytest.mark.parametrize("role", ["prefix_model", "rescorer"])
def test_partners_that_would_make_noise_are_refused(
    data: Path, changed: Changed, t5: T5TextEncoder, role: str
) -> None:
    """Of equal sizes at another rate, and of equal sizes and rates but other sounds."""
    musicgen = magnet_core.load(data / "musicgen-32khz", text_encoder=t5)
    folder = data / "magnet-16khz-fp16"
    message = f"musicgen-32khz cannot be the {role} of magnet-16khz-fp16: it has .* 32000 Hz"
    with pytest.raises(CheckpointError, match=message):
        magnet_core.load(folder, text_encoder=t5, **{role: musicgen})
    with pytest.raises(CheckpointError, match="it is a plain MAGNeT model"):
        plain = magnet_core.load(data / "magnet-32khz", text_encoder=t5)
        magnet_core.load(data / "magnet-32khz", text_encoder=t5, **{role: plain})
    with pytest.raises(CheckpointError, match="partner of a model cannot be a int"):
        magnet_core.load(data / "magnet-32khz", text_encoder=t5, **{role: 3})

    def shuffle(state: dict[str, torch.Tensor]) -> None:
        for key in state:
            if key.endswith("_codebook.embed"):
                state[key] = state[key].flip(0)

    retrained = changed("magnet-32khz", weights=shuffle, file="compression_state_dict.bin")
    other = magnet_core.load(
        data / "musicgen-32khz", text_encoder=t5, codec=retrained / "compression_state_dict.bin"
    )
    with pytest.raises(CheckpointError, match="the same tokens do not sound the same"):
        magnet_core.load(data / "magnet-32khz", text_encoder=t5, **{role: other})


def test_a_codec_stored_in_half_precision_is_the_same(data: Path, t5: T5TextEncoder) -> None:
    one = magnet_core.load(data / "magnet-32khz", text_encoder=t5).codec
    other = magnet_core.load(data / "magnet-32khz", text_encoder=t5).codec
    assert isinstance(other, EncodecCodec)
    for weights in other.parameters():
        weights.data = weights.half().float()
    assert sound_alike(one, other)
    with torch.no_grad():
        for weights in other.parameters():
            weights.mul_(1.2)
    assert not sound_alike(one, other)


def test_the_bundled_model_sounds_like_itself_and_like_no_other(data: Path) -> None:
    """Codecs of other kinds are compared by their sound, too."""
    bundled, again = (magnet_core.load("bundled").codec for _ in range(2))
    assert sound_alike(bundled, again)
    published = magnet_core.load(data / "magnet-32khz", text_encoder=data / "t5").codec
    assert not sound_alike(published, bundled)
