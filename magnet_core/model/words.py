"""The bundled models' text encoder: concepts embedded as a set, so that word order does not matter.

Reading the words is done by rule (``vocabulary.py``); what the concepts sound like, alone and
together, is learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from magnet_core.errors import CheckpointError, ConfigError
from magnet_core.model.harmony import Key
from magnet_core.model.vocabulary import CONCEPTS, read_prompt


class WordEncoder(nn.Module):
    """Concept embeddings mixed by one self-attention layer without positions.

    Args:
        dim: width of the hidden states.
        concepts: names, in the order of the embedding's rows.

    Raises:
        CheckpointError: a concept is not one that this program's vocabulary can read.
    """

    def __init__(self, dim: int = 128, concepts: Sequence[str] = CONCEPTS) -> None:
        super().__init__()
        unreadable = sorted(set(concepts) - set(CONCEPTS))
        if unreadable:
            raise CheckpointError(f"text encoder has concepts of another vocabulary: {unreadable}")
        self.dim, self.concepts = dim, tuple(concepts)
        self._index = {name: i for i, name in enumerate(concepts)}
        self.embedding = nn.Embedding(len(concepts), dim)
        self.mix = nn.TransformerEncoderLayer(
            dim, 4, 2 * dim, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )

    @classmethod
    def from_config(cls, values: dict[str, Any]) -> Self:
        """Return an untrained encoder of the sizes that ``config_json`` wrote."""
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigError(f"word encoder: {error}") from error

    def config_json(self) -> dict[str, Any]:
        """Return the width and the vocabulary as plain JSON values."""
        return {"dim": self.dim, "concepts": list(self.concepts)}

    def forward(self, concepts: Sequence[Sequence[str]]) -> list[Tensor]:
        """Return ``[L_i, dim]`` for each list of concepts, without unknown ones; differentiable."""
        rows = [[self._index[name] for name in row if name in self._index] for row in concepts]
        longest = max((len(row) for row in rows), default=0)
        device = self.embedding.weight.device
        hidden = torch.zeros(len(rows), 0, self.dim, device=device)
        filled = [i for i, row in enumerate(rows) if row]
        if longest:
            ids = torch.zeros(len(filled), longest, dtype=torch.long, device=device)
            padding = torch.ones(len(filled), longest, dtype=torch.bool, device=device)
            for at, i in enumerate(filled):
                ids[at, : len(rows[i])] = torch.tensor(rows[i])
                padding[at, : len(rows[i])] = False
            hidden = self.mix(self.embedding(ids), src_key_padding_mask=padding)
        places = {i: at for at, i in enumerate(filled)}
        return [
            hidden[places[i], : len(row)] if row else hidden.new_zeros(0, self.dim)
            for i, row in enumerate(rows)
        ]

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        """Return one ``[L_i, dim]`` for each text; a text of no known word gives ``[0, dim]``."""
        return self.forward([read_prompt(text).concepts for text in texts])

    def tempo_bpm(self, text: str) -> float:
        """Return the tempo that the text asks for or implies."""
        return read_prompt(text).tempo_bpm

    def key(self, text: str) -> Key:
        """Return the key that the text asks for, as far as it does."""
        return read_prompt(text).key

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """Return the words of ``text`` that the model does not know."""
        return read_prompt(text).unknown
