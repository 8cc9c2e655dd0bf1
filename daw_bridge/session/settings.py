"""The controls of a session that were set: what a new worker must be told, and in which order.

A control stays as long as it is true: ``/magnet/prompt`` takes all six slots, so it replaces what
was put in them, and is itself replaced when something else is put in the first. A slot is kept
whole, its text and its weight, however these were set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from daw_bridge.controls import (
    BY_ADDRESS,
    CHORDS,
    LOOP,
    PARAM_PREFIX,
    PROMPT,
    SLOTS,
    TEMPO,
    WEIGHT_SUFFIX,
    Scope,
)
from daw_bridge.worker_protocol import Value

Setting = tuple[str, tuple[Value, ...]]

_SLOT_ADDRESSES = tuple(f"{PROMPT}/{number}" for number in SLOTS)
_LAST = (PROMPT, *_SLOT_ADDRESSES, TEMPO, CHORDS, LOOP)  # after all parameters, in this order
_LEAD = PARAM_PREFIX + "lead_ms"  # of the machine, not of the music
_WINDOW, _CONTEXT = PARAM_PREFIX + "window_s", PARAM_PREFIX + "context_s"


class SessionSettings:
    """Settings by address, in the order in which they were last set."""

    def __init__(self, settings: Iterable[Setting] = ()) -> None:
        self._args: dict[str, tuple[Value, ...]] = dict(settings)

    def __iter__(self) -> Iterator[Setting]:
        """Iterate over addresses with their arguments."""
        return iter(list(self._args.items()))

    def first(self, address: str, default: float) -> float:
        """Return the first argument of a number's setting, ``default`` where it is not set."""
        return float(self._args.get(address, (default,))[0])

    def text(self, address: str, default: str) -> str:
        """Return the first argument of a word's setting, ``default`` where it is not set."""
        return str(self._args.get(address, (default,))[0])

    def keep(self, address: str, args: tuple[Value, ...]) -> None:
        """Note that a control was set, and forget what is no longer true."""
        if address.removesuffix(WEIGHT_SUFFIX) in _SLOT_ADDRESSES:
            address, args = self._whole_slot(address, args)
        replaced = {PROMPT: _SLOT_ADDRESSES, _SLOT_ADDRESSES[0]: (PROMPT,)}.get(address, ())
        for old in (address, *replaced):
            self._args.pop(old, None)
        self._args[address] = args

    def _whole_slot(self, address: str, args: tuple[Value, ...]) -> Setting:
        """Return a slot's address with text and weight; what is not said stays as it was."""
        slot = address.removesuffix(WEIGHT_SUFFIX)
        text, weight = self._args.get(slot, ("", 1.0))
        if slot == _SLOT_ADDRESSES[0] and PROMPT in self._args:
            text = self._args[PROMPT][0]
        return slot, (text, args[0]) if address != slot else (*args, weight)[:2]

    def with_changes(self, changes: Iterable[Setting]) -> tuple[Setting, ...]:
        """Return the settings as they will be after some changes."""
        changed = SessionSettings(self)
        for address, args in changes:
            changed.keep(address, args)
        return tuple(changed)

    def follow(self, settings: Iterable[Setting]) -> None:
        """Take over settings of another time, of the music: the stream's own stay as they are."""
        stays = [item for item in self if not _is_of_music(item[0])]
        self._args = {}
        for address, args in (*stays, *(item for item in settings if _is_of_music(item[0]))):
            self.keep(address, args)

    def way_to(self, settings: Iterable[Setting]) -> list[Setting]:
        """Return what a worker is told so that other settings of the music hold.

        What was not set in them gets its default, where the table knows it.
        """
        target = SessionSettings(self)
        target.follow(settings)
        told = []
        for address, _ in self:
            defaults = [argument.default for argument in BY_ADDRESS[address].arguments]
            known = tuple(default for default in defaults if default is not None)
            if address not in target._args and len(known) == len(defaults):
                told.append((address, known))
        return told + [(a, args) for a, args in target.replay() if self._args.get(a) != args]

    def replay(self) -> list[Setting]:
        """Return what a new worker is told: parameters first, since they change how words sound."""
        settings = [item for item in self if BY_ADDRESS[item[0]].scope is Scope.WORKER]
        settings.sort(key=lambda item: _LAST.index(item[0]) + 1 if item[0] in _LAST else 0)
        if _WINDOW in self._args and _CONTEXT in self._args:
            # A context may not be longer than the window, which may be shorter than the model's
            # own context: without any, both can be set in either order.
            settings.insert(0, (_CONTEXT, (0.0,)))
        return settings


def _is_of_music(address: str) -> bool:
    control = BY_ADDRESS.get(address)
    return control is not None and control.scope is Scope.WORKER and address != _LEAD
