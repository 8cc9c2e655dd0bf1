"""The bundled codec: a causal network at frame rate plays a bank of carriers and filtered noise.

EnCodec's decoder makes 640 samples a frame out of a waveform network, whose cost and training time
a small model cannot afford. This one computes at 50 and 200 Hz only. Its decoder says how loud each
of a fixed bank of sinusoids (*carriers*, 24 to the octave) and of a set of noise bands is, every
5 ms; the carriers' phases run on by themselves, so a held note stays a clean tone whatever the
codes do, and drums come from the noise bands and from moving carriers.

Every part of the decoder is causal and a hop fades from the values of the hop before it, so frame t
is final as soon as its own codes are known: ``lookahead_frames`` is 0. The offline decode *is* one
push into a fresh stream; streaming exactly is then a property of the code, not a promise kept by a
second implementation.

The quantizer (``quantizer.py``) is residual, as EnCodec's is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from magnet_core.codec.carrier_bank import (
    FLOOR,
    HOPS_PER_FRAME,
    CarrierConfig,
    TonalPeaks,
    mel_matrix,
)
from magnet_core.codec.checks import check_codes, check_waveform
from magnet_core.codec.quantizer import ResidualVectorQuantizer
from magnet_core.errors import ConfigError, SessionError

_KERNEL = 7
_NOISE_HOPS = 401  # the noise table repeats after 2 s; a prime number of hops hides it
_SHORT_FFT = 512  # what the encoder reads drums from


class _Block(nn.Module):
    """A ConvNeXt block over ``[B, T, D]``; causal with its past as an argument, or centred."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(dim, dim, _KERNEL, groups=dim)
        self.norm = nn.LayerNorm(dim)
        self.widen = nn.Linear(dim, 3 * dim)
        self.narrow = nn.Linear(3 * dim, dim)
        nn.init.zeros_(self.narrow.bias)
        with torch.no_grad():
            self.narrow.weight.mul_(0.3)

    def _residual(self, x: Tensor, padded: Tensor) -> Tensor:
        y = self.depthwise(padded.transpose(1, 2)).transpose(1, 2)
        residual: Tensor = self.narrow(F.gelu(self.widen(self.norm(y))))
        return x + residual

    def forward(self, x: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Return the output of ``x`` after ``past`` (``_KERNEL - 1`` frames), and the new past."""
        padded = torch.cat([past, x], dim=1)
        return self._residual(x, padded), padded[:, padded.shape[1] - (_KERNEL - 1) :]

    def centred(self, x: Tensor) -> Tensor:
        """Return the output of ``x`` with as much future as past, zeros at the ends."""
        return self._residual(x, F.pad(x, (0, 0, _KERNEL // 2, _KERNEL // 2)))


@dataclass(frozen=True, slots=True)
class CarrierState:
    """What a decoder carries from one call to the next. Never written into, only replaced.

    Attributes:
        pasts: the last inputs of each convolution.
        last: ``[B, 1, values]``, the last hop's: carriers' cosine and sine parts, and noise.
        hops: how many there have been.
    """

    pasts: tuple[Tensor, ...]
    last: Tensor
    hops: int


def _limited(waveform: Tensor) -> Tensor:
    """Return the waveform with what passes 0.7 of full scale bent so that it never reaches 0.98."""
    level = waveform.abs()
    bent = 0.7 + 0.28 * torch.tanh((level - 0.7) / 0.28)
    return torch.where(level > 0.7, torch.sign(waveform) * bent, waveform)


class CarrierDecoder(nn.Module):
    """Latents -> waveform, causal, with the state passed in and out."""

    phase_step: Tensor
    cosines: Tensor
    sines: Tensor
    noise: Tensor
    noise_filters: Tensor

    def __init__(self, config: CarrierConfig) -> None:
        super().__init__()
        self.config = c = config
        self.enter = nn.Linear(c.latent_dim, c.decoder_dim)
        self.blocks = nn.ModuleList(_Block(c.decoder_dim) for _ in range(c.decoder_blocks))
        self.split = nn.Linear(c.decoder_dim, HOPS_PER_FRAME * c.hop_dim)
        self.hop_blocks = nn.ModuleList(_Block(c.hop_dim) for _ in range(c.hop_blocks))
        self.norm = nn.LayerNorm(c.hop_dim)
        self.amplitude = nn.Linear(c.hop_dim, c.carriers)
        self.phase = nn.Linear(c.hop_dim, c.carriers)
        self.gain = nn.Linear(c.hop_dim, c.noise_bands)
        nn.init.constant_(self.amplitude.bias, -6.0)
        nn.init.constant_(self.gain.bias, -5.0)
        with torch.no_grad():
            self.phase.weight.mul_(0.1)
        self._register_bank()

    def _register_bank(self) -> None:
        """Constant tables; none of them is stored in a checkpoint."""
        c, hop = self.config, self.config.hop_length // HOPS_PER_FRAME
        octaves = torch.arange(c.carriers, dtype=torch.float64) / c.carriers_per_octave
        cycles = c.lowest_hz * 2.0**octaves / c.sample_rate  # per sample
        angle = 2.0 * math.pi * cycles[:, None] * torch.arange(hop, dtype=torch.float64)
        # Free-running carriers of equal start phase would pulse together; golden-ratio offsets
        # do not.
        offsets = torch.arange(c.carriers, dtype=torch.float64) * 0.6180339887498949
        self.register_buffer("phase_step", torch.stack([cycles * hop, offsets]), persistent=False)
        self.register_buffer("cosines", torch.cos(angle).float(), persistent=False)
        self.register_buffer("sines", torch.sin(angle).float(), persistent=False)
        generator = torch.Generator().manual_seed(50)
        noise = torch.randn(_NOISE_HOPS, 2 * hop, generator=generator)
        noise = torch.fft.rfft(noise * torch.hann_window(2 * hop).sqrt())
        self.register_buffer("noise", torch.view_as_real(noise), persistent=False)
        filters = mel_matrix(c.noise_bands, hop + 1, c.sample_rate).T
        filters = filters / filters.sum(0, keepdim=True).clamp(min=1e-3)  # every bin reached
        self.register_buffer("noise_filters", filters, persistent=False)

    def initial_state(self, batch: int) -> CarrierState:
        """Return the state before frame 0: silence."""
        c, device = self.config, self.enter.weight.device
        dims = [c.decoder_dim] * c.decoder_blocks + [c.hop_dim] * c.hop_blocks
        pasts = [torch.zeros(batch, _KERNEL - 1, dim, device=device) for dim in dims]
        values = 2 * c.carriers + 2 * (c.hop_length // HOPS_PER_FRAME)
        return CarrierState(tuple(pasts), torch.zeros(batch, 1, values, device=device), 0)

    def forward(self, latents: Tensor, state: CarrierState) -> tuple[Tensor, CarrierState]:
        """Return the waveform of latents, and the new state.

        Args:
            latents: ``[B, T, latent_dim]``; they give ``[B, T * hop_length]``.
            state: what the frames before them left; not changed.
        """
        states, pasts = self.hop_states(latents, state)
        waveform, last = self.sound(states, state)
        return waveform, CarrierState(tuple(pasts), last, state.hops + states.shape[1])

    def hop_states(self, latents: Tensor, state: CarrierState) -> tuple[Tensor, list[Tensor]]:
        """Return the network's states ``[B, 4 * T, hop_dim]`` of each hop, and the new pasts."""
        c, pasts = self.config, []
        x = self.enter(latents)
        for i, block in enumerate(self.blocks):
            x, past = block(x, state.pasts[i])
            pasts.append(past)
        x = self.split(x).view(len(x), x.shape[1] * HOPS_PER_FRAME, c.hop_dim)
        for i, block in enumerate(self.hop_blocks, start=len(self.blocks)):
            x, past = block(x, state.pasts[i])
            pasts.append(past)
        return self.norm(x), pasts

    def amplitudes(self, states: Tensor) -> Tensor:
        """Return how loud each carrier is in each hop, ``[B, 4 * T, carriers]``."""
        return torch.exp(self.amplitude(states).clamp(max=2.0))

    def sound(self, states: Tensor, state: CarrierState) -> tuple[Tensor, Tensor]:
        """Return the waveform of the hops' states, and the last hop's values for the next call."""
        amplitude, phase = self.amplitudes(states), self.phase(states)
        gain = torch.exp(self.gain(states).clamp(max=3.0))
        tones = [amplitude * torch.cos(phase), amplitude * torch.sin(phase)]
        values = torch.cat([*tones, self._noise(gain, state.hops)], dim=-1)
        return _limited(self._play(values, state)), values[:, -1:]

    def _noise(self, gain: Tensor, first_hop: int) -> Tensor:
        """Return each hop's windowed noise ``[B, hops, 2 * hop samples]``."""
        hops = torch.arange(first_hop, first_hop + gain.shape[1], device=gain.device) % _NOISE_HOPS
        spectrum = torch.view_as_complex(self.noise[hops]) * (gain @ self.noise_filters)
        window = torch.hann_window(2 * self.cosines.shape[1], device=gain.device).sqrt()
        noise: Tensor = torch.fft.irfft(spectrum, n=window.shape[0])
        return noise * window

    def _play(self, values: Tensor, state: CarrierState) -> Tensor:
        """Fade each hop from the one before it to its own values; add the noise, overlapped."""
        c, hop = self.config, self.cosines.shape[1]
        both = torch.cat([state.last, values], dim=1)
        hops = torch.arange(
            state.hops, state.hops + values.shape[1], dtype=torch.float64, device=values.device
        )
        # Phases in float64: after an hour a carrier has turned millions of times.
        turns = torch.frac(hops[:, None] * self.phase_step[0] + self.phase_step[1])
        cos, sin = torch.cos(2 * math.pi * turns).float(), torch.sin(2 * math.pi * turns).float()

        def tone(parts: Tensor) -> Tensor:
            real, imag = parts[..., : c.carriers], parts[..., c.carriers : 2 * c.carriers]
            turned_real, turned_imag = real * cos - imag * sin, real * sin + imag * cos
            return turned_real @ self.cosines - turned_imag @ self.sines

        fade = torch.arange(1, hop + 1, device=values.device) / hop
        tones = tone(both[:, :-1]) * (1.0 - fade) + tone(both[:, 1:]) * fade
        noise = both[:, 1:, -2 * hop : -hop] + both[:, :-1, -hop:]
        return (tones + noise).flatten(1)


class CarrierEncoder(nn.Module):
    """Waveform -> latents; not causal, each frame sees about 0.3 s around it."""

    def __init__(self, config: CarrierConfig) -> None:
        super().__init__()
        self.config = c = config
        self.short_bands = 64
        short = mel_matrix(self.short_bands, _SHORT_FFT // 2 + 1, c.sample_rate)
        self.register_buffer("short_filters", short, persistent=False)
        self.peaks = TonalPeaks(c)
        features = HOPS_PER_FRAME * self.short_bands + c.carriers
        self.enter = nn.Linear(features, c.encoder_dim)
        self.blocks = nn.ModuleList(_Block(c.encoder_dim) for _ in range(c.encoder_blocks))
        self.norm = nn.LayerNorm(c.encoder_dim)
        self.leave = nn.Linear(c.encoder_dim, c.latent_dim)

    def features(self, waveform: Tensor) -> Tensor:
        """Return ``[B, T, F]``, log mel levels and log peaks, of ``[B, T * hop_length]``."""
        hop = self.config.hop_length // HOPS_PER_FRAME
        side = (_SHORT_FFT - hop) // 2
        padded = F.pad(waveform, (side, _SHORT_FFT - hop - side))
        window = torch.hann_window(_SHORT_FFT, device=waveform.device)
        magnitudes = torch.fft.rfft(padded.unfold(1, _SHORT_FFT, hop) * window).abs()
        short = torch.log(magnitudes @ self.short_filters + 1e-3) * 0.3
        long = (self.peaks(waveform) - math.log(FLOOR)) * 0.5
        return torch.cat([short.reshape(*long.shape[:2], -1), long], dim=-1)

    def latents(self, features: Tensor) -> Tensor:
        """Return latents ``[B, T, latent_dim]`` of features ``[B, T, F]``."""
        x = self.enter(features)
        for block in cast("Iterable[_Block]", self.blocks):
            x = block.centred(x)
        latents: Tensor = self.leave(self.norm(x))
        return latents

    def forward(self, waveform: Tensor) -> Tensor:
        """Return latents ``[B, T, latent_dim]`` of ``[B, T * hop_length]``."""
        return self.latents(self.features(waveform))


@dataclass(frozen=True, slots=True)
class _Snapshot:
    owner: CarrierCodec
    state: CarrierState
    ended: bool


class CarrierStream:
    """A streaming decode with a CarrierCodec: implements ``CodecStream``."""

    def __init__(self, codec: CarrierCodec) -> None:
        self._codec = codec
        self._now = _Snapshot(codec, codec.decoder.initial_state(1), ended=False)

    @torch.inference_mode()
    def push(self, codes: Tensor) -> Tensor:
        """Return all ``[1, n * hop_length]`` samples of ``codes`` ``[K, n]``: none has to wait.

        Raises:
            DecodingError: the codes have another shape or type, or lie outside ``0 .. card - 1``;
                the stream is as it was before.
            SessionError: the stream has been flushed.
        """
        codec, now = self._codec, self._open()
        latents = codec.latents(codes)
        if not codes.shape[1]:
            return latents.new_zeros(1, 0)
        waveform, state = codec.decoder.forward(latents, now.state)
        self._now = _Snapshot(codec, state, ended=False)
        return waveform

    def flush(self) -> Tensor:
        """Return no samples, since none waits, and end the stream.

        Raises:
            SessionError: the stream has been flushed already.
        """
        now = self._open()
        self._now = _Snapshot(self._codec, now.state, ended=True)
        return now.state.last.new_zeros(1, 0)

    def snapshot(self) -> object:
        """Return the state as it is now. Costs nothing: state is never written into."""
        return self._now

    def restore(self, snapshot: object) -> None:
        """Go back to a state that ``snapshot`` of a stream of the same codec returned.

        Raises:
            SessionError: it is no such state.
        """
        if not isinstance(snapshot, _Snapshot) or snapshot.owner is not self._codec:
            raise SessionError("the snapshot is not of a stream of this codec")
        self._now = snapshot

    def _open(self) -> _Snapshot:
        if self._now.ended:
            raise SessionError("the stream has been flushed; open a new one")
        return self._now


class CarrierCodec(nn.Module):
    """The bundled codec: 32 kHz mono, 50 frames a second; implements ``Codec``."""

    channels = 1
    lookahead_frames = 0

    def __init__(self, config: CarrierConfig) -> None:
        super().__init__()
        self.config = config
        self.sample_rate, self.hop_length = config.sample_rate, config.hop_length
        self.frame_rate = config.sample_rate // config.hop_length
        self.codebooks, self.card = config.codebooks, config.card
        self.encoder = CarrierEncoder(config)
        self.quantizer = ResidualVectorQuantizer(
            dim=config.latent_dim, codebooks=config.codebooks, card=config.card
        )
        self.decoder = CarrierDecoder(config)

    @classmethod
    def from_config(cls, values: dict[str, Any]) -> Self:
        """Return an untrained codec of the sizes that ``config_json`` wrote; raises ConfigError."""
        try:
            return cls(CarrierConfig(**values))
        except TypeError as error:
            raise ConfigError(f"carrier codec: {error}") from error

    def config_json(self) -> dict[str, Any]:
        """Return the sizes as plain JSON values."""
        return asdict(self.config)

    @property
    def entries(self) -> Tensor:
        """The quantizer's entries ``[K, card, latent_dim]``."""
        return torch.stack([codebook.embed for codebook in self.quantizer.codebooks])

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.decoder.enter.weight.device

    def latents(self, codes: Tensor) -> Tensor:
        """Return latents ``[1, T, latent_dim]`` of codes ``[K, T]``; raises DecodingError."""
        check_codes(codes, codebooks=self.codebooks, card=self.card)
        return self.quantizer.decode(codes.to(self.device))[None]

    @torch.inference_mode()
    def encode(self, waveform: Tensor) -> Tensor:
        """Return codes int64 ``[K, ceil(N / hop_length)]`` of a float32 waveform ``[1, N]``.

        Raises:
            DecodingError: the waveform has another shape or type, or a NaN or infinity in it.
        """
        check_waveform(waveform, self.channels)
        if waveform.shape[1] == 0:
            return torch.zeros(self.codebooks, 0, dtype=torch.int64, device=self.device)
        whole = F.pad(waveform, (0, -waveform.shape[1] % self.hop_length))
        latents = self.encoder(whole.to(self.device, torch.float32))
        return self.quantizer.encode(latents[0])

    @torch.inference_mode()
    def decode(self, codes: Tensor) -> Tensor:
        """Return the waveform float32 ``[1, T * hop_length]`` of codes int64 ``[K, T]``.

        Raises:
            DecodingError: the codes have another shape or type, or lie outside ``0 .. card - 1``.
        """
        return CarrierStream(self).push(codes)

    def stream(self) -> CarrierStream:
        """Return a new streaming decoder at position 0."""
        return CarrierStream(self)
