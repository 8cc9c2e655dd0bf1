"""Time to the first sound, and from a control to the ear, as clients on the network see them.

Run it from the repository:

    python -m benchmarks.first_sound [--model bundled] [--rounds 20] [--lead-ms 250]

It starts ``magnet-live serve`` as a user would, sends its commands by OSC and hears the stream on a
WebSocket. Each round is: reset, prompt, play; another prompt while it sounds; stop. *First PCM* and
*first sound* (a sample above -60 dB) are counted from the sending of ``/magnet/play`` to their
arrival. *Heard* is when the client, which plays 80 ms after the first PCM, plays the sample that
``/magnet/done`` names. Two floors are printed beside them: what the engine alone needs in
this process for its first PCM, and the audio that a client has when it asks for a change, which
nothing can change.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import astuple, dataclass

import numpy as np
import torch

import magnet_core
from benchmarks.clients import Ears, Osc, Server
from daw_bridge.worker_protocol import FLAG_LAST
from magnet_core.api import Model
from magnet_core.runtime.engine import Engine

PROMPTS = ("techno 128 bpm driving kick and bass", "dub 90 bpm warm pads and bass")
SILENCE = 1e-3
LISTEN_S = 2.0  # before the second prompt, and after it


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured, in seconds."""

    first_pcm: float
    first_sound: float
    change_done: float
    change_sent: float  # the PCM with the changed sample is at the client
    change_heard: float  # that sample is played
    already_here: float  # audio that was at the client, not yet played, when it asked


def play_round(osc: Osc, ears: Ears, model_rate: int) -> Round:
    """Play, change the prompt while it sounds, and stop."""
    osc.ask("/magnet/reset")
    osc.ask("/magnet/prompt", PROMPTS[0])
    play = osc.ask("/magnet/play")
    pcm = ears.wait(lambda heard: heard.is_music, play.sent)
    sound = ears.wait(lambda heard: heard.is_music and heard.peak > SILENCE, play.sent)
    time.sleep(LISTEN_S)
    change = osc.ask("/magnet/prompt", PROMPTS[1])
    named = change.position * ears.rate // model_rate
    already_here = ears.ahead_s(change.sent)
    changed = ears.wait(lambda heard: heard.end > named, change.sent)
    change_heard = ears.playback.heard_at(named) - change.sent
    time.sleep(LISTEN_S)
    stop = osc.ask("/magnet/stop")
    ears.wait(lambda heard: bool(heard.header.flags & FLAG_LAST), stop.sent)
    return Round(
        first_pcm=pcm.at - play.sent,
        first_sound=sound.at - play.sent,
        change_done=change.answered_s,
        change_sent=changed.at - change.sent,
        change_heard=change_heard,
        already_here=already_here,
    )


def engine_floor(model: Model, rounds: int) -> tuple[int, float]:
    """Return passes and seconds to the first PCM of the engine alone, at its quickest."""
    engine = Engine(model)
    engine.warm_up()
    session, until = engine.open(), 10 * model.sample_rate
    session.set_prompt(PROMPTS[0])
    runs = []
    for _ in range(rounds):
        session.stop()
        session.reset()
        session.play()
        units = []
        while True:
            started = time.perf_counter()
            chunks = session.work(session.position + until)
            units.append(time.perf_counter() - started)
            if chunks:
                break
        runs.append(units)
    passes = min(len(units) for units in runs) - 1  # the last unit is the codec's
    return passes, min(sum(units) for units in runs)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--lead-ms", type=int, default=250)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = magnet_core.load(args.model)
    passes, engine_s = engine_floor(model, args.rounds)
    with Server(args.model, args.lead_ms) as server:
        ws_port, osc_port = server.ports()
        osc = Osc(osc_port)
        with Ears(ws_port) as ears:
            rounds = [play_round(osc, ears, model.sample_rate) for _ in range(args.rounds)]
            status = osc.status()
            late = sum(event["event"] == "late" for event in ears.events)
    milliseconds = 1e3 * np.array([astuple(one) for one in rounds])
    *p50, already_ms = np.percentile(milliseconds, 50, axis=0)
    *p95, _ = np.percentile(milliseconds, 95, axis=0)
    floors = {
        "play -> first PCM": f"{1e3 * engine_s:.0f}: {passes} passes and the codec, engine alone",
        "play -> first sound": "",
        "prompt -> done": "",
        "prompt -> its PCM at the client": "",
        "prompt -> heard": f"{already_ms:.0f}: the audio that was already at the client",
    }
    print(f"{args.model}, {args.rounds} rounds, lead {args.lead_ms} ms; all in ms")
    print(f"{'':34}{'p50':>7}{'p95':>7}   floor")
    for (name, floor), middle, high in zip(floors.items(), p50, p95, strict=True):
        print(f"{name:34}{middle:7.0f}{high:7.0f}   {floor}".rstrip())
    counts = (f"{status[name]} {name}" for name in ("underruns", "discontinuities"))
    print(", ".join([*counts, f"{late} late events"]))


if __name__ == "__main__":
    main()
