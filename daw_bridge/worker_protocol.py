"""The seam between the server process and a worker: typed messages over one duplex connection.

The server sends ``Open``, ``Command``, ``Demand``, ``Close`` and ``Shutdown``; the worker answers
with ``Ready`` once, then ``Chunk``, ``Done``, ``Fail`` and ``Event``. Nothing else crosses, so that
a worker may as well run in a thread (tests) or on another machine.

Rules that both sides keep:

* *Positions* count samples at the model's rate from the ``Open`` of the session in this worker's
  life, and never go back: ``/magnet/stop`` pauses at the position reached, ``/magnet/play`` goes on
  from it, and ``/magnet/reset`` forgets the music but not the position. The chunks of a session
  follow each other without gap or overlap. The server maps them to its own stream positions, which
  outlive the worker.
* A worker never sends PCM past the ``until_sample`` of the last ``Demand`` (0 after ``Open``).
* Every ``Command`` is answered by exactly one ``Done`` or ``Fail`` with its ``command_id``; after
  the ``Done`` of a stop no chunk of that session follows until a play.
* Commands are validated before they are sent (``controls.py``): a worker refuses what only the
  model can know, such as a number of steps that does not fit its codebooks.
* EOF on the connection means the server is gone: the worker leaves.
* A model that cannot be loaded is ``Broken``: trying again would not help, so the server does not.

Threading: messages are immutable; the ``pcm`` array of a Chunk belongs to the receiver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Value = int | float | str

FLAG_PREFIX = 1  # decoded autoregressively
FLAG_INFILL = 2  # decoded by masked stages
FLAG_CONCEALED = 4  # no music was there in time: faded or silent
FLAG_LAST = 8  # the stream stops after this


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """What a worker is started with.

    Attributes:
        model: name or folder for ``magnet_core.load``.
        text_encoder: folder of the text encoder where the model does not carry it.
        device: "cpu" or "cuda" (or "cuda:N").
        threads: CPU threads of the model; None leaves the choice to the worker.
        log_level: name of the logging level of the worker process.
        options: further worker-specific settings (the synthetic worker of the tests uses it).
    """

    model: str = "bundled"
    text_encoder: str | None = None
    device: str = "cpu"
    threads: int | None = None
    log_level: str = "INFO"
    options: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Open:
    """Make a session, stopped, at position 0."""

    session: str
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Close:
    """Forget a session."""

    session: str


@dataclass(frozen=True, slots=True)
class Command:
    """Carry out a control; answered by Done or Fail.

    ``address`` is one of ``/magnet/play``, ``/magnet/stop``, ``/magnet/reset``, ``/magnet/prompt``
    (one string) and ``/magnet/param/NAME`` (one value of the type in ``controls.CONTROLS``).
    """

    session: str
    command_id: int
    address: str
    args: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """PCM is wanted up to, and never past, this position (model samples; it never goes back)."""

    session: str
    until_sample: int


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Leave."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded; ``model`` describes it (plain values, shown to clients)."""

    sample_rate: int
    channels: int
    model: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Broken:
    """The worker cannot work and a new start would not help; ``reason`` says what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """PCM that is final.

    Attributes:
        session: whose stream.
        position: of the first sample, model rate.
        pcm: float32 ``[C, n]``, contiguous.
        flags: FLAG_PREFIX or FLAG_INFILL.
        plan_id: the plan that made it.
    """

    session: str
    position: int
    pcm: npt.NDArray[np.float32]
    flags: int = 0
    plan_id: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A command is carried out: ``position`` is the first sample (model rate) that it changes.

    ``seconds`` is the time that the worker spent on it.
    """

    session: str
    command_id: int
    address: str
    position: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Fail:
    """A command is refused and has changed nothing."""

    session: str
    command_id: int
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something a performer may want to know: ``plan``, ``late``, ... with named plain values.

    A value named ``position`` is in samples at the model's rate and is mapped for each client.
    """

    session: str
    name: str
    values: Mapping[str, Value]


ServerMessage = Open | Close | Command | Demand | Shutdown
WorkerMessage = Ready | Broken | Chunk | Done | Fail | Event


class WorkerConnection(Protocol):
    """The worker's end of the link (``worker_link.SocketConnection``)."""

    def send(self, message: WorkerMessage, /) -> None:
        """Send one message; raises OSError when the server is gone."""

    def recv(self) -> ServerMessage:
        """Return the next message, waiting for it; raises EOFError when the server is gone."""

    def poll(self, timeout: float | None = 0.0, /) -> bool:
        """Return whether ``recv`` would not wait, after waiting at most ``timeout`` seconds."""
