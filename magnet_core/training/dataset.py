"""The corpus on disk: pieces rendered once, read as random crops.

A store is a folder with ``pieces.npy`` (int16 ``[pieces, samples]``, memory-mapped) and
``store.json``. Rendering resumes where it stopped; a store of other settings is refused rather than
mixed.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from magnet_core.errors import CheckpointError, ConfigError
from magnet_core.training.corpus import draw_piece, render
from magnet_core.training.run import write_whole
from magnet_core.training.synth import SAMPLE_RATE

_FULL_SCALE = 32767.0
_MOST_DIGITS = 10  # of a number of pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """What a store holds: ``pieces`` pieces of ``seconds``, numbered from ``first_seed``."""

    pieces: int = 3000
    seconds: float = 12.0
    first_seed: int = 0

    @property
    def samples(self) -> int:
        """Samples of one piece."""
        return int(self.seconds * SAMPLE_RATE)


def _render_int16(seed: int, seconds: float) -> NDArray[np.int16]:
    return np.round(render(draw_piece(seed), seconds) * _FULL_SCALE).astype(np.int16)


def _render_seed(job: tuple[int, float]) -> NDArray[np.int16]:
    return _render_int16(*job)


def _described(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from None


def _pieces(path: Path, shape: tuple[int, int]) -> np.memmap[Any, np.dtype[np.int16]]:
    """Return the samples on disk, to be read and written there."""
    try:
        data = np.lib.format.open_memmap(path, mode="r+")
    except (OSError, ValueError, EOFError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from None
    if data.dtype != np.int16 or data.shape != shape:
        raise CheckpointError(
            f"{path} holds {data.dtype} {list(data.shape)}; it must be int16 {list(shape)}"
        )
    return data


class PieceStore:
    """Rendered pieces; ``ready`` of them are on disk.

    Args:
        folder: of the store; made where it is missing.
        config: what it holds.

    Raises:
        ConfigError: the folder holds a store of other settings.
        CheckpointError: what it holds cannot be read.
    """

    def __init__(self, folder: Path, config: StoreConfig) -> None:
        self.folder, self.config = folder, config
        folder.mkdir(parents=True, exist_ok=True)
        described = folder / "store.json"
        if not described.exists():
            write_whole(described, json.dumps(asdict(config)))
        elif (found := _described(described)) != asdict(config):
            raise ConfigError(
                f"{described} describes {found}, this run wants {asdict(config)}; give another "
                "--run folder or remove that one"
            )
        path, shape = folder / "pieces.npy", (config.pieces, config.samples)
        if not path.exists():
            np.lib.format.open_memmap(path, mode="w+", dtype=np.int16, shape=shape).flush()
        self._data = _pieces(path, shape)
        self._progress = folder / "ready.txt"

    @property
    def ready(self) -> int:
        """How many pieces, from the first, have been rendered; raises CheckpointError."""
        if not self._progress.exists():
            return 0
        text = self._progress.read_text(encoding="utf-8", errors="replace").strip()
        is_number = text.isdecimal() and len(text) < _MOST_DIGITS
        if not is_number or int(text) > self.config.pieces:
            raise CheckpointError(
                f"{self._progress} says {text!r:.40}; it must be 0 to {self.config.pieces}"
            )
        return int(text)

    def render(self, workers: int) -> None:
        """Render what is missing in ``workers`` processes, with a progress bar."""
        seeds = range(
            self.config.first_seed + self.ready, self.config.first_seed + self.config.pieces
        )
        jobs = ((seed, self.config.seconds) for seed in seeds)
        with ProcessPoolExecutor(workers) as pool, tqdm(total=len(seeds), desc="corpus") as bar:
            for index, piece in enumerate(pool.map(_render_seed, jobs, chunksize=8), self.ready):
                self._data[index] = piece
                bar.update()
                if index % 16 == 15 or index == self.config.pieces - 1:
                    self._data.flush()
                    write_whole(self._progress, str(index + 1))

    def seed_of(self, index: int) -> int:
        """Return the seed that piece ``index`` was drawn with."""
        return self.config.first_seed + index

    def piece(self, index: int) -> NDArray[np.float32]:
        """Return one whole piece, float32."""
        return np.asarray(self._data[index], dtype=np.float32) / np.float32(_FULL_SCALE)

    def crops(self, count: int, samples: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return ``[count, samples]``: random crops of random pieces."""
        out = np.empty((count, samples), dtype=np.float32)
        for row in out:
            index = rng.integers(self.ready)
            start = rng.integers(self.config.samples - samples + 1)
            row[:] = self._data[index, start : start + samples] / np.float32(_FULL_SCALE)
        return out
