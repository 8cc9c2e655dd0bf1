"""The one table of every control: address, arguments, range, default, meaning.

OSC addresses, WebSocket commands, the checks before a worker sees a value, and the README's
reference (``reference.py``) are all made from this table. A control that is not here does not
exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from daw_bridge.arguments import Argument, Curve, Kind
from daw_bridge.errors import MessageError
from daw_bridge.likeness import KnownWords

if TYPE_CHECKING:  # it imports numpy, and the command line shows this table
    from daw_bridge.worker_protocol import Value

PARAM_PREFIX = "/magnet/param/"
PROMPT, TEMPO, LOOP = "/magnet/prompt", "/magnet/tempo", "/magnet/loop"
CHORDS = "/magnet/chords"
RECORD, INPUT_USE = "/magnet/input/record", "/magnet/input/use"
TAP = "/magnet/tap"
QUANTIZE = "/magnet/quantize"
SLOTS = range(1, 7)
WEIGHT_SUFFIX = "/weight"  # of a slot's address
MAX_TEXT_CHARACTERS = 2000
DEFAULT_LEAD_MS = 250.0
_MAX_CHORDS_CHARACTERS = 500


class Scope(StrEnum):
    """Who carries a control out."""

    WORKER = "worker"  # sent on, validated; kept and replayed to a new worker where it is a setting
    STREAM = "stream"  # the server's own side of the stream; the worker does not hear of it
    TAKE = "take"  # of the takes: the session and the folder together
    SERVER = "server"  # answered at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One address that clients may send to.

    Attributes:
        address: the full OSC address; also the WebSocket ``cmd``.
        doc: one sentence.
        scope: who carries it out.
        arguments: in order; optional ones last.
        setting: its last value is part of a session's state and survives a worker.
    """

    address: str
    doc: str
    scope: Scope
    arguments: tuple[Argument, ...] = ()
    setting: bool = False

    @property
    def short_name(self) -> str:
        """What ``/magnet/status`` calls its value."""
        return self.address.removeprefix(PARAM_PREFIX).removeprefix("/magnet/")

    def validate(self, args: Sequence[object]) -> tuple[Value, ...]:
        """Return the arguments in their proper types; what is left out has its default, if any.

        What stays as it is where it is left out, stays left out.

        Raises:
            MessageError: a wrong count, type or range; the reason names the value and the range.
        """
        required = sum(not argument.optional for argument in self.arguments)
        if not required <= len(args) <= len(self.arguments):
            raise MessageError(self._count_reason(len(args)), address=self.address)
        checked = []
        for argument, value in zip(self.arguments, args, strict=False):
            try:
                checked.append(argument.check(value))
            except ValueError as error:
                raise MessageError(
                    str(error), address=self.address, argument=argument.name
                ) from None
        left_out = self.arguments[len(args) :]
        given = (a.default for a in left_out if not a.stays)
        return *checked, *(default for default in given if default is not None)

    def _count_reason(self, count: int) -> str:
        names = ", ".join(
            f"[{argument.name}]" if argument.optional else argument.name
            for argument in self.arguments
        )
        wanted = f"it takes {names}" if names else "it takes none"
        reason = f"{self.address} got {count} argument{'s' * (count != 1)}; {wanted}"
        one_text = len(self.arguments) == 1 and self.arguments[0].kind is Kind.TEXT
        if one_text and count > 1:
            reason += " as one string (Max: quote it; Pure Data: [list tosymbol])"
        return reason


def _param(
    name: str,
    doc: str,
    kind: Kind,
    low: float,
    high: float,
    unit: str = "",
    *,
    curve: Curve = Curve.LINEAR,
    or_zero: bool = False,
    default: Value | None = None,
    scope: Scope = Scope.WORKER,
) -> Control:
    argument = Argument(
        name=name,
        kind=kind,
        low=low,
        high=high,
        unit=unit,
        curve=curve,
        or_zero=or_zero,
        default=default,
    )
    return Control(
        address=PARAM_PREFIX + name, doc=doc, scope=scope, arguments=(argument,), setting=True
    )


_TEXT = Argument(name="text", kind=Kind.TEXT, high=MAX_TEXT_CHARACTERS, default="")
_WEIGHT = Argument(name="weight", kind=Kind.FLOAT, low=0, high=1, default=1.0)
_NAME = Argument(name="name", kind=Kind.TEXT, low=1, high=32, default="main")


def _slot(number: int) -> Control:
    return Control(
        address=f"{PROMPT}/{number}",
        doc="Put a text in this slot: all six sound together, each by its weight, which stays "
        "where it is left out. An empty text takes no part.",
        scope=Scope.WORKER,
        arguments=(_TEXT, replace(_WEIGHT, optional=True, stays=True)),
        setting=True,
    )


def _weight(number: int) -> Control:
    return Control(
        address=f"{PROMPT}/{number}{WEIGHT_SUFFIX}",
        doc="Weigh this slot's text anew; where it has none yet, the one that comes.",
        scope=Scope.WORKER,
        arguments=(_WEIGHT,),
        setting=True,
    )


CONTROLS: tuple[Control, ...] = (
    Control(address="/magnet/play", doc="Start the stream, or go on.", scope=Scope.WORKER),
    Control(address="/magnet/stop", doc="Fade out and pause the stream.", scope=Scope.WORKER),
    Control(
        address="/magnet/reset",
        doc="Forget the music so far, at once or at the next bar; prompts and parameters stay.",
        scope=Scope.WORKER,
        arguments=(
            Argument(
                name="when", kind=Kind.CHOICE, choices=("now", "bar"), default="now", optional=True
            ),
        ),
    ),
    Control(
        address=PROMPT,
        doc="Describe the music; an empty text asks for anything. "
        "It takes slot 1, and empties the others; all weights are 1 again.",
        scope=Scope.WORKER,
        arguments=(_TEXT,),
        setting=True,
    ),
    *(control for number in SLOTS for control in (_slot(number), _weight(number))),
    Control(
        address="/magnet/again",
        doc="Another take of what is planned: the same words, other notes.",
        scope=Scope.WORKER,
    ),
    Control(
        address=TEMPO,
        doc="Beats per minute, whatever the prompts say; 0 leaves it to them, of several to the "
        "heaviest that names any.",
        scope=Scope.WORKER,
        arguments=(
            Argument(
                name="bpm",
                kind=Kind.FLOAT,
                low=20,
                high=999,
                unit="bpm",
                curve=Curve.LOG,
                or_zero=True,
                default=0.0,
            ),
        ),
        setting=True,
    ),
    Control(
        address=CHORDS,
        doc='A chord for each bar, round and round, such as "Am F C G"; an empty text leaves them '
        "to the model. The first is that of the bar in which the change is heard.",
        scope=Scope.WORKER,
        arguments=(
            Argument(name="names", kind=Kind.TEXT, high=_MAX_CHORDS_CHARACTERS, default=""),
        ),
        setting=True,
    ),
    Control(
        address=QUANTIZE,
        doc="Prompts, weights, tempo, chords, again, knobs and recalled takes take effect at once "
        "(off), on the next beat, or on the next bar line.",
        scope=Scope.WORKER,
        arguments=(
            Argument(name="when", kind=Kind.CHOICE, choices=("off", "beat", "bar"), default="off"),
        ),
        setting=True,
    ),
    Control(
        address=TAP,
        doc="Tap the beat: two taps or more set the tempo, by the median of their intervals, and "
        "each says where a beat is. Right before /magnet/play they count in.",
        scope=Scope.STREAM,
    ),
    Control(
        address=LOOP,
        doc="From the next bar on, loop so many bars of what is planned; 0 lets the music go on.",
        scope=Scope.WORKER,
        arguments=(Argument(name="bars", kind=Kind.INT, high=16, unit="bars", default=0),),
        setting=True,
    ),
    _param("temperature", "Sampling temperature of the infill.", Kind.FLOAT, 0, 10),
    _param("top_p", "Nucleus mass of the infill; 0 turns it off.", Kind.FLOAT, 0, 1),
    _param(
        "top_k",
        "Tokens kept where top_p is 0; 0 keeps all.",
        Kind.INT,
        1,
        65536,
        "tokens",
        curve=Curve.LOG,
        or_zero=True,
    ),
    _param("guidance", "Guidance weight at the start of a stage.", Kind.FLOAT, 0, 30),
    _param("guidance_min", "Guidance weight at the end of a stage.", Kind.FLOAT, 0, 30),
    _param(
        "steps",
        "Forward passes of each codebook's stage.",
        Kind.STEPS,
        1,
        200,
        "passes",
        curve=Curve.LOG,
    ),
    _param("seed", "Seed of the session's randomness.", Kind.SEED, 0, 2**31 - 1, default=0),
    _param("prefix_temperature", "Sampling temperature of the prefix.", Kind.FLOAT, 0, 10),
    _param(
        "prefix_top_k",
        "Tokens kept in the prefix; 0 keeps all.",
        Kind.INT,
        1,
        65536,
        "tokens",
        curve=Curve.LOG,
        or_zero=True,
    ),
    _param("prefix_guidance", "Guidance weight of the prefix.", Kind.FLOAT, 0, 30),
    _param("window_s", "Music planned at a time.", Kind.FLOAT, 0.5, 30, "s", curve=Curve.LOG),
    _param("context_s", "Music heard that a plan goes on from.", Kind.FLOAT, 0, 30, "s"),
    _param(
        "slew_s",
        "How long guidance, temperature and weights take to reach a new value.",
        Kind.FLOAT,
        0,
        10,
        "s",
        default=0.25,
    ),
    _param(
        "lead_ms",
        "How far ahead of the playhead audio is sent: the latency of controls, and the safety. "
        "A machine that is too slow for it takes more.",
        Kind.FLOAT,
        40,
        2000,
        "ms",
        curve=Curve.LOG,
        default=DEFAULT_LEAD_MS,
    ),
    _param(
        "gain_db",
        "Loudness of the stream.",
        Kind.FLOAT,
        -60,
        12,
        "dB",
        default=0.0,
        scope=Scope.STREAM,
    ),
    _param(
        "level",
        "1 keeps the music at an even level, whatever is played; 0 leaves it as the model made it.",
        Kind.INT,
        0,
        1,
        default=1,
        scope=Scope.STREAM,
    ),
    Control(
        address=RECORD,
        doc="1 records what comes in from the sound card (--audio-in) or by WebSocket, up to 30 s, "
        "and 0 ends the phrase.",
        scope=Scope.STREAM,
        arguments=(Argument(name="on", kind=Kind.INT, high=1),),
    ),
    Control(
        address=INPUT_USE,
        doc="Let the music go on from the phrase that was recorded, now (continue), or let later "
        "plans know it beside what was heard last (context), or not any more (off).",
        scope=Scope.WORKER,
        arguments=(Argument(name="how", kind=Kind.CHOICE, choices=("continue", "context", "off")),),
    ),
    Control(
        address="/magnet/take/keep",
        doc="Keep the last whole bars as a take, and write them as a WAV file; 0 keeps the loop "
        "that plays, or else everything since the last take.",
        scope=Scope.TAKE,
        arguments=(
            Argument(name="bars", kind=Kind.INT, high=64, unit="bars", default=4, optional=True),
            Argument(name="name", kind=Kind.TEXT, high=64, default="", optional=True),
        ),
    ),
    Control(
        address="/magnet/take/recall",
        doc="Play a take again, and go on from its end; words and parameters become those it was "
        "kept with.",
        scope=Scope.TAKE,
        arguments=(Argument(name="name", kind=Kind.TEXT, low=1, high=64),),
    ),
    Control(
        address="/magnet/take/undo",
        doc="Go back to the music, words and parameters before the last recall, again, reset or "
        "phrase that was gone on from, or change of a prompt, a weight, the chords or the tempo; "
        "once more for the one before.",
        scope=Scope.TAKE,
    ),
    Control(
        address="/magnet/take/list",
        doc="Answered by /magnet/take/list.reply: the names of the takes.",
        scope=Scope.SERVER,
    ),
    Control(
        address="/magnet/subscribe",
        doc="Send replies and events to this port too (of the sender, or of another host).",
        scope=Scope.SERVER,
        arguments=(
            Argument(name="port", kind=Kind.INT, low=1, high=65535),
            Argument(name="host", kind=Kind.TEXT, low=1, high=64, optional=True),
        ),
    ),
    Control(
        address="/magnet/session",
        doc="Point this sender at another session.",
        scope=Scope.SERVER,
        arguments=(_NAME,),
    ),
    Control(
        address="/magnet/token",
        doc="Show the token; needed from any address but this machine.",
        scope=Scope.SERVER,
        arguments=(Argument(name="token", kind=Kind.TEXT, low=1, high=256),),
    ),
    Control(
        address="/magnet/ping",
        doc="Answered by /magnet/pong with the same text.",
        scope=Scope.SERVER,
        arguments=(Argument(name="text", kind=Kind.TEXT, high=256, optional=True),),
    ),
    Control(
        address="/magnet/status",
        doc="Answered by /magnet/status.reply: names and values in turn.",
        scope=Scope.SERVER,
    ),
    Control(
        address="/magnet/sync",
        doc="Answered by /magnet/synced when all this sender sent before is answered.",
        scope=Scope.SERVER,
        arguments=(Argument(name="id", kind=Kind.INT, low=-(2**31), high=2**31 - 1),),
    ),
)

BY_ADDRESS = {control.address: control for control in CONTROLS}
LEAD_MS = BY_ADDRESS[PARAM_PREFIX + "lead_ms"].arguments[0]
BPM = BY_ADDRESS[TEMPO].arguments[0]
_ADDRESSES = KnownWords(BY_ADDRESS)


def lookup(address: str) -> Control:
    """Return the control of an address.

    Raises:
        MessageError: there is none; the reason names the nearest addresses.
    """
    control = BY_ADDRESS.get(address)
    if control is not None:
        return control
    shown = address if len(address) <= 60 else address[:57] + "..."
    near = _ADDRESSES.like(address)
    hint = f"did you mean {' or '.join(near)}?" if near else "see /magnet/status and the reference"
    raise MessageError(f"no control has the address {shown!r}; {hint}", address=shown)


def validate(address: str, args: Sequence[object]) -> tuple[Control, tuple[Value, ...]]:
    """Return the control of an address and its arguments in their proper types.

    Raises:
        MessageError: the address or the arguments are not in the table.
    """
    control = lookup(address)
    return control, control.validate(args)
