"""The folder of takes: each is a WAV file, and beside it what is needed to go on from there.

    take-003_128bpm_4bars_Am.wav     for a DAW, a patch, anyone
    take-003_128bpm_4bars_Am.take    name, settings, snapshot, and the checksum of the WAV
    .take-004_....wav.2511-7.tmp     being written

A file is written under another name, brought to the disk, and only then given its own: the WAV
first, so that whoever has the second has both. Whatever kills the server leaves takes that are
whole, at most one WAV without its take, which is whole too, and names that begin with a dot, which
are removed at the next start. What is damaged is named, and left alone.

Threading: ``open``, ``save`` and ``load`` touch the disk and are for threads, one ``save`` at a
time; all else belongs to the event loop, and waits for no disk. The index and the reserved names
are replaced, never changed, so both may read them.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import re
import shutil
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daw_bridge.errors import TakeError
from daw_bridge.session.takes import Take
from daw_bridge.takes.take_file import WRONG_VALUES, finite, packed, take_of, unpacked
from daw_bridge.takes.wav_file import Loop, read_wav, wav_bytes

log = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
LEFTOVER_S = 60.0  # a file that is being written is younger: it may be another server's
MAX_TAKE_FILE_BYTES = 64 * 2**20
KEPT_FREE_BYTES = 200 * 2**20  # of the disk, which others need as well
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
        saved_at: unix time.
    """

    name: str
    file: Path
    bars: int
    bpm: float
    key: str
    samples: int
    channels: int
    sample_rate: int
    saved_at: float


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
        free_bytes: of the disk that a folder is on.

    Attributes:
        folder: the same, absolute.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float] = time.time,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.folder = folder.resolve()
        self._clock, self._free_bytes = clock, free_bytes
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
        by_time = sorted(takes.values(), key=lambda info: (info.saved_at, info.name))
        self._takes, self._damaged = {info.name: info for info in by_time}, damaged

    def _remove_leftover(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            if self._clock() - path.stat().st_mtime > LEFTOVER_S:
                path.unlink()

    def takes(self) -> list[TakeInfo]:
        """Return all takes, the newest last."""
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
        """Keep a name for a take to be saved, and return it; empty for one that gets a number.

        Raises:
            TakeError: it is no name, or there is a take of that name: takes do not change.
        """
        if name:
            checked_name(name)
            if name.casefold() in self._taken():
                raise _taken_already(name)
            self._reserved |= {name}
        return name

    def _taken(self) -> set[str]:
        return {known.casefold() for known in (*self._takes, *self._reserved)}

    def _name_on_disk(self, name: str) -> str:
        """Return a reserved name, or the next number, that no file in the folder has."""
        files = [file.casefold() for file in os.listdir(self.folder)]
        if not name:
            numbered = map(_AUTOMATIC.match, (*self._taken(), *files))
            return f"take-{max((int(found[1]) for found in numbered if found), default=0) + 1:03d}"
        begins = tuple(name.casefold() + end for end in ("_", ".wav", ".take"))
        if any(file.startswith(begins) for file in files):
            raise _taken_already(name)
        return name

    def release(self, name: str) -> None:
        """Give up a name: its take is not saved."""
        self._reserved -= {name}

    def note(self, info: TakeInfo) -> None:
        """Know a take that was saved."""
        self._takes = {**self._takes, info.name: info}

    # --- files ---

    def save(self, name: str, take: Take) -> TakeInfo:
        """Write a take under a reserved name, or a number; return when it is on the disk.

        Raises:
            TakeError: it cannot be written, since there is a file of its name, the disk is nearly
                full, or for a reason of the system; nothing of it is left.
        """
        loop = Loop(take.bars, take.bpm, take.key) if take.bars else None
        content = wav_bytes(take.pcm, take.sample_rate, loop)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._require_space(len(content))
            name = self._name_on_disk(name)
            wav = self.folder / f"{file_stem(name, take.bars, take.bpm, take.key)}.wav"
            info = _info(name, wav, take, self._clock())
            self._write(wav, content)
            try:
                beside = packed(name, wav.name, content, take, info.saved_at)
                self._write(wav.with_suffix(".take"), beside)
            except OSError:
                wav.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise TakeError(f"the take cannot be written to {self.folder}: {error}") from None
        return info

    def _require_space(self, needed_bytes: int) -> None:
        free = self._free_bytes(self.folder)
        if free - needed_bytes < KEPT_FREE_BYTES:
            raise TakeError(
                f"{free / 2**20:.0f} MiB are free where {self.folder} is; "
                f"{KEPT_FREE_BYTES >> 20} MiB must stay free beside a take of "
                f"{needed_bytes / 2**20:.1f} MiB"
            )

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
            return take_of(header, body, pcm)
        except (OSError, TakeError, *WRONG_VALUES) as error:
            raise TakeError(f"the take {name!r} is damaged: {error}") from None

    def _header(self, path: Path) -> tuple[TakeInfo, dict[str, Any], bytes]:
        about = path.stat()
        if about.st_size > MAX_TAKE_FILE_BYTES:
            raise TakeError("it is too large to be a take")
        header, body = unpacked(path.read_bytes())
        try:
            wav = path.with_name(str(header["wav"]))
            info = TakeInfo(
                name=checked_name(str(header["name"])),
                file=wav,
                bars=int(finite(header["bars"], 0)),
                bpm=finite(header["bpm"], 0.0),
                key=str(header["key"]),
                samples=int(finite(header["samples"], 0)),
                channels=int(finite(header["channels"], 1)),
                sample_rate=int(finite(header["sample_rate"], 1)),
                saved_at=finite(header.get("saved_at", about.st_mtime), 0.0),
            )
        except WRONG_VALUES as error:
            raise TakeError(f"its header is wrong: {error}") from None
        if wav.stem != path.stem or wav.suffix != ".wav":
            raise TakeError(f"it is of {wav.name}, whose name is not like its own")
        if not wav.is_file():
            raise TakeError(f"{wav.name} is not there")
        return info, header, body


def _taken_already(name: str) -> TakeError:
    return TakeError(f"there is a take {name!r} already, and takes do not change")


def _info(name: str, wav: Path, take: Take, saved_at: float) -> TakeInfo:
    return TakeInfo(
        name=name,
        file=wav,
        bars=take.bars,
        bpm=take.bpm,
        key=take.key,
        samples=take.pcm.shape[1],
        channels=take.pcm.shape[0],
        sample_rate=take.sample_rate,
        saved_at=saved_at,
    )


def _sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk, where a system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
