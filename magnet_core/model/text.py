"""The T5 text encoder of the published checkpoints.

audiocraft pads the prompts of a batch to the longest and gives the cross-attention no padding
mask, so that there a prompt's music depends on its neighbours. Here each text is encoded by
itself, unpadded: the same prompt gives the same hidden states, bit for bit, alone and in any
batch.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from magnet_core.errors import CheckpointError, DecodingError
from magnet_core.third_party import transformers_names

MAX_TOKENS = 512  # T5 was trained with no more: beyond, attention is guesswork, and quadratic


@contextmanager
def _no_progress_bar(logging: Any) -> Iterator[None]:
    """Keep transformers from drawing a bar for a load that takes a moment."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


class _SentencePiece:
    """T5's tokenizer from ``spiece.model`` alone, for folders without ``tokenizer.json``.

    transformers would need protobuf to convert the file; the model itself only needs sentencepiece.
    """

    EOS = 1

    def __init__(self, file: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self.model = SentencePieceProcessor(model_proto=file.read_bytes())

    def __call__(self, text: str, *, verbose: bool = False) -> dict[str, list[int]]:
        return {"input_ids": [*self.model.encode(text), self.EOS]}

    def save_pretrained(self, folder: Path) -> None:
        (folder / "spiece.model").write_bytes(self.model.serialized_model_proto())


class T5TextEncoder(nn.Module):
    """A frozen T5 encoder and its tokenizer; implements the ``TextEncoder`` protocol.

    Args:
        encoder: a ``transformers.T5EncoderModel``.
        tokenizer: its tokenizer.
        name: what to call it in messages, such as ``"t5-base"``.
    """

    def __init__(self, encoder: nn.Module, tokenizer: Any, name: str) -> None:
        super().__init__()
        self.encoder = encoder.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.name = name
        self.dim = int(encoder.config.d_model)  # type: ignore[union-attr, arg-type]

    @classmethod
    def from_folder(cls, folder: Path, *, name: str | None = None) -> T5TextEncoder:
        """Return the encoder in a Hugging Face T5 folder, as ``save_pretrained`` writes it.

        Raises:
            CheckpointError: a file is missing or is not part of a T5.
        """
        for choices in (("config.json",), ("model.safetensors", "pytorch_model.bin")):
            if not any((folder / file).is_file() for file in choices):
                raise CheckpointError(f"{folder} is no T5 folder: it has no {' or '.join(choices)}")
        if not any((folder / file).is_file() for file in ("tokenizer.json", "spiece.model")):
            raise CheckpointError(
                f"{folder} has no tokenizer: neither tokenizer.json nor spiece.model"
            )
        model_class, tokenizer_class, utils = transformers_names(
            "T5EncoderModel", "T5Tokenizer", "utils"
        )
        try:
            with warnings.catch_warnings(), _no_progress_bar(utils.logging):
                warnings.simplefilter("ignore")  # deprecations between transformers' own parts
                if (folder / "tokenizer.json").is_file():
                    tokenizer = tokenizer_class.from_pretrained(str(folder), local_files_only=True)
                else:
                    tokenizer = _SentencePiece(folder / "spiece.model")
                encoder, report = model_class.from_pretrained(
                    str(folder), local_files_only=True, output_loading_info=True
                )
        except Exception as error:  # a damaged file fails in many ways, all of them its own fault
            raise CheckpointError(f"{folder} is not a T5 that can be loaded: {error}") from error
        if report["missing_keys"]:  # transformers would go on with random numbers
            missing = sorted(report["missing_keys"])[:5]
            raise CheckpointError(f"{folder} lacks weights of a T5 encoder: {missing}")
        return cls(encoder.float(), tokenizer, name or folder.name)

    def save(self, folder: Path) -> None:
        """Write a folder that ``from_folder`` loads."""
        self.encoder.save_pretrained(folder)  # type: ignore[operator]
        self.tokenizer.save_pretrained(folder)

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        """Return one float32 ``[L_i, dim]`` for each text; an empty text gives ``[0, dim]``.

        Raises:
            DecodingError: a text is no valid Unicode or longer than 512 tokens.
        """
        return [self._encode_one(text) for text in texts]

    def _encode_one(self, text: str) -> Tensor:
        device = next(self.encoder.parameters()).device
        if text == "":  # the reference masks every token of it: nothing to attend to
            return torch.zeros(0, self.dim, device=device)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise DecodingError(f"the prompt is not valid Unicode: {error}") from error
        tokens = self.tokenizer(text, verbose=False)["input_ids"]
        if len(tokens) > MAX_TOKENS:
            raise DecodingError(f"the prompt has {len(tokens)} tokens; at most {MAX_TOKENS}")
        ids = torch.tensor([tokens], device=device)
        hidden: Tensor = self.encoder(input_ids=ids).last_hidden_state[0]
        return hidden.float()
