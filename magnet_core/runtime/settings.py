"""The settings of a live session, and how a named control changes them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from magnet_core.config import DecodingParams, require
from magnet_core.errors import ConfigError
from magnet_core.model.metre import BEATS_PER_BAR

Value = float | int | str


class Quantize(StrEnum):
    """When a change takes effect: as soon as it can be heard, or on a line of the beat."""

    OFF = "off"
    BEAT = "beat"
    BAR = "bar"

    @property
    def beats(self) -> int:
        """Beats from one line to the next; 0 where there are none."""
        return {Quantize.OFF: 0, Quantize.BEAT: 1, Quantize.BAR: BEATS_PER_BAR}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a performer may set; a change gives a new object.

    Attributes:
        decoding: how plans are decoded.
        seed: of the session's randomness.
        window_s: seconds of music in a window, context included.
        context_s: seconds of a window that continue what was planned before it.
        change_context_s: the same where the prompt has changed: short, so that the change is heard.
        slew_s: how long a knob or a weight takes to reach a new value, 0 to 10 seconds.
        lead_ms: how far ahead of the playhead the server sends at least, 40 to 2000 milliseconds.
        quantize: on which lines changes take effect.
    """

    decoding: DecodingParams
    window_s: float
    context_s: float
    change_context_s: float = 0.5
    seed: int = 0
    slew_s: float = 0.25
    lead_ms: float = 250.0
    quantize: Quantize = Quantize.OFF

    def __post_init__(self) -> None:
        """Check the times; raises ConfigError."""
        require(0.1 <= self.window_s <= 60.0, "window_s", self.window_s, "0.1 to 60 seconds")
        in_window = 0.0 <= self.context_s <= self.window_s
        require(in_window, "context_s", self.context_s, f"0 to window_s, {self.window_s:g} seconds")
        in_range = 0.0 <= self.change_context_s <= 60.0
        require(in_range, "change_context_s", self.change_context_s, "0 to 60 seconds")
        require(0.0 <= self.slew_s <= 10.0, "slew_s", self.slew_s, "0 to 10 seconds")
        in_range = 40.0 <= self.lead_ms <= 2000.0
        require(in_range, "lead_ms", self.lead_ms, "40 to 2000 milliseconds")

    def with_control(self, name: str, value: Value) -> Settings:
        """Return the settings after control ``name`` was set to ``value``.

        Raises:
            ConfigError: no such setting, or a value that this model cannot play.
        """
        match name:
            case "window_s":
                return replace(self, window_s=_number(name, value))
            case "context_s":
                return replace(self, context_s=_number(name, value))
            case "slew_s":
                return replace(self, slew_s=_number(name, value))
            case "lead_ms":
                return replace(self, lead_ms=_number(name, value))
            case "seed":
                return replace(self, seed=_whole(name, value))
            case "quantize":
                return replace(self, quantize=_quantize(value))
        return replace(self, decoding=_decoding(self.decoding, name, value))


def _decoding(old: DecodingParams, name: str, value: Value) -> DecodingParams:
    match name:
        case "temperature":
            return replace(old, temperature=_number(name, value))
        case "top_p":
            return replace(old, top_p=_number(name, value))
        case "top_k":
            return replace(old, top_k=_whole(name, value))
        case "guidance":
            return replace(old, guidance=(_number(name, value), old.guidance[1]))
        case "guidance_min":
            return replace(old, guidance=(old.guidance[0], _number(name, value)))
        case "steps":
            return replace(old, steps=_steps(value, len(old.steps)))
        case "prefix_temperature":
            return replace(old, prefix_temperature=_number(name, value))
        case "prefix_top_k":
            return replace(old, prefix_top_k=_whole(name, value))
        case "prefix_guidance":
            return replace(old, prefix_guidance=_number(name, value))
    raise ConfigError(f"no setting is called {name!r}")


def _number(name: str, value: Value) -> float:
    if isinstance(value, str) or not math.isfinite(value):
        raise ConfigError(f"{name} is {value!r}; it must be a number")
    return value


def _whole(name: str, value: Value) -> int:
    if not isinstance(value, int):
        raise ConfigError(f"{name} is {value!r}; it must be a whole number")
    return value


def _quantize(value: Value) -> Quantize:
    try:
        return Quantize(str(value))
    except ValueError:
        allowed = ", ".join(Quantize)
        raise ConfigError(f"quantize is {value!r}; it must be one of {allowed}") from None


def _steps(value: Value, codebooks: int) -> tuple[int, ...]:
    try:
        counts = tuple(int(part) for part in str(value).split(","))
    except ValueError:
        raise ConfigError(
            f"steps is {value!r}; it must be whole numbers, as in 20,10,10,10"
        ) from None
    if len(counts) == 1:
        return counts * codebooks
    require(len(counts) == codebooks, "steps", value, f"1 or {codebooks} numbers")
    return counts
