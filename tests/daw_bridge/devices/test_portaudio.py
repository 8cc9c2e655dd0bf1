"""PortAudio: what the callbacks do, and what is said where it, or a device, is missing."""

from __future__ import annotations

import numpy as np
import pytest

from daw_bridge.audio.resample import FloatArray
from daw_bridge.audio.ring_buffer import RingBuffer
from daw_bridge.devices.card_memory import RING_SAMPLES, CardMemory, Count
from daw_bridge.devices.portaudio import CardPlayer, CardRecorder, OpenedCard, device_table
from daw_bridge.errors import TransportError


def block(frames: int, value: float = 9.0) -> FloatArray:
    return np.full((frames, 1), value, np.float32)


def playing() -> tuple[CardMemory, RingBuffer, CardPlayer]:
    memory = CardMemory.allocated()
    memory.counts[Count.ENDED] = 0
    return memory, memory.ring(1), CardPlayer(memory, 1, prime_frames=100)


def test_player_primes_plays_and_counts_running_dry() -> None:
    memory, ring, player = playing()
    ring.write(block(60, 1.0))
    out = block(50)
    player.fill(out)
    assert not out.any()  # 60 of 100: still priming
    assert memory.counts[Count.SILENT] == 50
    ring.write(block(60, 1.0))
    for _ in range(2):
        player.fill(out)
        assert (out == 1).all()
        assert memory.counts[Count.SILENT] == 0
    player.fill(out)  # 20 left
    assert out[0] == 1 and not out[20:].any()
    assert (np.diff(out[:20, 0]) <= 0).all()
    assert memory.counts[Count.UNDERRUNS] == 1
    assert memory.counts[Count.SILENT] == 30
    player.fill(out)
    assert not out.any()
    assert memory.counts[Count.UNDERRUNS] == 1  # priming again, not a second underrun
    assert memory.counts[Count.SILENT] == 80
    assert memory.counts[Count.FRAMES] == 250


def test_player_runs_dry_at_the_end_without_an_underrun_or_a_fade() -> None:
    memory, ring, player = playing()
    ring.write(block(10, 1.0))
    memory.counts[Count.ENDED] = 1
    out = block(50)
    player.fill(out)
    assert (out[:10] == 1).all() and not out[10:].any()
    player.fill(out)
    assert memory.counts[Count.UNDERRUNS] == 0


def test_recorder_copies_and_counts_what_found_no_space() -> None:
    memory = CardMemory.allocated()
    recorder = CardRecorder(memory, 2)
    recorder.take(np.full((RING_SAMPLES // 2 - 10, 2), 0.5, np.float32))
    recorder.take(np.full((30, 2), 0.25, np.float32))
    assert memory.counts[Count.LOST] == 20
    assert memory.counts[Count.FRAMES] == RING_SAMPLES // 2 + 20
    out = np.zeros((RING_SAMPLES // 2, 2), np.float32)
    assert memory.ring(2).read(out) == RING_SAMPLES // 2
    assert out[-11, 0] == 0.5 and out[-10, 0] == 0.25


def no_portaudio(name: str) -> object:
    raise OSError("PortAudio library not found")  # what sounddevice raises on import


def test_a_machine_without_portaudio_is_told_what_to_install() -> None:
    for call in (
        lambda: device_table(no_portaudio),
        lambda: OpenedCard("default", "output", CardMemory.allocated(), no_portaudio),
    ):
        with pytest.raises(TransportError, match="install PortAudio"):
            call()
