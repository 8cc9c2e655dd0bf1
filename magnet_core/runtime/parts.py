"""What a session consists of, as those need it who work on all of it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from magnet_core.api import Model
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.events import SessionEvent
from magnet_core.runtime.feed import Feed
from magnet_core.runtime.follower import Follower
from magnet_core.runtime.outlook import Outlook
from magnet_core.runtime.output import Output
from magnet_core.runtime.phrase import KnownPhrase
from magnet_core.runtime.score import Score
from magnet_core.runtime.settings import Settings
from magnet_core.runtime.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one session.

    Attributes:
        model: that plays.
        timeline: its frames.
        feed: turns them into samples.
        output: lets the samples out.
        score: what is to be played.
        phrase: what plans may be given to go on from.
        follower: keeps the bars on those of a clock.
        outlook: what can be planned.
        clock: seconds.
        note: told what happens.
    """

    model: Model
    timeline: Timeline
    feed: Feed
    output: Output
    score: Score
    phrase: KnownPhrase
    follower: Follower
    outlook: Outlook
    clock: Callable[[], float]
    note: Callable[[SessionEvent], None]

    @classmethod
    def of(
        cls,
        model: Model,
        settings: Settings,
        clock: Callable[[], float],
        costs: Costs,
        note: Callable[[SessionEvent], None],
    ) -> Parts:
        """Return the parts of a new session; the arguments are those of ``LiveSession``."""
        codec, timeline, score = model.codec, Timeline(model.codebooks), Score(model, settings)
        feed = Feed(codec, timeline, model.lm.device, costs, clock)
        output, phrase = Output(codec, timeline, feed, note), KnownPhrase(model.codebooks)
        return cls(
            model=model,
            timeline=timeline,
            feed=feed,
            output=output,
            score=score,
            phrase=phrase,
            follower=Follower(model.sample_rate, codec.hop_length),
            outlook=Outlook(model, timeline, feed, output, score, costs, phrase),
            clock=clock,
            note=note,
        )
