"""What Max's objects look like in a file: inlets, outlets and attributes, as data.

Max does not check a patch that it loads. A class that does not exist, a cord to an inlet that is
not there, an attribute with a typing error: each is ignored, and the patch does less than it shows.
So whatever we write is held against this table, by the builder and again by the linter.

Sources, beside each class: ``survey`` = counted in 306 public patches, 34,591 boxes, most of them
saved by Max 8 and 9; ``saved`` = read in at least five further patches that Max saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class Ports:
    """Inlets and outlets of one box; the outlets by their types as Max writes them."""

    inlets: int
    outlets: tuple[str, ...] = ()


Shape = Callable[[Sequence[str]], Ports]


@dataclass(frozen=True, slots=True)
class ObjectClass:
    """A class of Max objects.

    Attributes:
        shape: arguments (attributes left out) -> inlets and outlets.
        source: where the numbers come from.
        is_ui: has a maxclass of its own; all others are ``newobj`` and named by their text.
        is_parameter: has a parameter that Live can see (``parameter_enable``).
        attributes: keys of its box besides those that every box may have.
        at: attributes that its text may set (``@name value``).
    """

    shape: Shape
    source: str
    is_ui: bool = False
    is_parameter: bool = False
    attributes: frozenset[str] = frozenset()
    at: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ANY_BOX = _words(
    "id maxclass numinlets numoutlets outlettype patching_rect presentation presentation_rect "
    "hidden ignoreclick background varname fontname fontsize fontface hint annotation "
    "annotation_name color bgcolor textcolor style linecount presentation_linecount"
)
_PARAMETER = "parameter_enable saved_attribute_attributes"


def _fixed(inlets: int, *outlets: str) -> Shape:
    return lambda args: Ports(inlets, outlets)


def _number(args: Sequence[str], position: int, default: int) -> int:
    return int(args[position]) if len(args) > position and args[position].isdecimal() else default


def _route(args: Sequence[str]) -> Ports:
    count = max(1, len(args))
    return Ports(count + 1, ("",) * (count + 1))


def _select(args: Sequence[str]) -> Ports:
    count = max(1, len(args))
    return Ports(count + 1, ("bang",) * count + ("",))


_TYPES = {"b": "bang", "i": "int", "f": "float"}


def _typed(arg: str) -> str:
    """Return the outlet type that an argument of trigger or unpack makes."""
    if re.fullmatch(r"-?\d+", arg):
        return "int"
    if re.fullmatch(r"-?\d*\.\d*", arg):
        return "float"
    return _TYPES.get(arg, "")


def _trigger(args: Sequence[str]) -> Ports:
    return Ports(1, tuple(_typed(arg) for arg in args) or ("int", "int"))


def _unpack(args: Sequence[str]) -> Ports:
    return Ports(1, tuple(_typed(arg) for arg in args) or ("int", "int"))


def _pack(args: Sequence[str]) -> Ports:
    return Ports(max(1, len(args)) if args else 2, ("",))


def _sprintf(args: Sequence[str]) -> Ports:
    specifiers = re.findall(r"%[-+ 0-9.]*l?[a-zA-Z]", " ".join(args))
    return Ports(max(1, len(specifiers)), ("",))


def _expr(args: Sequence[str]) -> Ports:
    numbers = [int(number) for number in re.findall(r"\$[fis](\d+)", " ".join(args))]
    return Ports(max([1, *numbers]), ("",))


def _arithmetic(args: Sequence[str]) -> Ports:
    return Ports(2, ("float" if args and "." in args[0] else "int",))


def _udpsend(args: Sequence[str]) -> Ports:
    return Ports(1)


def _by_count(
    inlets: Callable[[int], int], outlets: Callable[[int], tuple[str, ...]], default: int
) -> Shape:
    def shape(args: Sequence[str]) -> Ports:
        count = _number(args, 0, default)
        return Ports(inlets(count), outlets(count))

    return shape


def _text(shape: Shape, source: str, at: str = "", attributes: str = "") -> ObjectClass:
    return ObjectClass(
        shape,
        source,
        attributes=frozenset({"text", *attributes.split()}),
        at=frozenset(at.split()),
    )


def _ui(shape: Shape, source: str, attributes: str = "", parameter: bool = False) -> ObjectClass:
    keys = attributes.split()
    if parameter or "parameter_enable" in keys:  # the latter can be one, the former always are
        keys += _PARAMETER.split()
    return ObjectClass(
        shape, source, is_ui=True, is_parameter=parameter, attributes=frozenset(keys)
    )


_BINARY_SIGNAL = _text(_fixed(2, SIGNAL), "survey")
_ARITHMETIC = _text(_arithmetic, "survey")
_ZL = _text(_fixed(2, "", ""), "survey", at="zlmaxsize")

NEWOBJ: dict[str, ObjectClass] = {
    # OSC, files, processes
    "udpreceive": _text(_fixed(1, ""), "survey"),
    "udpsend": _text(_udpsend, "survey"),
    "node.script": _text(
        _fixed(1, "", ""),
        "survey",
        at="autostart watch defer",
        attributes="saved_object_attributes",
    ),
    # messages
    "route": _text(_route, "survey"),
    "sel": _text(_select, "survey"),
    "t": _text(_trigger, "survey"),
    "pack": _text(_pack, "survey"),
    "unpack": _text(_unpack, "survey"),
    "join": _text(_by_count(lambda n: n, lambda n: ("",), 2), "survey", at="triggers"),
    "prepend": _text(_fixed(1, ""), "survey"),
    "append": _text(_fixed(1, ""), "survey"),
    "tosymbol": _text(_fixed(1, ""), "survey"),
    "fromsymbol": _text(_fixed(1, ""), "survey"),
    "sprintf": _text(_sprintf, "survey"),
    "regexp": _text(_fixed(1, "", "", "", "", ""), "survey"),
    "zl.iter": _ZL,
    "zl.reg": _ZL,
    "zl.nth": _ZL,
    "zl.len": _ZL,
    "s": _text(_fixed(1), "survey"),
    "r": _text(_fixed(0, ""), "survey"),
    "gate": _text(_by_count(lambda n: 2, lambda n: ("",) * n, 1), "saved"),
    "change": _text(_fixed(1, "", "int", "int"), "saved"),
    "deferlow": _text(_fixed(1, ""), "saved"),
    "print": _text(_fixed(1), "survey"),
    "coll": _text(_fixed(1, "", "", "", ""), "survey", attributes="saved_object_attributes"),
    "dict": _text(_fixed(2, "dictionary", "", "", ""), "survey"),
    "thispatcher": _text(_fixed(1, "", ""), "survey"),
    # numbers and time
    "i": _text(_fixed(2, "int"), "saved"),
    "f": _text(_fixed(2, "float"), "saved"),
    "int": _text(_fixed(2, "int"), "saved"),
    "float": _text(_fixed(2, "float"), "saved"),
    "expr": _text(_expr, "saved"),
    "random": _text(_fixed(2, "int"), "saved"),
    "counter": _text(_fixed(5, "int", "", "", "int"), "survey"),
    "loadbang": _text(_fixed(1, "bang"), "survey"),
    "loadmess": _text(_fixed(1, ""), "survey"),
    "metro": _text(_fixed(2, "bang"), "survey"),
    "delay": _text(_fixed(2, "bang"), "survey"),
    "timer": _text(_fixed(2, "float", ""), "survey"),
    "transport": _text(
        _fixed(2, "int", "int", "float", "float", "float", "", "int", "float", ""), "survey"
    ),
    **dict.fromkeys(("+", "-", "*", "/"), _ARITHMETIC),
    **dict.fromkeys(("==", "!=", ">", "<", ">=", "<=", "%"), _text(_fixed(2, "int"), "survey")),
    # signals
    **dict.fromkeys(("*~", "+~", "-~", "/~", "==~", ">~", "<~", "sah~", "phasor~"), _BINARY_SIGNAL),
    "sig~": _text(_fixed(1, SIGNAL), "survey"),
    "count~": _text(_fixed(2, SIGNAL), "saved"),
    "index~": _text(_fixed(2, SIGNAL), "saved"),
    "rampsmooth~": _text(_fixed(3, SIGNAL), "saved"),
    "edge~": _text(_fixed(1, "bang", "bang"), "saved"),
    "snapshot~": _text(_fixed(2, "float"), "survey"),
    "line~": _text(_fixed(2, SIGNAL, "bang"), "survey"),
    "dspstate~": _text(_fixed(1, "int", "float", "int", "int"), "saved"),
    "selector~": _text(_by_count(lambda n: n + 1, lambda n: (SIGNAL,), 1), "saved"),
    "buffer~": _text(_fixed(1, "float", "bang"), "survey"),
    "groove~": _text(lambda args: Ports(3, (SIGNAL,) * (_number(args, 1, 1) + 1)), "survey"),
    "play~": _text(lambda args: Ports(1, (SIGNAL,) * _number(args, 1, 1) + ("bang",)), "survey"),
    "record~": _text(_fixed(3, SIGNAL), "survey"),
    "sfplay~": _text(_by_count(lambda n: 2, lambda n: (SIGNAL,) * n + ("bang",), 1), "survey"),
    "adc~": _text(lambda args: Ports(1, (SIGNAL,) * (len(args) or 2)), "survey"),
    "dac~": _text(lambda args: Ports(len(args) or 2), "survey"),
    # Live
    "plugin~": _text(_fixed(2, SIGNAL, SIGNAL), "survey"),
    "plugout~": _text(_fixed(2, SIGNAL, SIGNAL), "survey"),
    "plugsync~": _text(
        _fixed(1, "int", "int", "int", "float", "list", "float", "float", "int", "int"), "survey"
    ),
    "live.thisdevice": _text(_fixed(1, "bang", "int", "int"), "survey"),
    "live.path": _text(_fixed(1, "", "", ""), "survey", attributes="saved_object_attributes"),
    "live.object": _text(_fixed(2, ""), "survey", attributes="saved_object_attributes"),
    "live.observer": _text(_fixed(2, "", ""), "survey", attributes="saved_object_attributes"),
}
for _short, _long in {"t": "trigger", "s": "send", "r": "receive", "sel": "select"}.items():
    NEWOBJ[_long] = NEWOBJ[_short]

_LIVE = "activebgcolor activebgoncolor activetextcolor activetextoncolor focusbordercolor"

UI: dict[str, ObjectClass] = {
    "comment": _ui(_fixed(1), "survey", "text textjustification"),
    "message": _ui(_fixed(2, ""), "survey", "text"),
    "panel": _ui(_fixed(1), "survey", "bordercolor border rounded mode"),
    "button": _ui(_fixed(1, "bang"), "survey", "parameter_enable"),
    "toggle": _ui(_fixed(1, "int"), "survey", "parameter_enable"),
    "led": _ui(_fixed(1, "int"), "saved", "oncolor offcolor parameter_enable"),
    "number": _ui(_fixed(1, "", "bang"), "survey", "minimum maximum parameter_enable triangle"),
    "flonum": _ui(
        _fixed(1, "", "bang"),
        "survey",
        "minimum maximum parameter_enable triangle format numdecimalplaces",
    ),
    "umenu": _ui(_fixed(1, "int", "", ""), "survey", "items parameter_enable"),
    "textedit": _ui(
        _fixed(1, "", "int", "", ""),
        "survey",
        "text keymode lines outputmode wordwrap autoscroll clickmode tabmode rounded border "
        "bordercolor separator textjustification",
        parameter=True,
    ),
    "dropfile": _ui(_fixed(1, "", ""), "survey"),
    "ezdac~": _ui(_fixed(2), "survey"),
    "meter~": _ui(_fixed(1, "float"), "survey", "interval"),
    "inlet": _ui(_fixed(0, ""), "survey", "comment index"),
    "outlet": _ui(_fixed(1), "survey", "comment index"),
    "bpatcher": _ui(_fixed(0), "survey", "patcher name args embed offset viewvisibility"),
    "jweb": _ui(_fixed(1, ""), "survey", "url rendermode"),
    "jweb~": _ui(_fixed(1, SIGNAL, SIGNAL, ""), "saved", "url rendermode latency disablefind"),
    "live.comment": _ui(_fixed(1), "survey", "text textjustification"),
    "live.dial": _ui(
        _fixed(1, "", "float"), "survey", f"appearance showname shownumber {_LIVE}", parameter=True
    ),
    "live.slider": _ui(
        _fixed(1, "", "float"), "survey", f"orientation showname shownumber {_LIVE}", parameter=True
    ),
    "live.numbox": _ui(_fixed(1, "", "float"), "survey", f"appearance {_LIVE}", parameter=True),
    "live.text": _ui(
        _fixed(1, "", ""),
        "survey",
        f"mode text texton automation automationon {_LIVE}",
        parameter=True,
    ),
    "live.menu": _ui(_fixed(1, "", "", "float"), "survey", _LIVE, parameter=True),
    "live.tab": _ui(
        _fixed(1, "", "", "float"),
        "survey",
        f"num_lines_patching num_lines_presentation {_LIVE}",
        parameter=True,
    ),
    "live.toggle": _ui(_fixed(1, ""), "survey", _LIVE, parameter=True),
    "live.button": _ui(_fixed(1, ""), "survey", _LIVE, parameter=True),
    "live.gain~": _ui(
        lambda args: Ports(2, (SIGNAL, SIGNAL, "", "float", "list")),
        "survey",
        f"lastchannelcount channels orientation showname shownumber metering interval {_LIVE}",
        parameter=True,
    ),
}

PARAMETER_KEYS = frozenset(
    f"parameter_{key}"
    for key in _words(
        "longname shortname type mmin mmax modmode enum unitstyle initial initial_enable invisible "
        "exponent steps units info order linknames osc_name annotation_name speedlim defer"
    )
)

PATCHER_KEYS = _words(
    "fileversion appversion classnamespace rect openrect bglocked openinpresentation boxes lines "
    "gridsize default_fontsize default_fontface default_fontname gridonopen gridsnaponopen "
    "objectsnaponopen statusbarvisible toolbarvisible lefttoolbarpinned toptoolbarpinned "
    "righttoolbarpinned bottomtoolbarpinned toolbars_unpinned_last_save tallnewobj boxanimatetime "
    "enablehscroll enablevscroll devicewidth description digest tags style subpatcher_template "
    "assistshowspatchername parameters parameter_map dependency_cache autosave project latency "
    "is_mpe minimum_live_version minimum_max_version platform_compatibility originid "
    "external_mpe_tuning_enabled visible bgcolor editing_bgcolor workspacedisabled imprint "
    "styles boxgroups globalpatchername"
)


@dataclass(frozen=True, slots=True)
class ObjectText:
    """The text of an object box, taken apart: ``join 2 @triggers -1``."""

    name: str
    args: tuple[str, ...]
    attributes: tuple[str, ...]


def parse_text(text: str) -> ObjectText:
    """Return the class, the arguments and the names of the attributes in an object box."""
    words = text.split()
    first_attribute = next((n for n, word in enumerate(words) if word.startswith("@")), len(words))
    attributes = tuple(word[1:] for word in words[first_attribute:] if word.startswith("@"))
    return ObjectText(words[0] if words else "", tuple(words[1:first_attribute]), attributes)
