"""What a folder of music says of its files: captions, tempo, key, chords.

What describes ``loops/kick.wav``, each optional::

    loops/kick.txt         captions, one per line; every time it is heard, one of them is drawn
    loops/kick.json        {"description": "...", "bpm": 128, "key": "A minor",
                            "chords": ["Am", "F"], "loop": true}, as audiocraft has it; the text may
                           also be called caption, text or prompt, and be a list of texts
    loops/metadata.jsonl   the same as rows, each with "file_name", as Hugging Face's audio folders
    loops/metadata.csv     have it
    its name               kick_128bpm.wav

The first that says something counts, and a ``bpm`` more than "128 bpm" in a caption, that more than
the name. Chords are one for each bar, from the first on and round again. An empty value says
nothing; a wrong one is an error, never ignored.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from magnet_core.errors import ConfigError
from magnet_core.model import chord_names
from magnet_core.model.harmony import Chord, Key
from magnet_core.model.metre import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from magnet_core.model.vocabulary import read_prompt

AUDIO_SUFFIXES = (".wav", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".opus", ".mp3")
METADATA_NAMES = ("metadata.jsonl", "metadata.csv")
_NAMED = 5
_CAPTION_NAMES = ("description", "caption", "text", "prompt")
_TEMPO = re.compile(r"(?<![\d.])(\d{2,3}(?:\.\d+)?)[\s_-]*bpm(?![a-z])", re.IGNORECASE)
_IS_MINOR = {
    "": False, "maj": False, "major": False, "M": False,
    "m": True, "min": True, "minor": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is known of a file.

    Attributes:
        captions: alternatives; none where nothing describes it.
        bpm: beats per minute.
        key: its key; not whole where it is not known.
        chords: one for each bar.
        loop: whether its end leads into its beginning; None: not said.
    """

    captions: tuple[str, ...] = ()
    bpm: float | None = None
    key: Key = field(default_factory=Key)
    chords: tuple[Chord, ...] = ()
    loop: bool | None = None


@dataclass(slots=True)
class Metadata:
    """The rows of a folder's metadata files.

    Attributes:
        rows: what each row says, by the file that it is of.
        problems: what cannot be used, in words.
    """

    rows: dict[Path, dict[str, object]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def audio_files(folder: Path) -> list[Path]:
    """Return the audio files in ``folder`` and below, sorted, without hidden ones.

    Raises:
        ConfigError: it is no folder.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise ConfigError(f"{folder} {what}; it must be a folder of audio files")
    return [path for path in _visible(folder) if path.suffix.lower() in AUDIO_SUFFIXES]


def _visible(folder: Path) -> list[Path]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(
        path
        for path in paths
        if not any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)
    )


def read_metadata(folder: Path) -> Metadata:
    """Return the rows of all metadata files in ``folder`` and below."""
    found = Metadata()
    for path in _visible(folder):
        if path.name not in METADATA_NAMES:
            continue
        name = path.relative_to(folder)
        try:
            text = _read_text(path)
            rows = _json_rows(text) if path.suffix == ".jsonl" else _csv_rows(text)
        except ConfigError as error:
            found.problems.append(f"{name}: {error}")
            continue
        wrong, absent = [], []
        for line, row in rows:
            file = row.get("file_name") if isinstance(row, dict) else None
            if not isinstance(row, dict) or not isinstance(file, str) or not file:
                wrong.append(str(line))
            elif not os.path.isfile(path.parent / file):
                absent.append(file)
            else:
                found.rows[Path(os.path.normpath(path.parent / file))] = row
        if wrong:
            found.problems.append(f'{name}: no "file_name" in line {_some(wrong)}')
        if absent:
            found.problems.append(f"{name}: there is no file {_some(absent)}")
    return found


def _some(items: list[str]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(items[:_NAMED]) + more


def _json_rows(text: str) -> list[tuple[int, object]]:
    lines = enumerate(text.splitlines(), start=1)
    return [(number, _json_or_none(line)) for number, line in lines if line.strip()]


def _json_or_none(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _csv_rows(text: str) -> list[tuple[int, object]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ConfigError(f"is no CSV: {error}") from None


def describe(path: Path, metadata: Metadata, *, harmony: bool) -> Description:
    """Return what is said of the audio file ``path``.

    Args:
        path: the file; what lies beside it is read.
        metadata: of its folder.
        harmony: whether key and chords matter; they are not looked at otherwise.

    Raises:
        ConfigError: something that is said cannot be meant so; says what.
    """
    said = dict(metadata.rows.get(Path(os.path.normpath(path)), {}))
    beside = path.with_suffix(".json")
    if beside.is_file():
        said |= {k: v for k, v in _read_object(beside).items() if v not in (None, "", [])}
    captions: tuple[str, ...] = ()
    if (lines := path.with_suffix(".txt")).is_file():
        captions = captions_of(lines.name, _read_text(lines).splitlines())
    for name in _CAPTION_NAMES:
        captions = captions or captions_of(name, said.get(name))
    key = Key()
    chords: tuple[Chord, ...] = ()
    if harmony:
        keys = (read_prompt(caption).key for caption in captions)
        key = key_of(said.get("key")) or next((k for k in keys if k.is_whole), Key())
        chords = chords_of(said.get("chords"))
    return Description(
        captions=captions,
        bpm=bpm_of(said.get("bpm")) or _tempo_in(*captions, path.stem),
        key=key,
        chords=chords,
        loop=loop_of(said.get("loop")),
    )


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path.name} cannot be read as UTF-8 text: {error}") from None


def _read_object(path: Path) -> Mapping[str, object]:
    text = _read_text(path)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path.name} is no JSON: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path.name} holds a {type(content).__name__}; it must hold an object")
    return content


def _wrong(what: str, value: object, allowed: str) -> ConfigError:
    return ConfigError(f"{what} is {reprlib.repr(value)}; it must be {allowed}")


def captions_of(name: str, value: object) -> tuple[str, ...]:
    """Return the texts in a text, a list of texts, or nothing; empty ones are left out.

    Args:
        name: what to call it in the error.
        value: anything that JSON can hold.

    Raises:
        ConfigError: it is something else.
    """
    texts: dict[str, None] = {}  # an ordered set
    for text in [] if value is None else value if isinstance(value, list) else [value]:
        if not isinstance(text, str):
            raise _wrong(name, value, "a text or a list of texts")
        if text.strip():
            texts[text.strip()] = None
    return tuple(texts)


def bpm_of(value: object) -> float | None:
    """Return the tempo in a number, a text such as "128" or "128 bpm", or nothing.

    Raises:
        ConfigError: it is something else, or no tempo.
    """
    number = value
    if isinstance(value, str):
        text = value.strip().lower().removesuffix("bpm").strip()
        number = float(text) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", text) else text or None
    if number is None:
        return None
    # Compared before it is turned into a float: JSON knows whole numbers that are none.
    if (
        not isinstance(number, (int, float))
        or isinstance(number, bool)
        or not MIN_TEMPO_BPM <= number <= MAX_TEMPO_BPM
    ):
        raise _wrong("bpm", value, f"a number from {MIN_TEMPO_BPM:g} to {MAX_TEMPO_BPM:g}")
    return float(number)


def _tempo_in(*texts: str) -> float | None:
    """Return the first "128 bpm" in the texts; a bare number may mean anything (90s, 808)."""
    for text in texts:
        for match in _TEMPO.finditer(text):
            if MIN_TEMPO_BPM <= (bpm := float(match[1])) <= MAX_TEMPO_BPM:
                return bpm
    return None


def key_of(value: object) -> Key | None:
    """Return the key in a text such as "A minor", "F#m" or "C" (C major), or None for nothing.

    Raises:
        ConfigError: it is something else.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    note = chord_names.note_of(value.strip()) if isinstance(value, str) else None
    if note is not None:
        mode = note[1].strip(" :_-")
        minor = _IS_MINOR.get(mode, _IS_MINOR.get(mode.lower()))
        if minor is not None:
            return Key(note[0], minor)
    raise _wrong("key", value, "such as A minor, F#m or C major")


def chords_of(value: object) -> tuple[Chord, ...]:
    """Return the chords in a list of names, a text such as "Am F | C G", or nothing.

    Raises:
        ConfigError: it is something else, or not all of it are chords.
    """
    if isinstance(value, str):
        return chord_names.chords_of(value)
    names = [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _wrong("chords", value, "a list of chord names, one for each bar")
    return tuple(chord_names.chord_of(name.strip()) for name in names)


def loop_of(value: object) -> bool | None:
    """Return what true, false, these words, or nothing say.

    Raises:
        ConfigError: it is something else.
    """
    said = value
    if isinstance(value, str):
        said = {"": None, "true": True, "false": False}.get(value.strip().lower(), value)
    if said is None or isinstance(said, bool):
        return said
    raise _wrong("loop", value, "true or false")
