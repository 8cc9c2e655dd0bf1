"""``magnet-live generate``: a prompt to a WAV file, with a progress bar and the time it took."""

from __future__ import annotations

import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from tqdm import tqdm

import magnet_core
from daw_bridge.resample import FloatArray, map_channels
from magnet_core import Model
from magnet_core.errors import ConfigError

MAX_SECONDS = 3600.0


def generate_file(
    prompt: str,
    output: Path,
    *,
    model_name: str = "bundled",
    text_encoder: str | None = None,
    device: str = "cpu",
    threads: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    prompt_audio: Path | None = None,
) -> None:
    """Write the music of ``prompt`` to the WAV file ``output`` and print the RTF.

    With ``prompt_audio`` the file begins with the end of that audio, at most the model's segment of
    it, and ``seconds`` (default: the model's segment) of new music follow.

    Raises:
        MagnetError: the model cannot be loaded, or the request does not fit it.
        OSError: the file cannot be written.
    """
    if seconds is not None and not 0.1 <= seconds <= MAX_SECONDS:
        raise ConfigError(
            f"seconds is {seconds:g}; it must be a number from 0.1 to {MAX_SECONDS:g}"
        )
    if not output.absolute().parent.is_dir():
        raise FileNotFoundError(f"{output.parent} is not a folder that {output.name} can go into")
    if threads is not None:
        torch.set_num_threads(threads)
    audio = None if prompt_audio is None else read_audio(prompt_audio)
    model = magnet_core.load(model_name, device=device, text_encoder=text_encoder)
    if unknown := model.unknown_words(prompt):
        print(f"words the model does not know, ignored: {' '.join(unknown)}", file=sys.stderr)
    prompt_codes = None if audio is None else encode_prompt(model, *audio)
    segment_frames = model.lm.config.segment_frames
    frames = segment_frames if seconds is None else math.ceil(seconds * model.frame_rate)
    if prompt_codes is not None:
        frames += prompt_codes.shape[-1]
    started = time.perf_counter()
    with tqdm(unit="pass", desc=model.name, file=sys.stderr) as bar:

        def on_step(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        codes = model.generate(
            prompt, prompt_codes=prompt_codes, frames=frames, seed=seed, on_step=on_step
        )
    decoded = time.perf_counter()
    waveform = model.codec.decode(codes).cpu().numpy()
    finished = time.perf_counter()
    write_wav(output, waveform, model.sample_rate)
    made_s = waveform.shape[1] / model.sample_rate
    if prompt_codes is not None:
        made_s -= prompt_codes.shape[-1] / model.frame_rate
    print(
        f"{output}: {made_s:.2f} s of new music in {finished - started:.2f} s, "
        f"RTF {(finished - started) / made_s:.3f} "
        f"(codes {decoded - started:.2f} s, codec {finished - decoded:.2f} s)"
    )


def read_audio(path: Path) -> tuple[FloatArray, int]:
    """Return the waveform ``[C, N]`` of any file that libsndfile reads, and its sample rate.

    Raises:
        ConfigError: the file is missing, empty or not audio.
    """
    try:
        samples, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ConfigError(f"{path} cannot be read as audio: {error}") from None
    if len(samples) == 0 or not np.isfinite(samples).all():
        raise ConfigError(f"{path} holds no sound, or numbers that are none")
    return samples.T, int(sample_rate)


def encode_prompt(model: Model, waveform: FloatArray, sample_rate: int) -> torch.Tensor:
    """Return codes int64 ``[K, P]`` of the end of a waveform, at most the model's segment."""
    longest = model.lm.config.segment_frames / model.frame_rate
    waveform = waveform[:, -round(longest * sample_rate) :]
    mixed = map_channels(map_channels(waveform, 1), model.codec.channels)
    at_rate = soxr.resample(mixed.T, sample_rate, model.sample_rate, quality="HQ").T
    codes = model.codec.encode(torch.from_numpy(np.ascontiguousarray(at_rate)))
    return codes[:, : model.lm.config.segment_frames]


def write_wav(path: Path, waveform: FloatArray, sample_rate: int) -> None:
    """Write ``[C, N]`` as 24-bit WAV, under its name only when it is whole.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        soundfile.write(part, waveform.T, sample_rate, subtype="PCM_24", format="WAV")
        os.replace(part, path)
    except soundfile.LibsndfileError as error:
        raise OSError(f"{path} cannot be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)
