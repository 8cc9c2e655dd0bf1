"""Imports ``encodec`` and ``transformers`` where torchaudio is broken or absent.

Both import torchaudio at their top for audio file input and output, which this program does with
soundfile and soxr. Beside a CPU-only torch, torchaudio's compiled library often cannot load
(``OSError``), and both packages fail with it. While one of them is imported here, a stand-in
module takes torchaudio's place. It imports the real torchaudio only when something of it is used,
so a program that shares the process and has a working torchaudio loses nothing.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_TORCHAUDIO = "torchaudio"


class _LazyTorchaudio(ModuleType):
    """Imports the real torchaudio at the first use of a public name."""

    def __getattr__(self, name: str) -> Any:
        # Import machinery probes dunder names; only real use may cost an import.
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(_TORCHAUDIO), name)


@contextmanager
def _torchaudio_stand_in() -> Iterator[None]:
    if _TORCHAUDIO in sys.modules:  # it loaded before us: it works
        yield
        return
    stand_in = _LazyTorchaudio(_TORCHAUDIO)
    stand_in.__spec__ = importlib.util.find_spec(_TORCHAUDIO) or ModuleSpec(_TORCHAUDIO, None)
    sys.modules[_TORCHAUDIO] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(_TORCHAUDIO) is stand_in:
            del sys.modules[_TORCHAUDIO]


def encodec_modules() -> tuple[ModuleType, ModuleType]:
    """Return the modules ``encodec.modules`` and ``encodec.quantization``."""
    with _torchaudio_stand_in():
        modules = importlib.import_module("encodec.modules")
        quantization = importlib.import_module("encodec.quantization")
    return modules, quantization


def transformers_names(*names: str) -> tuple[Any, ...]:
    """Return public names of ``transformers``, such as ``T5EncoderModel``.

    ``transformers`` loads each name's module when it is asked for, so the names must be fetched
    here and not from the package afterwards.
    """
    package = importlib.import_module("transformers")
    # transformers copes with an absent torchaudio; a stand-in would tell it that there is one.
    installed = _TORCHAUDIO in sys.modules or importlib.util.find_spec(_TORCHAUDIO) is not None
    with _torchaudio_stand_in() if installed else nullcontext():
        return tuple(getattr(package, name) for name in names)
