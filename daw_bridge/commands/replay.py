"""``magnet-live replay``: the music of a session log to a WAV file, bit for bit as it was streamed.

The samples are those that the worker made, as 32-bit floats. Gain, fades and concealment are the
server's, and not part of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from tqdm import tqdm

import magnet_core
from daw_bridge.commands.wav_output import require_folder, wav_output
from magnet_core.errors import ConfigError
from magnet_core.runtime.log_reader import read_log
from magnet_core.runtime.replay import Replay, check_model

_BYTES_OF_WAV = (1 << 32) - (1 << 16)  # a WAV says its size in 32 bits; the rest is headers


def replay_file(
    log: Path,
    output: Path,
    *,
    model_name: str | None = None,
    text_encoder: str | None = None,
    device: str | None = None,
    threads: int | None = None,
    seconds: tuple[float | None, float | None] = (None, None),
    force: bool = False,
) -> None:
    """Write the music of the session log ``log`` to the WAV file ``output``.

    Args:
        log: a file that ``magnet-live serve --log-dir`` wrote.
        output: takes its name only when it is whole.
        model_name: instead of the model that the log names.
        text_encoder: folder of its text encoder, instead of the log's.
        device: to compute on, instead of the log's.
        threads: of the CPU, instead of the log's.
        seconds: from and to where in the stream; None is its beginning, and its end.
        force: play it with another model, too.

    Raises:
        MagnetError: the log is damaged, or the model is not the one that it was made with.
        OSError: the file cannot be written.
    """
    require_folder(output)
    record = read_log(log)
    header = record.header
    torch.set_num_threads(threads or header.threads)
    model = magnet_core.load(
        model_name or header.source,
        device=device or header.device,
        dtype=header.dtype,
        text_encoder=text_encoder or header.text_encoder,
    )
    for warning in (*record.warnings, *check_model(header, model, force=force)):
        print(f"magnet-live: {warning}", file=sys.stderr)
    replay = Replay(model, record)
    first, last = _span(seconds, replay.samples, model.sample_rate)
    _write(replay, output, first, last, model.sample_rate, model.codec.channels)
    print(f"{output}: {(last - first) / model.sample_rate:.2f} s of session {header.session}")


def _span(
    seconds: tuple[float | None, float | None], samples: int, sample_rate: int
) -> tuple[int, int]:
    """Return the first sample and the one after the last."""
    begin_s, end_s = seconds
    first = round(min((begin_s or 0.0) * sample_rate, samples))
    last = samples if end_s is None else round(min(end_s * sample_rate, samples))
    if first >= last:
        length_s = samples / sample_rate
        raise ConfigError(f"nothing is there to write: the log has {length_s:.2f} s of music")
    return first, last


def container(samples: int, channels: int) -> str:
    """Return the format of a file of so many samples: WAV, or what takes its place when it ends."""
    return "WAV" if 4 * channels * samples < _BYTES_OF_WAV else "RF64"


def _write(
    replay: Replay, path: Path, first: int, last: int, sample_rate: int, channels: int
) -> None:
    kind = container(last - first, channels)
    with (
        wav_output(path, sample_rate, channels, subtype="FLOAT", container=kind) as file,
        tqdm(unit="frame", desc="decoding", file=sys.stderr) as bar,
    ):

        def on_frames(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        for pcm in replay.pcm(first, last, on_frames):
            file.write(pcm.T)
