"""A WAV file that is there when it is whole: what ``generate`` and ``replay`` write.

It is written beside its place under another name. An interrupted command leaves nothing behind, and
a file that was there before stays as it was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import soundfile


def require_folder(path: Path) -> None:
    """Raise FileNotFoundError unless the folder that a file is to go into exists."""
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"{path.parent} is not a folder that {path.name} can go into")


@contextlib.contextmanager
def wav_output(
    path: Path, sample_rate: int, channels: int, *, subtype: str, container: str = "WAV"
) -> Iterator[soundfile.SoundFile]:
    """Give a file to write ``[n, C]`` samples to; it takes its name when the context ends well.

    Args:
        path: where it goes.
        sample_rate: in Hz.
        channels: C.
        subtype: of the samples, as libsndfile calls it: ``PCM_24`` or ``FLOAT``.
        container: ``WAV`` or ``RF64``.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with soundfile.SoundFile(
            part, "w", sample_rate, channels, subtype=subtype, format=container
        ) as file:
            yield file
        os.replace(part, path)
    except soundfile.LibsndfileError as error:
        raise OSError(f"{path} cannot be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)
