"""OSC address patterns: which settings one message means.

OSC 1.0: ``?`` is any character, ``*`` any number of them, ``[abc]``, ``[a-z]`` and ``[!a-z]`` one
of some, ``{low,high}`` one of some words; none of them goes beyond a ``/``. A pattern may set
several settings at once and do nothing else: a stray ``*`` must not stop a set. It is all or
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from daw_bridge.controls import CONTROLS, Control
from daw_bridge.errors import MessageError

MAX_PATTERN_CHARACTERS = 256
_SPECIAL = frozenset("?*[{")


def is_pattern(address: str) -> bool:
    """Return whether an address means more than itself."""
    return not _SPECIAL.isdisjoint(address)


def matching_settings(pattern: str, args: Sequence[object]) -> list[Control]:
    """Return the settings that a pattern means, in the table's order; each takes the arguments.

    Raises:
        MessageError: it is no pattern, it matches nothing or something that is no setting, or one
            of those that it matches does not take the arguments.
    """
    shown = pattern if len(pattern) <= 60 else pattern[:57] + "..."
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise MessageError(f"a pattern of more than {MAX_PATTERN_CHARACTERS} characters")
    pieces = _parse(pattern)
    found = [control for control in CONTROLS if _matches(pieces, control.address)]
    if not found:
        raise MessageError(f"the pattern {shown} matches no control", address=shown)
    commands = [control.address for control in found if not control.setting]
    if commands:
        reason = f"the pattern {shown} matches {commands[0]}; patterns are for settings only"
        raise MessageError(reason, address=shown)
    for control in found:
        try:
            control.validate(args)
        except MessageError as error:
            what = "it" if len(found) == 1 else f"one of {len(found)}, so nothing is set"
            reason = f"the pattern {shown} matches {control.address}, {what}: {error}"
            raise MessageError(reason, address=shown) from None
    return found


@dataclass(frozen=True, slots=True)
class _One:
    """One character: of some, or (``but``) none of some."""

    characters: frozenset[str]
    but: bool = False

    def ends(self, address: str, start: int) -> Set[int]:
        if address[start : start + 1] in ("", "/"):
            return frozenset()
        return {start + 1} if (address[start] in self.characters) != self.but else frozenset()


class _Many:
    """Any number of any characters."""

    def ends(self, address: str, start: int) -> Set[int]:
        stop = address.find("/", start)
        return frozenset(range(start, (len(address) if stop < 0 else stop) + 1))


@dataclass(frozen=True, slots=True)
class _Word:
    """One of some words."""

    words: tuple[str, ...]

    def ends(self, address: str, start: int) -> Set[int]:
        return {start + len(word) for word in self.words if address.startswith(word, start)}


_Piece = _One | _Many | _Word


def _parse(pattern: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character in "[{":
            end = pattern.find("]" if character == "[" else "}", index)
            if end < 0:
                raise MessageError(f"a pattern with a {character} that is not closed")
            inside = pattern[index + 1 : end]
            pieces.append(_class(inside) if character == "[" else _Word(tuple(inside.split(","))))
            index = end
        elif character == "*":
            pieces.append(_Many())
        elif character == "?":
            pieces.append(_One(frozenset(), but=True))
        else:
            pieces.append(_Word((character,)))
        index += 1
    return pieces


def _class(inside: str) -> _One:
    """Return the piece of what stands in brackets; ``-`` at an end is itself."""
    but = inside.startswith("!")
    text = inside.removeprefix("!")
    characters: set[str] = set()
    index = 0
    while index < len(text):
        if text[index + 1 : index + 2] == "-" and index + 2 < len(text):
            characters.update(map(chr, range(ord(text[index]), ord(text[index + 2]) + 1)))
            index += 3
        else:
            characters.add(text[index])
            index += 1
    return _One(frozenset(characters), but)


def _matches(pieces: Sequence[_Piece], address: str) -> bool:
    """Walk along all ways at once: no pattern takes longer than its length times the address's."""
    at: Set[int] = {0}
    for piece in pieces:
        at = {end for start in at for end in piece.ends(address, start)}
        if not at:
            return False
    return len(address) in at
