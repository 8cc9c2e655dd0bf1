"""The language model over codes: K token streams in, K distributions out.

It is told what to play by a text, or several (``blending.py``), and, if it was made so, by a metre
(tempo and beat) and a harmony (key and chords). One network serves the three variants
(``LMConfig.variant``); they differ in how tokens are laid out in columns and in the attention rule,
both of which belong to decoding. Parameter names and shapes are those of the published files, so
``load_state_dict`` is the loader. The network holds no state and draws no random numbers after
``initialise``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Generator, Tensor, nn

from magnet_core.config import LMConfig, require
from magnet_core.model.attention import Attend, FullAttention, attention_bias
from magnet_core.model.harmony import Harmony, HarmonyEmbedding, harmony_tensor
from magnet_core.model.linear import project
from magnet_core.model.metre import MetreEmbedding
from magnet_core.model.transformer import Transformer, draw_weight

_MAX_PERIOD = 10_000.0
_TEXT_PROJECTION = "condition_provider.conditioners.description.output_proj"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a batch is to sound like, computed once per prompt and read by every forward pass.

    Attributes:
        keys, values: per layer, the texts' cross-attention keys and values ``[B * M, H, L, Dh]``,
            of M texts for each row.
        mask: bool ``[B * M, L]``, False at padding.
        bias: the mask in additive form ``[B * M, 1, 1, L]``; None where no text is padded.
        shares: ``[B, M]``, what each text of a row counts; None: one text, counted whole.
        metre: ``[B, 2]`` tempo in bpm and beat position of the window's frame 0, or None.
        harmony: int64 ``[B, 1 + N]`` key and the chords of N bars, or None.
    """

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]
    mask: Tensor
    bias: Tensor | None
    shares: Tensor | None = None
    metre: Tensor | None = None
    harmony: Tensor | None = None

    @property
    def rows(self) -> int:
        """Batch size B."""
        return self.mask.shape[0] if self.shares is None else self.shares.shape[0]

    def without_harmony(self) -> Conditions:
        """Return the conditions with no key and no chord told."""
        untold = harmony_tensor([Harmony()] * self.rows)
        return replace(self, harmony=untold.to(self.mask.device))

    def with_null_rows(self) -> Conditions:
        """Return the conditions of 2B rows, the second half without text.

        Attending to an empty text adds exactly zero, so decoders leave it out; this is how to do it
        all the same, to compare.
        """
        mask = torch.zeros_like(self.mask)
        mask[:, 0] = True  # one zero vector, as in TransformerLM.condition_projected
        mask = torch.cat([self.mask, mask])
        return Conditions(
            keys=tuple(torch.cat([k, torch.zeros_like(k)]) for k in self.keys),
            values=tuple(torch.cat([v, torch.zeros_like(v)]) for v in self.values),
            mask=mask,
            bias=attention_bias(mask[:, None, None, :], self.keys[0].dtype),
            shares=None if self.shares is None else torch.cat([self.shares, self.shares]),
            metre=None if self.metre is None else torch.cat([self.metre, self.metre]),
            harmony=None if self.harmony is None else torch.cat([self.harmony, self.harmony]),
        )

    def at_frame(self, frame: int, frame_rate: int) -> Conditions:
        """Return the conditions of the window that begins ``frame`` frames later."""
        if self.metre is None:
            return self
        tempo, beat = self.metre[:, :1], self.metre[:, 1:]
        beat = beat + frame / frame_rate * tempo / 60.0
        return replace(self, metre=torch.cat([tempo, beat], dim=1))


def position_embedding(first: int, count: int, dim: int, device: torch.device) -> Tensor:
    """Return the sinusoidal embedding ``[count, dim]`` of positions ``first, first + 1, ...``.

    Cosines first, divisor ``dim / 2 - 1``, always float32: published checkpoints were trained so.
    """
    half = dim // 2
    position = torch.arange(first, first + count, device=device, dtype=torch.float32)[:, None]
    index = torch.arange(half, device=device, dtype=torch.float32)[None, :]
    phase = position / (_MAX_PERIOD ** (index / max(half - 1, 1)))
    return torch.cat([phase.cos(), phase.sin()], dim=-1)


def _precise(logits: Tensor) -> Tensor:
    """Return logits as float32, whatever reduced precision they were computed in.

    Guidance multiplies differences of logits, and sums of many small probabilities follow.
    """
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


class TransformerLM(nn.Module):
    """Predicts codes from codes.

    Args:
        config: sizes, layout and time scale.

    Raises:
        ConfigError: ``dim`` is odd.
    """

    def __init__(self, config: LMConfig) -> None:
        super().__init__()
        require(config.dim % 2 == 0, "dim", config.dim, "even (cosines and sines of position)")
        self.config = config
        dim = config.dim
        projection = nn.Linear(config.text_dim, dim)
        # The nesting spells the published name, _TEXT_PROJECTION.
        description = nn.ModuleDict({"output_proj": projection})
        conditioners = nn.ModuleDict({"description": description})
        self.condition_provider = nn.ModuleDict({"conditioners": conditioners})
        self.emb = nn.ModuleList(
            nn.Embedding(config.card + 1, dim) for _ in range(config.codebooks)
        )
        self.transformer = Transformer(dim, config.heads, config.layers, config.hidden_scale * dim)
        self.out_norm = nn.LayerNorm(dim)
        self.linears = nn.ModuleList(
            nn.Linear(dim, config.card, bias=False) for _ in range(config.codebooks)
        )
        self.metre = MetreEmbedding(dim, config.frame_rate) if config.metre else None
        self.harmony = HarmonyEmbedding(dim, config.frame_rate) if config.harmony else None

    def initialise(self, generator: Generator) -> None:
        """Draw all weights anew for training from scratch."""
        self.transformer.initialise(generator)
        for weight in (*self.emb.parameters(), *self.linears.parameters()):
            draw_weight(weight, generator)
        projection = self.text_projection
        draw_weight(projection.weight, generator)
        nn.init.zeros_(projection.bias)
        if self.metre is not None:
            for weight in self.metre.parameters():
                if weight.dim() == 2:
                    draw_weight(weight, generator)
                else:
                    nn.init.zeros_(weight)
        if self.harmony is not None:
            self.harmony.initialise()

    @property
    def text_projection(self) -> nn.Linear:
        """The linear map from the text encoder's width to D."""
        projection = self.get_submodule(_TEXT_PROJECTION)
        assert isinstance(projection, nn.Linear)
        return projection

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.out_norm.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """What the network computes in."""
        return self.out_norm.weight.dtype

    def condition(
        self,
        hidden: Sequence[Tensor],
        metre: Tensor | None = None,
        harmony: Tensor | None = None,
        *,
        shares: Tensor | None = None,
    ) -> Conditions:
        """Return the conditions of a batch of encoded texts; differentiable.

        Args:
            hidden: the text encoder's output ``[L_i, text_dim]`` of B texts, or of M texts for each
                of B rows in turn; ``L_i`` may be 0: no text.
            metre: ``[B, 2]`` tempo and start beat, if the model has one.
            harmony: ``harmony_tensor`` of the rows, if the model has one.
            shares: ``[B, M]``, what each text of a row counts; None: one text, counted whole.
        """
        projection = self.text_projection
        lengths = [int(row.shape[0]) for row in hidden]
        padded = projection.weight.new_zeros(len(lengths), max(1, *lengths), projection.in_features)
        if any(lengths):
            padded = nn.utils.rnn.pad_sequence([row.to(padded) for row in hidden], batch_first=True)
        return self.condition_projected(projection(padded), lengths, metre, harmony, shares=shares)

    def condition_projected(
        self,
        context: Tensor,
        lengths: Sequence[int],
        metre: Tensor | None = None,
        harmony: Tensor | None = None,
        *,
        shares: Tensor | None = None,
    ) -> Conditions:
        """Return the conditions of texts that are already projected to width D.

        Args:
            context: ``[B, L, D]``, or ``[B * M, L, D]``.
            lengths: tokens of each text; what lies after them is ignored. 0 is no text.
            metre: as in ``condition``.
            harmony: as in ``condition``.
            shares: as in ``condition``.
        """
        size = torch.tensor(lengths, device=context.device)[:, None]
        index = torch.arange(context.shape[1], device=context.device)[None, :]
        real = index < size
        # No text is attended to as one zero vector: no projection has a bias, so it adds exactly
        # zero.
        context = context * real[..., None]
        mask = index < size.clamp(min=1)
        pairs = [layer.cross_attention.keys_values(context) for layer in self.transformer.stack()]
        is_padded = any(max(1, length) < context.shape[1] for length in lengths)
        return Conditions(
            keys=tuple(k for k, _ in pairs),
            values=tuple(v for _, v in pairs),
            mask=mask,
            bias=attention_bias(mask[:, None, None, :], context.dtype) if is_padded else None,
            shares=None if shares is None else shares.to(context),
            metre=metre,
            harmony=harmony,
        )

    def input_offsets(self, conditions: Conditions, first: int, count: int) -> Tensor:
        """Return what is added to the token embeddings: position, metre, harmony of ``first ...``.

        Constant while the conditions are, so a decoder computes it once for its window.

        Returns:
            ``[1 or B, count, D]``.
        """
        offsets = position_embedding(first, count, self.config.dim, self.device)[None]
        offsets = offsets.to(self.dtype)
        if self.metre is not None:
            require(conditions.metre is not None, "metre", None, "given: this model needs one")
            assert conditions.metre is not None
            offsets = offsets + self.metre(conditions.metre.to(self.device), first, count)
        if self.harmony is not None:
            require(conditions.harmony is not None, "harmony", None, "given: this model needs one")
            assert conditions.harmony is not None and conditions.metre is not None
            offsets = offsets + self.harmony(
                conditions.harmony.to(self.device), conditions.metre.to(self.device), first, count
            )
        return offsets

    def embed(self, codes: Tensor) -> Tensor:
        """Return the summed token embeddings ``[B, S, D]`` of codes ``[B, K, S]``."""
        embedded = self.emb[0](codes[:, 0])
        for k in range(1, self.config.codebooks):
            embedded = embedded + self.emb[k](codes[:, k])
        return embedded  # type: ignore[no-any-return]

    def trunk(self, x: Tensor, conditions: Conditions, attend: Attend) -> Tensor:
        """Return the normalised output states ``[N, S, D]`` of input embeddings ``x [N, S, D]``.

        Args:
            x: ``embed(codes) + input_offsets``; rows beyond ``conditions.rows`` are unconditional.
            conditions: of the first rows.
            attend: the self-attention rule.
        """
        text = zip(conditions.keys, conditions.values, strict=True)
        for index, (layer, (keys, values)) in enumerate(
            zip(self.transformer.stack(), text, strict=True)
        ):
            x = layer(x, index, attend, keys, values, conditions.bias, conditions.shares)
        return self.out_norm(x)  # type: ignore[no-any-return]

    def hidden(
        self, codes: Tensor, conditions: Conditions, *, attention_mask: Tensor | None = None
    ) -> Tensor:
        """Return the output states ``[B, S, D]`` of codes ``[B, K, S]``.

        ``forward`` without its heads: training applies ``head`` only where the loss needs it.
        """
        x = self.embed(codes) + self.input_offsets(conditions, 0, codes.shape[-1])
        return self.trunk(x, conditions, FullAttention(attention_mask, self.dtype))

    def head(self, stage: int, states: Tensor) -> Tensor:
        """Return codebook ``stage``'s logits float32 ``[..., card]`` of states ``[..., D]``."""
        return _precise(self.linears[stage](states))

    def joined_heads(self) -> Tensor:
        """Return the weights of all heads in one matrix ``[K * card, D]``, for ``heads``."""
        return torch.cat([cast(nn.Linear, layer).weight for layer in self.linears])

    def heads(self, states: Tensor, joined: Tensor | None = None) -> Tensor:
        """Return all codebooks' logits float32 ``[B, K, S, card]`` of output states ``[B, S, D]``.

        Args:
            states: normalised output of ``trunk``.
            joined: ``joined_heads()``, from a caller that makes many calls of few positions.
        """
        # Joining the weights is one small copy; joining K outputs would be K large ones.
        logits = project(states, self.joined_heads() if joined is None else joined)
        return _precise(logits).view(*states.shape[:2], len(self.linears), -1).transpose(1, 2)

    def forward(
        self, codes: Tensor, conditions: Conditions, *, attention_mask: Tensor | None = None
    ) -> Tensor:
        """Return logits float32 ``[B, K, S, card]`` of codes int64 ``[B, K, S]``; differentiable.

        Args:
            codes: tokens, ``config.mask_id`` where masked.
            conditions: of the B rows.
            attention_mask: bool ``[B, 1, S, S]`` or ``[S, S]``, True = may attend; None: all may.
        """
        return self.heads(self.hidden(codes, conditions, attention_mask=attention_mask))
