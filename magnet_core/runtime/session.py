"""One live stream: a timeline that is played, extended and rewritten while it sounds.

``work`` does one small unit at a time (one autoregressive frame, one infill step, one block through
the codec), so that whoever drives it can look at its messages between any two of them. A control
change drops the plan that is under way and begins a new one at the rewrite point: the first frame
that is not sent yet, or a little later where the old plan must cover the time until the new one's
first frame.

The session is what a performer has in hand. What is to be played is the business of ``score``, what
can be planned and when that of ``outlook`` and ``composer``, how a plan is decoded that of
``window``, the way out that of ``output``, and going on in another session that of ``relay``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor

from magnet_core.api import Model
from magnet_core.model.harmony import Harmony
from magnet_core.runtime.beat_grid import BeatGrid
from magnet_core.runtime.composer import Composer
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.events import Late, PcmChunk, PhraseChanged, SessionEvent
from magnet_core.runtime.outlook import Outlook
from magnet_core.runtime.output import Output
from magnet_core.runtime.pcm_loop import Pcm
from magnet_core.runtime.phrase import Phrase, PhraseDesk, PhraseUse
from magnet_core.runtime.planner import Planner
from magnet_core.runtime.prompts import Prompts
from magnet_core.runtime.relay import Relay
from magnet_core.runtime.score import Score
from magnet_core.runtime.settings import Settings, Value
from magnet_core.runtime.timeline import Timeline

_OF_LATER_PLANS = ("window_s", "context_s", "slew_s", "lead_ms", "quantize")  # they rewrite nothing
_WHENEVER_S = 60.0  # until work that nobody waits for
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
        self.timeline = Timeline(model.codebooks)
        self.score = Score(model, settings)
        self._events: list[SessionEvent] = []
        self._output = Output(model.codec, self.timeline, model.lm.device, costs, clock)
        self._output.tell = self._note
        device = model.lm.device
        self._phrases = PhraseDesk(model.codec, device, self._carry_out_use, self._tell_phrase)
        self._outlook = Outlook(
            model, self.timeline, self._output, self.score, costs, self._phrases
        )
        self._composer = Composer(
            model, self.timeline, self._output, self.score, self._outlook, clock, self._note
        )
        self._relay = Relay(
            model,
            self.timeline,
            self.score,
            self._output,
            self._outlook,
            self._composer,
            self._phrases,
        )
        self._playing = False
        self._late_plan = 0  # the last that has been said to be late
        self._phrase_turn = False  # whether it is the phrase's turn to be worked at
        self._outlook.follow_lead(anew=True)

    # -- state ------------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Samples that have gone out."""
        return self._output.position

    @property
    def playing(self) -> bool:
        """Whether the stream runs."""
        return self._playing

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
        if self.idle:
            return math.inf
        if not self._playing:  # a phrase is encoded, which nobody hears
            return _WHENEVER_S
        output = self._output
        if not output.sounding:
            return 0.0
        return output.ahead_s if output.can_emit else output.left_s

    def events(self) -> list[SessionEvent]:
        """Return and forget what has happened since the last call."""
        events, self._events = self._events, []
        return events

    def _note(self, event: SessionEvent) -> None:
        self._events.append(event)

    # -- transport --------------------------------------------------------------------------------

    def play(self) -> int:
        """Start, or go on; returns the sample at which sound begins."""
        self._playing = True
        return self.position

    def stop(self) -> int:
        """Pause; the plan stays, and play goes on where it stopped. Returns the position."""
        self._playing = False
        self._output.pause()
        self._composer.apply_while_silent()
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
        self._settle()
        return self._output.sample_of(self.timeline.frozen)

    def recover(self) -> None:
        """Begin anew after ``work`` has raised; what was on its way out is silence."""
        self._output.begin_after_loss()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._composer.begin_anew()
        self.score.beat_grid = self.beat_grid.restarted(self.timeline.frozen)

    def _settle(self) -> None:
        """Let changes hold at once where nothing plays."""
        if not self._playing:
            self._composer.apply_while_silent()

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

    def set_slot(self, number: int, text: str, weight: float = 1.0, ticket: object = None) -> None:
        """Put a text in slot 1 to 6, to be blended with the others by its weight, 0 to 1.

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
        self._composer.follower.read(sample, beat, tempo_bpm)
        if not tempo_bpm:
            self.score.leave_clock()

    def rejoin(self, sample: int, beat: float) -> None:
        """Be told, after a gap, which beat falls on a sample for those who listen.

        The bars come to where they would have been without the gap, as they would come to a clock.
        A clock that is followed knows better.
        """
        self._composer.follower.rejoin(sample, beat, self.score.tempo_bpm)

    def again(self, ticket: object = None) -> None:
        """Take the planned music once more: the same words and settings, another draw."""
        self._composer.request_change(ticket)
        self._settle()

    @contextmanager
    def _change(self, ticket: object, *, breaks_off: bool) -> Iterator[None]:
        """Plan anew if what is wanted is another thing after the block than before."""
        before = self.score.wanted
        yield
        if self.score.wanted != before:
            self._composer.request_change(ticket, breaks_off=breaks_off)
            self._settle()
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
        composer, loop = self._composer, self._composer.looper.loop
        if bars == 0:
            sample = composer.next_sample if loop is None else composer.release_loop()
        elif loop is None or loop.bars != bars:
            sample = composer.place_loop(bars)
        else:
            sample = self._output.heard_from(loop.begin_frame)
        composer.answer(ticket, sample)
        self._settle()

    def loop_pcm(self) -> Pcm | None:
        """Return one round of the loop that plays, float32 ``[C, n]``: it repeats without a seam.

        None where there is no loop, or its music is not all decided yet.
        """
        rounds = self._output.rounds
        if rounds is None:
            return None
        while not rounds.pcm.is_decoded:
            rounds.pcm.decode_block()
        return rounds.pcm.read(0, rounds.pcm.length)

    @property
    def loop_waits(self) -> bool:
        """Whether there is a loop, of which ``loop_pcm`` would have to decide or decode a part."""
        rounds = self._output.rounds
        if rounds is None:
            return self._composer.looper.loop is not None
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

    def _carry_out_use(self, how: PhraseUse, ticket: object) -> None:
        phrase, sample = self._phrases.phrase, self._composer.next_sample
        self._phrases.is_context = how is PhraseUse.CONTEXT
        if how is not PhraseUse.OFF and phrase is not None:
            self.score.play_in(phrase.key)
        if how is PhraseUse.CONTINUE and phrase is not None:
            sample = self._continue(phrase)
        self._composer.answer(ticket, sample)
        state = "off" if how is PhraseUse.OFF else "in use"
        self._note(PhraseChanged(state, 0.0 if phrase is None else phrase.seconds))

    def _continue(self, phrase: Phrase) -> int:
        """Let the music go on from a phrase as if it had just been heard; return the sample."""
        window, _ = self.score.window(self.settings.context_s)
        codes = phrase.codes[:, max(phrase.codes.shape[1] - window, 0) :]
        self._output.begin_anew()
        self._output.go_on_from(codes)
        frozen = self.timeline.frozen
        self._composer.begin_anew(memory_from=frozen - codes.shape[1])
        self._settle()
        beat = phrase.end_beat(self.score.tempo_bpm)
        self.score.beat_grid = self.beat_grid.going_on(frozen, beat)
        return self._output.sample_of(frozen)

    def _tell_phrase(self, phrase: Phrase) -> None:
        self._note(PhraseChanged("recorded", phrase.seconds))

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
        self._output.demand(until_sample)
        if self._phrases.is_encoding and (self._phrase_turn or not self._playing):
            self._phrase_turn = False
            self._phrases.step()
            return []
        if not self._playing:
            return []
        composer, output = self._composer, self._output
        composer.follow()
        start = composer.due()
        if start is not None and start.frame < self.timeline.horizon:
            composer.begin(start)  # before anything is sent that is to be planned anew
            start = None
        chunks = output.emit()
        if chunks:
            return chunks
        if output.is_dry and composer.plans != self._late_plan:
            self._late_plan = composer.plans
            self._note(Late(self.position, composer.plans))
        self._phrase_turn = self._phrases.is_encoding
        if start is not None:
            composer.begin(start)
        if composer.is_decoding:
            composer.advance()
        elif output.can_prepare:
            output.prepare()
        return []

    @property
    def idle(self) -> bool:
        """Whether ``work`` would do nothing until more is demanded or something changes."""
        if self._phrases.is_encoding:
            return False
        if not self._playing:
            return True
        decodes = self._composer.is_decoding or self._composer.due() is not None
        return not (decodes or self._output.can_emit or self._output.can_prepare)
