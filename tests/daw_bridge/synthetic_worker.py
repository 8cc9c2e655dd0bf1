"""A worker without torch that keeps the rules of the seam: a sine whose pitch a prompt sets.

Its prompts also let a test misbehave it: "die" ends the process at once, "refuse" is refused,
"hang" sends no PCM for 0.3 s, "freeze" hangs the process for good; a word "purple" is unknown.
Text in a slot sets the pitch like a prompt; a weight and "again" make a new plan, and no other
command does.
Its snapshots say what its pitch is; "lost" as one is refused. A loop is one round of the pitch.
Options: sample_rate, channels, broken (a reason), die_early, load_s (seconds until it is ready),
bpm (it keeps a metre, and its bars begin at position 0).
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import numpy as np

from daw_bridge import worker_protocol as wire

BLOCK = 640


def pitch_of(text: str) -> float:
    """Return the frequency in Hz that a prompt stands for."""
    return 220.0 + 20.0 * (sum(text.encode()) % 23)


@dataclass
class _Stream:
    playing: bool = False
    position: int = 0
    until: int = 0
    pitch_hz: float = pitch_of("")
    plan_id: int = 0
    hang_until: float = 0.0
    phrase: int = 0  # samples of the phrase that was recorded
    loop_bars: int = 0
    snapshot_at: int = 0

    def snapshot(self, name: str) -> wire.Snapshot:
        self.snapshot_at = self.position
        return wire.Snapshot(name, repr(self.pitch_hz).encode(), self.position, "Am")


def _restore(stream: _Stream, message: wire.Restore) -> wire.Restored:
    if message.data == b"lost":
        return wire.Restored(message.session, message.request_id, 0, "the snapshot is damaged")
    stream.pitch_hz = float(message.data)
    stream.plan_id += 1
    for address, args in message.settings:
        _obey(stream, wire.Command(message.session, -1, address, args))
    return wire.Restored(message.session, message.request_id, stream.position)


def _loop(stream: _Stream, message: wire.AskLoop, rate: int, bpm: float) -> wire.LoopPcm:
    number, frames = message.request_id, round(stream.loop_bars * 240 / bpm * rate)
    if not frames:
        return wire.LoopPcm(message.session, number)
    wave = 0.5 * np.sin(2 * np.pi * stream.pitch_hz * np.arange(frames) / rate)
    pcm = np.asarray(wave[None], np.float32)
    data = repr(stream.pitch_hz).encode()
    return wire.LoopPcm(message.session, number, pcm, stream.loop_bars, bpm, "Am", data)


def _block(stream: _Stream, name: str, rate: int, channels: int) -> wire.Chunk:
    times = np.arange(stream.position, stream.position + BLOCK) / rate
    wave = (0.5 * np.sin(2 * np.pi * stream.pitch_hz * times)).astype(np.float32)
    flags = wire.FLAG_PREFIX if stream.position < 10 * BLOCK else wire.FLAG_INFILL
    chunk = wire.Chunk(
        name, stream.position, np.repeat(wave[None], channels, 0), flags, stream.plan_id
    )
    stream.position += BLOCK
    return chunk


def _obey(stream: _Stream, command: wire.Command) -> wire.Done | wire.Fail:
    if command.address == "/magnet/play":
        stream.playing = True
    elif command.address == "/magnet/stop":
        stream.playing = False
    elif command.address.endswith("/weight"):
        stream.plan_id += 1
    elif command.address.startswith("/magnet/prompt"):
        text = str(command.args[0])
        if text == "die":
            os._exit(9)
        if text == "refuse":
            return wire.Fail(command.session, command.command_id, command.address, "not that one")
        if text == "freeze":
            time.sleep(3600)
        if text == "hang":
            stream.hang_until = time.monotonic() + 0.3
        stream.pitch_hz = pitch_of(text)
        stream.plan_id += 1
    elif command.address == "/magnet/loop":
        stream.loop_bars = int(command.args[0])
    elif command.address == "/magnet/input/use" and not stream.phrase:
        reason = "there is no phrase"
        return wire.Fail(command.session, command.command_id, command.address, reason)
    elif command.address == "/magnet/again":
        stream.plan_id += 1
    return wire.Done(command.session, command.command_id, command.address, stream.position, 0.0)


def run_worker(connection: wire.WorkerConnection, config: wire.WorkerConfig) -> None:
    """Serve until the server is gone."""
    options = config.options
    if options.get("broken"):
        connection.send(wire.Broken(str(options["broken"])))
        return
    if options.get("die_early"):
        os._exit(7)
    rate, channels = int(options.get("sample_rate", 32000)), int(options.get("channels", 1))
    time.sleep(float(options.get("load_s", 0.0)))
    bpm = float(options.get("bpm", 0.0))
    metre: dict[str, wire.Value] = {"beats_per_bar": 4} if bpm else {}
    connection.send(wire.Ready(rate, channels, {"name": "synthetic", **metre}))
    streams: dict[str, _Stream] = {}
    wait_s = 0.005
    while True:
        while connection.poll(wait_s):
            wait_s = 0.0  # however many messages come, the music goes on between them
            message = connection.recv()
            match message:
                case wire.Shutdown():
                    return
                case wire.Open():
                    streams[message.session] = _Stream()
                case wire.Close():
                    streams.pop(message.session, None)
                case wire.Restore():
                    stream = streams[message.session]
                    answer = _restore(stream, message)
                    if message.request_id:
                        connection.send(answer)
                case wire.AskLoop():
                    stream = streams[message.session]
                    connection.send(_loop(stream, message, rate, bpm))
                case wire.Demand():
                    streams[message.session].until = message.until_sample
                case wire.Phrase():
                    stream = streams[message.session]
                    stream.phrase = message.pcm.shape[1] + (0 if message.first else stream.phrase)
                    if message.last:
                        values = {"state": "recorded", "seconds": stream.phrase / rate}
                        connection.send(wire.Event(message.session, "input", values))
                case wire.Command():
                    if message.args and "purple" in str(message.args[0]):
                        unknown = {"unknown": "purple"}
                        connection.send(wire.Event(message.session, "words", unknown))
                    connection.send(_obey(streams[message.session], message))
                    if bpm and message.address == "/magnet/play":
                        plan = {"position": 0, "bar_position": 0, "bpm": bpm, "plan": 1}
                        connection.send(wire.Event(message.session, "plan", plan))
        wait_s = 0.005
        for name, stream in streams.items():
            due = stream.playing and stream.position + BLOCK <= stream.until
            if due and time.monotonic() >= stream.hang_until:
                connection.send(_block(stream, name, rate, channels))
                if stream.position - stream.snapshot_at >= rate / 2:
                    connection.send(stream.snapshot(name))
                wait_s = 0.0
