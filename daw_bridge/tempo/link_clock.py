"""Ableton Link as a source of tempo: the programs of a local network in one session.

The server is a peer that listens: it takes the tempo and the beat of the session that it finds, and
never sets them. While it is alone there is nobody to follow, and its tempo is that of its own
music, so that peers who join later get the tempo of the music. Link shares where a beat lies in the
bar, not how many there were; here a bar has four.

Needs ``aalink`` (``pip install "magnet-live[link]"``), which is GPL and therefore never installed
unasked, and sends multicast on all interfaces, so that it is off unless it is asked for.

Threading: Link has threads of its own; its properties may be read from any, and are read on the
event loop.
"""

from __future__ import annotations

import importlib
from typing import Protocol

from daw_bridge.errors import TransportError
from daw_bridge.tempo.source import ClockReading

_QUANTUM = 4
_FIRST_BPM = 120.0
_SAME_BPM = 0.001


class _Link(Protocol):
    """The part of ``aalink.Link`` that is used."""

    enabled: bool
    start_stop_sync_enabled: bool
    quantum: float
    tempo: float
    playing: bool

    @property
    def beat(self) -> float: ...
    @property
    def num_peers(self) -> int: ...


class LinkClock:
    """The Link session of the local network.

    Args:
        follow_transport: share start and stop with the peers that do.
    """

    name = "link"

    def __init__(self, *, follow_transport: bool) -> None:
        self._follow_transport = follow_transport
        self._link: _Link | None = None

    @property
    def detail(self) -> str:
        """How many others are there."""
        peers = 0 if self._link is None else self._link.num_peers
        return f"{peers} peer{'s' * (peers != 1)}" if peers else "nobody else is there"

    async def start(self) -> None:
        """Join the session of the network, if there is one.

        Raises:
            TransportError: aalink is not installed.
        """
        try:
            aalink = importlib.import_module("aalink")
        except ImportError:
            raise TransportError(
                "--link needs aalink (GPL): pip install 'magnet-live[link]'"
            ) from None
        link: _Link = aalink.Link(_FIRST_BPM)
        link.quantum = _QUANTUM
        link.start_stop_sync_enabled = self._follow_transport
        link.enabled = True
        self._link = link

    async def close(self) -> None:
        """Leave; the others go on."""
        if self._link is not None:
            self._link.enabled = False

    def read(self, now: float) -> ClockReading | None:
        """Return the session's tempo and beat; None while nobody else is there."""
        link = self._link
        if link is None or not link.num_peers:
            return None
        return ClockReading(link.tempo, link.beat, link.playing if self._follow_transport else None)

    def offer(self, bpm: float) -> None:
        """Offer our tempo to peers who join; does nothing inside a session."""
        link = self._link
        if link is not None and not link.num_peers and abs(link.tempo - bpm) > _SAME_BPM:
            link.tempo = bpm
