"""Training of the carrier codec: first what is loud when, then how it sounds.

A codec that learns under spectral losses alone finds rhythm and timbre at once and pitch never:
notes are few among many carriers, and the median of few is none. So the first steps make no sound.
They fit, in squared error, the carriers' amplitudes to the peaks of the spectrum, and let a linear
probe read the encoder's features back from the latents. Then the spectral losses join (the phases
run free, so only magnitudes are compared), and the quantizer, whose k-means now has something to
cluster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from magnet_core.codec.carrier import CarrierCodec
from magnet_core.codec.carrier_bank import FLOOR, HOPS_PER_FRAME, CarrierConfig, mel_matrix
from magnet_core.training.dataset import PieceStore
from magnet_core.training.run import RunFolder, cosine_rate

_FIRST_RESOLVED = 60  # below 185 Hz the FFT tells no peaks apart, and kicks are not peaks
_LOW_HZ = 400.0
_PROBE_WEIGHT, _PEAK_WEIGHT, _LINEAR_WEIGHT = 2.0, 4.0, 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecRecipe:
    """How long and on what to train a codec."""

    steps: int = 3300
    batch: int = 10
    crop_frames: int = 96
    peak_rate: float = 2e-3
    warmup: int = 50
    sound_from: int = 700
    quantize_from: int = 800
    commitment: float = 0.25
    seed: int = 0
    save_every: int = 100


class SpectralLoss(nn.Module):
    """The distance of two waveforms in magnitude, at FFT sizes 256 to 4096."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.sizes = ((256, 24), (512, 48), (1024, 80), (2048, 128), (4096, 160))
        for size, bands in self.sizes:
            filters = mel_matrix(bands, size // 2 + 1, sample_rate)
            self.register_buffer(f"filters_{size}", filters / filters.sum(0).clamp(min=1e-6))
            self.register_buffer(f"window_{size}", torch.hann_window(size))

    def _magnitudes(self, waveform: Tensor, size: int) -> Tensor:
        window: Tensor = getattr(self, f"window_{size}")
        frames = waveform.unfold(1, size, size // 4) * window
        spectrum = torch.fft.rfft(frames)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.sqrt(power + 1e-8) / window.sum() * 2.0

    def forward(self, made: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the log-mel distance in nepers and two relative magnitude distances.

        The second is of square roots over all frequencies; the third is the spectral convergence
        below 400 Hz, where kick and bass have all their power and a mel scale almost no bands.
        """
        log_mel, linear, low = made.new_zeros(()), made.new_zeros(()), made.new_zeros(())
        for size, _ in self.sizes:
            a, b = self._magnitudes(made, size), self._magnitudes(wanted, size)
            filters = getattr(self, f"filters_{size}")
            log_a, log_b = torch.log(a @ filters + 1e-5), torch.log(b @ filters + 1e-5)
            log_mel = log_mel + (log_a - log_b).abs().mean()
            if size >= 1024:
                linear = linear + (a.sqrt() - b.sqrt()).abs().mean() / b.sqrt().mean()
                bins = round(_LOW_HZ * size / self.sample_rate) + 1
                difference = torch.linalg.norm(a[..., :bins] - b[..., :bins])
                # Music without low end is measured by a twentieth of what it does have.
                scale = torch.linalg.norm(b[..., :bins]) + 0.05 * torch.linalg.norm(b)
                low = low + difference / scale
        return log_mel / len(self.sizes), linear / 3.0, low / 3.0


class _Trainer(nn.Module):
    """The codec and what only training needs."""

    def __init__(self, config: CarrierConfig, recipe: CodecRecipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.codec = CarrierCodec(config)
        self.probe = nn.Linear(config.latent_dim, self.codec.encoder.enter.in_features)
        self.spectral = SpectralLoss(config.sample_rate)

    def forward(self, waveform: Tensor, step: int, generator: torch.Generator) -> dict[str, Tensor]:
        """Return the losses that count at ``step``, by name, weighted."""
        codec, losses = self.codec, {}
        features = codec.encoder.features(waveform)
        latents = codec.encoder.latents(features)
        losses["probe"] = _PROBE_WEIGHT * (self.probe(latents) - features).square().mean()
        if step >= self.recipe.quantize_from:
            result = codec.quantizer.learn(latents, generator)
            latents = result.vectors
            losses["commitment"] = self.recipe.commitment * result.penalty
        state = codec.decoder.initial_state(len(waveform))
        states, _ = codec.decoder.hop_states(latents, state)
        if step >= self.recipe.sound_from:
            made, _ = codec.decoder.sound(states, state)
            losses["log_mel"], linear, losses["low"] = self.spectral(made, waveform)
            losses["linear"] = _LINEAR_WEIGHT * linear
        amplitudes = codec.decoder.amplitudes(states)
        frames = torch.unflatten(amplitudes, 1, (-1, HOPS_PER_FRAME)).mean(2)
        wanted = codec.encoder.peaks(waveform)
        error = (torch.log(frames + FLOOR) - wanted)[..., _FIRST_RESOLVED:]
        losses["peaks"] = _PEAK_WEIGHT * error.square().mean()
        return losses


def train_codec(
    config: CarrierConfig, recipe: CodecRecipe, store: PieceStore, run: RunFolder, device: str
) -> CarrierCodec:
    """Return the trained codec; goes on from ``run``'s last checkpoint if there is one."""
    torch.manual_seed(recipe.seed)
    trainer = _Trainer(config, recipe).to(device).train()
    optimizer = torch.optim.AdamW(trainer.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    first = 0
    if (saved := run.load("codec")) is not None:
        trainer.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["step"]
    bar = tqdm(range(first, recipe.steps), initial=first, total=recipe.steps, desc="codec")
    for step in bar:
        rng = np.random.default_rng((recipe.seed, 10, step))
        generator = torch.Generator(device).manual_seed(recipe.seed + step)
        crops = store.crops(recipe.batch, recipe.crop_frames * config.hop_length, rng)
        rate = cosine_rate(step, steps=recipe.steps, peak=recipe.peak_rate, warmup=recipe.warmup)
        for group in optimizer.param_groups:
            group["lr"] = rate
        losses = trainer(torch.from_numpy(crops).to(device), step, generator)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        norm = nn.utils.clip_grad_norm_(trainer.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0:
            shown = {name: loss.item() for name, loss in losses.items()}
            bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()})
            run.log("codec", step=step, norm=float(norm), rate=rate, **shown)
        if (step + 1) % recipe.save_every == 0 or step + 1 == recipe.steps:
            state = {"model": trainer.state_dict(), "optimizer": optimizer.state_dict()}
            run.save("codec", {**state, "step": step + 1})
    return trainer.codec.eval()
