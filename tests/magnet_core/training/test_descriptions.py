"""What a folder says of its files: in all wordings that people have, and nothing misread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from magnet_core.errors import ConfigError
from magnet_core.model.harmony import MAJOR, MINOR, Chord, Key
from magnet_core.training.descriptions import (
    Description,
    Metadata,
    audio_files,
    bpm_of,
    captions_of,
    chords_of,
    describe,
    key_of,
    loop_of,
    read_metadata,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("description", "caption", "text", "prompt", "bpm", "key", "chords", "loop")


def _describe(folder: Path, name: str = "a.wav") -> Description:
    return describe(folder / name, read_metadata(folder), harmony=True)


def _beside(folder: Path, content: object) -> Path:
    (folder / "a.json").write_text(json.dumps(content))
    return folder


def test_a_text_file_holds_alternatives(tmp_path: Path) -> None:
    """One caption per line; empty lines, a byte order mark and repetitions are nothing."""
    text = "\ufeffwarm house, 124 bpm\r\n\r\n  deep house in A minor \nwarm house, 124 bpm\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    found = _describe(tmp_path)
    assert found.captions == ("warm house, 124 bpm", "deep house in A minor")
    assert (found.bpm, found.key) == (124.0, Key(9, True))


def test_json_is_read_as_audiocraft_writes_it(tmp_path: Path) -> None:
    """Its example file: empty texts say nothing, other names are nobody's business."""
    content = {
        "key": "", "artist": "Voyager I", "sample_rate": 48000, "description": "A cool song.",
        "keywords": "bright, pulsing, cool", "duration": 15.0, "bpm": "", "moods": ["uplifting"],
    }  # fmt: skip
    assert _describe(_beside(tmp_path, content)) == Description(captions=("A cool song.",))


def test_json_says_everything(tmp_path: Path) -> None:
    """Captions as a list, tempo, key, chords, and whether it is a loop."""
    content = {
        "caption": ["dub", "slow dub"], "bpm": "86 BPM", "key": "F#m", "chords": "F#m7 | D, A E/G#",
        "loop": False,
    }  # fmt: skip
    assert _describe(_beside(tmp_path, content)) == Description(
        captions=("dub", "slow dub"),
        bpm=86.0,
        key=Key(6, True),
        chords=(Chord(6, MINOR), Chord(2, MAJOR), Chord(9, MAJOR), Chord(4, MAJOR)),
        loop=False,
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "metadata.jsonl",
            '{"file_name": "in/a.wav", "text": "techno", "bpm": 130}\n\n'
            '{"file_name": "b.wav", "description": ["x", "y"], "loop": true}\n',
        ),
        ("metadata.csv", "file_name,text,bpm,loop\r\nin/a.wav,techno,130,\nb.wav,x,,TRUE\n"),
    ],
)
def test_rows_of_an_audio_folder(tmp_path: Path, name: str, text: str) -> None:
    """Hugging Face's metadata files: a row for each file, also for those in folders below."""
    (tmp_path / "in").mkdir()
    for file in ("in/a.wav", "b.wav"):
        (tmp_path / file).touch()
    (tmp_path / name).write_text(text)
    assert read_metadata(tmp_path).problems == []
    assert _describe(tmp_path, "in/a.wav") == Description(captions=("techno",), bpm=130.0)
    found = _describe(tmp_path, "b.wav")
    assert found.loop is True and found.captions[0] == "x"


def test_rows_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    """By their line, or by the file that is not there; the others count."""
    (tmp_path / "a.wav").touch()
    good = '{"file_name": "a.wav", "text": "yes"}'
    bad = '[1]\n{"text": "no name"}\n{\n{"file_name": "z.wav"}'
    (tmp_path / "metadata.jsonl").write_text(f"{good}\n{bad}")
    found = read_metadata(tmp_path)
    assert found.problems == [
        'metadata.jsonl: no "file_name" in line 2, 3, 4',
        "metadata.jsonl: there is no file z.wav",
    ]
    assert _describe(tmp_path).captions == ("yes",)


def test_metadata_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Not UTF-8, or a file name that no file can have: no crash."""
    (tmp_path / "metadata.csv").write_bytes(b"file_name,text\n\xff\xfe,x\n")
    assert "metadata.csv cannot be read as UTF-8" in read_metadata(tmp_path).problems[0]
    long = json.dumps({"file_name": "x" * 5000}) + "\n" + json.dumps({"file_name": "a\0b"})
    (tmp_path / "metadata.csv").unlink()
    (tmp_path / "metadata.jsonl").write_text(long)
    assert "there is no file xxx" in read_metadata(tmp_path).problems[0]


def test_what_is_nearest_to_the_file_counts(tmp_path: Path) -> None:
    """Captions: text, then JSON, then row. Tempo: JSON, then row, then caption, then name."""
    name = "a_90bpm.wav"
    (tmp_path / name).touch()
    assert _describe(tmp_path, name).bpm == 90.0
    row = {"file_name": name, "text": "row 100 bpm", "bpm": None}
    (tmp_path / "metadata.jsonl").write_text(json.dumps(row))
    assert _describe(tmp_path, name) == Description(captions=("row 100 bpm",), bpm=100.0)
    (tmp_path / "metadata.jsonl").write_text(json.dumps(row | {"bpm": 101}))
    (tmp_path / "a_90bpm.json").write_text('{"text": "json 110 bpm"}')
    assert _describe(tmp_path, name) == Description(captions=("json 110 bpm",), bpm=101.0)
    (tmp_path / "a_90bpm.txt").write_text("text 120 bpm")
    (tmp_path / "a_90bpm.json").write_text('{"text": "json 110 bpm", "bpm": 111}')
    assert _describe(tmp_path, name) == Description(captions=("text 120 bpm",), bpm=111.0)


@pytest.mark.parametrize(
    ("caption", "bpm"),
    [
        ("techno 128bpm", 128.0), ("at 97.5 BPM, slow", 97.5), ("loop_174_bpm", 174.0),
        ("90s house", None), ("808 bass", None), ("techno 128", None), ("1280bpm", None),
        ("5 bpm", None), ("120 bpms", None), ("1000 bpm, no, 100-bpm", 100.0),
    ],
)  # fmt: skip
def test_only_a_number_with_its_unit_is_a_tempo(
    tmp_path: Path, caption: str, bpm: float | None
) -> None:
    """A bare number may be a year, a drum machine, a take."""
    (tmp_path / "a.txt").write_text(caption)
    assert _describe(tmp_path).bpm == bpm


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"description": 5}, "description is 5; it must be a text or a list of texts"),
        ({"text": ["a", None]}, r"text is \['a', None\]"),
        ({"caption": {"en": "a"}}, "caption is"),
        ({"bpm": 0}, "bpm is 0; it must be a number from 20 to 999"),
        ({"bpm": True}, "bpm is True"),
        ({"bpm": 10**400}, "bpm is 1000"),
        ({"bpm": float("nan")}, "bpm is nan"),
        ({"bpm": "fast"}, "bpm is 'fast'"),
        ({"bpm": [120]}, "bpm is"),
        ({"key": "H minor"}, "key is 'H minor'; it must be such as A minor"),
        ({"key": 3}, "key is 3"),
        ({"key": "A mixolydian"}, "key is"),
        ({"chords": ["Am", "Csus4"]}, "chord is 'Csus4'; it must be such as"),
        ({"chords": ["Am", 5]}, "chords is"),
        ({"chords": {"1": "Am"}}, "chords is"),
        ({"loop": "perhaps"}, "loop is 'perhaps'; it must be true or false"),
        ([], "a.json holds a list; it must hold an object"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, content: object, what: str) -> None:
    """With what they are and what they may be."""
    with pytest.raises(ConfigError, match=what):
        _describe(_beside(tmp_path, content))


@pytest.mark.parametrize(
    "data", [b"{", b"", b"\xff\xfe{\x00", b"[" * 100_000, b'{"bpm":' + b"9" * 5000 + b"}"]
)
def test_json_that_is_none_is_named(tmp_path: Path, data: bytes) -> None:
    """Whatever is wrong with it, the file's name comes first."""
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(ConfigError, match=r"^a\.json (is no JSON|cannot be read as UTF-8)"):
        _describe(tmp_path)


@given(content=st.dictionaries(st.sampled_from(NAMES), JSON))
@example(content={"bpm": float("inf")})
def test_any_json_gives_a_description_or_an_error_that_says_so(content: dict[str, Any]) -> None:
    """Never anything else, and a description is always one that a model can be told."""
    metadata = Metadata(rows={Path("a.wav"): content})
    try:
        found = describe(Path("a.wav"), metadata, harmony=True)
    except ConfigError as error:
        assert any(str(error).startswith(name) for name in (*NAMES, "chord"))
        return
    assert all(isinstance(text, str) and text.strip() for text in found.captions)
    assert found.bpm is None or 20.0 <= found.bpm <= 999.0


@given(st.text() | st.lists(st.text()))
def test_texts_are_kept_in_order_and_once(value: str | list[str]) -> None:
    """Stripped, and none of them empty."""
    wanted = [text.strip() for text in ([value] if isinstance(value, str) else value)]
    assert captions_of("text", value) == tuple(dict.fromkeys(text for text in wanted if text))


@given(
    tonic=st.integers(0, 11),
    minor=st.booleans(),
    style=st.sampled_from(["{} {}", "{}{}", "{}:{}", " {}  {} "]),
)
def test_all_keys_in_all_spellings(tonic: int, minor: bool, style: str) -> None:
    """Sharps and flats, short and long."""
    sharps = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    flats = ["C", "Db", "D", "E♭", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"]
    for note in (sharps[tonic], flats[tonic], sharps[tonic].lower()):
        for mode in ("minor", "min", "m", "Minor") if minor else ("major", "maj", "M", "Maj", ""):
            assert key_of(style.format(note, mode)) == Key(tonic, minor)


@given(st.text())
def test_any_text_is_a_value_or_an_error(text: str) -> None:
    """No reader of a single value fails in another way."""
    for reader in (bpm_of, key_of, chords_of, loop_of):
        try:
            reader(text)
        except ConfigError as error:
            assert "it must be" in str(error)


def test_key_and_chords_are_not_looked_at_where_they_do_not_matter(tmp_path: Path) -> None:
    """A model that is told no chords learns from a file with a strange one."""
    folder = _beside(tmp_path, {"text": "x", "key": "8A", "chords": ["C5"]})
    found = describe(folder / "a.wav", Metadata(), harmony=False)
    assert found == Description(captions=("x",))


def test_audio_is_found_below_and_sorted_without_what_is_hidden(tmp_path: Path) -> None:
    """Suffixes in any case; what macOS leaves behind is no audio."""
    hidden = ("a/.d.wav", "._b.wav", "__MACOSX/b.wav")
    for name in ("b.WAV", "a/c.flac", *hidden, "notes.txt", "x.m4a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.wav").mkdir()
    assert audio_files(tmp_path) == [tmp_path / "a/c.flac", tmp_path / "b.WAV"]
    for wrong, what in ((tmp_path / "b.WAV", "is a file"), (tmp_path / "z", "does not exist")):
        with pytest.raises(ConfigError, match=f"{what}; it must be a folder"):
            audio_files(wrong)
