"""What a session is to play: words, knobs, beat and harmony, from which frame on.

The performer sets what is *wanted*. A change is *adopted* by the plan that begins with it, at the
rewrite point: from that frame on the tempo and the key are the new ones, the words too, and knobs
and weights are on their way (``glide``).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from magnet_core.api import Model
from magnet_core.config import DecodingParams, require
from magnet_core.model.harmony import Chord, Harmony, Key
from magnet_core.model.lm import Conditions
from magnet_core.model.metre import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from magnet_core.runtime.beat_grid import BeatGrid
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.follower import Course
from magnet_core.runtime.glide import Glides
from magnet_core.runtime.planner import Plan
from magnet_core.runtime.prompts import SLOTS, Blend, Prompts
from magnet_core.runtime.settings import Settings

MOST_CHORDS = 64
_BLENDS_KEPT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the performer has set.

    Attributes:
        settings: numbers.
        prompts: words and their weights.
        tempo_bpm: beats per minute; 0 leaves it to the words.
        chords: one for each bar, and round again; none leaves them to the model.
    """

    settings: Settings
    prompts: Prompts
    tempo_bpm: float = 0.0
    chords: tuple[Chord, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for a stretch of frames.

    Attributes:
        wanted: what was wanted when the last plan adopted it.
        beat_grid: where the beats fall.
        harmony: key and chords.
        tempo_bpm: beats per minute, whatever a nudge makes of it.
        until: the frame before which it holds; None: for all that come.
    """

    wanted: Wanted
    beat_grid: BeatGrid
    harmony: Harmony
    tempo_bpm: float
    until: int | None = None


class Score:
    """What is wanted, and what of it holds at which frame.

    A plan may begin far behind what is sent, on a bar line say. Until then what held before goes
    on, and ``held_at`` knows of it.

    Args:
        model: that plays; used without being changed.
        settings: what to begin with.

    Attributes:
        wanted: what the performer has set, adopted or not.
        holds: what was wanted when the last plan adopted it.
        beat_grid: where the beats fall.
        harmony: key and chords.
        tempo_bpm: beats per minute that the grid keeps, whatever a nudge makes of them.
        clock_bpm: those of an external clock, which come before all others; 0: there is none.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        self._model = model
        self._past: list[Held] = []  # in order; as long as it is not all sent
        self.wanted = self.holds = Wanted(settings=settings, prompts=Prompts.only(""))
        self.beat_grid = BeatGrid(frame_rate=model.frame_rate)
        self.tempo_bpm, self.clock_bpm = self.beat_grid.tempo_bpm, 0.0
        self.harmony = Harmony.draw(model.key(""), settings.seed)
        self._glides = Glides(_targets(self.wanted), model.frame_rate)
        self._blended: OrderedDict[Blend, Conditions] = OrderedDict()
        self.adopt(0, at_once=True)

    # -- what is wanted ---------------------------------------------------------------------------

    def set_prompts(self, prompts: Prompts) -> None:
        """Want other words.

        Raises:
            MagnetError: the text encoder cannot read them; nothing has changed.
        """
        self._blend(prompts.blend())
        self.wanted = replace(self.wanted, prompts=prompts)

    def set_settings(self, settings: Settings) -> None:
        """Want other numbers."""
        self.wanted = replace(self.wanted, settings=settings)

    def set_tempo(self, tempo_bpm: float) -> None:
        """Want a tempo whatever the words say; 0 leaves it to them again; raises ConfigError."""
        in_range = tempo_bpm == 0.0 or MIN_TEMPO_BPM <= tempo_bpm <= MAX_TEMPO_BPM
        require(in_range, "tempo", tempo_bpm, "20 to 999 beats per minute, or 0 for the prompt's")
        self.wanted = replace(self.wanted, tempo_bpm=float(tempo_bpm))

    def set_chords(self, chords: tuple[Chord, ...]) -> None:
        """Want a chord for each bar; none leaves them to the model again; raises ConfigError."""
        allowed = f"0 to {MOST_CHORDS}, one for each bar"
        require(len(chords) <= MOST_CHORDS, "the number of chords", len(chords), allowed)
        if chords:
            self._model.require_harmony()
        self.wanted = replace(self.wanted, chords=chords)

    def window(self, context_s: float) -> tuple[int, int]:
        """Return a window's frames, and how many may be context: a quarter at least is new."""
        config = self._model.lm.config
        window = min(self.frames(self.wanted.settings.window_s), config.segment_frames)
        window = max(window - window % config.span_len, config.span_len)
        return window, min(self.frames(context_s), 3 * window // 4)

    def frames(self, seconds: float) -> int:
        """Return how many frames ``seconds`` are."""
        return round(seconds * self._model.frame_rate)

    # -- what holds -------------------------------------------------------------------------------

    def adopt(self, frame: int, *, at_once: bool) -> None:
        """Let what is wanted hold from ``frame`` on.

        A key that the words do not contradict stays, and its chords with it: words about something
        else change nothing about the harmony. Of chords that are new the first is that of the bar
        in which ``frame`` is heard; the bars are counted from there.

        Args:
            frame: the first that it is heard in.
            at_once: nothing sounds, so that nothing need be on its way.
        """
        self._remember(frame)
        held, wanted = self.holds, self.wanted
        self.holds = wanted
        tempo_bpm = self.clock_bpm or wanted.tempo_bpm or wanted.prompts.tempo_bpm(self._model)
        if tempo_bpm != self.tempo_bpm:
            self.tempo_bpm = tempo_bpm
            self.beat_grid = self.beat_grid.with_tempo(frame, tempo_bpm)
        asked, is_new = wanted.prompts.key(self._model), wanted.chords != held.chords
        if is_new or not asked.admits(self.harmony.key):
            key = self.harmony.key if asked.admits(self.harmony.key) else asked
            drawn = Harmony.draw(key, wanted.settings.seed)
            self.harmony = Harmony.over(wanted.chords, asked) if wanted.chords else drawn
        if is_new and wanted.chords:
            self.beat_grid = self.beat_grid.restarted_at_bar(frame)
        if at_once:
            self._glides.jump(_targets(wanted))
        elif not wanted.prompts.fades_from(held.prompts):
            self._glides.jump(_weights(wanted.prompts))
        self._glides.move(_targets(wanted), frame, wanted.settings.slew_s)

    def play_in(self, key: Key) -> None:
        """Play in a key from the next plan on, where the words and chords leave it open."""
        asked, is_open = self.wanted.prompts.key(self._model), not self.wanted.chords
        if is_open and key.is_whole and asked.admits(key) and key != self.harmony.key:
            self.harmony = Harmony.draw(key, self.wanted.settings.seed)

    def follow(self, frame: int, course: Course, clock_bpm: float) -> None:
        """Let the beats go on otherwise from ``frame`` on.

        A clock counts its bars as it likes; where they jump there, chords go on with the next one.

        Args:
            frame: the first that it is heard in.
            course: how.
            clock_bpm: tempo of an external clock; 0 where there is none.
        """
        self._remember(frame)
        grid = course.grid
        if course.jumps and self.holds.chords:
            grid = grid.counted_after(self.beat_grid, frame)
        self.beat_grid, self.clock_bpm = grid, clock_bpm
        self.tempo_bpm = clock_bpm or self.tempo_bpm

    def leave_clock(self) -> None:
        """Go on without an external clock, at its tempo until another is asked for."""
        self.wanted, self.holds = self._on_clock(self.wanted), self._on_clock(self.holds)
        self.clock_bpm = 0.0

    def take_over(self, held: Held, wanted: Wanted) -> None:
        """Let what held elsewhere hold here, and want what was wanted there."""
        self._past = []
        self.wanted, self.holds, self.harmony = wanted, held.wanted, held.harmony
        self.beat_grid, self.tempo_bpm = held.beat_grid, held.tempo_bpm
        self._glides.jump(_targets(held.wanted))

    def held_at(self, frame: int) -> Held:
        """Return what holds at a frame that is not sent yet."""
        coming = (held for held in self._past if held.until is not None and frame < held.until)
        return next(coming, self._held())

    def forget(self, frame: int) -> None:
        """Forget what held for no frame from ``frame`` on."""
        self._past = [held for held in self._past if held.until is not None and frame < held.until]

    @property
    def wanted_on_clock(self) -> Wanted:
        """What is wanted, at the tempo of the clock where one is followed."""
        return self._on_clock(self.wanted)

    def _on_clock(self, wanted: Wanted) -> Wanted:
        return replace(wanted, tempo_bpm=self.clock_bpm or wanted.tempo_bpm)

    def _held(self) -> Held:
        wanted = self._on_clock(self.holds)
        return Held(wanted, self.beat_grid, self.harmony, self.tempo_bpm)

    def _remember(self, frame: int) -> None:
        """Note what holds before ``frame``, where something else will from there on."""
        before = self.held_at(frame - 1)
        past = [held for held in self._past if held.until is not None and held.until < frame]
        self._past = [*past, replace(before, until=frame)]

    def differs(self, frame: int, other: int) -> bool:
        """Return whether a value that is on its way is not the same at both frames."""
        return self._glides.at(frame) != self._glides.at(other)

    def decision(self, plan: Plan) -> Decision:
        """Return everything that ``plan`` is decoded with."""
        config, holds = self._model.lm.config, self.holds
        values = self._glides.at(plan.first_frame)
        weights = [values[_weight(number)] for number in range(1, SLOTS + 1)]
        metre = self.beat_grid.metre(plan.first_frame - plan.context_frames)
        return Decision(
            plan=plan,
            prompts=holds.prompts.blend(weights),
            metre=metre if config.metre else None,
            harmony=self.harmony if config.harmony else None,
            params=_with_knobs(holds.settings.decoding, values),
            seed=(holds.settings.seed * 1_000_003 + plan.plan_id) % (1 << 63),
        )

    def conditions(self, decision: Decision) -> Conditions:
        """Return what the decoder of ``decision`` is told."""
        return decision.conditions(self._model, self._blend(decision.prompts))

    def _blend(self, blend: Blend) -> Conditions:
        """Return the conditions of a blend; those used last are kept."""
        if blend not in self._blended:
            self._blended[blend] = self._model.blend(blend)
            if len(self._blended) > _BLENDS_KEPT:
                self._blended.popitem(last=False)
        self._blended.move_to_end(blend)
        return self._blended[blend]


def _targets(wanted: Wanted) -> dict[str, float]:
    """Return the values of all that glides, as wanted."""
    return _knobs(wanted.settings.decoding) | _weights(wanted.prompts)


def _weights(prompts: Prompts) -> dict[str, float]:
    return {_weight(n): slot.heard_weight for n, slot in enumerate(prompts.slots, start=1)}


def _weight(number: int) -> str:
    return f"weight {number}"


def _knobs(params: DecodingParams) -> dict[str, float]:
    """Return the parameters that glide."""
    return {
        "temperature": params.temperature,
        "top_p": params.top_p,
        "guidance": params.guidance[0],
        "guidance_min": params.guidance[1],
        "prefix_temperature": params.prefix_temperature,
        "prefix_guidance": params.prefix_guidance,
    }


def _with_knobs(params: DecodingParams, values: dict[str, float]) -> DecodingParams:
    return replace(
        params,
        temperature=values["temperature"],
        top_p=values["top_p"],
        guidance=(values["guidance"], values["guidance_min"]),
        prefix_temperature=values["prefix_temperature"],
        prefix_guidance=values["prefix_guidance"],
    )
