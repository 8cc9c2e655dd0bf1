"""A file that is there when it is whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from daw_bridge.commands.wav_output import require_folder, wav_output


def test_what_is_written_is_read_back_and_nothing_else_lies_there(tmp_path: Path) -> None:
    path, sound = tmp_path / "out.wav", np.linspace(-1.0, 1.0, 2000).reshape(1000, 2)
    with wav_output(path, 32000, 2, subtype="FLOAT") as file:
        file.write(sound[:300])
        assert not path.exists()
        file.write(sound[300:])
    read, rate = soundfile.read(path)
    assert rate == 32000
    np.testing.assert_array_equal(read, sound.astype(np.float32))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_what_breaks_off_leaves_the_file_that_was_there(tmp_path: Path, error) -> None:
    path = tmp_path / "out.wav"
    path.write_bytes(b"the one of yesterday")
    with pytest.raises(error), wav_output(path, 32000, 1, subtype="PCM_24") as file:
        file.write(np.zeros((100, 1)))
        raise error
    assert path.read_bytes() == b"the one of yesterday"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_its_place_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    path.mkdir()
    with pytest.raises(OSError), wav_output(path, 32000, 1, subtype="PCM_24") as file:
        file.write(np.zeros((100, 1)))
    with pytest.raises(OSError, match=r"lost.wav cannot be written"):  # noqa: SIM117
        with wav_output(tmp_path / "no" / "lost.wav", 32000, 1, subtype="PCM_24"):
            raise AssertionError("there is no such folder")
    assert list(tmp_path.iterdir()) == [path]


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    require_folder(tmp_path / "out.wav")
    with pytest.raises(FileNotFoundError, match=r"no is not a folder that out.wav can go into"):
        require_folder(Path("no") / "out.wav")
