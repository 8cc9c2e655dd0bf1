"""Hearing a sound card: what it gives goes to whoever records a phrase in the session ``main``.

A card that is lost ends the phrase that it was giving: it may come back later, at another rate, and
a phrase with a hole in it is none.

Threading: event loop only; the other end of the ring is the card's process.
"""

from __future__ import annotations

import asyncio
import functools

import numpy as np

from daw_bridge.devices.card import Card, Opener, StallWatch, keep_card, open_card
from daw_bridge.hub import Hub
from daw_bridge.session.phrase_recorder import PhraseRecorder, Source

LOOK_S = 0.02


async def listen_to_card(hub: Hub, device: str, *, opener: Opener = open_card) -> None:
    """Listen to a device, whenever it is there, until cancelled."""
    await keep_card(hub, device, "input", functools.partial(_listen, hub), opener=opener)


async def _listen(hub: Hub, card: Card) -> str:
    """Listen until the card is lost; return why it was."""
    recorder = hub.session("main").recorder
    assert recorder is not None, "the model is known"
    watch = StallWatch(card, hub.clock())
    try:
        while not (why := watch.why_lost(hub.clock())):
            pump(card, recorder)
            await asyncio.sleep(LOOK_S)
    finally:
        recorder.lose_card()
    return why


def pump(card: Card, recorder: PhraseRecorder) -> None:
    """Bring what the card has given to the recorder."""
    ring = card.memory.ring(card.channels)
    block = np.zeros((ring.available, card.channels), np.float32)
    ring.read(block)
    if len(block) and recorder.is_recording:
        sound = np.clip(np.nan_to_num(block.T), -1.0, 1.0)  # a driver may give anything
        recorder.take(Source.CARD, np.ascontiguousarray(sound), card.sample_rate)
