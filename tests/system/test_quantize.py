"""A quantised change through a real server: it is heard on the line, and the stream shows it.

What the stream would have been without the change is played from its own log, cut off where the
change was planned: the same seed, the same controls, the same decisions up to there.
"""

from __future__ import annotations

import json
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bridge_peers import with_server, ws_peer

from daw_bridge.app import RunningServer
from daw_bridge.cli import main
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.worker_protocol import FLAG_CONCEALED, WorkerConfig
from magnet_core.checkpoints import native
from tests.magnet_core.runtime.tiny import tiny_model

BPM = 133.0  # 60/133 s are 22.56 frames: hardly a line falls on a frame
RATE = 32000
FRAME = 640
BEFORE, AFTER = "techno, A minor, driving kick and bass", "dub, A minor, warm pads"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny"
    native.save(tiny_model(), path)
    return path


def without_the_change(log: Path) -> Path:
    """Return a copy of a log up to the first plan that has other words than the first."""
    first: object = None
    kept = []
    for line in log.read_text().splitlines(keepends=True):
        entry = json.loads(line)
        if entry["kind"] == "plan":
            first = entry["prompts"] if first is None else first
            if entry["prompts"] != first:
                break
        kept.append(line)
    copy = log.with_name("unchanged.jsonl")
    copy.write_text("".join(kept))
    return copy


def replayed(log: Path) -> np.ndarray:
    output = log.with_suffix(".wav")
    assert main(["replay", str(log), "-o", str(output)]) == 0
    wave, rate = soundfile.read(output, dtype="float32")
    assert rate == RATE
    return wave


@pytest.mark.parametrize("when", ["beat", "bar"])
@pytest.mark.parametrize("model", ["tiny", pytest.param("bundled", marks=pytest.mark.slow)])
def test_a_quantised_change_is_heard_on_the_line(folder, tmp_path, model, when) -> None:
    """The first sample that differs is on a line of the beats that were heard, to a codec frame.

    It is the one that ``/magnet/done`` names.
    """
    logs, heard, lines, done = tmp_path / "logs", [], [], {}

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            for number, (address, *args) in enumerate(
                (
                    ("/magnet/param/level", 0),
                    ("/magnet/param/seed", 7),
                    ("/magnet/prompt", BEFORE),
                    ("/magnet/tempo", BPM),
                    ("/magnet/quantize", when),
                    ("/magnet/play",),
                )
            ):
                answer = await peer.command(address, *args, id=number)
                assert answer["event"] == "done", answer
            await peer.hear(1.6)
            sent_at = peer.packets[-1][0].position
            done.update(await peer.command("/magnet/prompt", AFTER, id=10), sent_at=sent_at)
            await peer.until(lambda: peer.packets[-1][0].position > done["position"] + RATE)
            beats = [event for event in peer.events if event["event"] == "beat"]
            lines.extend(e["position"] for e in beats if when == "beat" or e["beat"] == 0)
            peer.assert_no_gap()
            music = takewhile(lambda packet: not packet[0].flags & FLAG_CONCEALED, peer.packets)
            heard.extend(samples for _, samples in music)

    source = str(folder) if model == "tiny" else "bundled"
    config = WorkerConfig(model=source, log_folder=str(logs))
    with_server(scenario, worker=config, target=WORKER_TARGET)
    (log,) = logs.iterdir()
    unchanged = replayed(without_the_change(log))
    wave = np.concatenate(heard)[:, 0]
    faded_in, until = FRAME, min(len(wave), len(unchanged))
    assert until > done["position"], "music was late: the machine is too slow for this test"
    differs = faded_in + np.flatnonzero(wave[faded_in:until] != unchanged[faded_in:until])
    assert len(differs), "nothing has changed"
    assert differs[0] == pytest.approx(done["position"], abs=FRAME)
    spacing = 60 * RATE / BPM * (4 if when == "bar" else 1)
    counted = np.round((done["position"] - lines[0]) / spacing)
    line = lines[0] + counted * spacing  # of the tempo, from the first that was told
    assert differs[0] == pytest.approx(line, abs=FRAME)
    assert done["position"] > done["sent_at"]
    assert min(abs(position - line) for position in lines) <= 1
