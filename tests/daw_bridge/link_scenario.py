"""Two peers of Ableton Link: a server with ``--link`` and a second one, in a network of their own.

Run by ``test_link_clock.py`` inside ``unshare -n``, because Link sends multicast on every
interface. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import sys
import time
from typing import Any

import aalink
from bridge_peers import osc_peer, serving
from waiting import until

from daw_bridge.tempo.link_clock import LinkClock

OLDER_S = 2.0  # of two sessions that meet the older one stays, if it is older by half a second


def peer(bpm: float) -> Any:
    link = aalink.Link(bpm)
    link.quantum, link.start_stop_sync_enabled, link.enabled = 4, True, True
    return link


async def clocks() -> dict[str, object]:
    """A clock joins the session of a peer, then is alone, then is joined."""
    told: dict[str, object] = {}
    other, clock = peer(97.0), LinkClock(follow_transport=True)
    await asyncio.sleep(OLDER_S)
    await clock.start()
    told["alone"] = clock.detail
    await until(lambda: clock.read(0.0) is not None)
    await asyncio.sleep(0.5)
    reading, beat = clock.read(0.0), other.beat
    assert reading is not None and reading.beat is not None
    told["joined"] = [reading.bpm, other.tempo]
    told["phase_error_beats"] = math.remainder(reading.beat - beat, 4.0)
    told["detail"], told["playing"] = clock.detail, reading.playing
    clock.offer(150.0)  # a session's tempo is not ours to set
    other.tempo, other.playing = 141.5, True
    await until(lambda: abs((r := clock.read(0.0)) is not None and r.bpm - 141.5) < 0.01)
    await until(lambda: (r := clock.read(0.0)) is not None and r.playing is True)
    told["followed"] = [other.tempo]
    other.enabled = False
    await until(lambda: clock.read(0.0) is None)
    clock.offer(88.0)
    await asyncio.sleep(OLDER_S)
    late = peer(60.0)
    await until(lambda: clock.read(0.0) is not None)
    await asyncio.sleep(0.5)
    told["late_peer_finds"] = late.tempo
    await clock.close()
    late.enabled = False
    return told


async def server() -> dict[str, object]:
    """A server follows tempo and phase; what its session is told is what the peer says."""
    other = peer(112.0)
    await asyncio.sleep(OLDER_S)
    async with serving({"bpm": 120.0}, link=True, follow_transport=True) as running:
        with osc_peer(running) as osc, contextlib.closing(osc.socket):
            await osc.ask("/magnet/subscribe", osc.port)
            await running.hub.wait_for_model()
            event = await osc.until("/magnet/event/tempo")
            while event.params[1] == 0.0:
                event = await osc.until("/magnet/event/tempo")
            other.playing = True
            session = running.hub.session("main")
            await until(lambda: session.state.value == "playing")
            other.tempo = 123.4
            follow = running.hub.tempo._follows["main"]  # what its worker was told
            await until(lambda: follow.told is not None and abs(follow.told.bpm - 123.4) < 0.01)
            await asyncio.sleep(0.6)
            now, real, pair = time.monotonic(), other.beat, follow.told
            assert pair is not None
            error = math.remainder(pair.beat_at(now) - real, 4.0)
            refused = await osc.ask("/magnet/tempo", 90.0)
            other.playing = False
            await until(lambda: session.state.value == "stopped")
            told = {
                "event": event.params,
                "bpm": pair.bpm,
                "phase_error_beats": error,
                "refused": [refused.address, refused.params[2]],
                "peer_tempo": other.tempo,
                "status": running.hub.status("main")["tempo_source"],
            }
    other.enabled = False
    return told


if __name__ == "__main__":
    print(json.dumps(asyncio.run({"clocks": clocks, "server": server}[sys.argv[1]]())))
