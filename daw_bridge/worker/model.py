"""The model of a worker as clients hear of it, and what it needs of the machine.

Threading: one thread, the worker's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.worker_protocol import Value, WorkerConfig

if TYPE_CHECKING:
    from magnet_core.api import Model
    from magnet_core.runtime.settings import Settings

_SMALL_MODEL_PARAMETERS = 50_000_000  # below: one thread is faster, and leaves a core to the audio


def describe(model: Model, settings: Settings) -> dict[str, Value]:
    """Return what clients are told of the model: itself, its words, and its own settings."""
    from magnet_core.model.metre import BEATS_PER_BAR

    config = model.lm.config
    return {
        "name": model.name,
        "variant": str(config.variant),
        "parameters": sum(p.numel() for p in model.lm.parameters()),
        "codebooks": model.codebooks,
        "card": model.card,
        "frame_rate": model.frame_rate,
        "sample_rate": model.sample_rate,
        "segment_s": config.segment_frames / model.frame_rate,
        "lookahead_ms": 1000.0 * model.codec.lookahead_frames / model.frame_rate,
        "device": str(model.lm.device),
        "beats_per_bar": BEATS_PER_BAR if config.metre else 0,
        "words": ", ".join(_words(model)),
        **{f"param/{name}": value for name, value in _own_settings(settings).items()},
    }


def _words(model: Model) -> tuple[str, ...]:
    """Return words that the model knows; none where they cannot be listed."""
    from magnet_core.model.vocabulary import INSTRUMENTS, OPPOSITES, STYLE_TEMPO_BPM
    from magnet_core.model.words import WordEncoder

    if not isinstance(model.text_encoder, WordEncoder):
        return ()
    return (*STYLE_TEMPO_BPM, *INSTRUMENTS, *OPPOSITES, "minor", "major", "slow", "fast")


def _own_settings(settings: Settings) -> dict[str, Value]:
    """Return the value of each parameter whose default is the model's own."""
    decoding = settings.decoding
    names = ("temperature", "top_p", "top_k")
    prefix = ("prefix_temperature", "prefix_top_k", "prefix_guidance")
    return {
        **{name: getattr(decoding, name) for name in (*names, *prefix)},
        "guidance": decoding.guidance[0],
        "guidance_min": decoding.guidance[1],
        "steps": ",".join(str(count) for count in decoding.steps),
        "window_s": settings.window_s,
        "context_s": settings.context_s,
    }


def set_threads(model: Model, wanted: int | None) -> None:
    """Let the model compute on so many threads; None: on as many as are good for it."""
    import torch

    parameters = sum(p.numel() for p in model.lm.parameters())
    spare = max((os.cpu_count() or 2) - 1, 1)
    torch.set_num_threads(wanted or (1 if parameters < _SMALL_MODEL_PARAMETERS else spare))


def whole_path(name_or_folder: str) -> str:
    """Return a name as it is, and a folder so that it can be found from anywhere."""
    path = Path(name_or_folder)
    is_folder = path.exists() and name_or_folder != WorkerConfig().model
    return str(path.resolve()) if is_folder else name_or_folder
