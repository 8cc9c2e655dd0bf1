"""The errors that magnet_core raises for anything a user, a file or a network can cause.

    MagnetError
     ├── ConfigError      a value outside its range; names the value and the range
     ├── CheckpointError  a file that is missing or not what it should be; names keys and shapes
     ├── DecodingError    a request that a loaded model cannot carry out
     ├── SessionError     a call in the wrong state of a session
     ├── LogError         a session log that is damaged or cannot be played; names the line
     └── DeviceError      a device that is absent or out of memory

Broken invariants of our own code are ``assert``; they are never caught.
"""

from __future__ import annotations


class MagnetError(Exception):
    """Base class: catch this to catch every error of magnet_core."""


class ConfigError(MagnetError, ValueError):
    """A parameter has a value outside its allowed range."""


class CheckpointError(MagnetError):
    """A checkpoint is missing, damaged, or of a kind that this program does not play."""


class DecodingError(MagnetError, ValueError):
    """A request does not fit the loaded model."""


class SessionError(MagnetError):
    """A session was asked for something that its state does not allow."""


class LogError(MagnetError):
    """A session log is missing, damaged, or does not fit the model that is to play it."""


class DeviceError(MagnetError):
    """A compute device is absent or cannot do what was asked."""
