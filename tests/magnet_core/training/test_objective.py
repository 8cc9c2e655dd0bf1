"""What a step asks for: windows with less told of them now and then, and losses that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from magnet_core.config import Variant
from magnet_core.errors import ConfigError
from magnet_core.model.harmony import Chord, Harmony, Key
from magnet_core.model.metre import Metre
from magnet_core.training.lm import JointModel, adopted
from magnet_core.training.masking import collate, lay_out
from magnet_core.training.objective import Objective, draw_batch, losses, total
from magnet_core.training.tokens import Window
from tests.magnet_core.runtime.tiny import tiny_model

NOTHING_WITHHELD = Objective(text_dropout=0.0, harmony_dropout=0.0, splice=0.0)
HARMONY = Harmony(Key(9, True), (Chord(9, 1),))


@dataclass
class Lengths:
    """Windows of random codes, of these lengths in turn."""

    frames: list[int]
    drawn: int = 0

    def window(self, frames: int, rng: np.random.Generator) -> Window:
        length = min(frames, self.frames[self.drawn % len(self.frames)])
        self.drawn += 1
        codes = torch.from_numpy(rng.integers(0, 32, (4, length)))
        return Window(codes, "techno, dark", Metre(tempo_bpm=120.0), HARMONY)


def _joint(variant: Variant) -> JointModel:
    return adopted(tiny_model(variant))


@pytest.mark.parametrize("variant", Variant)
def test_a_padded_row_s_loss_is_its_own(variant: Variant) -> None:
    """Short windows beside a long one bring the losses that they bring alone."""
    joint = _joint(variant)
    rng, windows, rows = np.random.default_rng(0), [], []
    for frames in (30, 99, 41):
        windows.append(Lengths([frames]).window(99, rng))
        rows.append(
            lay_out(windows[-1].codes, joint.lm.config, stage_odds=(0.25,) * 4, foreign=0, rng=rng)
        )
    together = collate(rows, joint.lm.config)
    states = joint.lm.hidden(
        together.columns, joint.condition(windows), attention_mask=together.attention
    )
    for i, (row, window) in enumerate(zip(rows, windows, strict=True)):
        alone = collate([row], joint.lm.config)
        wanted = joint.losses(alone, [window], (1.0,))
        size = alone.columns.shape[-1]
        mine = losses(joint.lm, states[i : i + 1, :size], alone, (1.0,))
        assert mine.keys() == wanted.keys()
        for name, value in wanted.items():
            assert torch.allclose(mine[name], value, atol=1e-5)


@pytest.mark.parametrize("variant", Variant)
def test_losses_are_means_over_what_counts(variant: Variant) -> None:
    """They equal the cross-entropies taken one by one; which there are is the variant's matter."""
    joint = _joint(variant)
    rng = np.random.default_rng(1)
    batch, windows = draw_batch(Lengths([60]), joint.lm.config, NOTHING_WITHHELD, 3, rng)
    weights = (2.0, 1.0)  # and 1.0 for the last two
    parts = joint.losses(batch, windows, weights)
    names = {"magnet": {"masked"}, "autoregressive": {"causal"}, "hybrid": {"causal", "masked"}}
    assert set(parts) == names[variant]
    logits = joint.lm(batch.columns, joint.condition(windows), attention_mask=batch.attention)
    surprise = -logits.detach().log_softmax(-1)
    for name, value in parts.items():
        sums, counts = 0.0, 0.0
        for b, q, s in getattr(batch, name).nonzero().tolist():
            weight = 2.0 if q == 0 else 1.0
            sums += weight * float(surprise[b, q, s, batch.targets[b, q, s]])
            counts += weight
        assert value.item() == pytest.approx(sums / counts, rel=1e-4)
    assert total(parts).item() == pytest.approx(sum(part.item() for part in parts.values()))


def test_words_and_harmony_are_withheld_as_often_as_asked() -> None:
    """Of 400 windows about 15 % without words, 20 % without chords, half of these without key."""
    objective = Objective(text_dropout=0.15, harmony_dropout=0.2)
    config = tiny_model().lm.config
    _, windows = draw_batch(Lengths([25]), config, objective, 400, np.random.default_rng(2))
    assert abs(np.mean([w.caption == "" for w in windows]) - 0.15) < 0.05
    assert abs(np.mean([not w.harmony.chords for w in windows]) - 0.2) < 0.06
    assert abs(np.mean([not w.harmony.key.is_whole for w in windows]) - 0.1) < 0.05


@pytest.mark.parametrize("variant", Variant)
def test_other_music_fills_at_most_half_of_a_window(variant: Variant) -> None:
    """However short it is; and every window still has something to predict of its own."""
    objective = Objective(splice=1.0, splice_frames=150)
    config = tiny_model(variant).lm.config
    rng = np.random.default_rng(3)
    batch, windows = draw_batch(Lengths([25, 99]), config, objective, 40, rng)
    shift = 0 if variant is Variant.MAGNET else 1
    for i, window in enumerate(windows):
        asked = (batch.causal[i, 0] | batch.masked[i, 0]).nonzero().flatten()
        assert (batch.causal[i] | batch.masked[i]).any()
        shown = batch.columns[i, 0, shift : shift + window.codes.shape[1]]
        known = shown != config.mask_id
        assert torch.equal(shown[known], window.codes[0][known])
        assert asked.numel() == 0 or int(asked.max()) < window.codes.shape[1]


@pytest.mark.parametrize(
    "wrong",
    [{"splice": 1.5}, {"text_dropout": -0.1}, {"stage_odds": ()}, {"codebook_weights": (1.0, 0.0)}],
)
def test_an_objective_out_of_range_is_refused(wrong: dict[str, object]) -> None:
    """The value is named."""
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Objective(**wrong)  # type: ignore[arg-type]
