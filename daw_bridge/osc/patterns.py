"""OSC address patterns: which settings one message means.

OSC 1.0: ``?`` is any character, ``*`` any number of them, ``[abc]``, ``[a-z]`` and ``[!a-z]`` one
of some, ``{low,high}`` one of some words; none of them goes beyond a ``/``. A pattern may set
several settings at once and do nothing else: a stray ``*`` must not stop a set. It is all or
nothing.

Anyone may send one, so none may take long: all ways through an address are walked at once. Where
they have come is a set of positions, which is a whole number: bit i is before character i. Each
character of a pattern costs a few operations on such a number, however many ways there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from daw_bridge.controls import CONTROLS, Control
from daw_bridge.errors import MessageError

MAX_PATTERN_CHARACTERS = 256
_SPECIAL = frozenset("?*[{")


def is_pattern(address: str) -> bool:
    """Return whether an address means more than itself."""
    return not _SPECIAL.isdisjoint(address[: MAX_PATTERN_CHARACTERS + 1])


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
    found = [control for control, address in _ADDRESSES if _matches(pieces, address)]
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
class _Address:
    """An address to be matched.

    Attributes:
        end: its length.
        places: of each character that is in it, the positions before it.
        parts: positions that are reached from each other without going beyond a ``/``.
    """

    end: int
    places: dict[str, int]
    parts: tuple[int, ...]

    @classmethod
    def of(cls, address: str) -> _Address:
        places: dict[str, int] = {}
        for index, character in enumerate(address):
            places[character] = places.get(character, 0) | 1 << index
        parts, begin = [], 0
        for word in address.split("/"):
            parts.append(((1 << len(word) + 1) - 1) << begin)
            begin += len(word) + 1
        return cls(len(address), places, tuple(parts))


_ADDRESSES = [(control, _Address.of(control.address)) for control in CONTROLS]


@dataclass(frozen=True, slots=True)
class _One:
    """One character: of some, or (``but``) none of some."""

    characters: frozenset[str]
    but: bool = False

    def ends(self, address: _Address, starts: int) -> int:
        fitting = (
            places
            for character, places in address.places.items()
            if character != "/" and (character in self.characters) != self.but
        )
        return (reduce(or_, fitting, 0) & starts) << 1


class _Many:
    """Any number of any characters."""

    def ends(self, address: _Address, starts: int) -> int:
        reached = 0
        for part in address.parts:
            inside = starts & part
            if inside:
                before_first = (inside & -inside) - 1
                reached |= part & ~before_first
        return reached


@dataclass(frozen=True, slots=True)
class _Word:
    """One of some words."""

    words: tuple[str, ...]

    def ends(self, address: _Address, starts: int) -> int:
        reached = 0
        for word in self.words:
            at = starts
            for character in word:
                at = (at & address.places.get(character, 0)) << 1
                if not at:
                    break
            reached |= at
        return reached


_Piece = _One | _Many | _Word
_ANY, _MANY = _One(frozenset(), but=True), _Many()


def _parse(pattern: str) -> list[_Piece]:
    """Return the pieces of a pattern; stars in a row are one."""
    pieces: list[_Piece] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character in "[{":
            end = pattern.find("]" if character == "[" else "}", index)
            if end < 0:
                raise MessageError(f"a pattern with a {character} that is not closed")
            inside = pattern[index + 1 : end]
            pieces.append(_class(inside) if character == "[" else _words(inside))
            index = end
        elif character == "*":
            if not pieces or pieces[-1] is not _MANY:
                pieces.append(_MANY)
        elif character == "?":
            pieces.append(_ANY)
        else:
            pieces.append(_Word((character,)))
        index += 1
    return pieces


def _words(inside: str) -> _Word:
    return _Word(tuple(dict.fromkeys(inside.split(","))))


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


def _matches(pieces: Sequence[_Piece], address: _Address) -> bool:
    at = 1
    for piece in pieces:
        at = piece.ends(address, at)
        if not at:
            return False
    return bool(at >> address.end & 1)
