"""EnCodec: SEANet encoder and decoder around a residual vector quantizer (Defossez et al. 2022).

The networks are those of the ``encodec`` package, built from what a checkpoint says of itself.
Weight norm is folded into plain weights when a checkpoint is read, so the modules here are built
without it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import torch
from torch import Tensor, nn

from magnet_core.codec.checks import check_codes, check_waveform
from magnet_core.codec.streaming import DecoderStream, StreamingDecoder
from magnet_core.config import require, require_int
from magnet_core.third_party import encodec_modules

PAD_MODES = ("constant", "reflect", "replicate")
_POSITIVE = (
    "sample_rate",
    "channels",
    "codebooks",
    "card",
    "dimension",
    "n_filters",
    "kernel_size",
    "last_kernel_size",
    "residual_kernel_size",
    "dilation_base",
    "compress",
)
ACTIVATIONS = ("ELU", "ReLU", "LeakyReLU", "GELU", "SiLU", "Tanh")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodecConfig:
    """What an EnCodec is made of; the names are those of audiocraft's ``seanet`` section.

    Attributes:
        sample_rate, channels: of the waveform.
        codebooks, card: K and the entries of each.
        dimension: width of the latent that is quantized.
        n_filters: channels at the waveform's rate; they double at each ratio.
        ratios: upsampling of each decoder layer; their product is the hop length.
        n_residual_layers, residual_kernel_size, dilation_base, compress, true_skip: residual
            blocks.
        kernel_size, last_kernel_size: of the first and last convolutions.
        lstm: LSTM layers.
        causal, pad_mode, trim_right_ratio: padding of the convolutions.
        activation, alpha: and, for ELU, its parameter.
        final_activation: after the decoder's last convolution, or None.
    """

    sample_rate: int
    channels: int = 1
    codebooks: int = 4
    card: int = 2048
    dimension: int = 128
    n_filters: int = 64
    ratios: tuple[int, ...] = (8, 5, 4, 4)
    n_residual_layers: int = 1
    residual_kernel_size: int = 3
    dilation_base: int = 2
    compress: int = 2
    true_skip: bool = True
    kernel_size: int = 7
    last_kernel_size: int = 7
    lstm: int = 2
    causal: bool = False
    pad_mode: str = "constant"
    trim_right_ratio: float = 1.0
    activation: str = "ELU"
    alpha: float = 1.0
    final_activation: str | None = None

    def __post_init__(self) -> None:
        """Check every value; raises ConfigError."""
        require(isinstance(self.ratios, (list, tuple)), "ratios", self.ratios, "a list of numbers")
        object.__setattr__(self, "ratios", tuple(self.ratios))
        for name in _POSITIVE:
            require_int(name, getattr(self, name), 1, 1 << 20)
        require_int("codebooks", self.codebooks, 1, 1024)
        for ratio in self.ratios:
            require_int("ratios", ratio, 1, 1 << 12)
        require(0 < len(self.ratios) <= 12, "ratios", self.ratios, "1 to 12 numbers")
        for name in ("n_residual_layers", "lstm"):
            require_int(name, getattr(self, name), 0, 64)
        for name in ("true_skip", "causal"):
            require(isinstance(getattr(self, name), bool), name, getattr(self, name), "a boolean")
        require(self.pad_mode in PAD_MODES, "pad_mode", self.pad_mode, f"one of {PAD_MODES}")
        allowed = f"one of {ACTIVATIONS}"
        require(self.activation in ACTIVATIONS, "activation", self.activation, allowed)
        final = self.final_activation
        require(final is None or final in ACTIVATIONS, "final_activation", final, allowed)
        trim = self.trim_right_ratio
        ok = isinstance(trim, (int, float)) and 0 <= trim <= 1 and (self.causal or trim == 1)
        require(ok, "trim_right_ratio", trim, "1, or for a causal codec a number from 0 to 1")
        ok = isinstance(self.alpha, (int, float)) and math.isfinite(self.alpha)
        require(ok, "alpha", self.alpha, "a finite number")
        whole = self.sample_rate % self.hop_length == 0
        require(whole, "hop length", self.hop_length, f"a divisor of {self.sample_rate} Hz")

    @property
    def hop_length(self) -> int:
        """Samples of one frame."""
        return math.prod(self.ratios)

    @property
    def frame_rate(self) -> int:
        """Frames per second."""
        return self.sample_rate // self.hop_length

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; ``from_json`` of them equals this object."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Return the object that ``to_json`` described.

        Raises:
            ConfigError: a name is unknown or missing, or a value is out of range.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        require(not unknown, "codec setting", unknown, f"among {sorted(known)}")
        require("sample_rate" in values, "sample_rate", None, "given")
        return cls(**values)


class EncodecCodec(nn.Module):
    """A published EnCodec; implements the ``Codec`` protocol.

    Parameter names are audiocraft's, with weight norm folded: ``decoder.model.0.conv.conv.weight``.

    Args:
        config: sizes and padding. Weights are random until ``load_state_dict``.
    """

    def __init__(self, config: EncodecConfig) -> None:
        super().__init__()
        self.config = config
        self.sample_rate = config.sample_rate
        self.channels = config.channels
        self.frame_rate = config.frame_rate
        self.hop_length = config.hop_length
        self.codebooks = config.codebooks
        self.card = config.card
        modules, quantization = encodec_modules()
        sizes = _seanet_arguments(config)
        self.encoder = modules.SEANetEncoder(**sizes)
        self.decoder = modules.SEANetDecoder(
            **sizes,
            trim_right_ratio=config.trim_right_ratio,
            final_activation=config.final_activation,
        )
        self.quantizer = quantization.ResidualVectorQuantizer(
            dimension=config.dimension, n_q=config.codebooks, bins=config.card
        )
        self.streaming = StreamingDecoder(self.decoder.model, hop_length=config.hop_length)
        self.lookahead_frames = self.streaming.lookahead_frames
        self.eval().requires_grad_(False)

    @classmethod
    def from_config(cls, values: dict[str, Any]) -> EncodecCodec:
        """Return a codec with random weights from what ``config_json`` returned."""
        return cls(EncodecConfig.from_json(values))

    def config_json(self) -> dict[str, Any]:
        """Return the configuration as plain JSON values."""
        return self.config.to_json()

    @torch.no_grad()
    def encode(self, waveform: Tensor) -> Tensor:
        """Return codes int64 ``[K, ceil(N / hop_length)]`` of a float32 waveform ``[C, N]``.

        Raises:
            DecodingError: the waveform has another shape or type, or a NaN or infinity in it.
        """
        check_waveform(waveform, self.channels)
        if waveform.shape[1] == 0:
            return torch.zeros(self.codebooks, 0, dtype=torch.long, device=self._device)
        latent = self.encoder(waveform.to(self._device, torch.float32)[None])
        codes: Tensor = self.quantizer.vq.encode(latent)[:, 0]  # [K, B, T] -> [K, T]
        return codes

    @torch.no_grad()
    def decode(self, codes: Tensor) -> Tensor:
        """Return the waveform float32 ``[C, T * hop_length]`` of codes int64 ``[K, T]``.

        Raises:
            DecodingError: the codes have another shape or type, or lie outside ``0 .. card - 1``.
        """
        latent = self._latent(codes)
        if latent.shape[-1] == 0:
            return torch.zeros(self.channels, 0, device=self._device)
        waveform: Tensor = self.decoder(latent[None])[0]
        return waveform

    def stream(self) -> EncodecStream:
        """Return a new streaming decoder; the concatenation of its output equals ``decode``."""
        return EncodecStream(self)

    def _latent(self, codes: Tensor) -> Tensor:
        check_codes(codes, codebooks=self.codebooks, card=self.card)
        latent: Tensor = self.quantizer.vq.decode(codes.to(self._device)[:, None])[0]
        return latent  # [dimension, T]

    @property
    def _device(self) -> torch.device:
        return next(self.parameters()).device


class EncodecStream:
    """A streaming decode by an ``EncodecCodec``; implements the ``CodecStream`` protocol."""

    def __init__(self, codec: EncodecCodec) -> None:
        self._codec = codec
        self._stream = DecoderStream(codec.streaming)

    @torch.no_grad()
    def push(self, codes: Tensor) -> Tensor:
        """Return the samples that became final, whole frames: ``[K, n]`` -> ``[C, m]``.

        Raises:
            DecodingError: the codes have another shape or type, or lie outside ``0 .. card - 1``;
                the stream is as it was before.
            SessionError: the stream has been flushed.
        """
        return self._stream.push(self._codec._latent(codes))

    @torch.no_grad()
    def flush(self) -> Tensor:
        """Return the samples that were waiting for future frames, ``[C, m]``; the stream has ended.

        Raises:
            SessionError: the stream has been flushed already.
        """
        return self._stream.flush()

    def snapshot(self) -> object:
        """Return the state as it is now. Costs nothing: state is never written into."""
        return self._stream.snapshot()

    def restore(self, snapshot: object) -> None:
        """Go back to a state that ``snapshot`` of a stream of the same codec returned.

        Raises:
            SessionError: the snapshot is of another codec.
        """
        self._stream.restore(snapshot)


def _seanet_arguments(config: EncodecConfig) -> dict[str, Any]:
    takes_alpha = config.activation == "ELU"
    return {
        "channels": config.channels,
        "dimension": config.dimension,
        "n_filters": config.n_filters,
        "n_residual_layers": config.n_residual_layers,
        "ratios": list(config.ratios),
        "activation": config.activation,
        "activation_params": {"alpha": config.alpha} if takes_alpha else {},
        "norm": "none",
        "kernel_size": config.kernel_size,
        "last_kernel_size": config.last_kernel_size,
        "residual_kernel_size": config.residual_kernel_size,
        "dilation_base": config.dilation_base,
        "causal": config.causal,
        "pad_mode": config.pad_mode,
        "true_skip": config.true_skip,
        "compress": config.compress,
        "lstm": config.lstm,
    }
