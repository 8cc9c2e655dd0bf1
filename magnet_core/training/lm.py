"""Training of the language model, alone or jointly with the text encoder that belongs to it.

The bundled kind of model learns its words with the music. A published model's T5 stays as it is:
what it says of a caption is computed once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from magnet_core.api import Model
from magnet_core.config import DecodingParams, LMConfig, require
from magnet_core.errors import CheckpointError, ConfigError, DeviceError
from magnet_core.model.harmony import harmony_tensor
from magnet_core.model.lm import Conditions, TransformerLM
from magnet_core.model.metre import Metre, metre_tensor
from magnet_core.model.text import T5TextEncoder
from magnet_core.model.vocabulary import read_prompt
from magnet_core.model.words import WordEncoder
from magnet_core.training.masking import Batch
from magnet_core.training.objective import Objective, draw_batch, losses, total
from magnet_core.training.run import RunFolder, cosine_rate
from magnet_core.training.tokens import Window, WindowSource
from magnet_core.types import Codec

_LOGGED_ONE_BY_ONE = 50  # steps that two trainings are compared by
_KEPT_TEXTS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LMRecipe:
    """How long and how to train a language model.

    Attributes:
        steps, batch: batches, and windows in each.
        peak_rate, warmup: learning rate after so many steps; then it falls as a cosine.
        weight_decay: of matrices.
        average: decay of the moving average of the weights; the average is what is saved to play.
        seed: of windows, of what is hidden in them, and of new weights.
        save_every: steps between checkpoints.
        bfloat16: forward and backward passes in bfloat16, weights in float32.
        objective: what is asked.
    """

    steps: int = 4000
    batch: int = 8
    peak_rate: float = 2e-3
    warmup: int = 100
    weight_decay: float = 0.02
    average: float = 0.998
    seed: int = 0
    save_every: int = 200
    bfloat16: bool = False
    objective: Objective = field(default_factory=Objective)

    def __post_init__(self) -> None:
        """Check what a command line can ask for; raises ConfigError."""
        for name in ("steps", "batch", "save_every"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("warmup", "seed"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        rate = self.peak_rate
        require(0.0 < rate < float("inf"), "peak_rate", rate, "a finite number above 0")
        require(0.0 <= self.average < 1.0, "average", self.average, "from 0 to less than 1")


class FrozenTexts:
    """A text encoder that is not trained, and what it said of the captions seen most recently.

    Not a module: its weights go neither into checkpoints nor into averages.
    """

    def __init__(self, encoder: T5TextEncoder) -> None:
        self.encoder = encoder
        self._encode: Callable[[str], Tensor] = lru_cache(maxsize=_KEPT_TEXTS)(self._encode_one)

    def _encode_one(self, text: str) -> Tensor:
        # Outside of the training's reduced precision, and cloned: an inference tensor has no place
        # in a graph.
        with torch.autocast(next(self.encoder.parameters()).device.type, enabled=False):
            return self.encoder.encode([text])[0].clone()

    def __call__(self, texts: Sequence[str]) -> list[Tensor]:
        """Return the hidden states ``[L_i, dim]`` of each text."""
        return [self._encode(text) for text in texts]


class JointModel(nn.Module):
    """The language model with its text encoder, which is trained too where it is a module."""

    def __init__(self, lm: TransformerLM, text: WordEncoder | FrozenTexts) -> None:
        super().__init__()
        self.lm = lm
        self.text = text

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

    def condition(self, windows: Sequence[Window]) -> Conditions:
        """Return what is told of the windows; differentiable where the words are learned."""
        captions = [window.caption for window in windows]
        if isinstance(self.text, WordEncoder):
            hidden = self.text([read_prompt(caption).concepts for caption in captions])
        else:
            hidden = self.text(captions)
        metre: Tensor | None = None
        harmony: Tensor | None = None
        if self.lm.config.metre:
            metre = metre_tensor([cast(Metre, w.metre) for w in windows]).to(self.lm.device)
        if self.lm.config.harmony:
            harmony = harmony_tensor([window.harmony for window in windows]).to(self.lm.device)
        return self.lm.condition(hidden, metre, harmony)

    def losses(
        self, batch: Batch, windows: Sequence[Window], weights: Sequence[float]
    ) -> dict[str, Tensor]:
        """Return the batch's losses by name; see ``objective.losses``."""
        device = self.lm.device
        states = self.lm.hidden(
            batch.columns.to(device),
            self.condition(windows),
            attention_mask=batch.attention.to(device),
        )
        return losses(self.lm, states, batch, weights)

    def with_codec(self, codec: Codec, params: DecodingParams, name: str) -> Model:
        """Return a model that plays: this one with its codec."""
        text = self.text if isinstance(self.text, WordEncoder) else self.text.encoder
        return Model(lm=self.lm, codec=codec, text_encoder=text, params=params, name=name)


def untrained(config: LMConfig, codebooks: Tensor, seed: int) -> JointModel:
    """Return a model to train from scratch.

    Args:
        config: the network.
        codebooks: the codec's entries ``[K, card, latent_dim]``, to begin with.
        seed: of the weights.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = _fresh(config, generator)
    model.adopt_codebooks(codebooks, generator)
    return model


def _fresh(config: LMConfig, generator: torch.Generator) -> JointModel:
    lm = TransformerLM(config)
    lm.initialise(generator)
    return JointModel(lm, WordEncoder(config.text_dim))


def continued(model: Model, config: LMConfig) -> JointModel:
    """Return a bundled kind of model to train on as another network.

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
    joint = _fresh(config, torch.Generator().manual_seed(0))
    try:
        missing, unknown = joint.lm.load_state_dict(model.lm.state_dict(), strict=False)
        cast(WordEncoder, joint.text).load_state_dict(text.state_dict())
    except RuntimeError as error:
        raise ConfigError(f"{model.name} is of other sizes: {error}") from error
    if unknown or any(not name.startswith(("metre.", "harmony.")) for name in missing):
        raise ConfigError(f"{model.name} is another network: {[*missing, *unknown]}")
    return joint


def adopted(model: Model) -> JointModel:
    """Return a loaded model to train as it is; its own weights will change.

    Raises:
        ConfigError: its text encoder is of a kind that cannot be saved with it, or its weights are
            of a reduced precision, in which small steps are lost.
    """
    if model.lm.dtype != torch.float32:
        raise ConfigError(f"{model.name} was loaded as {model.lm.dtype}; it must be float32")
    text = model.text_encoder
    if isinstance(text, WordEncoder):
        return JointModel(model.lm, text)
    if isinstance(text, T5TextEncoder):
        return JointModel(model.lm, FrozenTexts(text))
    raise ConfigError(f"{model.name} has a {type(text).__name__}; it must be words or a T5")


def _optimizer(model: JointModel, recipe: LMRecipe) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.95))


@dataclass(slots=True)
class _Training:
    """What changes from step to step, and what a checkpoint holds."""

    model: JointModel
    averaged: dict[str, Tensor]
    optimizer: torch.optim.AdamW
    step: int = 0

    @classmethod
    def begin(cls, model: JointModel, recipe: LMRecipe) -> _Training:
        averaged = {name: p.detach().clone() for name, p in model.named_parameters()}
        return cls(model, averaged, _optimizer(model, recipe))

    def resume(self, run: RunFolder) -> None:
        saved: dict[str, Any] | None = run.load("lm")
        if saved is None:
            return
        try:
            self.model.load_state_dict(saved["model"])
            for name, mean in self.averaged.items():
                mean.copy_(saved["averaged"][name])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step = int(saved["step"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise CheckpointError(f"{run.path} holds a run of another model: {error}") from error

    def save(self, run: RunFolder) -> None:
        state = {"model": self.model.state_dict(), "averaged": self.averaged}
        run.save("lm", {**state, "optimizer": self.optimizer.state_dict(), "step": self.step})

    def advance(self, source: WindowSource, recipe: LMRecipe) -> dict[str, float]:
        """Make one step; return its figures."""
        rng = np.random.default_rng((recipe.seed, 20, self.step))
        config, objective = self.model.lm.config, recipe.objective
        batch, windows = draw_batch(source, config, objective, recipe.batch, rng)
        rate = cosine_rate(
            self.step, steps=recipe.steps, peak=recipe.peak_rate, warmup=recipe.warmup
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        device = self.model.lm.device.type
        with torch.autocast(device, torch.bfloat16, enabled=recipe.bfloat16):
            parts = self.model.losses(batch, windows, objective.codebook_weights)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total(parts))
        norm = float(nn.utils.clip_grad_norm_(self.model.parameters(), 1.0))
        if not np.isfinite(norm):  # one such step, and no weight would be a number any more
            raise ConfigError(
                f"step {self.step}: the gradient is no number; peak_rate is {recipe.peak_rate:g},"
                " and a lower one would do; the last checkpoint is as it was"
            )
        self.optimizer.step()
        decay = min(recipe.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for name, now in self.model.named_parameters():
                self.averaged[name].lerp_(now, 1.0 - decay)
        self.step += 1
        return {"norm": norm, "rate": rate, **{name: part.item() for name, part in parts.items()}}


def train_lm(
    model: JointModel, recipe: LMRecipe, source: WindowSource, run: RunFolder, device: str
) -> JointModel:
    """Train ``model``; goes on from ``run``'s last checkpoint if there is one.

    Args:
        model: what to begin with; changed by the training.
        recipe: how long and how.
        source: what to learn.
        run: where checkpoints and metrics go.
        device: "cpu", "cuda" or "cuda:N".

    Returns:
        The model with averaged weights, in evaluation mode.

    Raises:
        CheckpointError: ``run`` holds what cannot be gone on with.
        ConfigError: the learning rate is too high: the weights would be numbers no more.
        DeviceError: the device has too little memory.
    """
    model = model.to(device).train().requires_grad_(True)
    training = _Training.begin(model, recipe)
    training.resume(run)
    with tqdm(initial=training.step, total=recipe.steps, desc="lm") as bar:
        while training.step < recipe.steps:
            step = training.step
            try:
                figures = training.advance(source, recipe)
            except torch.OutOfMemoryError as error:
                raise DeviceError(
                    f"{device} has too little memory for {recipe.batch} windows at a time:"
                    " ask for a smaller batch"
                ) from error
            bar.update()
            if step < _LOGGED_ONE_BY_ONE or step % 10 == 0:
                shown = {name: f"{figures[name]:.3f}" for name in figures if name != "rate"}
                bar.set_postfix(shown)
                run.log("lm", step=step, **figures)
            if training.step % recipe.save_every == 0 or training.step == recipe.steps:
                training.save(run)
    model.load_state_dict(training.averaged)
    return model.eval().requires_grad_(False)
