"""The word encoder: a set of concepts, in any order, alone or in a batch."""

from __future__ import annotations

import pytest
import torch

from magnet_core.errors import CheckpointError, ConfigError
from magnet_core.model.words import WordEncoder


@pytest.fixture(scope="module")
def encoder() -> WordEncoder:
    torch.manual_seed(0)
    return WordEncoder(dim=16).eval()


def test_word_order_does_not_matter(encoder: WordEncoder) -> None:
    """The same concepts give the same set of hidden states."""
    a, b = encoder.encode(["dark techno, kick", "kick techno dark"])
    key = a.sum(0)
    assert torch.allclose(key, b.sum(0), atol=1e-5)


def test_batch_equals_alone(encoder: WordEncoder) -> None:
    """A prompt's states do not depend on the other prompts."""
    texts = ["techno", "", "slow dark ambient pad with bells, no drums"]
    for row, text in zip(encoder.encode(texts), texts, strict=True):
        assert torch.allclose(row, encoder.encode([text])[0], atol=1e-6)


def test_empty_and_unknown_text_give_no_tokens(encoder: WordEncoder) -> None:
    """A text without a known word is the null condition."""
    assert [row.shape for row in encoder.encode(["", "xyzzy"])] == [(0, 16), (0, 16)]


def test_config_round_trip(encoder: WordEncoder) -> None:
    """An encoder made from its configuration and weights encodes the same."""
    other = WordEncoder.from_config(encoder.config_json()).eval()
    other.load_state_dict(encoder.state_dict())
    assert torch.equal(other.encode(["dub"])[0], encoder.encode(["dub"])[0])


def test_foreign_vocabulary_is_refused() -> None:
    """A concept that the reader cannot produce is named."""
    with pytest.raises(CheckpointError, match="polka"):
        WordEncoder.from_config({"dim": 8, "concepts": ["polka"]})
    with pytest.raises(ConfigError, match="word encoder"):
        WordEncoder.from_config({"width": 8})
