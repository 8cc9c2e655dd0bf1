"""One live stream: a timeline that is played, extended and rewritten while it sounds.

``work`` does one small unit at a time (one autoregressive frame, one infill step, one block through
the codec), so that whoever drives it can look at its messages between any two of them. A control
change drops the plan that is under way and begins a new one at the rewrite point: the first frame
that is not sent yet, or a little later where the old plan must cover the time until the new one's
first frame.

The session is what a performer has in hand. What is to be played is the business of ``score``, what
can be planned and when that of ``outlook`` and ``composer``, what is done next that of ``work``,
how a plan is decoded that of ``window``, the way out that of ``feed`` and ``output``, what a phrase
is used for that of ``phrase_desk``, and going on in another session that of ``relay``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor

from magnet_core.api import Model
from magnet_core.model.harmony import Chord, Harmony
from magnet_core.runtime.beat_grid import BeatGrid
from magnet_core.runtime.composer import Composer
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.events import PcmChunk, SessionEvent
from magnet_core.runtime.parts import Parts
from magnet_core.runtime.pcm_loop import Pcm
from magnet_core.runtime.phrase import PhraseUse
from magnet_core.runtime.phrase_desk import PhraseDesk
from magnet_core.runtime.planner import Planner
from magnet_core.runtime.prompts import Prompts
from magnet_core.runtime.relay import Relay
from magnet_core.runtime.settings import Settings, Value
from magnet_core.runtime.work import Work

_OF_LATER_PLANS = ("window_s", "context_s", "slew_s", "lead_ms", "quantize")  # they rewrite nothing
_OF_THE_WORDS = ("guidance", "guidance_min", "prefix_guidance")  # how closely they are followed


class LiveSession:
    """The state of one stream; sessions of one model do not touch each other.

    Controls take a ``ticket``, any object: an Applied event with it names the first sample at which
    the change is heard.

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
        self.model = model
        self._events: list[SessionEvent] = []
        parts = Parts.of(model, settings, clock, costs, self._events.append)
        self.timeline, self.score = parts.timeline, parts.score
        self._feed, self._output, self._phrase = parts.feed, parts.output, parts.phrase
        self._follower, self._outlook = parts.follower, parts.outlook
        self._composer = Composer(parts)
        self._phrases = PhraseDesk(parts, self._composer)
        self._relay = Relay(parts, self._composer)
        self._work = Work(parts, self._composer, self._phrases)
        self._outlook.follow_lead(anew=True)

    # -- state ------------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Samples that have gone out."""
        return self._output.position

    @property
    def playing(self) -> bool:
        """Whether the stream runs."""
        return self._composer.playing

    @property
    def settings(self) -> Settings:
        """What is set."""
        return self.score.wanted.settings

    @property
    def planner(self) -> Planner:
        """Makes the plans, and knows what they cost."""
        return self._outlook.planner

    @property
    def beat_grid(self) -> BeatGrid:
        """Where the beats fall, by frames of the timeline."""
        return self.score.beat_grid

    @property
    def harmony(self) -> Harmony:
        """Key and chords."""
        return self.score.harmony

    @property
    def lead_s(self) -> float:
        """How far ahead of what is heard audio should be demanded.

        No less than ``lead_ms``, and longer where the machine needs it (``lead``). Whoever follows
        it says so by ``confirm_lead``.
        """
        return self._outlook.lead_s

    @property
    def deadline_s(self) -> float:
        """Seconds until the next unit of work comes too late for what is heard.

        0 where nothing sounds yet, inf where there is nothing to do. Of several sessions the one
        with the least should work next.
        """
        return self._work.deadline_s

    def events(self) -> list[SessionEvent]:
        """Return and forget what has happened since the last call."""
        events = list(self._events)
        self._events.clear()
        return events

    # -- transport --------------------------------------------------------------------------------

    def play(self) -> int:
        """Start, or go on; returns the sample at which sound begins."""
        self._composer.playing = True
        return self.position

    def stop(self) -> int:
        """Pause; the plan stays, and play goes on where it stopped. Returns the position."""
        self._composer.playing = False
        self._output.pause()
        self._composer.settle()
        return self.position

    def reset(self, at_bar: bool = False) -> int:
        """Forget the music; what comes next begins at beat 0 without context.

        Args:
            at_bar: at the next bar line that can still be planned, where music sounds; the beats go
                on, and the bars are counted anew. Otherwise at once.

        Returns:
            the sample at which it begins.
        """
        if at_bar and self._output.sounding:
            return self._composer.begin_anew_at_bar()
        self._output.begin_anew()
        self._begin_anew()
        self._composer.settle()
        return self._feed.sample_of(self.timeline.frozen)

    def recover(self) -> None:
        """Begin anew after ``work`` has raised; what was on its way out is silence."""
        self._output.begin_after_loss()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._composer.begin_anew()
        self.score.beat_grid = self.beat_grid.restarted(self.timeline.frozen)

    def confirm_lead(self, seconds: float) -> None:
        """Be told how far ahead audio is demanded by now; ``lead_ms`` is believed without."""
        self._outlook.confirm_lead(seconds)

    # -- controls ---------------------------------------------------------------------------------

    def set_prompt(self, text: str, ticket: object = None) -> None:
        """Play ``text`` alone from now on: in slot 1 at full weight, the others are emptied.

        Raises:
            MagnetError: the text encoder cannot read it; nothing has changed.
        """
        with self._change(ticket, breaks_off=True):
            self.score.set_prompts(Prompts.only(text))

    def set_slot(
        self,
        number: int,
        text: str | None = None,
        weight: float | None = None,
        ticket: object = None,
    ) -> None:
        """Put a text in slot 1 to 6, to be blended with the others by its weight, 0 to 1.

        What is None stays as it is: a text at the weight of the one before, or another weight of
        the same text. A slot that is empty keeps its weight for the text that comes.

        Raises:
            ConfigError: no such slot, or no such weight; nothing has changed.
            MagnetError: the text encoder cannot read the text; nothing has changed.
        """
        with self._change(ticket, breaks_off=True):
            self.score.set_prompts(self.score.wanted.prompts.with_slot(number, text, weight))

    def set_tempo(self, tempo_bpm: float, ticket: object = None) -> None:
        """Play at a tempo, 20 to 999 beats per minute, whatever the words say; 0 heeds them again.

        Raises:
            ConfigError: another number; nothing has changed.
        """
        with self._change(ticket, breaks_off=True):
            self.score.set_tempo(tempo_bpm)

    def set_chords(self, chords: tuple[Chord, ...], ticket: object = None) -> None:
        """Play a chord a bar, round and round, whatever the seed says; none: the model's own again.

        The first is that of the bar in which the change is heard: quantised to the bar it begins
        with it. The key is that of the words; what they leave open follows from the chords.

        Raises:
            ConfigError: more than 64, or a model that is not told chords; nothing has changed.
        """
        with self._change(ticket, breaks_off=True):
            self.score.set_chords(chords)

    def set_param(self, name: str, value: Value, ticket: object = None) -> None:
        """Change a setting; knobs take ``slew_s`` to reach their new value (``glide``).

        Raises:
            ConfigError: the value does not fit; nothing has changed.
        """
        if name not in _OF_LATER_PLANS:
            with self._change(ticket, breaks_off=name in _OF_THE_WORDS):
                self.score.set_settings(self.settings.with_control(name, value))
            return
        self.score.set_settings(self.settings.with_control(name, value))
        if name == "lead_ms":
            self._outlook.follow_lead(anew=True)
        self._answer_at_once(ticket)

    def align(self, sample: int, beat: float, tempo_bpm: float) -> None:
        """Follow an external clock, whose readings may tremble (``follower``).

        Its tempo takes the place of all others. Bars that are a little beside the clock's are
        nudged there, others begin anew with the next of the clock's; a loop stays as it is until it
        is left. A model without a metre cannot follow.

        Args:
            sample: of the stream, sent or not.
            beat: of the clock at that sample; a bar begins at each multiple of 4.
            tempo_bpm: 20 to 999; 0: there is no clock any more, and the tempo stays.

        Raises:
            ConfigError: no such beat or tempo; nothing has changed.
        """
        self._follower.read(sample, beat, tempo_bpm)
        if not tempo_bpm:
            self.score.leave_clock()

    def rejoin(self, sample: int, beat: float) -> None:
        """Be told, after a gap, which beat falls on a sample for those who listen.

        The bars come to where they would have been without the gap, as they would come to a clock.
        A clock that is followed knows better.
        """
        self._follower.rejoin(sample, beat, self.score.tempo_bpm)

    def again(self, ticket: object = None) -> None:
        """Take the planned music once more: the same words and settings, another draw."""
        self._composer.request_change(ticket)
        self._composer.settle()

    @contextmanager
    def _change(self, ticket: object, *, breaks_off: bool) -> Iterator[None]:
        """Plan anew if what is wanted is another thing after the block than before."""
        before = self.score.wanted
        yield
        if self.score.wanted != before:
            self._composer.request_change(ticket, breaks_off=breaks_off)
            self._composer.settle()
        else:
            self._answer_at_once(ticket)

    def _answer_at_once(self, ticket: object) -> None:
        """Answer what changes nothing that is planned: from here on it may make a difference."""
        self._composer.answer(ticket, self._output.heard_from(self.timeline.frozen))

    # -- loops ------------------------------------------------------------------------------------

    def loop(self, bars: int, ticket: object = None) -> None:
        """Loop so many bars, 1 to 16, from the next bar line on, until it is released by 0.

        The music of the loop is what is planned there; its end is planned so that it leads back to
        its beginning. A loop that is released is left at its next bar line for new music that goes
        on from it; changes of words and settings wait for that. The number of bars that are looped
        already changes nothing; another leaves the loop for one of new music.

        The Applied event names the sample at which the loop begins, or the first of the new music.

        Raises:
            ConfigError: not 0 to 16 bars; nothing has changed.
        """
        sample = self._composer.loops.want(bars)
        self._composer.answer(ticket, sample)
        self._composer.settle()

    def loop_pcm(self) -> Pcm | None:
        """Return one round of the loop that plays, float32 ``[C, n]``: it repeats without a seam.

        None where there is no loop, or its music is not all decided yet.
        """
        return self._output.loop_pcm()

    @property
    def loop_waits(self) -> bool:
        """Whether there is a loop, of which ``loop_pcm`` would have to decide or decode a part."""
        rounds = self._output.rounds
        if rounds is None:
            return self._outlook.looper.loop is not None
        return not rounds.pcm.is_decoded

    # -- phrases ----------------------------------------------------------------------------------

    def take_phrase(self, waveform: Tensor) -> None:
        """Take a phrase ``[C, N]``, to be encoded by and by; PhraseChanged tells when it is.

        Raises:
            SessionError: it is too short or too long; the one before stays.
        """
        self._phrases.take(waveform)

    def use_phrase(self, how: PhraseUse, ticket: object = None) -> None:
        """Go on from the phrase at once, let later plans go on from it, or not any more.

        Where it is still being encoded, that happens as soon as it is.

        Raises:
            SessionError: there is no phrase; nothing has changed.
        """
        self._phrases.use(how, ticket)

    # -- going on elsewhere -----------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Return what another session of this kind of model needs to go on with the music.

        That is the last window that was sent, or the loop that goes round, its beats and key, words
        and settings: a few kilobytes that say what they are.
        """
        return self._relay.snapshot()

    @property
    def snapshot_sample(self) -> int:
        """The sample at which the music that a snapshot taken now goes on with would begin."""
        return self._relay.snapshot_sample

    def loop_snapshot(self) -> tuple[bytes, int] | None:
        """Return a snapshot of the loop that plays as it begins a round, and its bars.

        None where ``loop_pcm`` is None.
        """
        return self._relay.loop_snapshot()

    def restore(self, data: bytes) -> int:
        """Go on with the music of a snapshot, from this session's own position.

        Returns:
            the sample at which that begins.

        Raises:
            SessionError: it is damaged, or of another kind of model; nothing has changed.
        """
        return self._relay.restore(data)

    # -- work -------------------------------------------------------------------------------------

    def demand(self, until_sample: int) -> None:
        """Allow samples before ``until_sample`` to go out, so that ``idle`` knows of it at once."""
        self._output.demand(until_sample)

    def work(self, until_sample: int) -> list[PcmChunk]:
        """Do one unit of work; return what became final, never past ``until_sample``."""
        return self._work.do_unit(until_sample)

    @property
    def idle(self) -> bool:
        """Whether ``work`` would do nothing until more is demanded or something changes."""
        return self._work.is_done
