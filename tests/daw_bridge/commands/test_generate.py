"""``magnet-live generate`` on the bundled model: lengths, what is kept of given audio, refusals."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

import magnet_core
from daw_bridge.audio.resample import FloatArray
from daw_bridge.cli import main
from daw_bridge.commands.generate import (
    MAX_INPAINT_SECONDS,
    check_holes,
    continuation,
    decode,
    encode,
    inpainting,
    read_audio,
)
from magnet_core import Model
from magnet_core.config import DecodingParams
from magnet_core.errors import ConfigError
from magnet_core.model.chord_names import chords_of
from magnet_core.model.harmony import Harmony, Key

PROMPT = "techno 128 bpm, drums and bass"
DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def bundled() -> Model:
    return magnet_core.load("bundled")


@pytest.fixture
def recording(tmp_path) -> Path:
    """3.31 s of a stereo tone that beats, at 44.1 kHz: no whole number of frames."""
    t = np.arange(round(3.31 * 44_100)) / 44_100
    tone = 0.3 * np.sin(2 * np.pi * 220 * t) * (np.sin(2 * np.pi * 2 * t) > 0)
    soundfile.write(tmp_path / "in.wav", np.stack([tone, 0.5 * tone], axis=1), 44_100)
    return tmp_path / "in.wav"


def _sound(path: Path, channels: int = 1) -> FloatArray:
    samples, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert (sample_rate, samples.shape[1]) == (32_000, channels)
    return samples[:, 0]


def _rendition(model: Model, path: Path) -> FloatArray:
    """What the codec alone makes of a file."""
    codes, samples = encode(model, read_audio(path))
    return decode(model, codes)[0, :samples]


def test_a_prompt_becomes_a_file_of_the_length_asked_for(tmp_path, capsys) -> None:
    out = tmp_path / "out.wav"
    assert main(["generate", PROMPT, "-o", str(out), "--seconds", "1.5", "--seed", "3"]) == 0
    assert len(_sound(out)) == 48_000
    assert 0.01 < _sound(out).std() < 0.5
    assert "1.50 s of new music" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["out.wav"]


def test_music_has_the_chords_that_are_asked_for(bundled, tmp_path) -> None:
    """The same codes as the model makes of that harmony; and not those of its own."""
    out = tmp_path / "out.wav"
    words = ["generate", PROMPT, "-o", str(out), "--seconds", "1", "--no-level"]
    assert main([*words, "--chords", "Ebm | Abm"]) == 0
    harmony = Harmony.over(chords_of("Ebm Abm"), Key())
    asked, own = (
        decode(bundled, bundled.generate(PROMPT, frames=50, harmony=one))[0]
        for one in (harmony, None)
    )
    assert np.abs(_sound(out) - asked).max() <= 2**-22  # 24 bits
    assert np.abs(asked - own).max() > 0.01


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--chords", "Am Fsus4"], "chord is 'Fsus4'; it must be such as C, F#m7 or Bdim"),
        (
            [
                "--chords",
                "Am",
                "--model",
                str(DATA / "magnet-32khz"),
                "--text-encoder",
                str(DATA / "t5"),
            ],
            "is not told chords",
        ),
    ],
)
def test_chords_that_cannot_be_played_are_refused(tmp_path, capsys, words, reason) -> None:
    out = tmp_path / "out.wav"
    assert main(["generate", PROMPT, "-o", str(out), *words]) == 1
    assert reason in capsys.readouterr().err
    assert not out.exists()


def test_the_music_goes_on_from_the_end_of_given_audio(bundled, recording, capsys) -> None:
    out = recording.with_name("out.wav")
    words = ["--prompt-audio", str(recording), "-o", str(out), "--seconds", "1"]
    assert main(["generate", PROMPT, *words]) == 0
    sound, given = _sound(out), 166 * 640  # 3.31 s in whole frames
    assert len(sound) == given + 32_000
    rendition = _rendition(bundled, recording)
    assert np.abs(sound[: len(rendition)] - rendition).max() < 1e-5
    assert "1.00 s of new music" in capsys.readouterr().out


def test_holes_are_filled_and_all_else_is_the_codecs_rendition(bundled, recording, capsys) -> None:
    """But for the half second after a hole that the codec remembers it."""
    out = recording.with_name("out.wav")
    words = ["--prompt-audio", str(recording), "-o", str(out), "--inpaint", "2.5:2.9"]
    assert main(["generate", PROMPT, *words, "--inpaint", "0.5:1.3"]) == 0
    sound, rendition = _sound(out), _rendition(bundled, recording)
    assert len(sound) == len(rendition) == round(3.31 * 32_000)
    assert "1.20 s of new music" in capsys.readouterr().out
    difference = np.abs(sound - rendition)
    new = [slice(16_000, 41_600), slice(80_000, 92_800)]
    kept = [slice(0, 16_000), slice(56_000, 80_000)]
    assert all(difference[where].max() > 0.02 for where in new)
    assert all(difference[where].max() < 1e-5 for where in kept)


@pytest.mark.parametrize("hole", ["0:1", "2.8:3.31", "0:3.31"])
def test_a_hole_may_begin_or_end_with_the_file(recording, hole: str) -> None:
    out = recording.with_name("out.wav")
    words = ["--prompt-audio", str(recording), "-o", str(out), "--inpaint", hole]
    assert main(["generate", PROMPT, *words]) == 0
    assert len(_sound(out)) == round(3.31 * 32_000)


def test_a_file_longer_than_the_segment_is_filled_too(bundled, tmp_path) -> None:
    segment_s = bundled.lm.config.segment_frames / bundled.frame_rate
    noise = 0.1 * np.random.default_rng(1).standard_normal(round((segment_s + 2.0) * 32_000))
    soundfile.write(tmp_path / "in.wav", noise, 32_000)
    words = ["--prompt-audio", str(tmp_path / "in.wav"), "-o", str(tmp_path / "out.wav")]
    holes = ["--inpaint", "1:1.5", "--inpaint", f"{segment_s + 1:g}:{segment_s + 2:g}"]
    assert main(["generate", "", *words, *holes]) == 0
    assert len(_sound(tmp_path / "out.wav")) == len(noise)


def test_a_plain_magnet_model_keeps_the_length_where_the_end_is_no_whole_span(recording) -> None:
    """Of 166 frames its reference decoding makes 165."""
    model = magnet_core.load(DATA / "magnet-32khz", text_encoder=DATA / "t5")
    task = inpainting(model, read_audio(recording), [(3.0, 3.31)])
    assert (task.frames, task.new_frames, task.samples) == (168, 16, round(3.31 * 32_000))
    assert task.frozen is not None and task.frozen.sum() == 150
    codes = model.generate(
        "x",
        params=DecodingParams(steps=(1, 1, 1, 1)),
        prompt_codes=task.prompt_codes,
        frozen=task.frozen,
        frames=task.frames,
    )
    assert codes.shape[1] == 168


def test_given_audio_is_cut_to_the_models_segment(bundled, tmp_path) -> None:
    """What lies before it would not be seen."""
    segment = bundled.lm.config.segment_frames
    silence = np.zeros((1, (segment + 100) * 640), np.float32)
    task = continuation(bundled, (silence, 32_000), 2.0)
    assert task.prompt_codes is not None
    assert (task.prompt_codes.shape[1], task.frames, task.new_frames) == (
        segment,
        segment + 100,
        100,
    )


def test_decoding_in_blocks_changes_nothing(bundled) -> None:
    generator = torch.Generator().manual_seed(0)
    codes = torch.randint(0, bundled.card, (4, 1100), generator=generator)
    whole = bundled.codec.decode(codes).numpy()
    assert np.abs(decode(bundled, codes) - whole).max() < 1e-5


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--inpaint", "2:1"], "2:1 does not end after it begins"),
        (["--inpaint", "1:1"], "1:1 does not end after it begins"),
        (["--inpaint", "nan:1"], "does not end after it begins"),
        (["--inpaint=-1:2"], "-1:2 lies outside the audio, 0 to 3.31 seconds"),
        (["--inpaint", "3:3.4"], "3:3.4 lies outside the audio"),
        (["--inpaint", "0:inf"], "lies outside the audio"),
        (["--inpaint", "2:3", "--inpaint", "1:2.5"], "1:2.5 and 2:3 overlap"),
        (["--inpaint", "1:2", "--inpaint", "1:2"], "overlap"),
        (["--inpaint", "1:2", "--seconds", "4"], "the length is that of the audio"),
    ],
)
def test_wrong_holes_are_refused_before_a_model_is_loaded(recording, words, what, capsys) -> None:
    given = ["--prompt-audio", str(recording), "--model", "no-such-model"]
    assert main(["generate", PROMPT, *given, *words]) == 1
    assert what in capsys.readouterr().err
    assert not recording.with_name("out.wav").exists()


def test_holes_need_audio_to_lie_in(capsys) -> None:
    assert main(["generate", PROMPT, "--inpaint", "1:2", "--model", "no-such-model"]) == 1
    assert "--inpaint needs --prompt-audio" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["2", "2:", ":", "a:b", "1:2:3"])
def test_a_hole_that_is_no_two_times_is_a_wrong_command_line(text: str, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["generate", PROMPT, "--prompt-audio", "x.wav", "--inpaint", text])
    assert caught.value.code == 2
    assert f"{text!r} is not two times in seconds" in capsys.readouterr().err


def test_a_hole_shorter_than_a_frame_is_refused(bundled, recording) -> None:
    with pytest.raises(ConfigError, match=r"1:1\.001 is shorter than a frame, 0\.02 s"):
        inpainting(bundled, read_audio(recording), [(1.0, 1.001)])


def test_holes_may_touch() -> None:
    check_holes([(2.0, 3.0), (1.0, 2.0)], 3.0)


def test_audio_that_would_not_fit_in_memory_is_refused() -> None:
    with pytest.raises(ConfigError, match="lasts 301 s"):
        check_holes([(1.0, 2.0)], MAX_INPAINT_SECONDS + 1.0)


def test_rescoring_changes_the_music_and_is_counted(tmp_path, capsys) -> None:
    """The bundled model judges itself; a weight of 0 is the music without, sample for sample."""
    words = ["generate", PROMPT, "--seconds", "5", "--seed", "3", "-o"]
    sounds, bars = [], []
    for name, weight in (("off", []), ("none", ["0"]), ("half", ["0.5"])):
        out = tmp_path / f"{name}.wav"
        option = ["--rescore-weight", *weight] if weight else []
        assert main([*words, str(out), *option]) == 0
        sounds.append(_sound(out))
        bars.append(capsys.readouterr().err)
    assert np.array_equal(sounds[0], sounds[1])
    assert not np.array_equal(sounds[0], sounds[2])
    passes = 200 + 10 + 5 + 4 + 4
    assert f"{passes}/{passes}" in bars[0]
    assert f"{passes + 19}/{passes + 19}" in bars[2]


@pytest.mark.parametrize("partner", ["musicgen-32khz", "hybrid-32khz"])
def test_a_plain_magnet_plays_with_partners(partner, tmp_path, capsys) -> None:
    """Each a folder with its own text encoder; without one, what is missing is said."""
    for name in ("magnet-32khz", partner):
        shutil.copytree(DATA / name, tmp_path / name)
        shutil.copytree(DATA / "t5", tmp_path / name / "text_encoder")
    out = str(tmp_path / "out.wav")
    words = ["generate", "disco", "-o", out, "--seconds", "1.2"]
    plain = [*words, "--model", str(tmp_path / "magnet-32khz")]
    other = str(tmp_path / partner)
    options = ["--prefix-model", other, "--rescorer", other, "--rescore-weight", "0.5"]
    assert main([*plain, *options]) == 0
    passes = 25 + 3 + (20 + 10 + 10 + 10) + (19 + 9 + 9 + 9)
    assert f"{passes}/{passes}" in capsys.readouterr().err
    assert len(_sound(Path(out))) == 60 * 640
    assert main([*plain, "--rescore-weight", "0.5"]) == 1
    assert "a plain MAGNeT model needs a rescorer" in capsys.readouterr().err
    assert main([*words, "--prefix-model", other]) == 1
    assert "bundled plays its own prefix" in capsys.readouterr().err
