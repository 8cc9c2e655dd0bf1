"""One argument of a control: its type, its range, and what is said to a value outside it.

Numbers are lenient in type where real peers leave no choice: Pure Data knows only floats, so a
float without a fraction is a whole number, and ``seed`` may come as a string because a float32 does
not hold every seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it imports numpy, and the command line shows this table
    from daw_bridge.worker_protocol import Value


class Kind(StrEnum):
    """What an argument may be on the wire."""

    FLOAT = "f"
    INT = "i"
    TEXT = "s"
    CHOICE = "choice"  # one of some words
    SEED = "seed"  # an int, or a string of digits
    STEPS = "steps"  # an int for all codebooks, or a string "20,10,10,10"


class Curve(StrEnum):
    """How a dial goes from the low end of a number's range to the high one."""

    LINEAR = "linear"  # equal turns add equal amounts
    LOG = "log"  # equal turns multiply by equal factors


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a control.

    Attributes:
        name: what fail replies call it.
        kind: its type.
        low, high: the allowed range of a number, both included; of a text, of its length.
        unit: of a number, as it is shown behind it: "ms", "dB"; empty where it has none.
        curve: of a number's dial; ``LOG`` needs a range above 0.
        or_zero: 0 is allowed too, and means that the control is off.
        choices: the words that are allowed.
        default: the value before anyone sets it, and where it is left out; None where the model has
            its own.
        optional: may be left out.
        stays: left out, it stays what it is; ``default`` is only what it is at first.
    """

    name: str
    kind: Kind
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    curve: Curve = Curve.LINEAR
    or_zero: bool = False
    choices: tuple[str, ...] = ()
    default: Value | None = None
    optional: bool = False
    stays: bool = False

    @property
    def allowed(self) -> str:
        """The range in words."""
        if self.kind is Kind.TEXT:
            return f"a string of {self.low:g} to {self.high:g} characters"
        if self.kind is Kind.CHOICE:
            return " or ".join(f'"{choice}"' for choice in self.choices)
        zero = "0 or " if self.or_zero else ""
        unit = f" {self.unit}" if self.unit else ""
        if self.kind is Kind.FLOAT:
            return f"{zero}a number from {self.low:g} to {self.high:g}{unit}"
        number = f"{zero}a whole number from {int(self.low)} to {int(self.high)}{unit}"
        if self.kind is Kind.STEPS:
            example = 'one for each codebook, like "20,10,10,10"'
            return f"{number}, or a string of such numbers, {example}"
        return number

    def check(self, value: object) -> Value:
        """Return the value in its proper type.

        Raises:
            ValueError: it is of another type or outside the range; the text says both.
        """
        checked = _CHECKS[self.kind](value, self)
        if checked is None:
            shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
            if isinstance(value, str) and self.kind is Kind.TEXT:
                shown = f"{len(value)} characters long"
            raise ValueError(f"{self.name} is {shown}; it must be {self.allowed}")
        return checked


def _float(value: object, argument: Argument) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    in_range = argument.low <= number <= argument.high  # NaN compares false
    return number if in_range or (argument.or_zero and number == 0) else None


def _int(value: object, argument: Argument) -> int | None:
    number = _float(value, argument)
    if number is None or not isinstance(value, (int, float)) or math.trunc(number) != number:
        return None
    return int(value)


def _text(value: object, argument: Argument) -> str | None:
    if not isinstance(value, str) or not argument.low <= len(value) <= argument.high:
        return None
    return value


def _choice(value: object, argument: Argument) -> str | None:
    return value if isinstance(value, str) and value in argument.choices else None


def _seed(value: object, argument: Argument) -> int | None:
    if isinstance(value, str):
        digits = value.strip()
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 20):
            return None
        value = int(digits)
    return _int(value, argument)


def _steps(value: object, argument: Argument) -> Value | None:
    if not isinstance(value, str):
        return _int(value, argument)
    parts = [part.strip() for part in value.split(",")]
    if len(parts) > 16:
        return None
    numbers = [_seed(part, argument) for part in parts]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers):
        return None
    return known[0] if len(known) == 1 else ",".join(str(number) for number in known)


_CHECKS = {
    Kind.FLOAT: _float,
    Kind.INT: _int,
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.SEED: _seed,
    Kind.STEPS: _steps,
}
