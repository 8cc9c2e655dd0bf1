"""Audio files: every good one is read whole in bounded blocks, every bad one says what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from magnet_core.errors import ConfigError
from magnet_core.training import recordings
from magnet_core.training.recordings import around, at_rate, blocks, open_recording, peak
from tests.magnet_core.training.music_files import bad_files, tone, write_tone


def _read(path: Path, channels: int = 1) -> np.ndarray:
    return np.concatenate(list(blocks(open_recording(path), channels)))


def test_bad_files_say_what_is_wrong(tmp_path: Path) -> None:
    """Each kind of damage has its reason; a short file is no damage, and found later."""
    reasons = bad_files(tmp_path)
    for name, reason in reasons.items():
        if name.startswith("short"):
            continue
        with pytest.raises(ConfigError, match=reason):
            peak(open_recording(tmp_path / name), 1)
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        open_recording(tmp_path / "missing.wav")


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff", "ogg", "mp3"])
def test_formats_are_read_to_their_end(tmp_path: Path, suffix: str) -> None:
    """What comes back is the tone that was written, to what the format can keep of it."""
    sound = _read(write_tone(tmp_path / f"a.{suffix}", 2.0))
    assert abs(len(sound) - 64_000) <= (0 if suffix in ("wav", "flac", "aiff") else 2_400)
    assert np.abs(sound[8_000:56_000]).max() == pytest.approx(0.5, abs=0.02)


def test_blocks_are_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of a block; two channels become their mean, one becomes two alike."""
    left, right = tone(1.0), tone(1.0, hz=330.0)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 32_000, subtype="FLOAT")
    monkeypatch.setattr(recordings, "_BLOCK_SAMPLES", 999)
    assert np.allclose(_read(tmp_path / "a.wav")[:, 0], (left + right) / 2, atol=1e-7)
    assert np.array_equal(_read(tmp_path / "a.wav", 2), np.stack([left, right], axis=1))
    mono = _read(write_tone(tmp_path / "b.flac"), 2)
    assert np.array_equal(mono[:, 0], mono[:, 1])


def test_a_length_that_a_program_could_not_know_is_no_fault(tmp_path: Path) -> None:
    """A WAV written into a pipe says 4 GiB; it is whole."""
    path = write_tone(tmp_path / "piped.wav", 1.0)
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[4:8] = data[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert len(_read(path)) == 32_000


def test_digest_is_of_the_content(tmp_path: Path) -> None:
    """Equal bytes under two names have one digest; one other sample has another."""
    a, b = write_tone(tmp_path / "a.wav"), write_tone(tmp_path / "b.wav")
    c = write_tone(tmp_path / "c.wav", hz=221.0)
    digests = [open_recording(path).digest for path in (a, b, c)]
    assert digests[0] == digests[1] != digests[2]


def test_the_sample_rate_is_changed_as_in_one_piece() -> None:
    """Block by block it is what soxr makes of the whole, to its last sample."""
    sound = tone(1.0, 44_100)[:, None]
    parts = (sound[i : i + 1_000] for i in range(0, len(sound), 1_000))
    made = np.concatenate(list(at_rate(parts, 44_100, 32_000, 1)))
    wanted = soxr.resample(sound, 44_100, 32_000, quality="HQ")
    assert made.shape == wanted.shape == (32_000, 1)
    assert np.abs(made - wanted).max() < 1e-5


def test_a_loop_goes_round_without_a_gap() -> None:
    """The seam of a loop of whole periods is where the tone goes on, at another rate too."""
    loop = tone(0.5, 44_100)[:, None]  # 110 periods
    rounds = np.concatenate(list(around([loop[:300], loop[300:]], 44_100)))
    assert np.allclose(rounds, tone(1.0, 44_100)[:, None], atol=1e-4)
    resampled = np.concatenate(list(at_rate([rounds], 44_100, 32_000, 1)))[:, 0]
    middle = slice(12_000, 20_000)  # the seam lies at 16,000
    assert np.abs(resampled[middle] - tone(1.0)[middle]).max() < 1e-3
