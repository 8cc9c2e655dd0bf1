"""What stands where: a patch is a table of spots, and each control of the table gets one.

In the patching view the controls stand in columns, in the order of the table; in presentation each
stands at its spot, with a caption beside it. A control without a spot, one that a patch does not
know yet, gets what fits its argument, where the patch has room for such.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

from daw_bridge.arguments import Kind
from daw_bridge.controls import CONTROLS, Control
from daw_bridge.patches import displays, strips
from daw_bridge.patches.names import names
from daw_bridge.patches.patcher import Rect
from daw_bridge.patches.strips import COLUMN, Desk, Place

Widget = Callable[[Desk, Control, Place], object]

_COLUMNS = 8
_STRIP_HEIGHT = 320.0
_TITLE = 24.0  # above a strip


@dataclass(frozen=True, slots=True)
class Spot:
    """How a control is shown, where, and the caption beside it."""

    widget: Widget
    show: Rect | None = None
    caption: str = ""
    caption_at: Rect | None = None


def a_button_each(shows: Mapping[str, Rect], texts: Mapping[str, str]) -> Widget:
    """Return a widget of one button for each choice that a control has."""

    def add(desk: Desk, control: Control, place: Place) -> None:
        for index, choice in enumerate(control.arguments[0].choices):
            there = Place(place.x + 140 * index, place.y, shows[choice])
            strips.button(desk, control, there, texts[choice], (choice,))

    return add


def place_controls(
    desk: Desk,
    spots: Mapping[str, Spot],
    *,
    top: float,
    without: Container[str],
    room: Callable[[int], Rect | None],
) -> None:
    """Add a strip for each control of the table.

    Args:
        desk: that gets them.
        spots: by address.
        top: of the first row in the patching view.
        without: addresses of controls that the patch does not show.
        room: for the nth control without a spot, in presentation; None: it is not seen there.
    """
    shown = [control for control in CONTROLS if control.address not in without]
    unknown = 0
    for number, control in enumerate(shown):
        x = 20 + COLUMN * (number % _COLUMNS)
        y = top + _STRIP_HEIGHT * (number // _COLUMNS)
        spot = spots.get(control.address)
        if spot is None:
            spot = _fitting(control, room(unknown))
            unknown += 1
        desk.patcher.comment(names(control)[0], Rect(x, y - _TITLE, 155, 20), fontface=1)
        spot.widget(desk, control, Place(x, y, spot.show))
        if spot.caption and spot.caption_at is not None:
            displays.label(desk, spot.caption, spot.caption_at, (x + 160, y - _TITLE))


def _fitting(control: Control, room: Rect | None) -> Spot:
    """Return the widget that fits a control's argument, as high as it needs to be."""
    widget: Widget
    if not control.arguments:
        widget, height = strips.button, 22.0
    elif control.arguments[0].kind is Kind.CHOICE:
        widget, height = strips.menu, 18.0
    elif control.arguments[0].kind in (Kind.TEXT, Kind.STEPS):
        widget, height = strips.text, 22.0
    else:
        widget, height = strips.number, 48.0
    return Spot(widget, room and Rect(room.x, room.y, room.width, height))
