"""Playing the session ``main`` on a sound card, as one of its listeners.

    stream --> listener --> varispeed --> ring | the card's process --> ear
                  ^------ what is heard -------------- frames counted

The card paces the stream: it reports what is heard, so the stream follows the card's own clock.
Alone, every sample is played as it is. Where another listener reports a playhead, whose clock
cannot be helped from here, the card is made to run like that one, and with it the stream, by its
speed (``drift.py``, ``varispeed.py``) and never by a skip. Whoever does not report is sent music at
the pace of the card.

Threading: event loop only; the other end of the ring is the card's process.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools

import numpy as np

from daw_bridge.audio.drift import Follower, PaceMeter
from daw_bridge.audio.resample import FloatArray
from daw_bridge.audio.varispeed import Varispeed
from daw_bridge.devices.card import Card, Opener, StallWatch, keep_card, open_card
from daw_bridge.devices.card_memory import Count
from daw_bridge.devices.portaudio import PRIME_S
from daw_bridge.hub import Hub
from daw_bridge.metrics import Metrics
from daw_bridge.session.listener import Listener, Packet
from daw_bridge.session.session import Session
from daw_bridge.worker_protocol import FLAG_LAST

STEER_S = 0.1


async def play_to_card(hub: Hub, device: str, *, opener: Opener = open_card) -> None:
    """Play the session ``main`` on a device, whenever it is there, until cancelled."""
    await keep_card(hub, device, "output", functools.partial(_play, hub), opener=opener)


async def _play(hub: Hub, card: Card) -> str:
    """Play until the card is lost; return why it was."""
    output = OutputPlayer(hub.session("main"), card, hub.metrics)
    woken, watch = asyncio.Event(), StallWatch(card, hub.clock())
    with contextlib.ExitStack() as stack:
        stack.callback(output.leave)
        stack.callback(hub.on_progress(woken.set))
        output.join(hub.clock())
        while not (why := watch.why_lost(hub.clock())):
            output.pump(hub.clock())
            await woken.wait()
            woken.clear()
    return why


class OutputPlayer:
    """Moves samples from a session to a card, and steers its speed.

    Args:
        session: that is played.
        card: an output.
        metrics: told of underruns, drift and its correction.
    """

    def __init__(self, session: Session, card: Card, metrics: Metrics) -> None:
        rate, channels = card.sample_rate, card.channels
        assert session.history is not None
        self._session, self._metrics, self._rate = session, metrics, rate
        self._counts, self._ring = card.memory.counts, card.memory.ring(channels)
        self._latency = round(card.latency_s * rate)
        self._listener = Listener(
            session.history,
            session.sample_rate,
            sample_rate=rate,
            channels=channels,
            buffer_s=card.latency_s + PRIME_S,
            is_card=True,
        )
        self._varispeed = Varispeed(rate, channels)
        self._pace, self._follower = PaceMeter(rate), Follower(session.sample_rate)
        self._waiting: FloatArray | None = None  # for space in the ring
        self._end = 0  # stream position, at the card's rate, behind what was pushed
        self._steer_at = 0.0
        self._underruns = 0

    def join(self, now: float) -> None:
        """Begin to listen."""
        self._session.join(self._listener, now)
        self._end = self._listener.position

    def leave(self) -> None:
        """Listen no more."""
        self._session.leave(self._listener)

    def pump(self, now: float) -> None:
        """Report what is heard, and bring on what may be played by now."""
        session, listener = self._session, self._listener
        self._count()
        self._pace.note(now, float(self._counts[Count.FRAMES]))
        listener.report(self._heard(), now)
        listener.catch_up(session.playhead(now), session.lead_s, now)
        if now >= self._steer_at:
            self._steer_at = now + STEER_S
            self._steer(now)
        while self._has_space() and (packet := listener.take(now, session.lead_s)):
            self._play(packet)

    def _heard(self) -> int:
        """Return the stream position, at the card's rate, that is heard now."""
        on_its_way = max(self._latency - int(self._counts[Count.SILENT]), 0)
        ahead = (self._ring.available + on_its_way) * self._varispeed.ratio
        waiting = 0 if self._waiting is None else self._waiting.shape[1]
        return max(round(self._end - self._varispeed.held - waiting - ahead), 0)

    def _has_space(self) -> bool:
        """Whether the ring takes more, after what waits for it."""
        if self._waiting is not None:
            if self._ring.space < self._waiting.shape[1]:
                return False
            self._ring.write(self._waiting.T)
            self._waiting = None
        return True

    def _play(self, packet: Packet) -> None:
        last = bool(packet.flags & FLAG_LAST)
        pcm = self._varispeed.push(packet.pcm)
        parts = [pcm, self._varispeed.flush()] if last else [pcm]
        self._end = packet.position + packet.pcm.shape[1]
        self._counts[Count.ENDED] = 0
        self._waiting = np.concatenate(parts, axis=1) if last else pcm
        self._has_space()
        self._counts[Count.ENDED] = last

    def _steer(self, now: float) -> None:
        """Let the card run like the foremost of those that report, and the others like the card."""
        others = [one for one in self._session.listeners if one is not self._listener]
        heard = [one for one in others if one.is_heard(now)]
        paces = max(heard, key=lambda one: one.playhead(now), default=None)
        if paces is None or self._counts[Count.SILENT]:
            self._follower.let_go()
            ratio = 1.0
        else:
            own, theirs = self._listener.playhead(now), paces.playhead(now)
            ratio = self._follower.ratio(now, paces, theirs, own, self._pace.pace)
        self._varispeed.set_ratio(ratio)
        for one in others:
            one.keep_pace(self._pace.pace * ratio, now)
        self._metrics.device_drift_ppm = self._pace.ppm
        self._metrics.device_correction_ppm = 1e6 * (ratio - 1.0)

    def _count(self) -> None:
        underruns = int(self._counts[Count.UNDERRUNS])
        self._metrics.device_underruns += underruns - self._underruns
        self._underruns = underruns
