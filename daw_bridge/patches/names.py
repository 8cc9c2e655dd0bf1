"""What a control of the table is called in Max and Live, and where its dial stands at first.

A control that is not named here gets its name from its address: a new one is in the patches without
a change.
"""

from __future__ import annotations

import math

from daw_bridge.arguments import Argument, Curve, Kind
from daw_bridge.controls import PARAM_PREFIX, PROMPT, SLOTS, WEIGHT_SUFFIX, Control
from daw_bridge.patches.patcher import ENUM, FLOAT, INT, Parameter
from daw_bridge.worker_protocol import Value

_NAMES = {  # long, short
    "/magnet/play": ("Play", "Play"),
    "/magnet/stop": ("Stop", "Stop"),
    "/magnet/again": ("Another Take", "Again"),
    "/magnet/tempo": ("Tempo", "Tempo"),
    "/magnet/tap": ("Tap Tempo", "Tap"),
    "/magnet/quantize": ("Quantize", "Quantize"),
    "/magnet/loop": ("Loop Bars", "Loop"),
    "/magnet/take/undo": ("Undo Take", "Undo"),
    "/magnet/take/list": ("List Takes", "List"),
    "/magnet/input/record": ("Record Input", "Record"),
    "/magnet/input/use": ("Use Input", "Use"),
    PARAM_PREFIX + "temperature": ("Temperature", "Temp"),
    PARAM_PREFIX + "top_p": ("Top P", "Top P"),
    PARAM_PREFIX + "top_k": ("Top K", "Top K"),
    PARAM_PREFIX + "guidance": ("Guidance", "Guide"),
    PARAM_PREFIX + "guidance_min": ("Guidance End", "G End"),
    PARAM_PREFIX + "steps": ("Steps", "Steps"),
    PARAM_PREFIX + "seed": ("Seed", "Seed"),
    PARAM_PREFIX + "prefix_temperature": ("Prefix Temperature", "Pre Temp"),
    PARAM_PREFIX + "prefix_top_k": ("Prefix Top K", "Pre K"),
    PARAM_PREFIX + "prefix_guidance": ("Prefix Guidance", "Pre G"),
    PARAM_PREFIX + "window_s": ("Window", "Window"),
    PARAM_PREFIX + "context_s": ("Context", "Context"),
    PARAM_PREFIX + "slew_s": ("Slew", "Slew"),
    PARAM_PREFIX + "lead_ms": ("Lead", "Lead"),
    PARAM_PREFIX + "gain_db": ("Stream Gain", "Gain"),
    PARAM_PREFIX + "level": ("Even Level", "Level"),
    **{f"{PROMPT}/{n}{WEIGHT_SUFFIX}": (f"Prompt {n} Weight", f"W{n}") for n in SLOTS},
}

# Where a dial stands whose value is the model's own until it is turned: the paper's settings.
_MODELS_OWN: dict[str, Value] = {
    "temperature": 3.0,
    "top_p": 0.9,
    "top_k": 0,
    "guidance": 10.0,
    "guidance_min": 1.0,
    "steps": "20,10,10,10",
    "prefix_temperature": 1.0,
    "prefix_top_k": 250,
    "prefix_guidance": 3.0,
    "window_s": 10.0,
    "context_s": 5.0,
}

LARGEST_WHOLE_FLOAT = 2**24 - 1  # a Live parameter is a float32
_LARGEST_INT_PARAMETER = 255


def names(control: Control) -> tuple[str, str]:
    """Return the long and the short name."""
    if control.address in _NAMES:
        return _NAMES[control.address]
    long = control.short_name.replace("/", " ").replace("_", " ").title()
    return long, long[:10]


def is_the_models(control: Control) -> bool:
    """Return whether the model has a value of its own until somebody sets another."""
    return control.setting and bool(control.arguments) and control.arguments[0].default is None


def initial(control: Control) -> Value:
    """Return where the control stands before it is touched."""
    argument = control.arguments[0]
    if argument.default is not None:
        return argument.default
    if argument.kind in (Kind.TEXT, Kind.CHOICE):
        return argument.choices[0] if argument.choices else ""
    return _MODELS_OWN.get(control.short_name, min(max(0.0, argument.low), argument.high))


def exponent(argument: Argument) -> float:
    """Return the dial's exponent: a logarithmic range has its geometric mean in the middle."""
    if argument.curve is not Curve.LOG or not 0 < argument.low < argument.high:
        return 1.0
    begin = 0.0 if argument.or_zero else argument.low
    middle = math.sqrt(argument.low * argument.high)
    share = (middle - begin) / (argument.high - begin)
    return round(math.log(share) / math.log(0.5), 3)


def number_parameter(control: Control) -> Parameter:
    """Return the parameter of a number: its range, unit and curve from the table."""
    argument = control.arguments[0]
    long, short = names(control)
    whole = argument.kind in (Kind.INT, Kind.SEED)
    low, high = 0.0 if argument.or_zero else argument.low, argument.high
    if whole:
        low, high = max(low, -LARGEST_WHOLE_FLOAT), min(high, LARGEST_WHOLE_FLOAT)
    start = initial(control)
    return Parameter(
        long=long,
        short=short,
        kind=INT if whole and high - low <= _LARGEST_INT_PARAMETER else FLOAT,
        low=low,
        high=high,
        initial=float(start) if isinstance(start, (int, float)) else low,
        unit="int" if whole else (argument.unit or "float"),
        exponent=exponent(argument),
        info=info(control),
    )


def choice_parameter(control: Control, choices: tuple[str, ...]) -> Parameter:
    """Return the parameter of a choice or a switch."""
    long, short = names(control)
    start = initial(control)
    index = choices.index(start) if isinstance(start, str) and start in choices else 0
    if isinstance(start, (int, float)):
        index = int(start)
    return Parameter(
        long=long, short=short, kind=ENUM, choices=choices, initial=index, info=info(control)
    )


def info(control: Control) -> str:
    """Return what is shown where the pointer rests: the doc, the range and the OSC address."""
    ranges = "; ".join(f"{a.name}: {a.allowed}" for a in control.arguments)
    return f"{control.doc} {ranges + '. ' if ranges else ''}{control.address}"
