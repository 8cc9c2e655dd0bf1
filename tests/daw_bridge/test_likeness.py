"""What may have been meant."""

from __future__ import annotations

from counting import calls_of
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.controls import BY_ADDRESS, PARAM_PREFIX
from daw_bridge.likeness import LONGEST, MOST, KnownWords


def test_one_wrong_letter_in_a_name_is_found_wherever_it_is() -> None:
    """Of the parameters; the slots differ in one letter themselves."""
    known = KnownWords(BY_ADDRESS)
    for address in BY_ADDRESS:
        if address.startswith(PARAM_PREFIX):
            for at in range(len(PARAM_PREFIX), len(address)):
                wrong = address[:at] + "x" + address[at + 1 :]
                assert address in known.like(wrong), wrong


@given(st.lists(st.text(min_size=1), unique=True), st.text())
def test_what_is_suggested_is_known_and_a_word_is_most_like_itself(words, word) -> None:
    known = KnownWords(words)
    assert len(known.like(word)) <= MOST and set(known.like(word)) <= set(words)
    for one in words:
        if len(one) <= LONGEST and len(words) <= MOST:
            assert one in known.like(one)


def test_a_guess_costs_some_calls_for_each_word_and_the_next_time_none() -> None:
    """However long the word is; to align the texts took hundreds for each."""
    known = KnownWords(BY_ADDRESS)
    for word in ("/magnet/typo", "/magnet/param/temprature", "/magnet/" + "x" * 60_000):
        assert calls_of(lambda word=word: known.like(word), builtins=True) < 10 * len(BY_ADDRESS)
        assert calls_of(lambda word=word: known.like(word), builtins=True) < 5
