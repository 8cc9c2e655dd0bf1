"""What a performer can go back to: the music and the settings before each change.

A change of many messages, a fader that is moved, is one step: settings of the same thing that
follow each other closely are put together.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from daw_bridge.controls import CHORDS, INPUT_USE, PROMPT, TEMPO, WEIGHT_SUFFIX
from daw_bridge.session.settings import Setting
from daw_bridge.worker_protocol import Value

MAX_STEPS = 32
MERGE_S = 2.0  # between two messages of one change
AGAIN, RESET = "/magnet/again", "/magnet/reset"
RECALL, UNDO = "/magnet/take/recall", "/magnet/take/undo"
_UNDOABLE = (AGAIN, CHORDS, RECALL, RESET, TEMPO)  # and all words and weights


@dataclass(frozen=True, slots=True)
class Moment:
    """The music and the settings before a change.

    Attributes:
        settings: addresses and arguments.
        snapshot: of the music; None where there was none.
        command_id: of the change.
    """

    settings: tuple[Setting, ...]
    snapshot: bytes | None
    command_id: int


class Undo:
    """The last moments, newest last."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque(maxlen=MAX_STEPS)
        self._last: tuple[object, float] = (None, 0.0)  # what was changed, and when

    def note(self, moment: Moment, address: str, args: tuple[Value, ...], now: float) -> None:
        """Remember the moment before a change, if it is one that can be undone."""
        goes_on_from_phrase = address == INPUT_USE and "continue" in args
        if not (address in _UNDOABLE or address.startswith(PROMPT) or goes_on_from_phrase):
            return
        what = _what(address, args)
        before, at = self._last
        self._last = (what, now)
        if what is None or what != before or now - at > MERGE_S or not self._moments:
            self._moments.append(moment)

    def take(self) -> Moment | None:
        """Return the last moment, and forget it; None where there is none."""
        self._last = (None, 0.0)
        return self._moments.pop() if self._moments else None

    def put_back(self, moment: Moment) -> None:
        """Remember a moment that could not be gone back to."""
        self._moments.append(moment)

    def forget(self, command_id: int) -> None:
        """The change came to nothing."""
        kept = [moment for moment in self._moments if moment.command_id != command_id]
        self._moments = deque(kept, maxlen=MAX_STEPS)


def _what(address: str, args: tuple[Value, ...]) -> object:
    """Return what a setting is of, where a fader or a keyboard may be what moves it."""
    if address in (TEMPO, CHORDS) or address.endswith(WEIGHT_SUFFIX):
        return address
    return (address, args[0]) if address.startswith(PROMPT + "/") else None
