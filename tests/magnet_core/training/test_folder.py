"""A folder as codes: loops go round, beats are counted, bad files are named, and nothing twice."""

from __future__ import annotations

import json
import logging
import os
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st

import magnet_core
from magnet_core.api import Model
from magnet_core.config import LMConfig, Variant
from magnet_core.errors import CheckpointError, ConfigError
from magnet_core.model.harmony import Chord, Harmony, HarmonyEmbedding, Key, harmony_tensor
from magnet_core.model.lm import TransformerLM
from magnet_core.model.metre import Metre, metre_tensor
from magnet_core.training import folder as folder_module
from magnet_core.training.folder import (
    Clip,
    FolderMusic,
    chords_around,
    encode_parts,
    read_folder,
    whole_beats,
)
from tests.magnet_core.runtime.tiny import tiny_codec, tiny_encodec, tiny_model
from tests.magnet_core.training.music_files import bad_files, tone, write_tone

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def music(tmp_path: Path) -> Path:
    return tmp_path / "music"


def _read(music: Path, model: Model | None = None) -> FolderMusic:
    return read_folder(music, model or tiny_model(), music.parent / "codes")


def _clip(music: Path, model: Model | None = None) -> Clip:
    read = _read(music, model)
    assert len(read.clips) == 1, read.skipped
    return read.clips[0]


def test_every_bad_file_is_named_and_the_others_are_learned_from(
    music: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With its reason, in the result and in the log."""
    reasons = bad_files(music)
    write_tone(music / "no_tempo.wav")
    write_tone(music / "odd_120bpm.wav", 1.3)
    write_tone(music / "wrong_120bpm.wav")
    (music / "wrong_120bpm.json").write_text('{"description": 5}')
    write_tone(music / "called_120bpm.wav", 1.3)
    (music / "called_120bpm.json").write_text('{"loop": true}')
    write_tone(music / "good_125bpm.wav", 1.92)
    with caplog.at_level(logging.INFO):
        read = _read(music)
    assert [clip.name for clip in read.clips] == ["good_125bpm.wav", "odd_120bpm.wav"]
    skipped = dict(read.skipped)
    reasons |= {
        "no_tempo.wav": 'has no tempo, .* "bpm" in no_tempo.json',
        "wrong_120bpm.wav": "description is 5",
        "called_120bpm.wav": "called a loop, but is 2.60 beats long at 120 bpm",
    }
    assert skipped.keys() == reasons.keys()
    for name, reason in reasons.items():
        assert re.search(reason, skipped[name]), (name, skipped[name])
        assert f"left out: {name}: {skipped[name]}" in caplog.text
    assert "2 files, 0.1 minutes; 1 of them loops, 2 without a caption" in caplog.text
    assert f"{len(reasons)} left out" in caplog.text


def test_a_folder_of_no_use_is_refused(tmp_path: Path) -> None:
    """It is not there, has no audio, or only such as cannot be used."""
    with pytest.raises(ConfigError, match="nowhere does not exist; it must be a folder"):
        _read(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"empty has no audio in it: no file ends in \.wav"):
        _read(tmp_path / "empty")
    write_tone(tmp_path / "bad" / "a.wav")
    with pytest.raises(ConfigError, match=r"none of the 1 audio files in .*bad.*a.wav: has no tem"):
        _read(tmp_path / "bad")


def test_a_model_without_its_codec_says_what_to_bring(music: Path) -> None:
    """A published folder may lack it; no file is to blame for that."""
    write_tone(music / "a.wav")
    model = magnet_core.load(DATA / "musicgen-32khz", text_encoder=DATA / "t5")
    with pytest.raises(CheckpointError, match=r"compression_state_dict\.bin"):
        _read(music, model)


@pytest.mark.parametrize(
    ("seconds", "bpm", "beats"),
    [
        (2.0, 120, 4), (1.875, 128, 4), (1.8748, 128, 4), (1.87, 128, 4), (3.0, 120, 6),
        (1.3, 120, None), (1.9, 120, None), (0.1, 120, None), (8.03, 119.5, 16),
    ],
)  # fmt: skip
def test_beats_are_whole_up_to_rounding(seconds: float, bpm: float, beats: int | None) -> None:
    """10 ms of an export, half a beat per minute of a name."""
    assert whole_beats(seconds, bpm) == beats


def test_a_loop_is_encoded_round_and_round(music: Path) -> None:
    """Its codes are those of the loop repeated; windows begin anywhere in its first round."""
    model = tiny_model()
    write_tone(music / "a_125bpm.wav", 0.96, hz=225.0)  # 2 beats: no bar, no loop
    (music / "a_125bpm.json").write_text('{"loop": true}')
    clip = _clip(music, model)
    assert clip.starts == 48
    sound, _ = soundfile.read(music / "a_125bpm.wav", dtype="float32")
    rounds = np.tile(sound, 8)[: clip.codes.shape[1] * 640]
    wanted = model.codec.encode(torch.from_numpy(rounds)[None])
    frames = model.lm.config.segment_frames
    assert clip.codes.shape[1] >= 47 + frames
    same = (wanted[:, :-20].numpy() == clip.codes[:, :-20]).mean()  # the end hears what follows
    assert same > 0.999
    first = {
        round(clip.window(frames, 50, np.random.default_rng(i)).metre.start_beat * 24)  # type: ignore[union-attr]
        for i in range(400)
    }
    assert first == set(range(48))


@pytest.mark.parametrize(
    ("name", "seconds", "said", "loop"),
    [
        ("a_125bpm.wav", 1.92, {}, True),
        ("a_125bpm.wav", 1.44, {}, False),  # three beats
        ("a_125bpm.wav", 1.92, {"loop": False}, False),
        ("a_125bpm.wav", 1.44, {"loop": True}, True),
        ("a.wav", 1.5, {}, False),
        ("a.wav", 1.5, {"loop": True}, True),
        ("a_120bpm.wav", 6.0, {}, False),  # longer than the window: nothing to fill
        ("a_120bpm.wav", 6.0, {"loop": True}, False),
    ],
)
def test_what_is_taken_for_a_loop(
    music: Path, name: str, seconds: float, said: dict[str, bool], loop: bool
) -> None:
    """Whole bars of its tempo, or because it is said."""
    path = write_tone(music / name, seconds)
    path.with_suffix(".json").write_text(json.dumps(said))
    clip = _clip(music, tiny_model(metre=False))
    assert (clip.starts is not None) == loop
    if not loop:
        assert clip.codes.shape[1] == round(seconds * 50)


def test_a_loop_s_tempo_is_its_length(music: Path) -> None:
    """Four beats in 1.87 s, "128 bpm": the grid closes after every round."""
    write_tone(music / "a_128bpm.wav", 1.87)
    metre = _clip(music).metre
    assert metre is not None and metre.tempo_bpm == pytest.approx(4 * 60 / 1.87)
    assert metre.start_beat == 0.0


def test_short_music_gives_short_windows(music: Path) -> None:
    """All of it, from its first beat, and never longer than asked for."""
    write_tone(music / "a_120bpm.wav", 1.3)
    rng, read = np.random.default_rng(0), _read(music)
    window = read.window(99, rng)
    assert window.codes.shape == (4, 65)
    assert window.metre == Metre(tempo_bpm=120.0)
    assert {read.window(30, rng).codes.shape for _ in range(20)} == {(4, 30)}


def test_windows_are_the_file_s_and_on_its_grid(music: Path) -> None:
    """Codes, beat and chord of a window are those of the place where it begins."""
    write_tone(music / "a_90bpm.flac", 6.0)
    clip = _clip(music)
    for seed in range(50):
        window = clip.window(99, 50, np.random.default_rng(seed))
        assert window.metre is not None
        first = round(window.metre.start_beat * 60 / 90 * 50)
        assert np.array_equal(window.codes.numpy(), clip.codes[:, first : first + 99])
    window.codes[:] = -1  # it is the caller's own
    assert clip.codes.min() >= 0


def test_long_files_are_drawn_more_often(music: Path) -> None:
    """In proportion to the windows that they fill; a loop and a short file count as one."""
    codes = {"loop": (99, 10), "short": (50, None), "long": (297, None)}
    clips = [
        Clip(
            name=name,
            codes=np.zeros((4, frames), np.int32),
            captions=(name,),
            metre=None,
            harmony=Harmony(),
            starts=starts,
        )
        for name, (frames, starts) in codes.items()
    ]
    read, rng = FolderMusic(clips, 50, 99), np.random.default_rng(0)
    drawn = [read.window(99, rng).caption for _ in range(2000)]
    for name, share in (("loop", 0.2), ("short", 0.2), ("long", 0.6)):
        assert drawn.count(name) / 2000 == pytest.approx(share, abs=0.04)


@given(
    chords=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 2)), min_size=1, max_size=40),
    bpm=st.floats(20, 999),
    start=st.floats(0, 5000),
    seconds=st.floats(0.5, 30),
)
def test_chords_around_a_window_are_its_own(
    chords: list[tuple[int, int]], bpm: float, start: float, seconds: float
) -> None:
    """The model is told the same of every frame, in a number of bars that goes into others."""
    whole = Harmony(Key(2, False), tuple(Chord(*chord) for chord in chords))
    metre = Metre(tempo_bpm=bpm, start_beat=start)
    near = chords_around(whole, metre, seconds)
    assert near.key == whole.key
    assert len(near.chords) & (len(near.chords) - 1) == 0
    embedding = HarmonyEmbedding(4)
    frames = int(seconds * 50)
    told = [
        embedding(harmony_tensor([harmony]), metre_tensor([metre]), 0, frames)
        for harmony in (whole, near)
    ]
    assert torch.equal(*told)


def test_key_and_chords_reach_a_model_that_is_told_them(music: Path) -> None:
    """One chord for each bar, wherever the window begins; no others are made up."""
    path = write_tone(music / "a.wav", 6.0)
    content = {"bpm": 120, "key": "A minor", "chords": ["Am", "F", "G"]}
    path.with_suffix(".json").write_text(json.dumps(content))
    model = tiny_model()
    sizes = {n: getattr(model.lm.config, n) for n in ("dim", "layers", "heads", "text_dim", "card")}
    model.lm = TransformerLM(
        LMConfig(variant=Variant.HYBRID, segment_frames=99, metre=True, harmony=True, **sizes)
    )
    clip = _clip(music, model)
    assert clip.harmony.key == Key(9, True) and len(clip.harmony.chords) == 3
    window = clip.window(99, 50, np.random.default_rng(3))
    assert window.metre is not None
    bar = int(window.metre.start_beat // 4)
    assert window.harmony.chords[bar % len(window.harmony.chords)] == clip.harmony.chords[bar % 3]
    assert _clip(music).harmony == Harmony()  # the tiny model itself is not told


def test_captions_that_the_text_encoder_refuses_are_named(music: Path) -> None:
    """Before the training, not when they are first drawn."""
    model = magnet_core.load(
        DATA / "musicgen-32khz", text_encoder=DATA / "t5", codec=DATA / "magnet-32khz"
    )
    path = write_tone(music / "a.wav")
    write_tone(music / "b.wav")
    path.with_suffix(".txt").write_text("word " * 600)
    assert "512" in dict(_read(music, model).skipped)["a.wav"]
    path.with_suffix(".txt").unlink()
    path.with_suffix(".json").write_text('{"text": "\\ud800"}')
    assert "Unicode" in dict(_read(music, model).skipped)["a.wav"]


def test_words_that_mean_nothing_are_said(music: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Most frequent first: a model of fixed words will not learn them."""
    for name, text in (("a", "funky techno\nfunky saxophone"), ("b", "funky dub")):
        path = write_tone(music / f"{name}_120bpm.wav")
        path.with_suffix(".txt").write_text(text)
    with caplog.at_level(logging.INFO):
        _read(music)
    assert "will not learn: funky (3), saxophone (1)" in caplog.text


def test_files_are_encoded_once(music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second reading takes the codes that are there; what has changed is encoded anew."""
    for name in ("a_120bpm.wav", "b_120bpm.flac"):
        write_tone(music / name, 1.0)
    first = _read(music)
    encoded = []

    def counting(codec, parts, device):  # type: ignore[no-untyped-def]
        encoded.append(1)
        return encode_parts(codec, parts, device)

    monkeypatch.setattr(folder_module, "encode_parts", counting)
    again = _read(music)
    assert not encoded and again.digest == first.digest
    assert all(
        np.array_equal(a.codes, b.codes) for a, b in zip(first.clips, again.clips, strict=True)
    )
    os.utime(music / "a_120bpm.wav")  # touched, not changed
    assert _read(music).digest == first.digest and not encoded
    write_tone(music / "a_120bpm.wav", 1.0, hz=300.0)
    assert _read(music).digest != first.digest and len(encoded) == 1
    other = tiny_codec()
    torch.nn.init.normal_(other.encoder.leave.weight)
    _read(music, tiny_model(codec=other))
    assert len(encoded) == 3


def test_damaged_codes_are_made_again(music: Path) -> None:
    """A cache that was cut off costs time, and nothing else."""
    write_tone(music / "a_120bpm.wav", 1.0)
    first = _read(music)
    (kept,) = (music.parent / "codes").glob("*.npy")
    for damage in (b"", kept.read_bytes()[:200], b"junk"):
        kept.write_bytes(damage)
        assert np.array_equal(_read(music).clips[0].codes, first.clips[0].codes)


def test_the_digest_is_of_all_that_is_learned(music: Path) -> None:
    """Another caption, tempo or file is another data set."""
    path = write_tone(music / "a_120bpm.wav", 1.3)
    digests = [_read(music).digest]
    path.with_suffix(".txt").write_text("techno")
    digests.append(_read(music).digest)
    path.with_suffix(".json").write_text('{"bpm": 121}')
    digests.append(_read(music).digest)
    write_tone(music / "b_120bpm.wav", 1.3)
    digests.append(_read(music).digest)
    assert all(a != b for a, b in pairwise(digests)) and len(set(digests)) == 4


@pytest.mark.parametrize("codec", [tiny_codec(), tiny_encodec()], ids=["carrier", "encodec"])
def test_a_long_sound_is_encoded_in_pieces_to_the_same_codes(
    codec: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to what a codec hears from beyond the margin, which is next to nothing."""
    assert isinstance(codec, torch.nn.Module)
    rng = np.random.default_rng(0)
    sound = (tone(7.3) * rng.uniform(0.2, 1.0, 7 * 32_000 + 9_600)).astype(np.float32)[:, None]
    monkeypatch.setattr(folder_module, "_ENCODED_S", 2.0)
    longest = 0
    encode = type(codec).encode

    def watched(self, waveform):  # type: ignore[no-untyped-def]
        nonlocal longest
        longest = max(longest, waveform.shape[1])
        return encode(self, waveform)

    monkeypatch.setattr(type(codec), "encode", watched)
    parts = [sound[i : i + 10_007] for i in range(0, len(sound), 10_007)]
    made = encode_parts(codec, parts, torch.device("cpu"))  # type: ignore[arg-type]
    assert longest <= 4 * 32_000
    wanted = encode(codec, torch.from_numpy(sound.T)).numpy()[:, : 7300 // 20]
    assert made.shape == wanted.shape
    assert (made == wanted).mean() > 0.99


def test_sound_beyond_full_scale_is_turned_down(music: Path) -> None:
    """A float file four times too loud has the codes of the same at full scale."""
    loud = 8.0 * tone(1.3)
    music.mkdir()
    soundfile.write(music / "a_120bpm.wav", loud, 32_000, subtype="FLOAT")
    clip = _clip(music)
    wanted = tiny_codec().encode(torch.from_numpy(loud / np.abs(loud).max())[None])
    assert np.array_equal(clip.codes, wanted.numpy())
