"""``magnet-live generate``: a prompt to a WAV file, with a progress bar and the time it took.

Given audio is gone on from, or, with holes in it, filled: the model knows it as the frames of its
codec, so what is kept of it comes out as the codec's rendition, mono if the codec is, and the
filled frames join on to the others without a crossfade.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch import Tensor
from tqdm import tqdm

import magnet_core
from daw_bridge.audio.leveller import Leveller
from daw_bridge.audio.resample import FloatArray, map_channels
from daw_bridge.commands.wav_output import require_folder, wav_output
from magnet_core import DecodingParams, Model
from magnet_core.errors import ConfigError
from magnet_core.model.chord_names import chords_of
from magnet_core.model.harmony import Harmony

MAX_SECONDS = 3600.0
MAX_INPAINT_SECONDS = 300.0  # the codec reads a file in one piece, at up to 40 MB a second
_BLOCK_FRAMES = 500  # through the codec at a time, so that memory does not grow with the length

Audio = tuple[FloatArray, int]  # [C, N], Hz
Hole = tuple[float, float]  # from and to, in seconds


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be made, in the model's own units.

    Attributes:
        frames: of the result, what is given included.
        new_frames: of those, the ones that are not given.
        prompt_codes: what is given, int64 ``[K, P]``.
        frozen: bool ``[P]``: which of it to keep; None: all.
        samples: length of the file to write; None: of all frames.
    """

    frames: int
    new_frames: int
    prompt_codes: Tensor | None = None
    frozen: Tensor | None = None
    samples: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which model is to play, where, and who helps it.

    Attributes:
        name: a folder or a name, as of ``magnet_core.load``.
        text_encoder, device, dtype: likewise.
        threads: of the CPU; None leaves them as they are.
        prefix_model: plays the beginning for a plain MAGNeT.
        rescorer: ranks what the model draws; without a name a hybrid model does so itself.
        rescore_weight: what its judgement counts; None: no rescoring but what the model's own
            parameters ask for.

    Raises:
        ConfigError: the weight is outside its range, or missing.
    """

    name: str = "bundled"
    text_encoder: str | None = None
    device: str = "cpu"
    dtype: str | None = None
    threads: int | None = None
    prefix_model: str | None = None
    rescorer: str | None = None
    rescore_weight: float | None = None

    def __post_init__(self) -> None:
        """Check what can be checked before a model is loaded."""
        if self.rescore_weight is not None:
            DecodingParams(rescore_weight=self.rescore_weight)
        elif self.rescorer is not None:
            raise ConfigError(
                "--rescorer needs --rescore-weight: what it counts, a number from 0 to 1"
            )

    def load(self) -> Model:
        """Return the model; raises MagnetError where it cannot be loaded."""
        if self.threads is not None:
            torch.set_num_threads(self.threads)
        model = magnet_core.load(
            self.name,
            device=self.device,
            dtype=self.dtype,
            text_encoder=self.text_encoder,
            prefix_model=self.prefix_model,
            rescorer=self.rescorer,
        )
        if self.rescore_weight is not None:
            model.params = replace(model.params, rescore_weight=self.rescore_weight)
        return model


def generate_file(
    prompt: str,
    output: Path,
    *,
    model: ModelChoice,
    seconds: float | None = None,
    seed: int = 0,
    chords: str = "",
    prompt_audio: Path | None = None,
    inpaint: Sequence[Hole] = (),
    level: bool = True,
) -> None:
    """Write the music of ``prompt`` to the WAV file ``output`` and print the RTF.

    With ``prompt_audio`` alone the file begins with the end of that audio, at most the model's
    segment of it, and ``seconds`` (default: the model's segment) of new music follow. With
    ``inpaint`` too the file is as long as that audio and new where it has holes, from second A to
    second B, to the nearest frame. New music is levelled as the server does it, unless ``level`` is
    off; what joins on to given audio keeps the level of that. ``chords`` are one for each bar of
    the file, from its beginning on and round again; the model's own where there are none.

    Raises:
        MagnetError: the model cannot be loaded, or the request does not fit it.
        OSError: the file cannot be written.
    """
    _check_request(output, seconds, prompt_audio, inpaint)
    progression = chords_of(chords)
    audio = None if prompt_audio is None else read_audio(prompt_audio)
    if audio is not None and inpaint:
        check_holes(inpaint, audio[0].shape[1] / audio[1])
    player = model.load()
    harmony = None
    if progression:
        player.require_harmony()
        harmony = Harmony.over(progression, player.key(prompt))
    if unknown := player.unknown_words(prompt):
        print(f"words the model does not know, ignored: {' '.join(unknown)}", file=sys.stderr)
    if audio is not None and inpaint:
        task = inpainting(player, audio, inpaint)
    else:
        task = continuation(player, audio, seconds)
    started = time.perf_counter()
    codes = _generate(player, prompt, task, seed, harmony)
    decoded = time.perf_counter()
    waveform = decode(player, codes)[:, : task.samples]
    if level and audio is None:
        waveform = Leveller(player.sample_rate, len(waveform)).process(waveform)
    finished = time.perf_counter()
    with wav_output(output, player.sample_rate, len(waveform), subtype="PCM_24") as file:
        file.write(waveform.T)
    made_s = (task.new_frames - task.frames + codes.shape[1]) / player.frame_rate
    print(
        f"{output}: {made_s:.2f} s of new music in {finished - started:.2f} s, "
        f"RTF {(finished - started) / made_s:.3f} "
        f"(codes {decoded - started:.2f} s, codec {finished - decoded:.2f} s)"
    )


def _check_request(
    output: Path, seconds: float | None, prompt_audio: Path | None, inpaint: Sequence[Hole]
) -> None:
    if seconds is not None and not 0.1 <= seconds <= MAX_SECONDS:
        raise ConfigError(
            f"seconds is {seconds:g}; it must be a number from 0.1 to {MAX_SECONDS:g}"
        )
    if inpaint and prompt_audio is None:
        raise ConfigError("--inpaint needs --prompt-audio, the file that has the holes")
    if inpaint and seconds is not None:
        raise ConfigError(f"seconds is {seconds:g}; with --inpaint the length is that of the audio")
    require_folder(output)


def check_holes(holes: Sequence[Hole], duration_s: float) -> None:
    """Raise ConfigError unless the holes lie apart within audio that is not too long."""
    if duration_s > MAX_INPAINT_SECONDS:
        raise ConfigError(
            f"the audio lasts {duration_s:.0f} s; inpaint takes up to {MAX_INPAINT_SECONDS:g} s"
        )
    end_s = math.floor(duration_s * 1000) / 1000
    for begin, end in holes:
        if not begin < end:
            raise ConfigError(f"inpaint {begin:g}:{end:g} does not end after it begins")
        if begin < 0.0 or end > duration_s:
            raise ConfigError(
                f"inpaint {begin:g}:{end:g} lies outside the audio, 0 to {end_s:g} seconds"
            )
    for (begin, end), (later, last) in pairwise(sorted(holes)):
        if later < end:
            raise ConfigError(f"inpaint {begin:g}:{end:g} and {later:g}:{last:g} overlap")


def continuation(model: Model, audio: Audio | None, seconds: float | None) -> Task:
    """Return the task of ``seconds`` of new music, after the end of the audio if there is any."""
    segment = model.lm.config.segment_frames
    frames = segment if seconds is None else math.ceil(seconds * model.frame_rate)
    if audio is None:
        return Task(frames, frames)
    waveform, sample_rate = audio
    longest = round(segment / model.frame_rate * sample_rate)
    codes = encode(model, (waveform[:, -longest:], sample_rate))[0][:, :segment]
    return Task(codes.shape[1] + frames, frames, codes)


def inpainting(model: Model, audio: Audio, holes: Sequence[Hole]) -> Task:
    """Return the task of filling the audio's holes.

    Raises:
        ConfigError: a hole is shorter than a frame.
    """
    codes, samples = encode(model, audio)
    frozen = torch.ones(codes.shape[1], dtype=torch.bool)
    for begin, end in holes:
        where = slice(round(begin * model.frame_rate), round(end * model.frame_rate))
        if not len(frozen[where]):
            raise ConfigError(
                f"inpaint {begin:g}:{end:g} is shorter than a frame, {1 / model.frame_rate:g} s"
            )
        frozen[where] = False
    frames = len(frozen)
    if not frozen[-1]:  # some decoders leave out a last span that is not whole
        frames += -frames % model.lm.config.span_len
    return Task(frames, int((~frozen).sum()), codes, frozen, samples)


def _generate(model: Model, prompt: str, task: Task, seed: int, harmony: Harmony | None) -> Tensor:
    with tqdm(unit="pass", desc=model.name, file=sys.stderr) as bar:

        def on_step(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return model.generate(
            prompt,
            prompt_codes=task.prompt_codes,
            frozen=task.frozen,
            frames=task.frames,
            seed=seed,
            harmony=harmony,
            on_step=on_step,
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


def encode(model: Model, audio: Audio) -> tuple[Tensor, int]:
    """Return codes int64 ``[K, T]`` of a waveform, and its samples at the model's rate."""
    waveform, sample_rate = audio
    mixed = map_channels(map_channels(waveform, 1), model.codec.channels)
    at_rate = soxr.resample(mixed.T, sample_rate, model.sample_rate, quality="HQ").T
    codes = model.codec.encode(torch.from_numpy(np.ascontiguousarray(at_rate)))
    return codes, at_rate.shape[1]


def decode(model: Model, codes: Tensor) -> FloatArray:
    """Return the waveform ``[C, T * hop_length]`` of codes ``[K, T]``."""
    stream = model.codec.stream()
    blocks = range(0, codes.shape[1], _BLOCK_FRAMES)
    parts = [stream.push(codes[:, first : first + _BLOCK_FRAMES]) for first in blocks]
    waveform: FloatArray = torch.cat([*parts, stream.flush()], dim=1).cpu().numpy()
    return waveform
