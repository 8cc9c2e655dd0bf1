"""The controls of a session that were set: what a new worker must be told, and in which order.

A control stays as long as it is true: ``/magnet/prompt`` takes all six slots, so it replaces what
was put in them, and is itself replaced when something else is put in the first.
"""

from __future__ import annotations

from collections.abc import Iterator

from daw_bridge.controls import BY_ADDRESS, LOOP, PARAM_PREFIX, PROMPT, SLOTS, TEMPO, Scope
from daw_bridge.worker_protocol import Value

Setting = tuple[str, tuple[Value, ...]]

_SLOT_ADDRESSES = tuple(f"{PROMPT}/{number}" for number in SLOTS)
_LAST = (PROMPT, *_SLOT_ADDRESSES, TEMPO, LOOP)  # after all parameters, in this order
_WINDOW, _CONTEXT = PARAM_PREFIX + "window_s", PARAM_PREFIX + "context_s"


class SessionSettings:
    """Settings by address, in the order in which they were last set."""

    def __init__(self) -> None:
        self._args: dict[str, tuple[Value, ...]] = {}

    def __iter__(self) -> Iterator[Setting]:
        """Iterate over addresses with their arguments."""
        return iter(list(self._args.items()))

    def first(self, address: str, default: float) -> float:
        """Return the first argument of a number's setting, ``default`` where it is not set."""
        return float(self._args.get(address, (default,))[0])

    def keep(self, address: str, args: tuple[Value, ...]) -> None:
        """Note that a control was set, and forget what is no longer true."""
        replaced = {PROMPT: _SLOT_ADDRESSES, _SLOT_ADDRESSES[0]: (PROMPT,)}.get(address, ())
        for old in (address, *replaced):
            self._args.pop(old, None)
        self._args[address] = args

    def replay(self) -> list[Setting]:
        """Return what a new worker is told: parameters first, since they change how words sound."""
        settings = [item for item in self if BY_ADDRESS[item[0]].scope is Scope.WORKER]
        settings.sort(key=lambda item: _LAST.index(item[0]) + 1 if item[0] in _LAST else 0)
        if _WINDOW in self._args and _CONTEXT in self._args:
            # A context may not be longer than the window, which may be shorter than the model's
            # own context: without any, both can be set in either order.
            settings.insert(0, (_CONTEXT, (0.0,)))
        return settings
