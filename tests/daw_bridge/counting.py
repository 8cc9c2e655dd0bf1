"""How much some work is, counted: a claim about speed that no busy machine can break."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def calls_of(work: Callable[[], object], *, builtins: bool = False) -> int:
    """Return how many functions of Python some work calls, and of the interpreter where asked."""
    counted, calls = ("call", "c_call") if builtins else ("call",), 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in counted

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls
