"""What a decoder is asked for: one window, what of it is given, and how to decode the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from magnet_core.config import DecodingParams, LMConfig, Variant
from magnet_core.decoding.forward import PassCounter, Shortcuts
from magnet_core.errors import DecodingError
from magnet_core.model.lm import Conditions, TransformerLM


@dataclass(frozen=True, slots=True)
class Partner:
    """A second model of the same codec: it plays the prefix for a plain MAGNeT model, or rescores.

    Attributes:
        lm: its network, which reads forwards: autoregressive or hybrid.
        conditions: of the same rows, from its own text encoder.
    """

    lm: TransformerLM
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A window to decode; every decoder takes one.

    Attributes:
        lm: the network.
        conditions: of the B rows.
        frames: T of the window.
        params: how to decode.
        generators: one for each row; a row's result depends on its own alone.
        prompt_codes: int64 ``[B, K, P]``: given tokens of frames 0 ..; what lies beyond T is left
            out.
        frozen: bool ``[P]`` or ``[K, P]``: which of them to keep, in all rows; the others may be
            anything, the mask id too. None keeps all.
        rescorer: judges what is drawn, where ``params.rescore_weight`` asks for it; None: a hybrid
            model judges itself.
        shortcuts: savings to leave out, for comparison.
        counter: counts the work.

    Raises:
        DecodingError: not one generator for each row, or nobody who could rescore.
    """

    lm: TransformerLM
    conditions: Conditions
    frames: int
    params: DecodingParams
    generators: Sequence[Generator]
    prompt_codes: Tensor | None = None
    frozen: Tensor | None = None
    rescorer: Partner | None = None
    shortcuts: Shortcuts = field(default_factory=Shortcuts)
    counter: PassCounter = field(default_factory=PassCounter)

    def __post_init__(self) -> None:
        """Check that each row has its randomness, and who rescores."""
        if len(self.generators) != self.rows:
            raise DecodingError(f"{len(self.generators)} generators for a batch of {self.rows}")
        if self.params.rescore_weight > 0.0:
            self._check_rescorer()

    def _check_rescorer(self) -> None:
        asked, ours = f"rescore_weight is {self.params.rescore_weight:g}", self.config
        if ours.variant is Variant.AUTOREGRESSIVE:
            raise DecodingError(f"{asked}; an autoregressive model has no steps to rescore: use 0")
        if self.rescorer is None:
            if ours.variant is Variant.MAGNET:
                raise DecodingError(f"{asked}; a plain MAGNeT model needs a rescorer for that")
            return
        theirs = self.rescorer.lm.config
        if theirs.variant is Variant.MAGNET:
            raise DecodingError("the rescorer is a plain MAGNeT model, which never reads forwards")
        if (theirs.codebooks, theirs.card) != (ours.codebooks, ours.card):
            raise DecodingError(
                f"the rescorer has {theirs.codebooks} codebooks of {theirs.card} entries; "
                f"the model has {ours.codebooks} of {ours.card}"
            )
        if self.rescorer.conditions.rows != self.rows:
            rows = self.rescorer.conditions.rows
            raise DecodingError(f"the rescorer has {rows} rows for a batch of {self.rows}")

    @property
    def config(self) -> LMConfig:
        """Of the network."""
        return self.lm.config

    @property
    def rows(self) -> int:
        """B."""
        return self.conditions.rows

    def check_stages(self) -> None:
        """Raise DecodingError, saying what does not fit, unless masked stages can begin."""
        if self.frames < self.config.span_len:
            raise DecodingError(
                f"frames is {self.frames}; a window has at least {self.config.span_len}"
            )
        if len(self.params.steps) != self.config.codebooks:
            raise DecodingError(
                f"steps has {len(self.params.steps)} numbers; "
                f"the model has {self.config.codebooks} codebooks"
            )

    def place_given(self) -> tuple[Tensor, Tensor]:
        """Return the window with what is given: codes ``[B, K, T]``, known bool ``[K, T]``.

        The mask id stands wherever nothing is given.

        Raises:
            DecodingError: the tokens do not fit the model, or ``frozen`` does not fit the tokens.
        """
        config, device, frozen = self.config, self.lm.device, self.frozen
        shape = (self.rows, config.codebooks, self.frames)
        codes = torch.full(shape, config.mask_id, device=device)
        known = torch.zeros(shape[1:], dtype=torch.bool, device=device)
        if self.prompt_codes is None:
            if frozen is not None:
                raise DecodingError("frozen frames need prompt_codes that hold their tokens")
            return codes, known
        check_prompt(config, self.rows, self.prompt_codes, masks=frozen is not None)
        given = self.prompt_codes.shape[-1]
        keep = torch.ones(given, dtype=torch.bool) if frozen is None else frozen
        if keep.dtype != torch.bool or keep.shape not in ((given,), (config.codebooks, given)):
            raise DecodingError(
                f"frozen is {keep.dtype} {tuple(keep.shape)}; "
                f"it must be bool [{given}] or [{config.codebooks}, {given}]"
            )
        tokens, keep = self.prompt_codes.to(device), keep.to(device)
        if ((tokens == config.mask_id) & keep).any():
            raise DecodingError("a frozen token of prompt_codes is the mask id")
        inside = min(given, self.frames)
        known[:, :inside] = keep[..., :inside]
        codes[..., :inside] = tokens[..., :inside]
        return codes.masked_fill(~known, config.mask_id), known


def check_prompt(config: LMConfig, rows: int, codes: Tensor, *, masks: bool = False) -> None:
    """Raise DecodingError unless ``codes`` are ``[rows, K, P]`` tokens of this model.

    Args:
        config: of the model.
        rows: batch size.
        codes: given tokens.
        masks: the mask id is allowed too.
    """
    if codes.dim() != 3 or codes.shape[:2] != (rows, config.codebooks):
        raise DecodingError(
            f"codes have shape {tuple(codes.shape)}; it must be [{rows}, {config.codebooks}, T]"
        )
    if codes.dtype != torch.int64:
        raise DecodingError(f"codes are {codes.dtype}; they must be torch.int64")
    top = config.mask_id if masks else config.card - 1
    if codes.numel() and (int(codes.min()) < 0 or int(codes.max()) > top):
        raise DecodingError(f"codes hold a token outside 0 .. {top}")


def leading_frames(known: Tensor) -> int:
    """Return how many leading frames bool ``[K, T]`` knows in all codebooks."""
    return int(known.all(dim=0).long().cumprod(dim=0).sum())


def causal_prompt(known: Tensor) -> int:
    """Return how many frames an autoregressive model goes on from, of known bool ``[K, T]``.

    Raises:
        DecodingError: something is known that such a model would not see: it reads forwards only.
    """
    prompt = leading_frames(known)
    if known[:, prompt:].any():
        later = prompt + int(known[:, prompt:].any(dim=0).long().argmax())
        raise DecodingError(
            f"frozen tokens from frame {later} on, behind frames to fill from {prompt} on: an "
            "autoregressive model only goes on from the beginning; a MAGNeT or hybrid model fills "
            "holes"
        )
    return prompt
