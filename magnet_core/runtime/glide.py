"""Values that take their time: a knob or a weight on its way from where it is to where it was set.

The music can only change from one plan to the next, so a value moves in steps, one for each plan::

    target              .------------      ``slew_s`` seconds of music, in 2 to 8 steps of equal
                    .---'                  height and length; the first is made at once, so that a
    before ---------'                      control is heard as soon as without
                    ^ the change is heard

Nothing jumps by more than a step: a fader that is thrown from one end to the other is heard as a
way, not as a cut, and one that is moved slowly is followed as it moves. More than eight steps would
not be heard as such, and each costs a plan, which is why their number does not grow with the time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

_STEP_S = 0.125  # a plan that is heard for less changes more often than it can be followed
_MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Glide:
    """One value on its way.

    Attributes:
        start, end: from where to where.
        frame: the first frame of the first step.
        step_frames: frames of a step.
        steps: how many; with the last one the value is at its end.
    """

    start: float
    end: float
    frame: int = 0
    step_frames: float = 0.0
    steps: int = 1

    def at(self, frame: int) -> float:
        """Return the value at ``frame``."""
        done = self.steps
        if self.steps > 1:
            done = min(math.floor((frame - self.frame) / self.step_frames) + 1, self.steps)
        if done >= self.steps:
            return self.end
        return self.start + (self.end - self.start) * max(done, 1) / self.steps


class Glides:
    """Named values, each where it is or on its way.

    Args:
        values: where they are.
        frame_rate: frames per second.
    """

    def __init__(self, values: Mapping[str, float], frame_rate: float) -> None:
        self._frame_rate = frame_rate
        self._glides = {name: Glide(value, value) for name, value in values.items()}

    def at(self, frame: int) -> dict[str, float]:
        """Return all values at ``frame``."""
        return {name: glide.at(frame) for name, glide in self._glides.items()}

    def move(self, targets: Mapping[str, float], frame: int, slew_s: float) -> None:
        """Let each value that has a new target go there, from where it is at ``frame``."""
        steps = min(max(math.ceil(slew_s / _STEP_S), 1), _MOST_STEPS)
        step_frames = slew_s * self._frame_rate / steps
        for name, target in targets.items():
            glide = self._glides[name]
            if target != glide.end:
                begin = glide.at(frame)
                self._glides[name] = Glide(begin, target, frame, step_frames, steps)

    def jump(self, targets: Mapping[str, float]) -> None:
        """Put each of these values where it is to go."""
        self._glides |= {name: Glide(value, value) for name, value in targets.items()}
