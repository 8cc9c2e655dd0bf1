"""Checkpoints: the published formats, this program's own, and names on the Hugging Face Hub."""

from __future__ import annotations

from magnet_core.checkpoints.hub import convert, load
from magnet_core.checkpoints.native import save

__all__ = ["convert", "load", "save"]
