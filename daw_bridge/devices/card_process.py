"""The process of one sound card: opens it, says so, and runs until the server hangs up.

Why a process: PortAudio hangs in ``close`` and aborts in ``terminate`` when a JACK server has died
under it, and learns of a card that was plugged in only when it is initialised anew. All of that is
over when the process is. Its interpreter has nothing to do but the audio callback.

Threading: the callback runs in PortAudio's thread; everything else in the main one.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket

from daw_bridge.devices.card_memory import CardMemory
from daw_bridge.devices.portaudio import OpenedCard
from daw_bridge.errors import TransportError

LOOK_S = 0.1  # between two looks at whether the device still runs
EXIT_FAILED, EXIT_LOST = 3, 4


def run_card(device: str, kind: str, memory: CardMemory, sock: socket.socket) -> None:
    """Serve one device, until the server hangs up: the target of the process.

    It writes one line of JSON: ``{"name", "sample_rate", "channels", "latency_s"}``, or
    ``{"failed": reason}``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which hangs up
    try:
        card = OpenedCard(device, kind, memory)
    except TransportError as error:
        _say(sock, {"failed": str(error)})
        os._exit(EXIT_FAILED)
    _say(
        sock,
        {
            "name": card.name,
            "sample_rate": card.sample_rate,
            "channels": card.channels,
            "latency_s": card.latency_s,
        },
    )
    while card.runs:
        readable, _, _ = select.select([sock], [], [], LOOK_S)
        if readable:  # nothing is ever sent here: the server has hung up
            card.close()
            return  # PortAudio is terminated at exit: else a JACK server would wait for its client
    os._exit(EXIT_LOST)  # closing a device that is gone would hang, or worse


def _say(sock: socket.socket, values: dict[str, object]) -> None:
    sock.sendall(json.dumps(values).encode() + b"\n")
