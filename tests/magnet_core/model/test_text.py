"""The T5 encoder gives the reference's conditions, one text at a time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from magnet_core.errors import CheckpointError, DecodingError
from magnet_core.model.text import MAX_TOKENS, T5TextEncoder

DATA = Path(__file__).parents[2] / "data"
PROJECTION = "condition_provider.conditioners.description.output_proj"


@pytest.fixture(scope="module")
def encoder() -> T5TextEncoder:
    return T5TextEncoder.from_folder(DATA / "t5", name="t5-base")


@pytest.mark.parametrize(
    "folder", ["magnet-32khz", "magnet-16khz-fp16", "musicgen-32khz", "hybrid-32khz"]
)
def test_projected_text_equals_the_reference(encoder: T5TextEncoder, folder: str) -> None:
    """Hidden states after the checkpoint's projection are the reference's condition to 1e-5."""
    about = json.loads((DATA / folder / "about.json").read_text())
    expected = np.load(DATA / folder / "expected.npz")
    state = torch.load(DATA / folder / "state_dict.bin", weights_only=True)["best_state"]
    weight, bias = (state[f"{PROJECTION}.{part}"].float() for part in ("weight", "bias"))
    for index, hidden in enumerate(encoder.encode(about["prompts"])):
        condition = F.linear(hidden, weight, bias)
        reference = torch.from_numpy(expected[f"text{index}_condition"])[0]
        torch.testing.assert_close(condition, reference, atol=1e-5, rtol=0)


def test_a_text_is_the_same_in_any_batch(encoder: T5TextEncoder) -> None:
    """A prompt's hidden states do not depend on the other prompts, bit for bit."""
    long = "slow ambient pads with reverb, strings, and a very long description of them"
    alone = encoder.encode(["disco beat"])[0]
    assert torch.equal(encoder.encode([long, "disco beat", ""])[1], alone)


def test_empty_text_has_no_tokens(encoder: T5TextEncoder) -> None:
    """The empty prompt gives nothing to attend to; a space is a text like any other."""
    empty, space = encoder.encode(["", " "])
    assert empty.shape == (0, encoder.dim)
    assert space.shape[0] > 0


def test_too_long_or_invalid_text_is_refused(encoder: T5TextEncoder) -> None:
    """A text beyond T5's length, or with a lone surrogate, raises an error that says so."""
    with pytest.raises(DecodingError, match=f"at most {MAX_TOKENS}"):
        encoder.encode(["a b " * 2500])
    with pytest.raises(DecodingError, match="Unicode"):
        encoder.encode(["disco \ud800 beat"])


def test_any_script_is_encoded(encoder: T5TextEncoder) -> None:
    """Characters outside the vocabulary give finite hidden states."""
    for hidden in encoder.encode(["ディスコ", "🎷 jazz", "\0", "naïve café"]):
        assert torch.isfinite(hidden).all() and hidden.shape[0] > 0


def test_save_and_load_round_trip(encoder: T5TextEncoder, tmp_path: Path) -> None:
    """A saved encoder loads to the same hidden states, bit for bit."""
    encoder.save(tmp_path)
    again = T5TextEncoder.from_folder(tmp_path)
    assert torch.equal(again.encode(["disco beat"])[0], encoder.encode(["disco beat"])[0])


@pytest.mark.parametrize("tokenizer_file", ["spiece.model", "tokenizer.json"])
def test_either_tokenizer_file_is_enough(
    encoder: T5TextEncoder, tmp_path: Path, tokenizer_file: str
) -> None:
    """Old downloads have only the SentencePiece model, new ones only tokenizer.json."""
    for file in ("config.json", "model.safetensors", tokenizer_file):
        shutil.copy(DATA / "t5" / file, tmp_path)
    loaded = T5TextEncoder.from_folder(tmp_path)
    for text in ("disco beat", "slow  ambient pads\twith reverb ", "naïve 🎷 ディスコ"):
        assert torch.equal(loaded.encode([text])[0], encoder.encode([text])[0])
    loaded.save(tmp_path / "again")
    again = T5TextEncoder.from_folder(tmp_path / "again")
    assert torch.equal(again.encode(["disco beat"])[0], encoder.encode(["disco beat"])[0])


@pytest.mark.parametrize("removed", ["config.json", "model.safetensors", "tokenizer"])
def test_an_incomplete_folder_is_named(tmp_path: Path, removed: str) -> None:
    """What is missing from the folder stands in the message."""
    for path in (DATA / "t5").iterdir():
        is_tokenizer = path.name in ("spiece.model", "tokenizer.json")
        if path.name != removed and not (removed == "tokenizer" and is_tokenizer):
            shutil.copy(path, tmp_path)
    with pytest.raises(CheckpointError, match=removed):
        T5TextEncoder.from_folder(tmp_path)


@pytest.mark.parametrize("damaged", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_damaged_folder_is_a_checkpoint_error(tmp_path: Path, damaged: str) -> None:
    """A truncated file gives CheckpointError and nothing else."""
    for path in (DATA / "t5").iterdir():
        if damaged != "tokenizer.json" or path.name != "spiece.model":
            shutil.copy(path, tmp_path)
    content = (tmp_path / damaged).read_bytes()
    (tmp_path / damaged).write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="T5"):
        T5TextEncoder.from_folder(tmp_path)
