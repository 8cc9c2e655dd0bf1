"""Music as codes, with all that is true of it: what the language model learns from.

A ``WindowSource`` gives random windows; that of the synthesised corpus knows its pieces, and words
their captions anew each time. ``folder.py`` has the other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from magnet_core.errors import CheckpointError
from magnet_core.model.harmony import Harmony
from magnet_core.model.metre import Metre
from magnet_core.training.captions import describe
from magnet_core.training.corpus import Piece, draw_piece, harmony_of
from magnet_core.training.dataset import PieceStore
from magnet_core.training.run import RunFolder, write_array
from magnet_core.types import Codec


@dataclass(frozen=True, slots=True)
class Window:
    """One training window.

    Attributes:
        codes: int64 ``[K, T]``, not shared.
        caption: a text that describes it.
        metre: its beat grid; None where it is not known, for models that need none.
        harmony: its key and chords, counted from beat 0 of the grid, as far as they are known.
    """

    codes: Tensor
    caption: str
    metre: Metre | None
    harmony: Harmony


class WindowSource(Protocol):
    """Where training windows come from."""

    def window(self, frames: int, rng: np.random.Generator) -> Window:
        """Return a random window of ``frames``, or of fewer where its music is shorter.

        Equal generators give equal windows.
        """


class CorpusTokens:
    """The synthesised corpus as codes.

    Args:
        codes: int16 ``[pieces, K, T]``.
        pieces: what they are of.
        frame_rate: of the codes.
    """

    def __init__(self, codes: NDArray[np.int16], pieces: list[Piece], frame_rate: int) -> None:
        self.codes, self.pieces, self.frame_rate = codes, pieces, frame_rate
        self._harmonies = [harmony_of(piece) for piece in pieces]

    def window(self, frames: int, rng: np.random.Generator) -> Window:
        """Return a random window of a random piece."""
        index = int(rng.integers(len(self.pieces)))
        first = int(rng.integers(self.codes.shape[2] - frames + 1))
        piece = self.pieces[index]
        return Window(
            codes=torch.from_numpy(self.codes[index, :, first : first + frames].astype(np.int64)),
            caption=describe(piece, rng),
            metre=Metre(tempo_bpm=piece.bpm).at_frame(first, self.frame_rate),
            harmony=self._harmonies[index],
        )


def encode_store(codec: Codec, store: PieceStore, run: RunFolder, device: str) -> CorpusTokens:
    """Return all pieces as codes; reads them from ``run`` where they have been made already.

    Raises:
        CheckpointError: what is there cannot be read, or is not of these pieces.
    """
    path = run.path / "tokens.npy"
    if not path.exists():
        rows = []
        for index in tqdm(range(store.config.pieces), desc="tokens"):
            waveform = torch.from_numpy(store.piece(index))[None].to(device)
            rows.append(codec.encode(waveform).cpu().numpy().astype(np.int16))
        write_array(path, np.stack(rows))
    pieces = [draw_piece(store.seed_of(i)) for i in range(store.config.pieces)]
    return CorpusTokens(_read(path, store.config.pieces, codec.codebooks), pieces, codec.frame_rate)


def _read(path: Path, pieces: int, codebooks: int) -> NDArray[np.int16]:
    try:
        codes = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise CheckpointError(
            f"{path} cannot be read: {error}; remove it to make it anew"
        ) from None
    if codes.dtype != np.int16 or codes.ndim != 3 or codes.shape[:2] != (pieces, codebooks):
        raise CheckpointError(
            f"{path} holds {codes.dtype} {list(codes.shape)}; it must be int16 "
            f"[{pieces}, {codebooks}, T]: remove it to make it anew"
        )
    return cast(NDArray[np.int16], codes)
