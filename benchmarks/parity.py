"""How far this program is from what audiocraft computes, on the reference checkpoints.

    python -m benchmarks.parity

One line for each checkpoint and quantity of tests/data: the largest difference, or the share of
equal tokens.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import magnet_core
from magnet_core.api import Model
from magnet_core.config import DecodingParams, SpanArrangement, SpanScore

DATA = Path(__file__).parent.parent / "tests" / "data"
Arrays = dict[str, NDArray[np.float32]]


def _params(model: Model, about: dict[str, object], name: str) -> DecodingParams:
    return replace(
        model.params,
        steps=tuple(about["decoding_steps"]),  # type: ignore[arg-type]
        temperature=3.0,
        guidance=(10.0, 1.0),
        prefix_guidance=3.0,
        prefix_frames=0,
        sample=False,
        span_arrangement=SpanArrangement("stride1" if "stride1" in name else "nonoverlap"),
        span_score=SpanScore("prod" if "_prod" in name else "max"),
    )


def _difference(
    model: Model, about: dict[str, object], arrays: Arrays, name: str
) -> tuple[str, float] | None:
    """Return what array ``name`` measures and how far off the model is, or None if it is input."""
    index, _, what = name.removeprefix("text").partition("_")
    wanted = torch.from_numpy(arrays[name])
    if name == "codec_wav":
        made = model.codec.decode(torch.from_numpy(arrays["codec_codes"])[0])
        return "decode, largest difference", float((made - wanted[0]).abs().max())
    if name == "codec_in_codes":
        made = model.codec.encode(torch.from_numpy(arrays["codec_in_wav"])[0])
        return "encode, wrong codes", float((made != wanted[0]).sum())
    if not index.isdigit():
        return None
    text = about["prompts"][int(index)]  # type: ignore[index]
    codes = torch.from_numpy(arrays[f"text{index}_codes"])[0]
    if what.startswith("logits_stage"):
        made = model.logits(codes, text, stage=int(what[-1]))
        return "logits, largest difference", float((made - wanted).abs().max())
    if what == "log_likelihood":
        made = model.log_likelihood(codes, text)
        return "log likelihood, largest difference", float((made - wanted).abs().max())
    if "_logits_stage" in what:
        prefix = int(what.removeprefix("prefix").partition("_")[0])
        masked = torch.from_numpy(arrays[name.replace("_logits_", "_masked_codes_")])[0]
        made = model.logits(masked, text, stage=int(what[-1]), prefix_frames=prefix)
        return "hybrid logits, largest difference", float((made - wanted).abs().max())
    if what.startswith("greedy"):
        _, _, given = what.partition("_prompt")
        prompt = codes[:, : int(given)].clamp(max=model.card - 1) if given else None
        params = _params(model, about, what)
        made = model.generate(text, params=params, prompt_codes=prompt, frames=100)
        return "arg-max generation, wrong tokens", float((made != wanted[0]).sum())
    return None


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    print("| checkpoint | quantity | arrays | worst |\n|---|---|---|---|")
    for folder in sorted(path.parent for path in DATA.glob("*/expected.npz")):
        model = magnet_core.load(folder, text_encoder=DATA / "t5")
        about = json.loads((folder / "about.json").read_text())
        arrays = dict(np.load(folder / "expected.npz"))
        found: dict[str, list[float]] = {}
        for name in arrays:
            result = _difference(model, about, arrays, name)
            if result is not None:
                found.setdefault(result[0], []).append(result[1])
        for quantity, values in found.items():
            print(f"| {folder.name} | {quantity} | {len(values)} | {max(values):.2g} |")


if __name__ == "__main__":
    main()
