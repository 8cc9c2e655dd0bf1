"""A resident model and the sessions that it plays."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.device import memory_for
from magnet_core.runtime.blocks import BLOCK_FRAMES
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.events import PlanDone
from magnet_core.runtime.planner import Planner, Wish
from magnet_core.runtime.session import LiveSession
from magnet_core.runtime.settings import Settings

_LONGEST_WINDOW_S = 10.0  # of checkpoints trained on 30 s: a plan should not outgrow its use
_CONTEXT_SHARE = 0.4
_WARM_UP_WINDOW_S, _WARM_UP_STEPS = 2.0, 2
_FAR = 1 << 40  # samples: as much as there is
_BUSY = 0.85  # of the time: what may be planned with


class Engine:
    """Opens sessions on one model, whose weights they share.

    A live model plays alone. Its partners, for prefix and rescoring, are for pieces that nobody
    waits for: a plain MAGNeT is all infill here, and no model rescores: live, the time is better
    spent on steps (``benchmarks/rescoring.py``).

    Args:
        model: a loaded model.
        clock: seconds, monotonic.
    """

    def __init__(self, model: Model, clock: Callable[[], float] = time.monotonic) -> None:
        self.model, self._clock = model, clock
        self._costs = Costs()

    def open(self, seed: int = 0) -> LiveSession:
        """Return a new session, stopped, at position 0, with the model's own defaults."""
        return LiveSession(self.model, self._settings(seed), self._clock, self._costs)

    def _settings(self, seed: int) -> Settings:
        segment_s = self.model.lm.config.segment_frames / self.model.frame_rate
        window_s = min(segment_s, _LONGEST_WINDOW_S)
        return Settings(
            decoding=replace(self.model.params, rescore_weight=0.0),
            window_s=window_s,
            context_s=_CONTEXT_SHARE * window_s,
            seed=seed,
        )

    def streams_at_once(self) -> int:
        """Return for how many streams with the model's own settings there is time, at least 1."""
        variant, params = self.model.lm.config.variant, self.model.params
        settings, frame_rate = self._settings(0), self.model.frame_rate
        context = round(settings.context_s * frame_rate)
        wish = Wish(
            first_frame=0,
            context_frames=context,
            frames=max(round(settings.window_s * frame_rate) - context, 1),
            steps=params.steps,
            prefix_frames=params.prefix_frames,
            lead_s=0.0,
            held_frames=0,
            can_prefix=variant is not Variant.MAGNET,
            can_infill=variant is not Variant.AUTOREGRESSIVE,
        )
        load = Planner(1.0 / frame_rate, BLOCK_FRAMES, self._costs).load(wish)
        return max(int(_BUSY / load), 1)

    def warm_up(self) -> None:
        """Play a little to nobody: lazy set-up is over, and costs are known, when music begins.

        Raises:
            DeviceError: the device has too little memory to play.
        """
        params = self._settings(0).decoding
        decoding = replace(params, steps=(_WARM_UP_STEPS,) * len(params.steps), prefix_frames=24)
        window_s = min(_WARM_UP_WINDOW_S, self._settings(0).window_s)
        settings = replace(
            self._settings(0), decoding=decoding, window_s=window_s, context_s=window_s / 2
        )
        session = LiveSession(self.model, settings, self._clock, self._costs)
        session.play()
        with memory_for("a stream", self.model.lm.device):
            for _ in range(2):  # the second plan goes on from a context, and is shorter
                session.again()
                while not any(isinstance(event, PlanDone) for event in session.events()):
                    session.work(_FAR)
