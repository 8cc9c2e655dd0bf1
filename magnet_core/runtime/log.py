"""The log of a session: what was played, and all that is needed to play it again bit for bit.

JSON lines, each written and flushed as it happens, so that a program that is killed leaves a log
that ends early but can be read. Every line is an object with a ``kind``; these decide the music:

    header        format and version, the model and a fingerprint of its weights, the session's
                  seed, and what the last bits depend on: device, dtype, torch, threads
    plan          where a plan begins and everything that decides its codes (``decision.Decision``)
    plan_done     the steps that time allowed it in the end; and what it took
    cut, resumed, loop_resumed, loop_closed, loop_opened, loop_left
                  where samples were put together otherwise than frame after frame (``joints``)
    end           how many samples went out in all

Any other kind is for people to read, such as ``control`` and ``late``. ``position`` is the number
of samples that had gone out when the line was written. ``log_reader`` reads a log, ``replay`` plays
it.

A log must never stop the music: if it cannot be written, it says so once and writes no more.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import torch
from torch import nn

from magnet_core.api import Model
from magnet_core.model.harmony import Harmony
from magnet_core.model.metre import Metre
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import (
    Applied,
    Late,
    PhraseChanged,
    PlanDone,
    Planned,
    Refused,
    SessionEvent,
)
from magnet_core.runtime.joints import (
    Cut,
    Joint,
    LoopClosed,
    LoopLeft,
    LoopOpened,
    LoopResumed,
    Resumed,
)
from magnet_core.runtime.plain import chords_json, key_json

FORMAT, VERSION = "magnet-live session log", 1
SUFFIX = ".jsonl"
JOINT_KINDS: dict[type[Joint], str] = {
    Cut: "cut",
    Resumed: "resumed",
    LoopResumed: "loop_resumed",
    LoopClosed: "loop_closed",
    LoopOpened: "loop_opened",
    LoopLeft: "loop_left",
}

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line of a log.

    Attributes:
        session: its name.
        seed: of its randomness when it was opened.
        started: date and time, for people.
        source: the name or folder that the model was loaded from.
        text_encoder: the folder of its text encoder, where one was given.
        model: what the model calls itself.
        fingerprint: of its weights.
        device, dtype, torch, threads, machine: what the last bits depend on.
        sample_rate, frame_rate, hop_length, codebooks, card: of the codes and the samples.
    """

    session: str
    seed: int
    started: str
    source: str
    text_encoder: str | None
    model: str
    fingerprint: str
    device: str
    dtype: str
    torch: str
    threads: int
    machine: str
    sample_rate: int
    frame_rate: int
    hop_length: int
    codebooks: int
    card: int


def fingerprint(model: Model) -> str:
    """Return a SHA-256 of all that a model plays by, its name and its defaults left out."""
    digest = hashlib.sha256(json.dumps(asdict(model.lm.config), sort_keys=True).encode())
    for part in (model.lm, model.codec, model.text_encoder):
        digest.update(type(part).__name__.encode())
        weights = part.state_dict() if isinstance(part, nn.Module) else {}
        for name, tensor in sorted(weights.items()):
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            flat = tensor.detach().cpu().contiguous().reshape(-1)
            digest.update(flat.view(torch.uint8).numpy().data)
    return digest.hexdigest()


def machine(device: torch.device) -> str:
    """Return what computes: the GPU's name, or the kind of processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def plan_json(decision: Decision) -> dict[str, Json]:
    """Return a decision as plain values; ``log_reader`` makes the same decision of them."""
    plan = decision.plan
    return {
        "plan": plan.plan_id,
        "first_frame": plan.first_frame,
        "context_frames": plan.context_frames,
        "prefix_frames": plan.prefix_frames,
        "frames": plan.frames,
        "steps": plan.steps,
        "reduced": plan.reduced,
        "seconds": round(plan.seconds, 6),
        "future_frames": plan.future_frames,
        "future_first": decision.future_first,
        "seed": decision.seed,
        "prompts": decision.prompts,
        "metre": _metre_json(decision.metre),
        "harmony": _harmony_json(decision.harmony),
        "params": decision.params.to_json(),
        **({"given": decision.given} if decision.given else {}),
    }


def _metre_json(metre: Metre | None) -> Json:
    return None if metre is None else [metre.tempo_bpm, metre.start_beat]


def _harmony_json(harmony: Harmony | None) -> Json:
    if harmony is None:
        return None
    return {"key": key_json(harmony.key), "chords": chords_json(harmony.chords)}


class SessionLog:
    """Writes the log of one session; never raises because of the file.

    Args:
        path: a file that does not exist yet.
        header: its first line.

    Attributes:
        path: the file.
        stopped: why nothing more is written; empty while all is well, and after ``close``.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.stopped = ""
        self._file: IO[str] | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("x", encoding="utf-8", newline="\n")
        except OSError as error:
            self._stop(str(error))
        self._write("header", {"format": FORMAT, "version": VERSION, **asdict(header)})

    def note(self, position: int, event: SessionEvent) -> None:
        """Note what a session says has happened.

        Args:
            position: samples that have gone out.
            event: answers are left out: they say nothing of what was asked for.
        """
        if isinstance(event, Planned):
            self.remark("plan", position, plan_json(event.decision))
        elif isinstance(event, PlanDone):
            done: dict[str, Json] = {
                "plan": event.plan.plan_id,
                "steps": event.plan.steps,
                "seconds": round(event.seconds, 6),
                "passes": event.passes,
                "replaced": event.replaced,
            }
            self.remark("plan_done", position, done)
        elif isinstance(event, Late):
            self.remark("late", position, {"plan": event.plan_id, "sample": event.sample})
        elif isinstance(event, PhraseChanged):
            self.remark("phrase", position, {"state": event.state, "seconds": event.seconds})
        elif not isinstance(event, Applied | Refused):
            self.remark(JOINT_KINDS[type(event)], position, asdict(event))

    def remark(self, kind: str, position: int, values: Mapping[str, Json]) -> None:
        """Write a line of any kind."""
        self._write(kind, {"position": position, **values})

    def close(self, position: int) -> None:
        """Note the end."""
        self._write("end", {"position": position})
        self._close_file()

    def _write(self, kind: str, values: Mapping[str, Json]) -> None:
        if self._file is None:
            return
        line = json.dumps({"kind": kind, **values})
        try:
            # Written to a file that has no name any more, a log would be lost without a word.
            if os.fstat(self._file.fileno()).st_nlink == 0:
                raise FileNotFoundError(f"{self.path} is gone")
            self._file.write(line + "\n")
            self._file.flush()
        except OSError as error:
            self._stop(str(error))

    def _stop(self, reason: str) -> None:
        self.stopped = reason
        log.warning("the session log stops here, the music goes on: %s", reason)
        self._close_file()

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):  # a line that still waits in its buffer fails again
                file.close()


class LogFolder:
    """A folder in which every session of a model has a log of its own.

    Args:
        folder: made where it is missing.
        model: what plays.
        source: the name or folder that it was loaded from.
        text_encoder: the folder of its text encoder, where one was given.
        now: date and time.
    """

    def __init__(
        self,
        folder: Path,
        model: Model,
        *,
        source: str,
        text_encoder: str | None = None,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.folder = folder
        self._model, self._source, self._text_encoder = model, source, text_encoder
        self._fingerprint = fingerprint(model)
        self._now = now

    def open(self, session: str, seed: int) -> SessionLog:
        """Return the log of a new session, in a new file named after it and the time."""
        header = self._header(session, seed)
        name = f"{session}-{header.started.replace(':', '')}"
        stem = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
        path, number = self.folder / f"{stem}{SUFFIX}", 1
        while os.path.exists(path):  # Path.exists would raise where it may not look
            number += 1
            path = self.folder / f"{stem}-{number}{SUFFIX}"
        return SessionLog(path, header)

    def _header(self, session: str, seed: int) -> Header:
        model, weight = self._model, self._model.lm.out_norm.weight
        return Header(
            session=session,
            seed=seed,
            started=self._now().isoformat(timespec="seconds"),
            source=self._source,
            text_encoder=self._text_encoder,
            model=model.name,
            fingerprint=self._fingerprint,
            device=str(weight.device),
            dtype=str(weight.dtype).removeprefix("torch."),
            torch=torch.__version__,
            threads=torch.get_num_threads(),
            machine=machine(weight.device),
            sample_rate=model.sample_rate,
            frame_rate=model.frame_rate,
            hop_length=model.codec.hop_length,
            codebooks=model.codebooks,
            card=model.card,
        )
