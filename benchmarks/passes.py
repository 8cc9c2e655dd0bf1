"""Forward passes, rows and positions that 10 s of music cost, with and without each exact saving.

    python -m benchmarks.passes [--model bundled]

Counts do not depend on the machine.
"""

from __future__ import annotations

import argparse
from dataclasses import fields, replace

import torch

import magnet_core
from magnet_core.api import Model
from magnet_core.decoding.forward import PassCounter, Shortcuts
from magnet_core.decoding.opening import start
from magnet_core.decoding.request import Request

PROMPT = "techno 128 bpm driving kick and bass"
SECONDS = 10.0


def count(model: Model, shortcuts: Shortcuts) -> PassCounter:
    """Return what one window costs."""
    counter = PassCounter()
    request = Request(
        lm=model.lm,
        conditions=model.condition([PROMPT]),
        frames=model.lm.config.segment_frames,
        params=model.params,
        generators=[torch.Generator().manual_seed(0)],
        shortcuts=shortcuts,
        counter=counter,
    )
    for _ in start(request).steps():
        pass
    return counter


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    model = magnet_core.load(parser.parse_args().model)
    torch.set_num_threads(1)
    window_s = model.lm.config.segment_frames / model.frame_rate
    scale = SECONDS / window_s
    names = [field.name for field in fields(Shortcuts)]
    none = Shortcuts(**dict.fromkeys(names, False))
    rows = [("all savings", Shortcuts()), ("none", none)]
    rows += [(f"all but {name}", replace(Shortcuts(), **{name: False})) for name in names]
    print(f"{model.name}: one {window_s:g} s window, steps {model.params.steps}, scaled to 10 s")
    print(f"{'':18}{'passes':>9}{'rows':>9}{'positions':>12}{'with text':>12}{'head rows':>12}")
    for name, shortcuts in rows:
        c = count(model, shortcuts)
        values = (c.passes, c.rows, c.positions, c.text_positions, c.head_positions)
        columns = zip(values, (9, 9, 12, 12, 12), strict=True)
        print(f"{name:18}" + "".join(f"{round(v * scale):>{width}}" for v, width in columns))


if __name__ == "__main__":
    main()
