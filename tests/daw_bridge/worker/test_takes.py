"""The worker's part in takes, with a real, tiny model: snapshots, going back, and loops."""

from __future__ import annotations

import numpy as np

from daw_bridge.worker_protocol import AskLoop, Done, LoopPcm, Restore, Restored, WorkerMessage
from magnet_core.runtime.snapshot import unpack
from tests.daw_bridge.worker.test_process import HOP, Server, serving
from tests.magnet_core.runtime.tiny import tiny_model

BAR = round(4 * 60 / 140 * 32000)


class TakesServer(Server):
    """It also keeps what a worker answers about takes."""

    def __init__(self, server: Server) -> None:
        self.__dict__ = server.__dict__
        self.takes: list[Restored | LoopPcm] = []

    def _take(self, message: WorkerMessage) -> None:
        if isinstance(message, Restored | LoopPcm):
            self.takes.append(message)
        super()._take(message)

    def restore(self, message: Restore) -> Restored:
        self.say(message)
        self.until(lambda: bool(self.takes))
        answer = self.takes.pop()
        assert isinstance(answer, Restored) and answer.request_id == message.request_id
        return answer

    def loop(self, number: int) -> LoopPcm:
        self.say(AskLoop("main", number))
        self.until(lambda: bool(self.takes))
        answer = self.takes.pop()
        assert isinstance(answer, LoopPcm) and answer.request_id == number
        return answer


def begun(server: Server, frames: int) -> TakesServer:
    takes = TakesServer(server)
    takes.open("main")
    takes.ask("main", "/magnet/prompt", "techno 140 bpm")
    takes.ask("main", "/magnet/param/steps", "2,1,1,1")
    takes.ask("main", "/magnet/play")
    takes.hear("main", frames)
    return takes


def test_a_snapshot_says_where_its_music_would_go_on_and_one_follows_each_bar() -> None:
    """At a frame that was sent, not far ahead; the first one behind a bar line is near it."""
    model = tiny_model()
    with serving(model) as server:
        takes = begun(server, 400)
        positions = [snapshot.position for snapshot in takes.snapshots]
        assert all(position % HOP == 0 for position in positions)
        assert positions == sorted(positions)
        heard = takes.position("main")
        for line in range(BAR, heard - 20 * HOP, BAR):
            behind = next(position for position in positions if position >= line)
            assert behind - line <= 16 * HOP
        beats = [unpack(snapshot.data, model).beat for snapshot in takes.snapshots]
        tempo = 140 / 60 / 32000
        for beat, position in zip(beats, positions, strict=True):
            assert abs(beat - position * tempo) < 1e-6


def test_a_session_goes_back_while_it_plays_with_the_settings_that_come_along() -> None:
    """Its position goes on; what the codec held is heard first; the next plan has a context."""
    with serving(tiny_model()) as server:
        takes = begun(server, 120)
        snapshot = takes.snapshots[-1]
        takes.ask("main", "/magnet/prompt", "dub")
        takes.hear("main", 40)
        before, plans = takes.position("main"), len(takes.named("plan"))
        settings = (("/magnet/prompt", ("techno 140 bpm",)), ("/magnet/param/steps", (3,)))
        answer = takes.restore(Restore("main", snapshot.data, 7, settings))
        assert answer.reason == ""
        assert before <= answer.position <= takes.position("main") + 40 * HOP
        takes.hear("main", 60)
        plan = takes.named("plan")[plans:][0].values
        assert plan["position"] == answer.position
        assert plan["context_frames"] > 0 and plan["bpm"] == 140.0
        assert set(str(plan["steps"]).split(",")) == {"3"}
        assert np.abs(takes.waveform("main")[:, answer.position :]).max() > 0


def test_what_is_no_snapshot_is_refused_with_the_reason_and_the_music_goes_on() -> None:
    with serving(tiny_model()) as server:
        takes = begun(server, 40)
        settings = (("/magnet/prompt", ("dub",)),)
        answer = takes.restore(Restore("main", b"nonsense", 3, settings))
        assert "snapshot" in answer.reason
        plans = len(takes.named("plan"))
        takes.hear("main", 20)
        assert all(event.values["context_frames"] for event in takes.named("plan")[plans:])
        assert takes.named("worker") == []  # who asked has the answer


def test_a_loop_is_told_when_it_is_whole_and_goes_on_from_its_first_sample() -> None:
    with serving(tiny_model()) as server:
        takes = begun(server, 40)
        assert takes.loop(1) == LoopPcm("main", 1)  # there is none
        placed = takes.ask("main", "/magnet/loop", 1)
        assert isinstance(placed, Done)
        answer = takes.loop(2)
        assert answer.pcm is not None and answer.pcm.shape == (1, BAR)
        assert (answer.bars, answer.bpm) == (1, 140.0)
        takes.until(lambda: takes.position("main") >= placed.position + 3 * BAR)
        wave = takes.waveform("main")
        second = placed.position + BAR
        np.testing.assert_array_equal(wave[:, second : second + BAR], answer.pcm)
        restored = takes.restore(Restore("main", answer.data, 9))
        takes.until(lambda: takes.position("main") >= restored.position + 2 * BAR)
        wave = takes.waveform("main")[:, restored.position :]
        for begin in (0, BAR):
            np.testing.assert_array_equal(wave[:, begin : begin + BAR], answer.pcm)


def test_a_loop_that_waits_for_a_play_is_not_waited_for() -> None:
    with serving(tiny_model()) as server:
        takes = begun(server, 40)
        takes.ask("main", "/magnet/stop")
        takes.command("main", "/magnet/loop", 1)
        assert takes.loop(5).pcm is None
