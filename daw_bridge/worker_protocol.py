"""The seam between the server process and a worker: typed messages over one duplex connection.

The server sends ``Open``, ``Restore``, ``Command``, ``Demand``, ``Align``, ``Rejoin``, ``Phrase``,
``AskLoop``, ``Close`` and ``Shutdown``; the worker answers with ``Ready`` once, then ``Chunk``,
``Snapshot``, ``Restored``, ``LoopPcm``, ``Done``, ``Fail`` and ``Event``. Nothing else crosses, so
that a worker may as well run in a thread (tests) or on another machine.

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
* A worker sends a ``Snapshot`` of a session every half second of music, as soon as a bar has been
  sent, and when it stops. The server keeps the last one as it is, and gives it to the next worker
  as ``Restore``, right after ``Open`` and before the settings. Whoever cannot use one begins anew
  and says so in an ``Event``. Snapshots are also kept with takes: a ``Restore`` may come at any
  time, and is answered by ``Restored`` where it has a number.
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
FLAG_CONCEALED = 4  # no music was there in time: repeated, faded or silent
FLAG_LAST = 8  # the stream stops after this
FLAG_TAKE = 16  # of a take that was kept, heard again


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """What a worker is started with.

    Attributes:
        model: name or folder for ``magnet_core.load``.
        text_encoder: folder of the text encoder where the model does not carry it.
        device: "cpu" or "cuda" (or "cuda:N").
        dtype: what the language model computes in; None: what is best on the device.
        threads: CPU threads of the model; None leaves the choice to the worker.
        log_level: name of the logging level of the worker process.
        delay: makes the worker so many times slower, for tests and benchmarks; at least 1.
        log_folder: where each session writes its log; None: nowhere.
        options: further worker-specific settings (the synthetic worker of the tests uses it).
    """

    model: str = "bundled"
    text_encoder: str | None = None
    device: str = "cpu"
    dtype: str | None = None
    threads: int | None = None
    log_level: str = "INFO"
    delay: float = 1.0
    log_folder: str | None = None
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
class Restore:
    """Go on with the music of a Snapshot, of another worker's or of another time.

    A ``request_id`` above 0 is answered by Restored; where it cannot be, nothing changes.
    ``settings``, addresses and arguments, are carried out at once with it.
    """

    session: str
    data: bytes
    request_id: int = 0
    settings: tuple[tuple[str, tuple[Value, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class AskLoop:
    """Say what the loop is that plays; answered by LoopPcm when its music is all decided."""

    session: str
    request_id: int


@dataclass(frozen=True, slots=True)
class Command:
    """Carry out a control; answered by Done or Fail.

    ``address`` is that of a control whose scope is the worker (``controls.CONTROLS``), and ``args``
    are all of its arguments, in their types. A ``command_id`` below 0 is a setting that is replayed
    to a new worker: nobody waits for its answer.
    """

    session: str
    command_id: int
    address: str
    args: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """PCM is wanted up to, and never past, a position (model samples; it never goes back).

    ``lead_s`` is how far that is ahead of what is heard, and ``heard`` whether anybody listens.
    """

    session: str
    until_sample: int
    lead_s: float = 0.0
    heard: bool = True


@dataclass(frozen=True, slots=True)
class Align:
    """Follow an external clock: at worker position ``position`` its beat count is ``beat``.

    Nobody answers. A bar begins where ``beat`` is a multiple of 4; ``bpm`` is 20 to 999, or 0 where
    there is no clock any more. The position may lie ahead of or behind what was sent.
    """

    session: str
    position: int
    beat: float
    bpm: float


@dataclass(frozen=True, slots=True)
class Rejoin:
    """After a gap: for those who listen, worker position ``position`` is beat ``beat``.

    Nobody answers. The worker moves its bars, so that their lines are where they would have been.
    """

    session: str
    position: int
    beat: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a phrase to go on from, in order: float32 ``[C, n]`` at the model's rate.

    The ``first`` piece forgets those of another phrase, behind the ``last`` it is whole. Nobody
    answers; an Event ``input`` tells what becomes of it.
    """

    session: str
    pcm: npt.NDArray[np.float32]
    first: bool = False
    last: bool = False


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
class Snapshot:
    """What a worker needs to go on with the music of a session as it is now.

    ``position`` is the sample at which that music would begin, and ``key`` its key, such as "Am";
    empty where it has none.
    """

    session: str
    data: bytes
    position: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """The answer to a Restore: its music begins at ``position``, or ``reason`` says why not."""

    session: str
    request_id: int
    position: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LoopPcm:
    """The answer to an AskLoop: one round, which repeats without a seam.

    Attributes:
        session, request_id: of the AskLoop.
        pcm: float32 ``[C, n]``, from its first bar line on; None: there is no loop.
        bars: how many it has.
        bpm: its tempo.
        key: as in a Snapshot.
        data: a Snapshot's, of the loop as it begins a round.
    """

    session: str
    request_id: int
    pcm: npt.NDArray[np.float32] | None = None
    bars: int = 0
    bpm: float = 0.0
    key: str = ""
    data: bytes = b""


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
    """Something a performer may want to know: ``plan``, ``words``, ... with named plain values.

    A value whose name ends in ``position`` is in samples at the model's rate and is mapped for each
    client (``is_position``). ``lead`` tells the server how far ahead the session needs to be sent.
    """

    session: str
    name: str
    values: Mapping[str, Value]


def is_position(name: str) -> bool:
    """Return whether the value of this name in an Event is a stream position."""
    return name.endswith("position")


ServerMessage = (
    Open | Close | Restore | AskLoop | Command | Demand | Align | Rejoin | Phrase | Shutdown
)
WorkerMessage = Ready | Broken | Chunk | Snapshot | Restored | LoopPcm | Done | Fail | Event


class WorkerConnection(Protocol):
    """The worker's end of the link (``worker_link.SocketConnection``)."""

    def send(self, message: WorkerMessage, /) -> None:
        """Send one message; raises OSError when the server is gone."""

    def recv(self) -> ServerMessage:
        """Return the next message, waiting for it; raises EOFError when the server is gone."""

    def poll(self, timeout: float | None = 0.0, /) -> bool:
        """Return whether ``recv`` would not wait, after waiting at most ``timeout`` seconds."""
