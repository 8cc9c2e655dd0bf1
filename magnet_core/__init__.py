"""magnet_core: masked, autoregressive and hybrid generation of music codes.

Importing this package is instant and imports no torch; that happens at the first use of a name
that needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from magnet_core.config import DecodingParams
from magnet_core.errors import (
    CheckpointError,
    ConfigError,
    DecodingError,
    DeviceError,
    LogError,
    MagnetError,
    SessionError,
)

if TYPE_CHECKING:
    from magnet_core.api import Model
    from magnet_core.checkpoints import convert, load, save

_LAZY = {
    "Model": "magnet_core.api",
    "convert": "magnet_core.checkpoints",
    "load": "magnet_core.checkpoints",
    "save": "magnet_core.checkpoints",
}

__all__ = [
    "CheckpointError",
    "ConfigError",
    "DecodingError",
    "DecodingParams",
    "DeviceError",
    "LogError",
    "MagnetError",
    "Model",
    "SessionError",
    "convert",
    "load",
    "save",
]


def __getattr__(name: str) -> object:
    """Import the names that need torch when they are first asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
