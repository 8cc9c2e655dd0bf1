#!/usr/bin/env python3
"""Listen to a magnet-live server: to a WAV file, to the sound card, or just to see what comes.

    python examples/listen.py -o out.wav --seconds 20
    python examples/listen.py --speaker
    python examples/listen.py -o out.wav --prompt "techno 128 bpm driving kick and bass"

With ``--prompt`` it also sets the prompt and starts the stream, and prints the time from play to
the first PCM. Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from typing import Any

import numpy as np
import soundfile
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from daw_bridge.audio.pcm import HEADER_BYTES, PcmFormat, PcmHeader
from daw_bridge.devices.card_memory import CardMemory, Count
from daw_bridge.devices.portaudio import OpenedCard
from daw_bridge.errors import TransportError
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_LAST


class Receiver:
    """Takes PCM messages: checks that nothing is missing, and passes the samples on."""

    def __init__(self, file: soundfile.SoundFile | None, speaker: Speaker | None) -> None:
        self.frames = 0
        self.concealed = 0
        self.position: int | None = None
        self.play_sent: float | None = None
        self._file = file
        self._speaker = speaker
        self._next_report = 0.0

    def take(self, message: bytes) -> None:
        """Take one binary message."""
        header = PcmHeader.unpack(message)
        now = time.monotonic()
        if self.play_sent is not None:
            print(f"first PCM {1000 * (now - self.play_sent):.0f} ms after play")
            self.play_sent = None
        if self.position is not None and header.position != self.position:
            print(f"gap: {header.position - self.position} samples at {self.position}")
        self.position = header.position + header.frames
        self.frames += header.frames
        self.concealed += header.frames if header.flags & FLAG_CONCEALED else 0
        samples = _samples(header, message[HEADER_BYTES:])
        if self._file is not None:
            self._file.write(samples)
        if self._speaker is not None:
            self._speaker.take(header, samples)
        if header.flags & FLAG_LAST:
            print(f"the stream stopped at {self.position}")
        elif now >= self._next_report:
            self._next_report = now + 1.0
            seconds = self.position / header.sample_rate
            print(f"position {self.position} ({seconds:.2f} s), plan {header.plan_id}")


class Speaker:
    """Plays what a Receiver gets on a sound card."""

    def __init__(self, device: str) -> None:
        memory = CardMemory.allocated()
        self.card = OpenedCard(device, "output", memory)
        self._ring, self._counts = memory.ring(self.card.channels), memory.counts
        self._end = 0

    def take(self, header: PcmHeader, samples: np.ndarray) -> None:
        """Queue samples for the card."""
        self._counts[Count.ENDED] = 0
        self._ring.write(samples)
        self._end = header.position + header.frames
        self._counts[Count.ENDED] = bool(header.flags & FLAG_LAST)

    @property
    def playhead(self) -> int:
        """Stream position that the card is playing."""
        return self._end - self._ring.available


def _samples(header: PcmHeader, payload: bytes) -> np.ndarray:
    """Return float32 ``[n, channels]``."""
    if header.format is PcmFormat.S16:
        samples = np.frombuffer(payload, "<i2").astype(np.float32) / 32767
    else:
        samples = np.frombuffer(payload, "<f4")
    return samples.reshape(-1, header.channels)


async def _report_playhead(socket: ClientConnection, speaker: Speaker) -> None:
    while True:
        await asyncio.sleep(0.02)
        await socket.send(json.dumps({"cmd": "playhead", "position": speaker.playhead}))


async def _begin(socket: ClientConnection, prompt: str, receiver: Receiver) -> None:
    await socket.send(json.dumps({"cmd": "/magnet/prompt", "args": [prompt], "id": "prompt"}))
    receiver.play_sent = time.monotonic()
    await socket.send(json.dumps({"cmd": "/magnet/play", "id": "play"}))


def _show(event: dict[str, Any]) -> None:
    name = event.pop("event")
    if name == "fail":
        print(f"FAIL {event['address']}: {event['reason']}")
    elif name == "words":
        print(f"words the model does not know, ignored: {event['unknown']}")
    else:
        print(name, json.dumps(event))


async def listen(args: argparse.Namespace, receiver: Receiver, speaker: Speaker | None) -> None:
    """Receive until the time is over."""
    hello = {
        "cmd": "hello",
        "version": 1,
        "session": args.session,
        "format": args.format,
        "sample_rate": args.rate,
        "channels": args.channels,
        "token": args.token,
    }
    async with connect(args.url, compression=None) as socket, asyncio.TaskGroup() as tasks:
        await socket.send(json.dumps(hello))
        while (event := json.loads(await socket.recv()))["event"] != "ready":
            _show(event)  # the model is being loaded, or why this client is not let in
        _show(event)
        reporter = None
        if speaker is not None:
            reporter = tasks.create_task(_report_playhead(socket, speaker))
        if args.prompt is not None:
            await _begin(socket, args.prompt, receiver)
        async for message in socket:
            if isinstance(message, bytes):
                receiver.take(message)
            else:
                _show(json.loads(message))
            if args.seconds is not None and receiver.frames >= args.seconds * args.rate:
                break
        if reporter is not None:
            reporter.cancel()


def main() -> int:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="ws://127.0.0.1:9001/ws")
    parser.add_argument("--session", default="main")
    parser.add_argument("--token", help="needed when the server is on another machine")
    parser.add_argument("--prompt", metavar="TEXT", help="set this prompt and start the stream")
    parser.add_argument("--rate", type=int, default=48000, help="sample rate in Hz")
    parser.add_argument("--channels", type=int, default=2)
    parser.add_argument("--format", choices=("f32", "s16"), default="f32")
    parser.add_argument("--seconds", type=float, help="stop after so much audio")
    parser.add_argument("-o", "--output", metavar="FILE", help="WAV file to write")
    parser.add_argument(
        "--speaker", nargs="?", const="default", metavar="DEVICE", help="play on a sound card"
    )
    args = parser.parse_args()
    speaker = None
    with contextlib.ExitStack() as stack:
        file = None
        try:
            if args.speaker is not None:
                speaker = Speaker(args.speaker)
                stack.callback(speaker.card.close)
                args.rate, args.channels = speaker.card.sample_rate, speaker.card.channels
            if args.output:
                file = stack.enter_context(
                    soundfile.SoundFile(args.output, "w", args.rate, args.channels, "PCM_24")
                )
            receiver = Receiver(file, speaker)
            asyncio.run(listen(args, receiver, speaker))
        except (OSError, TransportError, ConnectionClosed) as error:
            print(f"listen: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("interrupted")
    seconds = receiver.frames / args.rate
    print(f"{seconds:.2f} s heard, of it {receiver.concealed / args.rate:.3f} s concealed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
