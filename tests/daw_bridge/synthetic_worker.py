"""A worker without torch that keeps the rules of the seam: a sine whose pitch a prompt sets.

Its prompts also let a test misbehave it: "die" ends the process at once, "refuse" is refused,
"hang" sends no PCM for 0.3 s, "freeze" hangs the process for good; a word "purple" is unknown.
Text in a slot sets the pitch like a prompt; "again" makes a new plan, and no other command does.
Options: sample_rate, channels, broken (a reason), die_early, load_s (seconds until it is ready).
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
    connection.send(wire.Ready(rate, channels, {"name": "synthetic"}))
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
                case wire.Demand():
                    streams[message.session].until = message.until_sample
                case wire.Command():
                    if message.args and "purple" in str(message.args[0]):
                        unknown = {"unknown": "purple"}
                        connection.send(wire.Event(message.session, "words", unknown))
                    connection.send(_obey(streams[message.session], message))
        wait_s = 0.005
        for name, stream in streams.items():
            due = stream.playing and stream.position + BLOCK <= stream.until
            if due and time.monotonic() >= stream.hang_until:
                connection.send(_block(stream, name, rate, channels))
                wait_s = 0.0
