"""The folder of takes: each is a WAV file, and beside it what is needed to go on from there.

    take-003_128bpm_4bars_Am.wav     for a DAW, a patch, anyone
    take-003_128bpm_4bars_Am.take    name, settings, snapshot, and the checksum of the WAV
    .take-004_....wav.2511-7.tmp     being written

A file is written under another name, brought to the disk, and only then given its own: the WAV
first, so that whoever has the second has both. Whatever kills the server leaves takes that are
whole, at most one WAV without its take, which is whole too, and names that begin with a dot, which
are removed at the next start. What is damaged is named, and left alone.

Threading: ``open``, ``save`` and ``load`` touch the disk and are for threads, one ``save`` at a
time; all else belongs to the event loop. The index is replaced, never changed, so both may read it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import re
import struct
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from daw_bridge.audio.resample import FloatArray
from daw_bridge.controls import validate
from daw_bridge.errors import MessageError, TakeError
from daw_bridge.session.settings import Setting
from daw_bridge.session.takes import Take
from daw_bridge.takes.wav_file import Loop, read_wav, wav_bytes

log = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
LEFTOVER_S = 60.0  # a file that is being written is younger: it may be another server's
MAX_TAKE_FILE_BYTES = 64 * 2**20
_MAGIC, _VERSION = b"MGTK", 1
_LEAD_IN = struct.Struct("<4sBII")
_AUTOMATIC = re.compile(r"take-(\d{1,9})(?![0-9])", re.ASCII)
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # of Windows, whatever follows


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeInfo:
    """What is known of a take without reading its sound.

    Attributes:
        name: what it is recalled by.
        file: of its WAV.
        bars, bpm, key: as in ``Take``.
        samples, channels, sample_rate: of its WAV.
    """

    name: str
    file: Path
    bars: int
    bpm: float
    key: str
    samples: int
    channels: int
    sample_rate: int


def default_folder() -> Path:
    """Return where takes are kept if nobody says where: beside the user's music."""
    music = Path.home() / "Music"
    return (music if music.is_dir() else Path.home()) / "magnet-live takes"


def checked_name(name: str) -> str:
    """Return a name that is safe as the name of a file anywhere.

    Raises:
        TakeError: it is not.
    """
    if NAME.fullmatch(name) and not name.endswith(".") and not _DEVICES.fullmatch(name):
        return name
    raise TakeError(
        f"{name[:70]!r} is no name for a take; it must be 1 to 64 of A-Z a-z 0-9 _ . - and begin "
        "with a letter or digit"
    )


def file_stem(name: str, bars: int, bpm: float, key: str) -> str:
    """Return the name of a take's files without its ending: tempo, bars and key, where known."""
    parts = [name]
    if bpm > 0.0:
        parts.append(f"{bpm:.2f}".rstrip("0").rstrip(".") + "bpm")
    if bars:
        parts.append(f"{bars}bar" + "s" * (bars != 1))
    return "_".join(parts + [key] * bool(key))


class TakeStore:
    """Takes on the disk, by name.

    Args:
        folder: where they are; made when the first is saved.
        clock: unix time, as files have it.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock
        self._takes: Mapping[str, TakeInfo] = {}
        self._damaged: Mapping[str, str] = {}  # by the name of the file, why
        self._reserved: frozenset[str] = frozenset()
        self._numbers = itertools.count(1)

    # --- what is there ---

    def open(self) -> None:
        """Remove what was left half written, and learn what is there; name what is damaged."""
        try:
            paths = sorted(self.folder.iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("takes: %s cannot be read: %s", self.folder, error)
            return
        takes, damaged = {}, {}
        for path in paths:
            if path.name.startswith(".") and path.name.endswith(".tmp"):
                self._remove_leftover(path)
            elif path.suffix == ".take":
                try:
                    header = self._header(path)[0]
                    takes[header.name] = header
                except (TakeError, OSError) as error:
                    damaged[path.name] = str(error)
                    log.warning("takes: %s is passed over: %s", path, error)
        self._takes, self._damaged = dict(sorted(takes.items())), damaged

    def _remove_leftover(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            if self._clock() - path.stat().st_mtime > LEFTOVER_S:
                path.unlink()

    def takes(self) -> list[TakeInfo]:
        """Return all takes, by name."""
        return list(self._takes.values())

    @property
    def damaged(self) -> Mapping[str, str]:
        """Files that are passed over, and why."""
        return self._damaged

    def find(self, name: str) -> TakeInfo:
        """Return what is known of a take.

        Raises:
            TakeError: there is none of that name.
        """
        info = self._takes.get(checked_name(name))
        if info is not None:
            return info
        for file, reason in self._damaged.items():
            if file.startswith(name) and not file[len(name) :][:1].isalnum():
                raise TakeError(f"the take {name!r} is damaged: {reason}")
        known = ", ".join(list(self._takes)[-5:]) or "none"
        raise TakeError(f"there is no take {name!r}; the last ones are: {known}")

    # --- names ---

    def reserve(self, name: str) -> str:
        """Return the name of a take to be saved, the next number where none is wished for.

        Raises:
            TakeError: it is no name, or there is a take of that name: takes do not change.
        """
        taken = {known.casefold() for known in (*self._takes, *self._reserved)}
        if name:
            checked_name(name)
            if name.casefold() in taken or self._has_files(name):
                raise TakeError(f"there is a take {name!r} already, and takes do not change")
        else:
            name = self._next_name(taken)
        self._reserved |= {name}
        return name

    def _next_name(self, taken: set[str]) -> str:
        names = [*taken, *self._files()]
        numbers = [int(found[1]) for found in map(_AUTOMATIC.match, names) if found]
        return f"take-{max(numbers, default=0) + 1:03d}"

    def _has_files(self, name: str) -> bool:
        begins = tuple(name.casefold() + end for end in ("_", ".wav", ".take"))
        return any(file.casefold().startswith(begins) for file in self._files())

    def _files(self) -> list[str]:
        try:
            return os.listdir(self.folder)
        except OSError:
            return []

    def release(self, name: str) -> None:
        """Give up a name: its take is not saved."""
        self._reserved -= {name}

    def note(self, info: TakeInfo) -> None:
        """Know a take that was saved."""
        self._takes = {**self._takes, info.name: info}
        self.release(info.name)

    # --- files ---

    def save(self, name: str, take: Take) -> TakeInfo:
        """Write a take under a reserved name; return when it is on the disk.

        Raises:
            TakeError: it cannot be written; nothing of it is left.
        """
        stem = file_stem(name, take.bars, take.bpm, take.key)
        wav = self.folder / f"{stem}.wav"
        loop = Loop(take.bars, take.bpm, take.key) if take.bars else None
        content = wav_bytes(take.pcm, take.sample_rate, loop)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(wav, content)
            try:
                self._write(wav.with_name(f"{stem}.take"), _packed(name, wav.name, content, take))
            except OSError:
                wav.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise TakeError(f"the take cannot be written to {self.folder}: {error}") from None
        return _info(name, wav, take)

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file so that there is all of it or nothing."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{next(self._numbers)}.tmp")
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                raise FileExistsError(f"{path.name} is there already")
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def load(self, name: str) -> Take:
        """Read a take.

        Raises:
            TakeError: there is none, or it is damaged.
        """
        info = self.find(name)
        try:
            _, header, body = self._header(info.file.with_suffix(".take"))
            content = info.file.read_bytes()
            if zlib.crc32(content) != header["wav_crc"]:
                raise TakeError("its WAV file has been changed")
            pcm, _ = read_wav(content)
            return _take(header, body, pcm)
        except (OSError, TakeError, KeyError, TypeError, ValueError) as error:
            raise TakeError(f"the take {name!r} is damaged: {error}") from None

    def _header(self, path: Path) -> tuple[TakeInfo, dict[str, Any], bytes]:
        if path.stat().st_size > MAX_TAKE_FILE_BYTES:
            raise TakeError("it is too large to be a take")
        header, body = _unpacked(path.read_bytes())
        try:
            wav = path.with_name(str(header["wav"]))
            info = TakeInfo(
                name=checked_name(str(header["name"])),
                file=wav,
                bars=int(header["bars"]),
                bpm=float(header["bpm"]),
                key=str(header["key"]),
                samples=int(header["samples"]),
                channels=int(header["channels"]),
                sample_rate=int(header["sample_rate"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TakeError(f"its header is wrong: {error}") from None
        if wav.stem != path.stem or wav.suffix != ".wav":
            raise TakeError(f"it is of {wav.name}, whose name is not like its own")
        if not wav.is_file():
            raise TakeError(f"{wav.name} is not there")
        return info, header, body


def _info(name: str, wav: Path, take: Take) -> TakeInfo:
    return TakeInfo(
        name=name,
        file=wav,
        bars=take.bars,
        bpm=take.bpm,
        key=take.key,
        samples=take.pcm.shape[1],
        channels=take.pcm.shape[0],
        sample_rate=take.sample_rate,
    )


def _packed(name: str, wav: str, content: bytes, take: Take) -> bytes:
    header = {
        "name": name,
        "wav": wav,
        "wav_crc": zlib.crc32(content),
        "bars": take.bars,
        "bpm": take.bpm,
        "key": take.key,
        "samples": take.pcm.shape[1],
        "channels": take.pcm.shape[0],
        "sample_rate": take.sample_rate,
        "settings": take.settings,
        "after": take.after.shape[1],
        "snapshot_at": take.snapshot_at,
        "gain_db": take.gain_db,
        "concealed_samples": take.concealed_samples,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    body = text + np.ascontiguousarray(take.after, "<f4").tobytes() + take.snapshot
    return _LEAD_IN.pack(_MAGIC, _VERSION, len(text), zlib.crc32(body)) + body


def _unpacked(data: bytes) -> tuple[dict[str, Any], bytes]:
    if len(data) < _LEAD_IN.size:
        raise TakeError(f"it has {len(data)} bytes only")
    magic, version, size, crc = _LEAD_IN.unpack_from(data)
    body = data[_LEAD_IN.size :]
    if magic != _MAGIC:
        raise TakeError("it is no take")
    if version != _VERSION:
        raise TakeError(f"it has version {version}; this program reads {_VERSION}")
    if zlib.crc32(body) != crc or size > len(body):
        raise TakeError("its checksum is wrong")
    try:
        header = json.loads(body[:size])
    except ValueError as error:
        raise TakeError(f"its header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise TakeError("its header is no JSON object")
    return header, body[size:]


def _take(header: dict[str, Any], body: bytes, pcm: FloatArray) -> Take:
    channels, after = pcm.shape[0], int(header["after"])
    if pcm.shape != (header["channels"], header["samples"]) or after < 0:
        raise TakeError(f"its WAV file has {pcm.shape[1]} samples, not {header['samples']}")
    size = 4 * channels * after
    samples = np.frombuffer(body[:size], "<f4").reshape(channels, after)
    return Take(
        sample_rate=int(header["sample_rate"]),
        bars=int(header["bars"]),
        bpm=float(header["bpm"]),
        key=str(header["key"]),
        settings=tuple(_setting(*item) for item in header["settings"]),
        pcm=pcm,
        after=np.asarray(samples, np.float32),
        snapshot=body[size:],
        snapshot_at=int(header["snapshot_at"]),
        gain_db=float(header["gain_db"]),
        concealed_samples=int(header["concealed_samples"]),
    )


def _setting(address: str, args: list[object]) -> Setting:
    """Return a setting that the table of controls allows: a file may come from anywhere."""
    try:
        control, checked = validate(address, args)
    except MessageError as error:
        raise TakeError(f"its settings are wrong: {error}") from None
    if not control.setting:
        raise TakeError(f"{address} is no setting")
    return address, checked


def _sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk, where a system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
