"""One live stream: a timeline that is played, extended and rewritten while it sounds.

``work`` does one small unit at a time (one autoregressive frame, one infill step, one block through
the codec), so that whoever drives it can look at its messages between any two of them. A control
change drops the plan that is under way and begins a new one at the rewrite point: the first frame
that is not sent yet, or a little later where the old plan must cover the time until the new one's
first frame.

The session decides: when it plays, what a change means, when and where a plan begins. It leaves the
decoding of a plan's window to ``window``, the way out to ``output``, and the beats to
``beat_grid``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch

from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.model.harmony import Harmony, harmony_tensor
from magnet_core.model.lm import Conditions
from magnet_core.model.metre import metre_tensor
from magnet_core.runtime.beat_grid import BeatGrid
from magnet_core.runtime.events import Applied, Late, PcmChunk, Planned, SessionEvent
from magnet_core.runtime.output import Output
from magnet_core.runtime.planner import Costs, Plan, Planner, Wish
from magnet_core.runtime.settings import Settings, Value
from magnet_core.runtime.timeline import Timeline
from magnet_core.runtime.window import WindowDecoding

_LEAST_LEFT_S = 1.0  # a continuation begins no later than with this much music left
_MOST_LEFT_S = 20.0  # and no earlier: a machine too slow for its model is not saved by more


class LiveSession:
    """The state of one stream; sessions of one model do not touch each other.

    Args:
        model: what plays; used without being changed.
        settings: what to begin with.
        clock: seconds, for measuring costs only: no decision about music depends on it but the
            planner's.
        costs: what decoding takes on this device; learned by every session of an engine.
    """

    def __init__(
        self, model: Model, settings: Settings, clock: Callable[[], float], costs: Costs
    ) -> None:
        self.model, self.settings = model, settings
        self.timeline = Timeline(model.codebooks)
        self.planner = Planner(model.frame_rate, costs)
        self.beat_grid = BeatGrid(frame_rate=model.frame_rate)
        self._clock = clock
        self._output = Output(model.codec, self.timeline, model.lm.device)
        self._playing = False
        self._decoding: Iterator[None] | None = None
        self._events: list[SessionEvent] = []
        self._text = ""
        self._conditions: Conditions | None = None
        self._has_changed = False  # since the last plan
        self._pending: list[object] = []  # tickets of changes that are not yet applied
        self.harmony = Harmony.draw(model.key(""), settings.seed)
        self._adopt_words("")

    # -- controls ---------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Samples that have gone out."""
        return self._output.position

    @property
    def playing(self) -> bool:
        """Whether the stream runs."""
        return self._playing

    def play(self) -> int:
        """Start, or go on; returns the sample at which sound begins."""
        self._playing = True
        self._output.resume()
        return self.position

    def stop(self) -> int:
        """Pause; the plan stays, and play goes on where it stopped. Returns the position."""
        self._playing = False
        self._output.pause()
        self._apply_while_silent()
        return self.position

    def reset(self) -> int:
        """Forget the music; what comes next begins at beat 0 without context. Returns where."""
        self._output.begin_anew()
        self._begin_anew()
        self._apply_while_silent()
        return self._output.sample_of(self.timeline.frozen)

    def recover(self) -> None:
        """Begin anew after ``work`` has raised; what was on its way out is silence."""
        self._output.begin_after_loss()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._decoding = None
        self.beat_grid = self.beat_grid.restarted(self.timeline.frozen)

    def set_prompt(self, text: str, ticket: object = None) -> None:
        """Play ``text`` from now on; an Applied event with ``ticket`` says from which sample."""
        conditions = self.model.condition([text])
        self._text, self._conditions = text, conditions
        self._request_change(ticket)

    def set_param(self, name: str, value: Value, ticket: object = None) -> None:
        """Change a setting; an Applied event says from which sample it is heard.

        Raises:
            ConfigError: the value does not fit; nothing has changed.
        """
        settings = self.settings.with_control(name, value)
        self.settings = settings
        if name in ("window_s", "context_s", "lead_ms"):  # of later plans: nothing to rewrite
            heard_from = self._output.heard_from(self.timeline.horizon)
            self._events.append(Applied((ticket,), heard_from))
            return
        self._request_change(ticket)

    def events(self) -> list[SessionEvent]:
        """Return and forget what has happened since the last call."""
        events, self._events = self._events, []
        return events

    # -- work -------------------------------------------------------------------------------------

    def work(self, until_sample: int) -> list[PcmChunk]:
        """Do one unit of work; return what became final, never past ``until_sample``."""
        self._output.demand(until_sample)
        if not self._playing:
            return []
        if self._has_changed:
            self._replan_if_possible()
        chunks = self._output.emit(lead_s=self._lead_s, more_comes=self._decoding is not None)
        if chunks:
            return chunks
        if self._output.notice_drought(self._lead_s):
            self._events.append(Late(self.position))
        if self._decoding is None and self._needs_plan():
            self._begin_plan(self.timeline.horizon, changed=self._has_changed)
        if self._decoding is not None:
            self._advance()
        return []

    @property
    def idle(self) -> bool:
        """Whether ``work`` would do nothing until more is demanded or something changes."""
        if not self._playing:
            return True
        decodes = self._decoding is not None
        waiting = self._has_changed and self._can_replan()
        busy = decodes or self._needs_plan() or waiting
        return not busy and not self._output.can_emit(lead_s=self._lead_s, more_comes=decodes)

    @property
    def _lead_s(self) -> float:
        return self.settings.lead_ms / 1000.0

    def _frames(self, seconds: float) -> int:
        return round(seconds * self.model.frame_rate)

    # -- plans ------------------------------------------------------------------------------------

    def _window(self, context_s: float) -> tuple[int, int]:
        """Return a window's frames, and how many may be context: a quarter at least is new."""
        config = self.model.lm.config
        window = min(self._frames(self.settings.window_s), config.segment_frames)
        window = max(window - window % config.span_len, config.span_len)
        return window, min(self._frames(context_s), 3 * window // 4)

    def _needs_plan(self) -> bool:
        window, context = self._window(self.settings.context_s)
        low = self.planner.low_water_frames(window - context, self.settings.decoding.steps)
        low = min(max(low, self._frames(_LEAST_LEFT_S)), self._frames(_MOST_LEFT_S))
        return self.timeline.planned < low

    def _request_change(self, ticket: object) -> None:
        self._pending.append(ticket)
        self._has_changed = True
        if not self._playing:
            self._apply_while_silent()

    def _apply_while_silent(self) -> None:
        """Changes made while nothing plays cost nothing: the next plan begins at once with them."""
        if not self._has_changed:
            return
        self._drop_plan(self.timeline.frozen)
        self._adopt_words(self._text)
        self._acknowledge(self.timeline.frozen)

    def _acknowledge(self, frame: int) -> None:
        if self._pending:
            heard_from = self._output.heard_from(frame)
            self._events.append(Applied(tuple(self._pending), heard_from))
            self._pending = []

    def _margin_frames(self) -> int:
        """Return how many frames of the old plan must still be heard before a new one can begin."""
        if not self._output.sounding:
            return 0
        costs, variant = self.planner.costs, self.model.lm.config.variant
        first_frame_s = costs.prefill_s + self.model.codebooks * costs.prefix_frame_s
        slow_prefix = variant is Variant.HYBRID and not self.planner.prefix_pays
        if variant is Variant.MAGNET or slow_prefix:
            window, _ = self._window(self.settings.change_context_s)
            first_frame_s = self.planner.infill_s(window, self.settings.decoding.steps)
        short_s = 1.3 * first_frame_s + 0.04 - self._output.ahead_s(self._lead_s)
        return max(math.ceil(short_s * self.model.frame_rate), 0)

    def _can_replan(self) -> bool:
        return not self._output.sounding or self.timeline.planned >= self._margin_frames()

    def _replan_if_possible(self) -> None:
        if self._can_replan():
            first = self.timeline.frozen + min(self._margin_frames(), self.timeline.planned)
            self._begin_plan(first, changed=True)

    def _drop_plan(self, frame: int) -> None:
        self._output.rewrite_from(frame)
        self._decoding = None

    def _adopt_words(self, text: str) -> None:
        """Go on from the rewrite point at the tempo and in the key of ``text``.

        A key that the text does not contradict stays, and its chords with it: words about
        something else change nothing about the harmony.
        """
        if self.model.lm.config.metre:
            tempo_bpm = self.model.tempo_bpm(text)
            self.beat_grid = self.beat_grid.with_tempo(self.timeline.horizon, tempo_bpm)
        asked = self.model.key(text)
        if not asked.admits(self.harmony.key):
            self.harmony = Harmony.draw(asked, self.settings.seed)

    def _begin_plan(self, first_frame: int, *, changed: bool) -> None:
        self._drop_plan(first_frame)
        if changed:
            self._adopt_words(self._text)
            self._has_changed = False
            self._acknowledge(first_frame)
        settings, variant = self.settings, self.model.lm.config.variant
        window, context = self._window(settings.change_context_s if changed else settings.context_s)
        context = min(context, first_frame - self._output.music_from)
        left_s = (first_frame - self.timeline.frozen) / self.model.frame_rate
        plan = self.planner.plan(
            Wish(
                first_frame=first_frame,
                context_frames=context,
                frames=window - context,
                steps=settings.decoding.steps,
                prefix_frames=settings.decoding.prefix_frames,
                lead_s=left_s + self._output.ahead_s(self._lead_s),
                can_prefix=variant is not Variant.MAGNET,
                can_infill=variant is not Variant.AUTOREGRESSIVE,
                codebooks=self.model.codebooks,
            )
        )
        self._events.append(Planned(plan, self._output.sample_of(first_frame)))
        self._decoding = self._decode(plan)

    def _advance(self) -> None:
        assert self._decoding is not None
        try:
            next(self._decoding)
        except StopIteration:
            self._decoding = None

    def _window_conditions(self, plan: Plan) -> Conditions:
        if self._conditions is None:
            self._conditions = self.model.condition([self._text])
        config, device = self.model.lm.config, self.model.lm.device
        conditions = self._conditions
        if config.metre:
            metre = self.beat_grid.metre(plan.first_frame - plan.context_frames)
            conditions = replace(conditions, metre=metre_tensor([metre]).to(device))
        if config.harmony:
            chords = harmony_tensor([self.harmony]).to(device)
            conditions = replace(conditions, harmony=chords)
        return conditions

    def _decode(self, plan: Plan) -> Iterator[None]:
        """Return the decoding of a plan's window, one forward pass for each ``next``.

        Prompt, settings and seed are those of this moment: what is set later is for later plans.
        """
        generator = torch.Generator(device=self.model.lm.device)
        generator.manual_seed((self.settings.seed * 1_000_003 + plan.plan_id) % (1 << 63))
        window = WindowDecoding(
            lm=self.model.lm,
            plan=plan,
            prompt=self.timeline.before(
                plan.first_frame, plan.context_frames, since=self._output.music_from
            ),
            conditions=self._window_conditions(plan),
            params=self.settings.decoding,
            generator=generator,
            costs=self.planner.costs,
            clock=self._clock,
            deliver=partial(self._output.write, plan_id=plan.plan_id),
        )
        return window.passes()
