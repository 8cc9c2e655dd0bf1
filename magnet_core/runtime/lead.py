"""How far ahead audio is sent: as far as the machine needs, no less than the performer wants.

A long lead is safe and slow to react, a short one is quick and runs dry when the machine does not
keep up. The performer sets the shortest that is wanted; a machine that needs more gets more at
once, and gives it back when it needs clearly less. Between the two nothing moves: a lead that
trembles would be heard as changes that come now sooner, now later.
"""

from __future__ import annotations

SHORTEST_LEAD_S, LONGEST_LEAD_S = 0.04, 2.0
_RESERVE = 1.15  # what a machine needs varies; a lead that grows grows by a little more
_SHRINK_BELOW = 0.7  # of the lead: as long as more is needed, it stays


def followed(lead_s: float, *, needed_s: float, least_s: float) -> float:
    """Return the lead to keep from now on.

    Args:
        lead_s: the lead so far.
        needed_s: what the machine needs (``Planner.lead_s``).
        least_s: what the performer asks for: never less than that.

    Returns:
        seconds, ``SHORTEST_LEAD_S`` to ``LONGEST_LEAD_S``; the same again for the same needs.
    """
    least_s = min(max(least_s, SHORTEST_LEAD_S), LONGEST_LEAD_S)
    wanted_s = least_s if needed_s <= least_s else min(_RESERVE * needed_s, LONGEST_LEAD_S)
    kept_s = min(max(lead_s, least_s), LONGEST_LEAD_S)
    keeps = _SHRINK_BELOW * kept_s <= needed_s <= kept_s
    return kept_s if keeps else wanted_s
