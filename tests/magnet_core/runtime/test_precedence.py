"""Who comes first where there is not time for all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from magnet_core.runtime.precedence import Precedence, Rank

NAMES = st.sampled_from("abcdef")
PLAYING = st.dictionaries(NAMES, st.booleans())


def test_those_that_began_first_are_entitled() -> None:
    precedence = Precedence()
    precedence.update({"a": True}, 2)
    precedence.update({"c": True, "b": True, "a": True}, 2)
    assert [precedence.rank(name) for name in "acb"] == [Rank.ENTITLED, Rank.ENTITLED, Rank.HEARD]
    assert precedence.first_of(["b", "c"]) == ["c"]
    assert precedence.first_of(["b"]) == ["b"]
    assert precedence.rivals("c") == 2 and precedence.rivals("b") == 1


def test_a_place_is_free_again_when_its_stream_stops_or_nobody_listens() -> None:
    for gone in ({"b": True}, {"a": False, "b": True}):
        precedence = Precedence()
        precedence.update({"a": True}, 1)
        precedence.update({"a": True, "b": True}, 1)
        assert precedence.rank("b") is Rank.HEARD
        precedence.update(gone, 1)
        assert precedence.rank("b") is Rank.ENTITLED
        precedence.update({"a": True, "b": True}, 1)
        assert precedence.rank("a") is Rank.HEARD  # it has to queue again


@given(st.lists(st.tuples(PLAYING, st.integers(1, 4)), min_size=1))
def test_nobody_who_comes_later_takes_a_place(moments: list[tuple[dict[str, bool], int]]) -> None:
    """Who is entitled stays so while it plays and is heard, and there is time for as many."""
    precedence, entitled, places = Precedence(), set[str](), 0
    for playing, streams_at_once in moments:
        precedence.update(playing, streams_at_once)
        now = {name for name in playing if precedence.rank(name) is Rank.ENTITLED}
        if streams_at_once >= places:
            assert {name for name in entitled if playing.get(name)} <= now
        assert len(now) == min(sum(playing.values()), streams_at_once)
        assert all(playing[name] for name in now)
        entitled, places = now, streams_at_once


@given(PLAYING, st.integers(1, 4), st.sets(NAMES, min_size=1))
def test_whoever_waits_is_passed_over_only_for_a_better_rank(
    playing: dict[str, bool], streams_at_once: int, waiting: set[str]
) -> None:
    precedence = Precedence()
    precedence.update(playing, streams_at_once)
    first = precedence.first_of(sorted(waiting))
    assert first
    for name in waiting:
        assert (name in first) == (precedence.rank(name) is precedence.rank(first[0]))
        assert precedence.rank(name) >= precedence.rank(first[0])
    assert precedence.rivals(first[0]) >= 1
