"""Who is given up: a worker that hangs, not one that loads, rests or is slow."""

from __future__ import annotations

from daw_bridge.supervision.watchdog import Watchdog

LIMIT_S = 20.0


class Rig:
    """A watchdog that is asked four times a second."""

    def __init__(self) -> None:
        self.watchdog = Watchdog(LIMIT_S)
        self.now = 100.0
        self.watchdog.hangs(self.now, waited_for=True)

    def silent_for(self, seconds: float, *, waited_for: bool = True) -> float | None:
        """Return after how many seconds the worker is given up; None where it is not."""
        for step in range(1, round(seconds * 4) + 1):
            self.now += 0.25
            if self.watchdog.hangs(self.now, waited_for=waited_for):
                return step / 4
        return None


def test_silence_is_borne_up_to_the_limit() -> None:
    rig = Rig()
    assert rig.silent_for(19.75) is None
    rig.watchdog.heard(is_pcm=False)
    assert Rig().silent_for(60) == LIMIT_S


def test_nobody_waits_nobody_is_given_up() -> None:
    rig = Rig()
    assert rig.silent_for(1000, waited_for=False) is None
    assert rig.silent_for(60) == LIMIT_S  # counted from when somebody waits


def test_a_slow_one_that_came_back_is_given_twice_the_time() -> None:
    rig = Rig()
    assert rig.silent_for(15) is None
    rig.watchdog.heard(is_pcm=True)
    assert rig.silent_for(60) == 30.0


def test_a_model_that_is_far_too_slow_gets_to_its_first_sample_in_the_end() -> None:
    rig = Rig()
    assert [rig.silent_for(100) for _ in range(4)] == [20.0, 40.0, 80.0, None]
    rig.watchdog.heard(is_pcm=True)
    assert rig.silent_for(150) is None


def test_one_that_hangs_now_and_then_is_given_up_as_soon_each_time() -> None:
    rig = Rig()
    for _ in range(3):
        assert rig.silent_for(60) == LIMIT_S
        rig.watchdog.heard(is_pcm=False)  # a new worker, ready
        rig.silent_for(0.25)
        rig.watchdog.heard(is_pcm=True)


def test_time_in_which_the_server_itself_was_held_up_does_not_count() -> None:
    rig = Rig()
    rig.now += 3600
    assert not rig.watchdog.hangs(rig.now, waited_for=True)
    assert rig.silent_for(60) == LIMIT_S - 1.0
