"""Training of the language model and its text encoder, jointly, under the hybrid objective.

Each window gives two losses: next-token cross-entropy of all codebooks in its causal prefix, and
cross-entropy of the masked tokens of one codebook after it. Both means count the same. Texts are
dropped now and then, so that guidance has an unconditional model to compare with.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from magnet_core.api import Model
from magnet_core.config import LMConfig
from magnet_core.errors import ConfigError
from magnet_core.model.harmony import Harmony, harmony_tensor
from magnet_core.model.lm import TransformerLM
from magnet_core.model.metre import metre_tensor
from magnet_core.model.vocabulary import read_prompt
from magnet_core.model.words import WordEncoder
from magnet_core.training.masking import HybridBatch, hybrid_batch
from magnet_core.training.run import RunFolder, cosine_rate
from magnet_core.training.tokens import Window, WindowSource

# The first codebook carries the music, the last mostly noise; a short training should hear it so.
CODEBOOK_WEIGHTS = (2.0, 1.0, 0.7, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LMRecipe:
    """How long and on what to train a language model."""

    steps: int = 4000
    batch: int = 8
    peak_rate: float = 2e-3
    warmup: int = 100
    weight_decay: float = 0.02
    text_dropout: float = 0.15
    harmony_dropout: float = 0.1  # windows that are not told their chords, half of them no key
    splice: float = 0.3  # windows that begin with other music, so that a changed prompt is followed
    splice_frames: int = 150  # at most
    stage_odds: tuple[float, ...] = (0.4, 0.25, 0.2, 0.15)
    average: float = 0.998  # EMA of the weights; what is saved to play
    seed: int = 0
    save_every: int = 200
    bfloat16: bool = False  # forward and backward passes in bfloat16, weights in float32


class JointModel(nn.Module):
    """The language model and the text encoder as one set of parameters."""

    def __init__(self, config: LMConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.lm = TransformerLM(config)
        self.lm.initialise(generator)
        self.text = WordEncoder(config.text_dim)

    @torch.no_grad()
    def adopt_codebooks(self, codebooks: Tensor, generator: torch.Generator) -> None:
        """Begin with the codec's own geometry: entries that sound alike are embedded alike.

        The codec's entries, whitened and turned into width D by a random orthonormal matrix for
        each codebook, become the token embeddings, and a tenth of them the heads. What is learned
        of one token then holds for its neighbours from the first step, and "as before" needs no
        learning.

        Args:
            codebooks: the entries ``[K, card, latent_dim]``; ``latent_dim`` at most D.
            generator: of the matrices.
        """
        dim, card = self.lm.config.dim, self.lm.config.card
        for k, entries in enumerate(codebooks):
            white = (entries - entries.mean(0)) / entries.std(0).clamp(min=1e-3)
            turn, _ = torch.linalg.qr(torch.randn(dim, white.shape[1], generator=generator))
            table = cast(nn.Embedding, self.lm.emb[k]).weight
            table[:card] = white @ turn.T
            cast(nn.Linear, self.lm.linears[k]).weight.copy_(0.1 * table[:card])

    def losses(self, batch: HybridBatch, windows: list[Window]) -> tuple[Tensor, Tensor]:
        """Return the autoregressive and the masked cross-entropy, in weighted nats per token."""
        device = self.lm.device
        hidden = self.text([read_prompt(window.caption).concepts for window in windows])
        conditions = self.lm.condition(
            hidden,
            metre_tensor([window.metre for window in windows]).to(device),
            harmony_tensor([window.harmony for window in windows]).to(device),
        )
        states = self.lm.hidden(
            batch.columns.to(device), conditions, attention_mask=batch.attention.to(device)
        )
        sums = [states.new_zeros(()), states.new_zeros(())]
        counts = [0.0, 0.0]
        for q in range(self.lm.config.codebooks):
            targets, weight = batch.targets[:, q], CODEBOOK_WEIGHTS[q]
            for kind, rows in enumerate((batch.causal[:, q], batch.masked[:, q])):
                if not rows.any():
                    continue
                logits = self.lm.head(q, states[rows.to(device)])
                wanted = targets[rows].to(device)
                loss = F.cross_entropy(logits, wanted, reduction="sum")
                sums[kind] = sums[kind] + weight * loss
                counts[kind] += weight * len(wanted)
        return sums[0] / max(counts[0], 1.0), sums[1] / max(counts[1], 1.0)


def _with_less(window: Window, recipe: LMRecipe, rng: np.random.Generator) -> Window:
    """Return the window, now and then without its words or its harmony."""
    caption, harmony = window.caption, window.harmony
    if rng.random() < recipe.text_dropout:
        caption = ""
    if rng.random() < recipe.harmony_dropout:
        harmony = Harmony() if rng.random() < 0.5 else Harmony(harmony.key)
    return replace(window, caption=caption, harmony=harmony)


def draw_batch(
    source: WindowSource, config: LMConfig, recipe: LMRecipe, rng: np.random.Generator
) -> tuple[HybridBatch, list[Window]]:
    """Return ``recipe.batch`` windows of ``source``, and what of them is hidden."""
    windows, foreign = [], []
    for _ in range(recipe.batch):
        window = source.window(config.segment_frames, rng)
        foreign.append(0)
        if rng.random() < recipe.splice:
            foreign[-1] = int(rng.integers(1, recipe.splice_frames + 1))
            window.codes[:, : foreign[-1]] = source.window(foreign[-1], rng).codes
        windows.append(_with_less(window, recipe, rng))
    batch = hybrid_batch(
        torch.stack([window.codes for window in windows]),
        mask_id=config.mask_id,
        span_len=config.span_len,
        context=config.subcodes_context,
        stage_odds=recipe.stage_odds,
        foreign_frames=foreign,
        rng=rng,
    )
    return batch, windows


def _resume(
    run: RunFolder, model: JointModel, averaged: JointModel, optimizer: torch.optim.Optimizer
) -> int:
    saved: dict[str, Any] | None = run.load("lm")
    if saved is None:
        return 0
    model.load_state_dict(saved["model"])
    averaged.load_state_dict(saved["averaged"])
    optimizer.load_state_dict(saved["optimizer"])
    return int(saved["step"])


def _optimizer(model: JointModel, recipe: LMRecipe) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.95))


def untrained(config: LMConfig, codebooks: Tensor, seed: int) -> JointModel:
    """Return a model to train from scratch.

    Args:
        config: the network.
        codebooks: the codec's entries ``[K, card, latent_dim]``, to begin with.
        seed: of the weights.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = JointModel(config, generator)
    model.adopt_codebooks(codebooks, generator)
    return model


def continued(model: Model, config: LMConfig) -> JointModel:
    """Return a bundled kind of model to train on.

    Args:
        model: its weights are copied; ``config`` may give it conditions that it had not, which
            begin without effect.
        config: the network to train.

    Raises:
        ConfigError: the model has no word encoder, or is of other sizes than ``config``.
    """
    text = model.text_encoder
    if not isinstance(text, WordEncoder):
        raise ConfigError(f"{model.name} has no word encoder; this trains models that have one")
    joint = JointModel(config, torch.Generator().manual_seed(0))
    try:
        missing, unknown = joint.lm.load_state_dict(model.lm.state_dict(), strict=False)
        joint.text.load_state_dict(text.state_dict())
    except RuntimeError as error:
        raise ConfigError(f"{model.name} is of other sizes: {error}") from error
    if unknown or any(not name.startswith(("metre.", "harmony.")) for name in missing):
        raise ConfigError(f"{model.name} is another network: {[*missing, *unknown]}")
    return joint


def train_lm(
    model: JointModel, recipe: LMRecipe, source: WindowSource, run: RunFolder, device: str
) -> JointModel:
    """Train ``model``; goes on from ``run``'s last checkpoint if there is one.

    Args:
        model: what to begin with; changed by the training.
        recipe: how long and how.
        source: what to learn.
        run: where checkpoints and metrics go.
        device: "cpu" or "cuda".

    Returns:
        The model with averaged weights, in evaluation mode.
    """
    config = model.lm.config
    model = model.to(device).train()
    averaged = copy.deepcopy(model).requires_grad_(False)
    optimizer = _optimizer(model, recipe)
    first = _resume(run, model, averaged, optimizer)
    bar = tqdm(range(first, recipe.steps), initial=first, total=recipe.steps, desc="lm")
    for step in bar:
        rng = np.random.default_rng((recipe.seed, 20, step))
        batch, windows = draw_batch(source, config, recipe, rng)
        rate = cosine_rate(step, steps=recipe.steps, peak=recipe.peak_rate, warmup=recipe.warmup)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(device, torch.bfloat16, enabled=recipe.bfloat16):
            causal, masked = model.losses(batch, windows)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(causal + masked)
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        decay = min(recipe.average, (step + 1) / (step + 10))
        with torch.no_grad():
            for mean, now in zip(averaged.parameters(), model.parameters(), strict=True):
                mean.lerp_(now, 1.0 - decay)
        if step % 10 == 0:
            shown = dict(causal=causal.item(), masked=masked.item())
            bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()})
            run.log("lm", step=step, norm=float(norm), rate=rate, **shown)
        if (step + 1) % recipe.save_every == 0 or step + 1 == recipe.steps:
            state = {"model": model.state_dict(), "averaged": averaged.state_dict()}
            run.save("lm", {**state, "optimizer": optimizer.state_dict(), "step": step + 1})
    return averaged.eval()
