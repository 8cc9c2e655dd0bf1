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
    MagnetError,
    SessionError,
)

if TYPE_CHECKING:
    from magnet_core.api import Model
    from magnet_core.checkpoints import load

_LAZY = {"Model": "magnet_core.api", "load": "magnet_core.checkpoints"}

__all__ = [
    "CheckpointError",
    "ConfigError",
    "DecodingError",
    "DecodingParams",
    "DeviceError",
    "MagnetError",
    "Model",
    "SessionError",
    "load",
]


def __getattr__(name: str) -> object:
    """Import the names that need torch when they are first asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
