"""Audio files for the training tests: short, of known pitch, and good or bad in a known way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray


def tone(seconds: float, rate: int = 32_000, hz: float = 220.0) -> NDArray[np.float32]:
    """A sine at half of full scale."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2.0 * np.pi * hz * time)).astype(np.float32)


def write_tone(path: Path, seconds: float = 1.0, rate: int = 32_000, hz: float = 220.0) -> Path:
    """Write a sine as the suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(seconds, rate, hz), rate)
    return path


def cut(path: Path, share: float = 0.5) -> Path:
    """Leave only the first ``share`` of a file's bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def bad_files(folder: Path) -> dict[str, str]:
    """Write one file of every kind that cannot be used; return what must be said of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("cut_120bpm.wav", "cut_120bpm.flac", "cut_120bpm.aiff", "cut_120bpm.ogg"):
        cut(write_tone(folder / name, 4.0))
    cut(write_tone(folder / "cut_120bpm.mp3", 20.0))
    (folder / "empty_120bpm.wav").write_bytes(b"")
    (folder / "text_120bpm.wav").write_text("this is no audio at all\n" * 20)
    header = write_tone(folder / "header_120bpm.wav").read_bytes()[:44]
    (folder / "header_120bpm.wav").write_bytes(header)
    soundfile.write(folder / "silent_120bpm.wav", np.zeros(32_000, np.float32), 32_000)
    both = np.stack([tone(1.0), -tone(1.0)], axis=1)
    soundfile.write(folder / "opposed_120bpm.wav", both, 32_000)
    broken = tone(1.0)
    broken[20_000] = np.nan
    soundfile.write(folder / "nan_120bpm.wav", broken, 32_000, subtype="FLOAT")
    broken[20_000] = np.inf
    soundfile.write(folder / "infinite_120bpm.wav", broken, 32_000, subtype="FLOAT")
    write_tone(folder / "short_120bpm.wav", 0.3)
    write_tone(folder / "slow_120bpm.wav", 1.0, rate=2_000)
    (folder / "nowhere_120bpm.wav").symlink_to(folder / "missing.wav")
    return {
        "cut_120bpm.wav": "cut off: 50%",
        "cut_120bpm.flac": "cannot be read on after",
        "cut_120bpm.aiff": "cut off",
        "cut_120bpm.ogg": "holds no sound",
        "cut_120bpm.mp3": "cut off",
        "empty_120bpm.wav": "empty file",
        "text_120bpm.wav": "cannot be read as audio: Format not recognised",
        "header_120bpm.wav": "cut off: 0%",
        "silent_120bpm.wav": "is silent",
        "opposed_120bpm.wav": "silent once mixed",
        "nan_120bpm.wav": "no numbers",
        "infinite_120bpm.wav": "no numbers",
        "short_120bpm.wav": "0.30 s long; at least 0.5 s",
        "slow_120bpm.wav": "sample rate of 2000 Hz",
    }
