"""PortAudio: which sound cards there are, and how to open one.

PortAudio may be missing, and a driver under it may hang or abort; so the server itself only lists
devices before it starts, and cards are opened in processes of their own (``card_process.py``).

Threading: ``CardPlayer.fill`` and ``CardRecorder.take`` run in the audio callback: they copy and
count, nothing else.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from daw_bridge.audio.resample import FloatArray
from daw_bridge.devices.card_memory import CardMemory, Count
from daw_bridge.errors import TransportError

LEAST_LATENCY_S = 0.06  # with less, PortAudio stops for good at an underrun of PulseAudio
PRIME_S = 0.03  # in the ring before the first sound, and again after an underrun

Importer = Callable[[str], Any]


class CardPlayer:
    """What the callback of an output does: primes, plays, and counts."""

    def __init__(self, memory: CardMemory, channels: int, prime_frames: int) -> None:
        self._ring, self._counts = memory.ring(channels), memory.counts
        self._prime_frames = prime_frames
        self._priming = True

    def fill(self, out: FloatArray) -> None:
        """Fill a block ``[n, channels]``; called from the audio thread only."""
        counts, ended = self._counts, bool(self._counts[Count.ENDED])
        if self._priming and not ended and self._ring.available < self._prime_frames:
            out.fill(0.0)
            played = 0
        else:
            played = self._ring.read(out, fades=not ended)
            self._priming = played < len(out)
            counts[Count.UNDERRUNS] += self._priming and not ended
        silent = len(out) - played
        counts[Count.SILENT] = silent + (0 if played else counts[Count.SILENT])
        counts[Count.FRAMES] += len(out)


class CardRecorder:
    """What the callback of an input does: copies, and counts."""

    def __init__(self, memory: CardMemory, channels: int) -> None:
        self._ring, self._counts = memory.ring(channels), memory.counts

    def take(self, block: FloatArray) -> None:
        """Take a block ``[n, channels]``; called from the audio thread only."""
        self._counts[Count.LOST] += len(block) - self._ring.write(block)
        self._counts[Count.FRAMES] += len(block)


class OpenedCard:
    """A device of PortAudio that runs.

    Args:
        device: name or part of it, number, or "default".
        kind: "output" or "input".
        memory: where the samples go or come from.

    Attributes:
        name, sample_rate, channels: of the device.
        latency_s: between the callback and the ear, or the microphone and the callback.

    Raises:
        TransportError: PortAudio is missing, or there is no such device, or it cannot be opened.
    """

    def __init__(
        self,
        device: str,
        kind: str,
        memory: CardMemory,
        importer: Importer = importlib.import_module,
    ) -> None:
        portaudio = imported(importer)
        try:
            info = portaudio.query_devices(_wanted(device), kind)
            self.name = str(info["name"])
            self.sample_rate = round(info["default_samplerate"])
            self.channels = min(2, int(info[f"max_{kind}_channels"]))
            make = portaudio.OutputStream if kind == "output" else portaudio.InputStream
            self._stream = make(
                device=int(info["index"]),
                samplerate=self.sample_rate,
                channels=self.channels,
                dtype="float32",
                latency=max(float(info[f"default_high_{kind}_latency"]), LEAST_LATENCY_S),
                callback=self._callback(kind, memory),
            )
            self._stream.start()
            self.latency_s = float(self._stream.latency)
        except (portaudio.PortAudioError, ValueError) as error:
            raise TransportError(
                f"no audio {kind} {device!r}: {error}; magnet-live devices lists them"
            ) from None

    def _callback(self, kind: str, memory: CardMemory) -> Callable[..., None]:
        if kind == "output":
            player = CardPlayer(memory, self.channels, round(PRIME_S * self.sample_rate))

            def play(out: FloatArray, frames: int, time: object, status: object) -> None:
                player.fill(out)

            return play
        recorder = CardRecorder(memory, self.channels)

        def record(block: FloatArray, frames: int, time: object, status: object) -> None:
            recorder.take(block)

        return record

    @property
    def runs(self) -> bool:
        """Whether the device still calls back, as far as PortAudio knows."""
        return bool(self._stream.active)

    def close(self) -> None:
        """Stop the callbacks."""
        self._stream.close()


def imported(importer: Importer = importlib.import_module) -> Any:
    """Return the module ``sounddevice``.

    Raises:
        TransportError: PortAudio is missing; says how to install it.
    """
    try:
        return importer("sounddevice")
    except (ImportError, OSError) as error:  # OSError: the package is there, PortAudio is not
        raise TransportError(
            f"audio devices cannot be used: {error}; "
            "install PortAudio (Debian: libportaudio2, macOS: brew install portaudio)"
        ) from None


def device_table(importer: Importer = importlib.import_module) -> str:
    """Return a table of the audio devices of this machine.

    Raises:
        TransportError: PortAudio is missing.
    """
    portaudio = imported(importer)
    rows = list(_rows(portaudio))
    if not rows:
        return "  none: no sound card is there, and no JACK, PipeWire or PulseAudio runs"
    return "\n".join(rows)


def _rows(portaudio: Any) -> Iterator[str]:
    default_in, default_out = portaudio.default.device
    hosts = portaudio.query_hostapis()
    for info in portaudio.query_devices():
        number, outputs, inputs = (
            int(info[name]) for name in ("index", "max_output_channels", "max_input_channels")
        )
        marks = [word for word, at in (("out", default_out), ("in", default_in)) if at == number]
        default = f"   default {' and '.join(marks)}" if marks else ""
        yield (
            f"  {number:3d}  {info['name']}, {hosts[info['hostapi']]['name']}, "
            f"{outputs} out, {inputs} in, {info['default_samplerate']:.0f} Hz{default}"
        )


def _wanted(device: str) -> int | str | None:
    if device == "default":
        return None
    return int(device) if device.isascii() and device.isdecimal() else device
