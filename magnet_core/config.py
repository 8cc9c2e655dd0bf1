"""Frozen configuration: what a model is (``LMConfig``) and how it decodes (``DecodingParams``).

Values are checked once, when the object is made; after that every reader may trust them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from magnet_core.errors import ConfigError


class Variant(StrEnum):
    """The kinds of language model that one network layout serves."""

    MAGNET = "magnet"  # parallel pattern, no shift, masked stages (paper)
    AUTOREGRESSIVE = "autoregressive"  # MusicGen / AudioGen: delay pattern, causal
    HYBRID = "hybrid"  # delay pattern and shift; causal prefix, masked stages after it


class SpanArrangement(StrEnum):
    """Which spans may be masked: a fixed grid, or any start."""

    NONOVERLAP = "nonoverlap"
    STRIDE1 = "stride1"


class SpanScore(StrEnum):
    """How token probabilities make the score of a grid span."""

    MAX = "max"
    PROD = "prod"


def require(condition: bool, what: str, value: object, allowed: str) -> None:
    """Raise ConfigError naming the value and what is allowed, unless ``condition`` holds."""
    if not condition:
        raise ConfigError(f"{what} is {value!r}; it must be {allowed}")


def _require_number(name: str, value: float, low: float, high: float) -> None:
    ok = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    require(ok, name, value, f"a number from {low:g} to {high:g}")


def require_int(name: str, value: object, low: int, high: int) -> None:
    """Raise ConfigError unless ``value`` is a whole number from ``low`` to ``high``."""
    ok = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    require(ok, name, value, f"a whole number from {low} to {high}")


def _require_switch(name: str, value: bool) -> None:
    require(isinstance(value, bool), name, value, "true or false")


@dataclass(frozen=True, slots=True, kw_only=True)
class LMConfig:
    """The network: sizes, token layout and time scale.

    Attributes:
        variant: token pattern and attention rule.
        dim, layers, heads, hidden_scale: width D, depth, attention heads, feed-forward width / D.
        codebooks, card: K and the entries of each; ``mask_id == card``.
        text_dim: width of the text encoder's hidden states.
        subcodes_context: half-width in frames of self-attention in stages > 0; -1 is unrestricted.
        span_len: masked span length in frames.
        segment_frames, frame_rate: the length trained on, and frames per second.
        metre: the input also carries the beat position of each frame (bundled models).
        harmony: and the key and chord of each frame; needs ``metre``, which says where bars are.
    """

    variant: Variant
    dim: int
    layers: int
    heads: int
    text_dim: int
    codebooks: int = 4
    card: int = 2048
    hidden_scale: int = 4
    subcodes_context: int = 5
    span_len: int = 3
    segment_frames: int = 500
    frame_rate: int = 50
    metre: bool = False
    harmony: bool = False

    def __post_init__(self) -> None:
        """Check every value; raises ConfigError."""
        object.__setattr__(self, "variant", Variant(self.variant))
        for name in ("dim", "layers", "heads", "text_dim", "codebooks", "hidden_scale"):
            require_int(name, getattr(self, name), 1, 1 << 20)
        for name in ("card", "span_len", "segment_frames", "frame_rate"):
            require_int(name, getattr(self, name), 1, 1 << 24)
        require_int("subcodes_context", self.subcodes_context, -1, 1 << 20)
        require(self.metre or not self.harmony, "harmony", self.harmony, "off without metre")
        require(self.dim % self.heads == 0, "heads", self.heads, f"a divisor of dim {self.dim}")

    @property
    def mask_id(self) -> int:
        """The token that stands for masked, start and delay filler."""
        return self.card


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodingParams:
    """How to decode. Defaults are those of the 10 s music checkpoints (paper 3.2-3.4).

    Attributes:
        steps: forward passes of each codebook's stage.
        temperature, anneal_temperature: sampling temperature, falling linearly to 0 in a stage.
        top_p, top_k: nucleus mass (0: off); where it is 0, the number of tokens kept (0: all).
        guidance: classifier-free guidance weight at the start and the end of a stage (Eq. 6).
        span_arrangement, span_score: which spans are re-masked, and how they are ranked.
        sample: False takes the arg-max token.
        prefix_frames: frames decoded autoregressively before the infill (hybrid models).
        prefix_temperature, prefix_top_k, prefix_guidance: decoding of those frames, and of all
            frames of an autoregressive model.
        rescore_weight: what the probabilities of a model that reads forwards count when spans are
            ranked, the decoding model's own the rest (Eq. 5, ``decoding/rescoring.py``); 0 is off.
    """

    steps: tuple[int, ...] = (20, 10, 10, 10)
    temperature: float = 3.0
    top_p: float = 0.9
    top_k: int = 0
    guidance: tuple[float, float] = (10.0, 1.0)
    span_arrangement: SpanArrangement = SpanArrangement.NONOVERLAP
    span_score: SpanScore = SpanScore.MAX
    sample: bool = True
    anneal_temperature: bool = True
    prefix_frames: int = 0
    prefix_temperature: float = 1.0
    prefix_top_k: int = 250
    prefix_guidance: float = 3.0
    rescore_weight: float = 0.0

    def __post_init__(self) -> None:
        """Check every value; raises ConfigError."""
        for name, kind in (("span_arrangement", SpanArrangement), ("span_score", SpanScore)):
            value = getattr(self, name)
            allowed = "one of " + ", ".join(kind)
            require(value in list(kind), name, value, allowed)
            object.__setattr__(self, name, kind(value))
        for name in ("steps", "guidance"):  # JSON has lists for tuples
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        some = isinstance(self.steps, tuple) and len(self.steps) > 0
        require(some, "steps", self.steps, "one number for each codebook, as in [20, 10, 10, 10]")
        for step in self.steps:
            require_int("steps", step, 1, 1000)
        pair = isinstance(self.guidance, tuple) and len(self.guidance) == 2
        require(pair, "guidance", self.guidance, "two numbers, start and end, as in [10, 1]")
        for weight in self.guidance:
            _require_number("guidance", weight, 0.0, 100.0)
        for name in ("temperature", "prefix_temperature", "prefix_guidance"):
            _require_number(name, getattr(self, name), 0.0, 100.0)
        for name in ("top_p", "rescore_weight"):
            _require_number(name, getattr(self, name), 0.0, 1.0)
        for name in ("sample", "anneal_temperature"):
            _require_switch(name, getattr(self, name))
        for name in ("top_k", "prefix_top_k", "prefix_frames"):
            require_int(name, getattr(self, name), 0, 1 << 24)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; ``from_json`` of them equals this object."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Return the object that ``to_json`` described.

        Raises:
            ConfigError: a name is unknown or a value is out of range.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        require(not unknown, "decoding parameter", unknown, f"among {sorted(known)}")
        return cls(**values)
