"""What stands in a patch that was read, of whatever shape: boxes, settings of parameters."""

from __future__ import annotations

from collections.abc import Mapping

from daw_bridge.patches.patcher import Json


def boxes_of(patcher: Mapping[str, object]) -> list[Json]:
    """Return what can be read as boxes of a patcher that may be anything."""
    entries = patcher.get("boxes")
    found = (
        [e.get("box") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    )
    return [box for box in found if isinstance(box, dict)]


def value_of(box: Mapping[str, object]) -> Json | None:
    """Return the settings that a box saves as a parameter; None where it saves none."""
    saved = box.get("saved_attribute_attributes")
    value = saved.get("valueof") if isinstance(saved, dict) else None
    return value if isinstance(value, dict) else None
