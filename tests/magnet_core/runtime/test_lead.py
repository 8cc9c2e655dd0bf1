"""The lead follows the machine, but does not tremble."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from magnet_core.runtime.lead import LONGEST_LEAD_S, SHORTEST_LEAD_S, followed

seconds = st.floats(0.0, 10.0)


@given(lead_s=seconds, needed_s=seconds, least_s=seconds)
def test_lead_is_enough_and_in_bounds(lead_s: float, needed_s: float, least_s: float) -> None:
    """No less than is needed or asked for, as far as 2 s allow; and then it stays."""
    lead = followed(lead_s, needed_s=needed_s, least_s=least_s)
    assert SHORTEST_LEAD_S <= lead <= LONGEST_LEAD_S
    assert lead >= min(max(needed_s, least_s), LONGEST_LEAD_S)
    assert followed(lead, needed_s=needed_s, least_s=least_s) == lead


@given(least_s=st.floats(0.05, 0.3), needed_s=st.floats(0.35, 1.5), wiggle=st.floats(0.85, 1.1))
def test_small_changes_of_what_is_needed_move_nothing(
    least_s: float, needed_s: float, wiggle: float
) -> None:
    """A machine that is now a little faster, now a little slower, keeps its lead."""
    lead = followed(least_s, needed_s=needed_s, least_s=least_s)
    assert lead > needed_s
    assert followed(lead, needed_s=needed_s * wiggle, least_s=least_s) == lead


def test_lead_grows_at_once_and_shrinks_when_clearly_less_is_needed() -> None:
    """Three times slower and back again."""
    lead = followed(0.25, needed_s=0.2, least_s=0.25)
    assert lead == 0.25
    lead = followed(lead, needed_s=0.6, least_s=0.25)
    assert 0.6 < lead < 0.8
    assert followed(lead, needed_s=0.55, least_s=0.25) == lead
    assert followed(lead, needed_s=0.2, least_s=0.25) == 0.25


@given(lead_s=seconds, least_s=seconds, needed_s=seconds, more_s=seconds)
def test_lead_is_monotone_in_what_is_needed(
    lead_s: float, least_s: float, needed_s: float, more_s: float
) -> None:
    """Who needs more never gets a shorter lead."""
    first = followed(lead_s, needed_s=needed_s, least_s=least_s)
    second = followed(lead_s, needed_s=needed_s + more_s, least_s=least_s)
    assert second >= first - 1e-12
