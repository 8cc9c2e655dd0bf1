"""The store of pieces: resumable, never mixed, and crops that are really in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from magnet_core.errors import CheckpointError, ConfigError
from magnet_core.training.corpus import draw_piece, render
from magnet_core.training.dataset import PieceStore, StoreConfig

SMALL = StoreConfig(pieces=4, seconds=0.25, first_seed=7)


def _samples_on_disk(folder: Path) -> np.memmap:
    return np.lib.format.open_memmap(folder / "pieces.npy", mode="r+")


def _counting_store(folder: Path, *, ready: int) -> PieceStore:
    """A store whose piece i holds 8000 * i, 8000 * i + 1, ...; the pieces not ready hold -1."""
    store = PieceStore(folder, SMALL)
    data = _samples_on_disk(folder)
    data[:] = -1
    for index in range(ready):
        data[index] = SMALL.samples * index + np.arange(SMALL.samples)
    data.flush()
    (folder / "ready.txt").write_text(str(ready))
    return store


def test_pieces_are_what_the_corpus_renders(tmp_path: Path) -> None:
    """Piece i is seed first_seed + i, to half a step of int16."""
    store = PieceStore(tmp_path, SMALL)
    assert store.ready == 0
    store.render(workers=1)
    assert store.ready == SMALL.pieces
    for index in range(SMALL.pieces):
        assert store.seed_of(index) == 7 + index
        wanted = render(draw_piece(7 + index), SMALL.seconds)
        assert np.abs(store.piece(index) - wanted).max() <= 0.5 / 32767 + 1e-7
    assert np.abs(store.piece(0)).max() > 0.05


def test_rendering_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What was ready is left alone, what was not is rendered; a finished store is not touched."""
    PieceStore(tmp_path, SMALL).render(workers=1)
    data = _samples_on_disk(tmp_path)
    finished = data.copy()
    data[0], data[3] = 123, 0  # a mark in what is ready; nothing yet where the run was killed
    data.flush()
    (tmp_path / "ready.txt").write_text("2")
    again = PieceStore(tmp_path, SMALL)
    assert again.ready == 2
    again.render(workers=1)
    assert again.ready == 4
    assert (again.piece(0) == np.float32(123) / np.float32(32767)).all()
    assert np.array_equal(_samples_on_disk(tmp_path)[1:], finished[1:])
    again.render(workers=1)
    assert (_samples_on_disk(tmp_path)[0] == 123).all()


@pytest.mark.parametrize("other", [{"pieces": 5}, {"seconds": 0.5}, {"first_seed": 0}])
def test_store_of_other_settings_is_refused(tmp_path: Path, other: dict[str, float]) -> None:
    """Corpora are not mixed; the message names both settings, and the store stays as it was."""
    store = _counting_store(tmp_path, ready=2)
    values = {"pieces": 4, "seconds": 0.25, "first_seed": 7} | other
    with pytest.raises(ConfigError, match=r"first_seed.*7.*this run wants"):
        PieceStore(tmp_path, StoreConfig(**values))  # type: ignore[arg-type]
    assert PieceStore(tmp_path, SMALL).ready == store.ready == 2


@pytest.mark.parametrize("samples", [1, 100, SMALL.samples - 1, SMALL.samples])
def test_crops_lie_inside_one_ready_piece(tmp_path: Path, samples: int) -> None:
    """Each crop is consecutive samples of one piece that is ready."""
    store = _counting_store(tmp_path, ready=3)
    crops = store.crops(64, samples, np.random.default_rng(0))
    assert (crops.shape, crops.dtype) == ((64, samples), np.dtype(np.float32))
    values = np.round(crops * 32767).astype(int)
    assert (np.diff(values, axis=1) == 1).all()
    assert values.min() >= 0
    assert (values[:, 0] // SMALL.samples == values[:, -1] // SMALL.samples).all()


def test_crops_reach_every_start_and_repeat_with_the_seed(tmp_path: Path) -> None:
    """Both ends of a piece are drawn; equal generators draw equal crops."""
    store = _counting_store(tmp_path, ready=2)
    crops = store.crops(64, SMALL.samples - 1, np.random.default_rng(3))
    starts = np.round(crops[:, 0] * 32767).astype(int) % SMALL.samples
    assert set(starts.tolist()) == {0, 1}
    assert np.array_equal(crops, store.crops(64, SMALL.samples - 1, np.random.default_rng(3)))


def test_progress_is_noted_whole_or_not_at_all(tmp_path: Path) -> None:
    """A note replaces the one before in one move, so a kill in between leaves the old one."""
    _counting_store(tmp_path, ready=2)
    described = (tmp_path / "store.json").stat().st_mtime_ns
    with (tmp_path / "ready.txt").open() as before:
        store = PieceStore(tmp_path, SMALL)
        store.render(workers=1)
        assert (before.read(), store.ready) == ("2", 4)
    assert (tmp_path / "store.json").stat().st_mtime_ns == described


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("store.json", b"{"),
        ("store.json", b"\xff"),
        ("store.json", b"[" * 100_000),
        ("pieces.npy", b""),
        ("pieces.npy", b"\x93NUMPY\x01\x00"),
        ("ready.txt", b"two"),
        ("ready.txt", b"-1"),
        ("ready.txt", b"5"),
        ("ready.txt", b"1" * 5000),
        ("ready.txt", b"\xff"),
    ],
)
def test_damaged_store_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    """Which of its files, whatever is wrong with it, so that a run can be mended by hand."""
    _counting_store(tmp_path, ready=2)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=name):
        PieceStore(tmp_path, SMALL).render(workers=1)


def test_store_with_pieces_of_another_length_is_named(tmp_path: Path) -> None:
    _counting_store(tmp_path, ready=2)
    np.save(tmp_path / "pieces.npy", np.zeros((4, 7), np.int16))
    with pytest.raises(CheckpointError, match=r"pieces.npy holds int16 \[4, 7\]"):
        PieceStore(tmp_path, SMALL)
