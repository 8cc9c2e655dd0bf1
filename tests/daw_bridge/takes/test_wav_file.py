"""The WAV files of takes, read by a parser of their own and by libsndfile."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from daw_bridge.errors import TakeError
from daw_bridge.takes.wav_file import Loop, read_wav, wav_bytes


def chunks_of(data: bytes) -> dict[str, bytes]:
    """Return the chunks of a RIFF file; every byte of it must belong to one."""
    riff, size, wave = struct.unpack_from("<4sI4s", data)
    assert (riff, wave, size) == (b"RIFF", b"WAVE", len(data) - 8)
    found, rest = {}, io.BytesIO(data[12:])
    while header := rest.read(8):
        name, length = header[:4].decode(), int.from_bytes(header[4:], "little")
        found[name] = rest.read(length)
        assert len(found[name]) == length
        rest.read(length % 2)
    return found


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 3), st.integers(1, 200)),
        elements=st.floats(-2, 2, width=32),
    ),
    st.sampled_from([8000, 16000, 32000, 44100, 48000]),
    st.integers(1, 64),
    st.floats(20, 999),
)
def test_what_is_written_is_read_back_to_the_bit_by_everyone(pcm, rate, bars, bpm) -> None:
    """Samples beyond full scale too; tempo, beats and the loop stand in the file."""
    data = wav_bytes(pcm, rate, Loop(bars, bpm, "F#m"))
    ours, our_rate = read_wav(data)
    np.testing.assert_array_equal(ours, pcm)
    theirs, their_rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    np.testing.assert_array_equal(theirs.T, pcm)
    assert our_rate == their_rate == rate
    chunks = chunks_of(data)
    assert list(chunks) == ["fmt ", "fact", "acid", "smpl", "data"]
    flags, root, _, _, beats, low, high, tempo = struct.unpack("<IHHfIHHf", chunks["acid"])
    assert (flags, root, beats, low, high) == (6, 66, 4 * bars, 4, 4)
    assert tempo == np.float32(bpm)
    assert struct.unpack("<I", chunks["fact"]) == (pcm.shape[1],)
    loops, _, _, kind, start, end, _, times = struct.unpack_from("<8I", chunks["smpl"], 28)
    assert (loops, kind, start, end, times) == (1, 0, 0, pcm.shape[1] - 1, 0)


def test_without_whole_bars_nothing_is_said_of_a_loop() -> None:
    data = wav_bytes(np.zeros((1, 5), np.float32), 32000)
    assert list(chunks_of(data)) == ["fmt ", "fact", "data"]


@pytest.mark.parametrize("key, root", [("", 60), ("C", 60), ("Am", 69), ("A#", 70), ("B", 71)])
def test_the_root_note_is_that_of_the_key(key, root) -> None:
    acid = chunks_of(wav_bytes(np.zeros((1, 5), np.float32), 32000, Loop(1, 120.0, key)))["acid"]
    flags, note = struct.unpack_from("<IH", acid)
    assert note == root and bool(flags & 2) == bool(key)


def test_another_programs_file_is_refused(tmp_path) -> None:
    file = tmp_path / "a.wav"
    soundfile.write(file, np.zeros(100), 32000, subtype="PCM_24")
    with pytest.raises(TakeError, match="32-bit floats"):
        read_wav(file.read_bytes())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_file_or_an_error(data) -> None:
    for prefix in (b"", wav_bytes(np.ones((1, 9), np.float32), 32000, Loop(1, 120.0))[:100]):
        try:
            read_wav(prefix + data)
        except TakeError as error:
            assert str(error)
