"""A folder of recordings as codes, with all that is known of them: what a model is fine-tuned on.

Each file is read, mixed, resampled and encoded by the model's own codec, once: the codes are kept
under the digests of the file and of the codec. A file that is of no use is named with the reason
and left out; the others are trained on.

**Files shorter than a window.** A loop is meant to be heard round and round, so it is encoded that
way, its seam included, and a window begins anywhere in it. What counts as a loop: the description
says so, or its length is whole bars of its tempo. Any other short file is a short window:
repeating it would teach cuts that no music has. Such windows go through the network beside longer
ones, padded (``masking.collate``).

**Beats.** Every file begins on the first beat of a bar. A model that is told the beat of each frame
cannot learn from a file without a tempo, and a tempo guessed from the sound is often the half or
the double, so such a file is left out, unless something names its tempo.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from magnet_core.api import Model
from magnet_core.errors import ConfigError, DecodingError
from magnet_core.model.harmony import Harmony
from magnet_core.model.metre import BEATS_PER_BAR, Metre
from magnet_core.model.words import WordEncoder
from magnet_core.training.descriptions import (
    AUDIO_SUFFIXES,
    Description,
    audio_files,
    describe,
    read_metadata,
)
from magnet_core.training.recordings import (
    Audio,
    Recording,
    around,
    at_rate,
    blocks,
    open_recording,
    peak,
)
from magnet_core.training.run import digest, weights_digest, write_array
from magnet_core.training.tokens import Window
from magnet_core.types import Codec

Codes = NDArray[np.int32]  # [K, T]

log = logging.getLogger(__name__)

_ENCODED_S = 20.0  # of a long file at a time
_MARGIN_S = 1.0  # heard beside it: a codec's frames depend on some 0.3 s around them
_SHORTEST_S = 0.5
_SHORTEST_LOOP_S = 0.1
_LOOSE_S = 0.01  # an export may round a loop's length, and a name its tempo to a whole number
_LOOSE_BPM = 0.5
_NAMED_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One file, ready to learn from.

    Attributes:
        name: of the file, below the folder.
        codes: int32 ``[K, T]``.
        captions: one or more, of which one is drawn each time.
        metre: from frame 0 on; None where the tempo is not known.
        harmony: as far as it is known.
        starts: of a loop: windows begin in the first so many frames; None: anywhere.
    """

    name: str
    codes: Codes
    captions: tuple[str, ...]
    metre: Metre | None
    harmony: Harmony
    starts: int | None = None

    def window(self, frames: int, frame_rate: int, rng: np.random.Generator) -> Window:
        """Return a random window of at most ``frames``."""
        length = self.codes.shape[1]
        frames = min(frames, length)
        starts = length - frames + 1
        first = int(rng.integers(starts if self.starts is None else min(self.starts, starts)))
        metre = None if self.metre is None else self.metre.at_frame(first, frame_rate)
        harmony = self.harmony
        if metre is not None and harmony.chords:
            harmony = chords_around(harmony, metre, frames / frame_rate)
        return Window(
            codes=torch.from_numpy(self.codes[:, first : first + frames].astype(np.int64)),
            caption=self.captions[int(rng.integers(len(self.captions)))],
            metre=metre,
            harmony=harmony,
        )


def chords_around(harmony: Harmony, metre: Metre, seconds: float) -> Harmony:
    """Return a harmony that says the same for a window, in 2, 4, 8 ... bars.

    A batch repeats its progressions to a common length, and those of 7, 11 and 13 bars have one of
    a thousand.
    """
    first = math.floor(metre.start_beat / BEATS_PER_BAR)
    beats = metre.start_beat + seconds * metre.tempo_bpm / 60.0
    bars = range(first, math.floor(beats / BEATS_PER_BAR) + 2)  # one more: rounding
    count = 1 << (len(bars) - 1).bit_length()
    chords = [harmony.chords[0]] * count
    for bar in bars:
        chords[bar % count] = harmony.chords[bar % len(harmony.chords)]
    return Harmony(harmony.key, tuple(chords))


@dataclass(slots=True)
class FolderMusic:
    """The clips of a folder; a ``WindowSource``.

    A file is drawn in proportion to the windows that it fills, a short one as if it filled one.

    Attributes:
        clips: in the order of their names.
        frame_rate: of their codes.
        segment_frames: the model's window.
        skipped: files that are of no use, and why.
        digest: of everything that is learned from.
    """

    clips: list[Clip]
    frame_rate: int
    segment_frames: int
    skipped: list[tuple[str, str]] = field(default_factory=list)
    digest: str = ""
    _up_to: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        """Weigh the clips."""
        fills = [clip.codes.shape[1] / self.segment_frames for clip in self.clips]
        weights = [
            max(fill, 1.0) if clip.starts is None else 1.0
            for clip, fill in zip(self.clips, fills, strict=True)
        ]
        self._up_to = np.cumsum(weights)

    def window(self, frames: int, rng: np.random.Generator) -> Window:
        """Return a random window of a random clip."""
        at = rng.random() * self._up_to[-1]
        clip = self.clips[int(np.searchsorted(self._up_to, at, side="right"))]
        return clip.window(frames, self.frame_rate, rng)


def whole_beats(seconds: float, bpm: float) -> int | None:
    """Return how many beats ``seconds`` are, or None where they are not a whole number."""
    beats = seconds * bpm / 60.0
    whole = round(beats)
    loose = whole * _LOOSE_BPM / bpm + _LOOSE_S * bpm / 60.0
    return whole if whole and abs(beats - whole) <= loose else None


def read_folder(folder: Path, model: Model, cache: Path) -> FolderMusic:
    """Return the music in ``folder`` as codes of the model.

    Args:
        folder: audio files and what describes them, see ``descriptions``.
        model: whose codec encodes them, and that is to learn from them.
        cache: folder of the codes; they are made once.

    Raises:
        ConfigError: there is no such folder, or nothing in it that can be learned from.
        CheckpointError: the model came without its codec.
    """
    paths = audio_files(folder)
    if not paths:
        kinds = ", ".join(AUDIO_SUFFIXES)
        raise ConfigError(f"{folder} has no audio in it: no file ends in {kinds}")
    reader = _Reader(folder, model, cache)
    clips, digests, skipped = [], [], []
    for path in tqdm(paths, desc="codes"):
        name = str(path.relative_to(folder))
        try:
            recording = open_recording(path)
            clips.append(reader.clip(name, recording))
        except ConfigError as error:
            skipped.append((name, str(error)))
        else:
            digests.append(recording.digest)
    for name, reason in skipped:
        log.warning("left out: %s: %s", name, reason)
    if not clips:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in skipped[:3])
        raise ConfigError(
            f"none of the {len(skipped)} audio files in {folder} can be used: {reasons}"
        )
    said = (repr((c.name, c.captions, c.metre, c.harmony, c.starts)) for c in clips)
    config = model.lm.config
    music = FolderMusic(clips, config.frame_rate, config.segment_frames, skipped)
    music.digest = digest([*digests, *said])
    _report(folder, music, model)
    return music


def _report(folder: Path, music: FolderMusic, model: Model) -> None:
    """Say what will be learned from, and what of the captions will not."""
    clips = music.clips
    frames = sum(clip.codes.shape[1] if clip.starts is None else clip.starts for clip in clips)
    log.info(
        "%s: %d files, %.1f minutes; %d of them loops, %d without a caption, %d left out",
        folder,
        len(clips),
        frames / music.frame_rate / 60.0,
        sum(clip.starts is not None for clip in clips),
        sum(clip.captions == ("",) for clip in clips),
        len(music.skipped),
    )
    words = Counter(
        word
        for clip in clips
        for caption in clip.captions
        for word in dict.fromkeys(model.unknown_words(caption))
    )
    if words:
        most = ", ".join(f"{word} ({count})" for word, count in words.most_common(_NAMED_WORDS))
        more = f" and {len(words) - _NAMED_WORDS} more" if len(words) > _NAMED_WORDS else ""
        log.info("words that the model does not know, and will not learn: %s%s", most, more)


class _Reader:
    """Turns one file after the other into clips."""

    def __init__(self, folder: Path, model: Model, cache: Path) -> None:
        self.model, self.config, self.codec = model, model.lm.config, model.codec
        self.metadata = read_metadata(folder)
        for problem in self.metadata.problems:
            log.warning("%s", problem)
        if isinstance(model.codec, nn.Module):
            self.codec_digest = weights_digest(model.codec)
        else:  # a codec that is not there says here what to bring
            model.codec.encode(torch.zeros(model.codec.channels, model.codec.hop_length))
            raise ConfigError(f"{model.name} has a codec without weights")
        self.cache = cache
        cache.mkdir(parents=True, exist_ok=True)

    def clip(self, name: str, recording: Recording) -> Clip:
        """Return what there is to learn from a file; raises ConfigError where there is nothing."""
        config, seconds = self.config, recording.seconds
        description = describe(recording.path, self.metadata, harmony=config.harmony)
        self._check_captions(description)
        segment_s = config.segment_frames / config.frame_rate
        loop, bpm = _as_loop(seconds, segment_s, description)
        if config.metre and bpm is None:
            raise ConfigError(
                'has no tempo, and the model needs one: give a "bpm" in '
                f'{recording.path.stem}.json, or "120 bpm" in its caption or its name'
            )
        shortest_s = _SHORTEST_LOOP_S if loop else self._shortest_s()
        if seconds < shortest_s:
            raise ConfigError(f"is {seconds:.2f} s long; at least {shortest_s:g} s can be used")
        starts = math.ceil(seconds * config.frame_rate) if loop and seconds < segment_s else None
        return Clip(
            name=name,
            codes=self._codes(recording, None if starts is None else seconds + segment_s),
            captions=description.captions or ("",),
            metre=None if bpm is None else Metre(tempo_bpm=bpm),
            harmony=Harmony(description.key, description.chords),
            starts=starts,
        )

    def _shortest_s(self) -> float:
        """A window has room for other music, the delay pattern and something to predict."""
        frames = 2 * self.config.codebooks + self.config.span_len
        return max(_SHORTEST_S, frames / self.config.frame_rate)

    def _check_captions(self, description: Description) -> None:
        """Raise ConfigError for a text that would stop the training when it is drawn."""
        if isinstance(self.model.text_encoder, WordEncoder):
            return  # reads anything
        for caption in description.captions:
            try:
                self.model.text_encoder.encode([caption])
            except DecodingError as error:
                raise ConfigError(f"caption {caption[:40]!r}...: {error}") from None

    def _codes(self, recording: Recording, looped_s: float | None) -> Codes:
        """Return the recording's codes, or, of a loop, those of ``looped_s`` of its repetition."""
        samples = 0
        if looped_s is not None:  # one frame more, for the remainders
            samples = math.ceil((looped_s + 1.0 / self.config.frame_rate) * recording.sample_rate)
        key = digest([recording.digest, self.codec_digest, str(samples)])[:32]
        path = self.cache / f"{key}.npy"
        codes = _read_codes(path, self.config.codebooks)
        if codes is None:
            codes = self._encode(recording, samples)
            write_array(path, codes)
        return codes

    def _encode(self, recording: Recording, samples: int) -> Codes:
        codec, channels = self.codec, self.codec.channels
        # A float file may exceed full scale, which no codec was trained on.
        gain = np.float32(1.0 / max(peak(recording, channels), 1.0))
        parts: Iterable[Audio] = (block * gain for block in blocks(recording, channels))
        if samples:
            parts = around(parts, samples)
        parts = at_rate(parts, recording.sample_rate, codec.sample_rate, channels)
        return encode_parts(codec, parts, self.model.lm.device)


def _as_loop(
    seconds: float, segment_s: float, description: Description
) -> tuple[bool, float | None]:
    """Return whether a file is a loop, and its tempo: a loop's is exact, by its length."""
    bpm, says = description.bpm, description.loop
    if bpm is None or says is False or (says is None and seconds >= segment_s):
        return says is True, bpm
    whole = whole_beats(seconds, bpm)
    if says and whole is None:
        beats = seconds * bpm / 60.0
        raise ConfigError(f"is called a loop, but is {beats:.2f} beats long at {bpm:g} bpm")
    if whole is None or (says is None and whole % BEATS_PER_BAR):
        return False, bpm
    return True, 60.0 * whole / seconds


def _read_codes(path: Path, codebooks: int) -> Codes | None:
    """Return what an earlier run has kept, or None where it has to be made (again)."""
    try:
        codes = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = codes.ndim == 2 and codes.shape[0] == codebooks and codes.dtype == np.int32
    return cast(Codes, codes) if fits else None


def encode_parts(codec: Codec, parts: Iterable[Audio], device: torch.device) -> Codes:
    """Return the codes of a sound that comes in parts ``[n, C]``; memory is bounded.

    A long sound is encoded piece by piece, each with a margin on both sides that is thrown away.
    What does not fill a last frame is left out.
    """
    body = round(_ENCODED_S * codec.frame_rate)
    margin = round(_MARGIN_S * codec.frame_rate)
    hop, lead, made = codec.hop_length, 0, []
    waiting = np.zeros((0, codec.channels), np.float32)

    def encode(sound: Audio) -> Codes:
        waveform = torch.from_numpy(np.ascontiguousarray(sound.T)).to(device)
        return codec.encode(waveform).cpu().numpy().astype(np.int32)

    for part in parts:
        waiting = np.concatenate([waiting, part])
        while len(waiting) >= (lead + body + margin) * hop:
            made.append(encode(waiting[: (lead + body + margin) * hop])[:, lead : lead + body])
            waiting = waiting[(lead + body - margin) * hop :]
            lead = margin
    made.append(encode(waiting)[:, lead : len(waiting) // hop])
    return np.concatenate(made, axis=1)
