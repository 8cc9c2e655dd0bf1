"""The brake: work takes longer by an exact factor, for those who measure and those who wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.worker.brake import Brake


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


@given(st.floats(1, 10), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=8))
def test_work_takes_so_many_times_longer_and_rest_does_not(factor, units) -> None:
    time = Time()
    brake = Brake(factor, lambda: time.now, time.sleep)
    for work_s, rest_s in units:
        begun = time.now
        with brake.work():
            time.now += work_s
            measured = brake.now() - begun
        assert measured == pytest.approx(factor * work_s, abs=1e-9)
        assert time.now - begun == pytest.approx(factor * work_s, abs=1e-9)
        time.now += rest_s
        assert brake.now() == time.now


def test_work_that_fails_is_slowed_down_too() -> None:
    time = Time()
    brake = Brake(3.0, lambda: time.now, time.sleep)
    with pytest.raises(ValueError, match="wrong"), brake.work():
        time.now += 1.0
        raise ValueError("wrong")
    assert time.now == pytest.approx(103.0)
    assert brake.now() == time.now
