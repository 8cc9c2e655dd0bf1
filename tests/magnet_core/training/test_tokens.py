"""The corpus as codes: made once, whole or not at all, and read again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from magnet_core.errors import CheckpointError
from magnet_core.training.dataset import PieceStore, StoreConfig
from magnet_core.training.run import RunFolder, write_array
from magnet_core.training.tokens import CorpusTokens, encode_store
from magnet_core.types import Codec
from tests.magnet_core.runtime.tiny import tiny_codec

CONFIG = StoreConfig(pieces=2, seconds=0.5, first_seed=3)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PieceStore:
    store = PieceStore(tmp_path_factory.mktemp("store"), CONFIG)
    store.render(workers=1)
    return store


def encoded(codec: Codec, store: PieceStore, folder: Path) -> CorpusTokens:
    return encode_store(codec, store, RunFolder(folder), "cpu")


def test_pieces_are_encoded_once(store: PieceStore, tmp_path: Path) -> None:
    """The codes are those of the pieces; a second run reads them, and makes nothing."""
    codec = tiny_codec()
    tokens = encoded(codec, store, tmp_path)
    assert tokens.codes.shape == (2, codec.codebooks, 25) and tokens.codes.dtype == np.int16
    before = (tmp_path / "tokens.npy").stat().st_mtime_ns
    again = encoded(codec, store, tmp_path)
    assert np.array_equal(again.codes, tokens.codes)
    assert (tmp_path / "tokens.npy").stat().st_mtime_ns == before
    assert [file.name for file in tmp_path.iterdir()] == ["tokens.npy"]


def test_run_that_is_killed_while_it_writes_leaves_no_codes(
    store: PieceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is half written has another name, so the next run makes all of it anew."""

    def killed(*_names: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            encoded(tiny_codec(), store, tmp_path)
    assert not (tmp_path / "tokens.npy").exists()
    assert encoded(tiny_codec(), store, tmp_path).codes.shape[0] == 2


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00", b"nothing of the kind"])
def test_damaged_codes_are_named(store: PieceStore, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokens.npy").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"tokens.npy cannot be read.*remove it"):
        encoded(tiny_codec(), store, tmp_path)


@pytest.mark.parametrize(
    "codes", [np.zeros((2, 4, 25), np.int32), np.zeros((3, 4, 25), np.int16), np.zeros(5, np.int16)]
)
def test_codes_of_other_pieces_are_named(
    store: PieceStore, tmp_path: Path, codes: np.ndarray
) -> None:
    """Of another number, or another codec, than this run's."""
    write_array(tmp_path / "tokens.npy", codes)
    with pytest.raises(CheckpointError, match=r"must be int16 \[2, 4, T\]"):
        encoded(tiny_codec(), store, tmp_path)
