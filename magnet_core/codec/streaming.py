"""Exact streaming decode of a SEANet decoder.

The published EnCodec is not causal, so chunks decoded one by one differ from the whole at every
chunk edge. The usual way round is to decode overlapping windows and crossfade: approximate, and
costly for short chunks. Here every layer is streamed by itself instead. It keeps exactly the
inputs that its future outputs still need, and hands on each output as soon as that output can no
longer change::

    codes t            conv k7 needs 3 frames after t; the transposed convolutions need 1 more
      |
      v      +---------+   +------+   +-----+   +-------+   +-------------+        +------+
    frames ->| conv    |-->| LSTM |-->| ELU |-->| convT |-->| res. block  |-->...-->| conv |--> out
             | 6 in    |   | h, c |   +-----+   | k-s   |   | 2 in, skip  |        | 6 in |
             +---------+   +------+             | sums  |   | queue       |        +------+
                                                +-------+   +-------------+

Nothing is computed twice, so a frame costs the same however the stream is cut and however long it
is. Only the two ends of the stream are padded, as the whole would be: the left padding when the
first inputs come (reflection has to wait for the inputs that it mirrors), the right padding at the
flush.

How many future frames a frame waits for follows from the layers: ``StreamingDecoder`` counts them
with the same bookkeeping that the stream uses. It is 4 frames for the published codec: 3 for the
first convolution, and 1 because a transposed convolution of kernel 2s spreads each input over two
output periods.

State is a tuple of values that are replaced and never written into, so a snapshot is the tuple
itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from magnet_core.errors import ConfigError, SessionError

_FEW_INPUTS = 64  # up to here a CPU multiplies matrices; see _spread
_FEW_FRAMES = 6  # up to here a CPU recurs frame by frame; see _recur
State = Any  # of one layer: None at the start, then whatever the layer keeps


class _Layer(Protocol):
    """A layer as a stream. ``advance`` is pure: it returns the next state and changes nothing."""

    def advance(self, state: State, x: Tensor, last: bool) -> tuple[State, Tensor]:
        """Return the next state and the outputs ``[C', m]`` that inputs ``[C, n]`` made final."""

    def ready(self, inputs: int) -> int:
        """Return how many outputs are final once ``inputs`` inputs have come."""


@dataclass(frozen=True, slots=True)
class _Pointwise:
    """An activation."""

    module: nn.Module

    def advance(self, state: State, x: Tensor, last: bool) -> tuple[State, Tensor]:
        return None, self.module(x)

    def ready(self, inputs: int) -> int:
        return inputs


@dataclass(frozen=True, slots=True)
class _Conv:
    """A convolution of stride 1: keeps the last ``left + right`` padded inputs."""

    conv: nn.Conv1d
    left: int
    right: int
    pad_mode: str

    @property
    def first_inputs(self) -> int:
        """Inputs needed before the left padding is known."""
        return max(self.left, self.right) + 1 if self.pad_mode == "reflect" else 1

    def advance(self, state: State, x: Tensor, last: bool) -> tuple[State, Tensor]:
        started, kept = state or (False, x[:, :0])
        x = torch.cat([kept, x], dim=1)
        if not started and x.shape[1] < self.first_inputs and not last:
            return (False, x), x.new_empty(self.conv.out_channels, 0)
        pad = (0 if started else self.left, self.right if last else 0)
        x = _pad(x, pad, self.pad_mode, whole=max(self.left, self.right))
        span = self.left + self.right
        y = self._convolve(x) if x.shape[1] > span else x.new_empty(self.conv.out_channels, 0)
        keep = min(span, x.shape[1])
        # A copy: a view would keep the whole chunk alive.
        return (True, x[:, x.shape[1] - keep :].clone()), y

    def _convolve(self, x: Tensor) -> Tensor:
        return F.conv1d(x, self.conv.weight, self.conv.bias, dilation=self.conv.dilation)

    def ready(self, inputs: int) -> int:
        return max(0, inputs - self.right) if inputs >= self.first_inputs else 0


@dataclass(frozen=True, slots=True)
class _ConvTranspose:
    """A transposed convolution: keeps the sums that later inputs still add to."""

    conv: nn.ConvTranspose1d
    left: int
    right: int

    def advance(self, state: State, x: Tensor, last: bool) -> tuple[State, Tensor]:
        stride, overlap = self.conv.stride[0], self.conv.kernel_size[0] - self.conv.stride[0]
        skip, sums = state or (self.left, x.new_zeros(self.conv.out_channels, overlap))
        if x.shape[1]:
            y = _spread(x, self.conv.weight, stride)  # [C', n * stride + overlap]
            y[:, :overlap] += sums
        else:
            y = sums
        final = y.shape[1] - (self.right if last else overlap)
        sums = y[:, final:].clone()
        begin = min(skip, final)
        bias = 0.0 if self.conv.bias is None else self.conv.bias[:, None]
        return (skip - begin, sums), y[:, begin:final] + bias

    def ready(self, inputs: int) -> int:
        return max(0, inputs * self.conv.stride[0] - self.left)


@dataclass(frozen=True, slots=True)
class _Lstm:
    """An LSTM with a skip connection: carries ``(h, c)``."""

    lstm: nn.LSTM
    skip: bool

    def advance(self, state: State, x: Tensor, last: bool) -> tuple[State, Tensor]:
        if x.shape[1] == 0:
            return state, x
        few = x.shape[1] <= _FEW_FRAMES and x.device.type == "cpu"
        y, state = _recur(self.lstm, x.t(), state) if few else self.lstm(x.t(), state)
        return state, y.t() + x if self.skip else y.t()

    def ready(self, inputs: int) -> int:
        return inputs


@dataclass(frozen=True, slots=True)
class _Residual:
    """``shortcut(x) + block(x)``: a queue holds the shortcut's outputs until the block's come."""

    block: _Chain
    shortcut: _Chain

    def advance(self, state: State, x: Tensor, last: bool) -> tuple[State, Tensor]:
        block_state, shortcut_state, queue = state or (None, None, None)
        block_state, y = self.block.advance(block_state, x, last)
        shortcut_state, skipped = self.shortcut.advance(shortcut_state, x, last)
        queue = skipped if queue is None else torch.cat([queue, skipped], dim=1)
        ready = y.shape[1]
        return (block_state, shortcut_state, queue[:, ready:].clone()), y + queue[:, :ready]

    def ready(self, inputs: int) -> int:
        return self.block.ready(inputs)


@dataclass(frozen=True, slots=True)
class _Chain:
    """Layers one after the other."""

    layers: tuple[_Layer, ...]

    def advance(self, state: State, x: Tensor, last: bool) -> tuple[State, Tensor]:
        states = state or (None,) * len(self.layers)
        after = []
        for layer, layer_state in zip(self.layers, states, strict=True):
            layer_state, x = layer.advance(layer_state, x, last)
            after.append(layer_state)
        return tuple(after), x

    def ready(self, inputs: int) -> int:
        for layer in self.layers:
            inputs = layer.ready(inputs)
        return inputs


class StreamingDecoder:
    """A SEANet decoder as a stream: stateless, shared by all streams of a codec.

    Args:
        model: the ``nn.Sequential`` of an ``encodec.modules.SEANetDecoder`` without weight norm.
            It is referred to, not copied: moving or loading the codec moves this too.
        hop_length: samples of a frame.

    Raises:
        ConfigError: a layer that cannot be streamed exactly.
    """

    def __init__(self, model: nn.Sequential, *, hop_length: int) -> None:
        self.chain = _chain(list(model))
        self.hop_length = hop_length
        self.lookahead_frames = self._lookahead_frames()

    def frames_ready(self, frames: int) -> int:
        """Return how many whole frames of waveform are final once ``frames`` frames are known."""
        return self.chain.ready(frames) // self.hop_length

    def _lookahead_frames(self) -> int:
        """Return the least n such that every frame t is final once frame t + n is known.

        Once the first frame is final every layer has started, and each further frame of codes
        makes one more frame final. No frame waits longer than the first, which where padding
        reflects may have to wait longer than others.
        """
        frames = 1
        while self.frames_ready(frames) == 0:
            frames += 1
        return frames - 1


@dataclass(frozen=True, slots=True)
class _StreamState:
    """Everything that a stream remembers. Never changed, only replaced."""

    owner: StreamingDecoder
    layers: State
    waiting: Tensor | None  # final samples of a frame that is not complete
    ended: bool


class DecoderStream:
    """One streaming decode: latent frames in, whole frames of waveform out.

    Args:
        decoder: the decoder; many streams may share it.
    """

    def __init__(self, decoder: StreamingDecoder) -> None:
        self._state = _StreamState(decoder, None, None, ended=False)

    def push(self, latent: Tensor) -> Tensor:
        """Return the whole frames that became final: ``[D, n]`` -> ``[C, m * hop_length]``.

        Raises:
            SessionError: the stream has been flushed.
        """
        return self._advance(latent, last=False)

    def flush(self) -> Tensor:
        """Return what was waiting for future frames and end the stream.

        Raises:
            SessionError: the stream has been flushed already.
        """
        first = cast(_Conv, self._state.owner.chain.layers[0]).conv
        return self._advance(first.weight.new_zeros(first.in_channels, 0), last=True)

    def snapshot(self) -> object:
        """Return the state as it is now."""
        return self._state

    def restore(self, snapshot: object) -> None:
        """Go back to ``snapshot``.

        Raises:
            SessionError: it is not a snapshot of a stream of the same decoder.
        """
        if not isinstance(snapshot, _StreamState) or snapshot.owner is not self._state.owner:
            raise SessionError("the snapshot is not of a stream of this codec")
        self._state = snapshot

    def _advance(self, latent: Tensor, *, last: bool) -> Tensor:
        state = self._state
        if state.ended:
            raise SessionError("the stream has been flushed; open a new one")
        layers, samples = state.owner.chain.advance(state.layers, latent, last)
        if state.waiting is not None:
            samples = torch.cat([state.waiting, samples], dim=1)
        whole = samples.shape[1] // state.owner.hop_length * state.owner.hop_length
        waiting = samples[:, whole:].clone()
        self._state = _StreamState(state.owner, layers, waiting, ended=last)
        return samples[:, :whole]


def _spread(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """Return ``F.conv_transpose1d(x, weight, stride=stride)`` for ``x [C, n]``.

    For few inputs a CPU is faster with one product of matrices whose two halves are added with an
    overlap: the library's way first rearranges the weights (measured on the published codec's
    largest: 10 inputs 49 ms against 7 ms).
    """
    few = x.shape[1] <= _FEW_INPUTS and x.device.type == "cpu"
    if not few or weight.shape[2] != 2 * stride:
        return F.conv_transpose1d(x, weight, stride=stride)
    spread = torch.mm(x.t(), weight.flatten(1)).view(x.shape[1], -1, 2 * stride)
    y = x.new_zeros(weight.shape[1], x.shape[1] + 1, stride)
    y[:, :-1] = spread[:, :, :stride].transpose(0, 1)
    y[:, 1:] += spread[:, :, stride:].transpose(0, 1)
    return y.flatten(1)


def _recur(
    lstm: nn.LSTM, x: Tensor, state: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Return what ``lstm(x, state)`` returns, one frame after the other.

    ``nn.LSTM`` on a CPU first rearranges all its weights, which for the published codec takes
    longer than a few frames' work (measured: 1 frame 27 ms against 7 ms here, 10 frames 49 against
    58).
    """
    zeros = x.new_zeros(lstm.num_layers, lstm.hidden_size)
    before_h, before_c = state or (zeros, zeros)
    after_h, after_c = [], []
    for index, (h, c) in enumerate(zip(before_h, before_c, strict=True)):
        weight_ih, weight_hh, bias_ih, bias_hh = cast(list[Tensor], lstm.all_weights[index])
        outputs = []
        for gates in F.linear(x, weight_ih, bias_ih + bias_hh):  # [4 * H]
            gate_i, gate_f, gate_g, gate_o = torch.addmv(gates, weight_hh, h).chunk(4)
            c = gate_f.sigmoid() * c + gate_i.sigmoid() * gate_g.tanh()
            h = gate_o.sigmoid() * c.tanh()
            outputs.append(h)
        x = torch.stack(outputs)
        after_h.append(h)
        after_c.append(c)
    return x, (torch.stack(after_h), torch.stack(after_c))


def _pad(x: Tensor, pad: tuple[int, int], mode: str, *, whole: int) -> Tensor:
    """Return ``x [C, n]`` padded like ``encodec.modules.conv.pad1d``.

    Args:
        x: the inputs.
        pad: left and right.
        mode: "constant", "reflect" or "replicate".
        whole: the larger of the layer's paddings. Where the whole signal is no longer than that,
            reflection has too little to mirror, and the reference appends zeros for the while.
    """
    if pad == (0, 0) or x.shape[1] == 0:
        return x
    if mode == "constant":
        return F.pad(x, pad)
    missing = max(0, whole + 1 - x.shape[1]) if mode == "reflect" and pad[0] else 0
    x = F.pad(F.pad(x, (0, missing)), pad, mode)
    return x[:, : x.shape[1] - missing]


def _chain(modules: Sequence[nn.Module]) -> _Chain:
    return _Chain(
        tuple(_layer(module) for module in modules if not isinstance(module, nn.Identity))
    )


def _layer(module: nn.Module) -> _Layer:
    """Return the streaming form of one module of a SEANet decoder."""
    kind = type(module).__name__  # classes of the encodec package, which is imported lazily
    part = cast(Any, module)
    if kind == "SConv1d":
        return _conv(part)
    if kind == "SConvTranspose1d":
        return _conv_transpose(part)
    if kind == "SLSTM":
        return _Lstm(part.lstm, part.skip)
    if kind == "SEANetResnetBlock":
        return _Residual(_chain(list(part.block)), _chain([part.shortcut]))
    if not list(module.parameters()) and not list(module.children()):
        return _Pointwise(module)
    raise ConfigError(f"a decoder layer of kind {kind} cannot be streamed exactly")


def _conv(module: Any) -> _Conv:
    conv = module.conv.conv
    total = (conv.kernel_size[0] - 1) * conv.dilation[0]
    right = 0 if module.causal else total // 2
    return _Conv(conv, total - right, right, module.pad_mode)


def _conv_transpose(module: Any) -> _ConvTranspose:
    conv = module.convtr.convtr
    total = conv.kernel_size[0] - conv.stride[0]
    right = math.ceil(total * module.trim_right_ratio) if module.causal else total // 2
    return _ConvTranspose(conv, total - right, right)
