"""Playing a session on a sound card, by PortAudio, where there is one.

The device is a listener like any other: it reports what it has played, so the stream follows the
card's own clock. PortAudio, a card, or the wanted device may be missing: that is said once, and
streaming by WebSocket goes on.

Threading: ``DevicePlayer.fill`` runs in the audio callback: it copies and counts, nothing else.
Everything else runs on the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

from daw_bridge.errors import TransportError
from daw_bridge.hub import Hub
from daw_bridge.listener import Listener, Packet
from daw_bridge.resample import FloatArray
from daw_bridge.ring_buffer import RingBuffer
from daw_bridge.worker_protocol import FLAG_LAST

log = logging.getLogger(__name__)

PRIME_S = 0.03  # in the ring before the first sound, and again after an underrun
RING_S = 4.0


class OutputDevice(Protocol):
    """A sound card's output, opened."""

    name: str
    sample_rate: int
    channels: int

    def start(self, fill: Callable[[FloatArray], None]) -> None:
        """Call ``fill`` with each block ``[n, channels]`` to be filled, from the audio thread."""

    def close(self) -> None:
        """Stop and release the device."""


class DevicePlayer:
    """What the audio callback does: primes, plays, and counts.

    Attributes:
        underruns: blocks that found too little while the stream was running.
        ended: set by the writer when the stream has come to its end; running dry is then right.
    """

    def __init__(self, ring: RingBuffer, prime_frames: int) -> None:
        self.underruns = 0
        self.ended = True
        self._ring = ring
        self._prime_frames = prime_frames
        self._priming = True

    def fill(self, out: FloatArray) -> None:
        """Fill a block ``[n, channels]``; called from the audio thread only."""
        if self._priming and not self.ended and self._ring.available < self._prime_frames:
            out.fill(0.0)
            return
        self._priming = False
        if self._ring.read(out) < len(out):
            self._priming = True
            self.underruns += not self.ended


class _PortAudioOutput:
    """An output device of PortAudio."""

    def __init__(self, sounddevice: Any, device: str | None) -> None:
        wanted = int(device) if device is not None and device.isdecimal() else device
        info = sounddevice.query_devices(wanted, "output")
        self.name = str(info["name"])
        self.sample_rate = round(info["default_samplerate"])
        self.channels = min(2, int(info["max_output_channels"]))
        self._index = int(info["index"])
        self._sounddevice = sounddevice
        self._stream: Any = None

    def start(self, fill: Callable[[FloatArray], None]) -> None:
        """Open the stream and begin to call back."""

        def callback(out: FloatArray, frames: int, time: object, status: object) -> None:
            fill(out)

        self._stream = self._sounddevice.OutputStream(
            device=self._index,
            samplerate=self.sample_rate,
            channels=self.channels,
            dtype="float32",
            callback=callback,
        )
        self._stream.start()

    def close(self) -> None:
        """Stop the callbacks."""
        if self._stream is not None:
            self._stream.close()


def open_output(
    device: str, importer: Callable[[str], Any] = importlib.import_module
) -> OutputDevice:
    """Return an output device by name (or part of it), number, or "default".

    Raises:
        TransportError: PortAudio is missing, or there is no such device.
    """
    sounddevice = _portaudio(importer)
    try:
        return _PortAudioOutput(sounddevice, None if device == "default" else device)
    except (sounddevice.PortAudioError, ValueError) as error:
        raise TransportError(
            f"no audio output {device!r}: {error}; magnet-live devices lists them"
        ) from None


def list_outputs(importer: Callable[[str], Any] = importlib.import_module) -> str:
    """Return a table of the audio devices of this machine.

    Raises:
        TransportError: PortAudio is missing.
    """
    sounddevice = _portaudio(importer)
    return str(sounddevice.query_devices()) or "no audio device"


def _portaudio(importer: Callable[[str], Any]) -> Any:
    try:
        return importer("sounddevice")
    except (ImportError, OSError) as error:  # OSError: the package is there, PortAudio is not
        raise TransportError(
            f"audio devices cannot be used: {error}; "
            "install PortAudio (Debian: libportaudio2, macOS: brew install portaudio)"
        ) from None


async def play_to_device(
    hub: Hub, device: str, *, opener: Callable[[str], OutputDevice] = open_output
) -> None:
    """Play the session ``main`` on a device until cancelled; say so where that cannot be."""
    try:
        await hub.wait_for_model()
        output = await asyncio.to_thread(opener, device)
    except TransportError as error:
        log.warning("%s; the stream goes on by WebSocket", error)
        return
    with contextlib.closing(output):
        await _pump(hub, output)


async def _pump(hub: Hub, output: OutputDevice) -> None:
    session = hub.session("main")
    assert session.history is not None
    rate = output.sample_rate
    listener = Listener(
        session.history, session.sample_rate, sample_rate=rate, channels=output.channels
    )
    ring = RingBuffer(output.channels, round(RING_S * rate))
    player = DevicePlayer(ring, round(PRIME_S * rate))
    session.join(listener, hub.clock())
    woken = asyncio.Event()
    output.start(player.fill)
    log.info("audio out   %s, %d Hz, %d channels", output.name, rate, output.channels)
    with contextlib.ExitStack() as stack:
        stack.callback(session.leave, listener)
        stack.callback(hub.on_progress(woken.set))
        held: Packet | None = None
        end = listener.position
        while True:
            await woken.wait()
            woken.clear()
            now = hub.clock()
            hub.metrics.device_underruns = player.underruns
            listener.report(end - ring.available, now)
            listener.catch_up(session.playhead(now), session.lead_s, now)
            while packet := held or listener.take(now, session.lead_s):
                held = packet if ring.space < packet.pcm.shape[1] else None
                if held is not None:
                    break
                player.ended = False
                ring.write(packet.pcm.T)
                end = packet.position + packet.pcm.shape[1]
                player.ended = bool(packet.flags & FLAG_LAST)
