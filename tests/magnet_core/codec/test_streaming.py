"""Streaming changes nothing: any cut of the codes gives the samples of the offline decode."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from magnet_core.codec.encodec import EncodecCodec, EncodecConfig
from magnet_core.codec.streaming import StreamingDecoder
from magnet_core.errors import ConfigError, SessionError

CARD = 16


def random_codec(seed: int = 0, **settings_: object) -> EncodecCodec:
    """Return a small codec with weights large enough for every layer to matter."""
    base: dict[str, object] = {
        "sample_rate": 32000,
        "n_filters": 2,
        "dimension": 4,
        "card": CARD,
        "codebooks": 2,
    }
    config = {**base, **settings_}
    ratios = config.get("ratios", (8, 5, 4, 4))
    hop = torch.tensor(ratios).prod().item()
    codec = EncodecCodec(EncodecConfig.from_json(config | {"sample_rate": 50 * int(hop)}))
    generator = torch.Generator().manual_seed(seed)
    for tensor in codec.state_dict().values():
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.4)
    return codec


def random_codes(frames: int, seed: int = 1) -> Tensor:
    return torch.randint(0, CARD, (2, frames), generator=torch.Generator().manual_seed(seed))


def streamed(codec: EncodecCodec, codes: Tensor, cuts: list[int]) -> Tensor:
    stream, parts, start = codec.stream(), [], 0
    for cut in [*sorted(cut for cut in cuts if cut < codes.shape[1]), codes.shape[1]]:
        parts.append(stream.push(codes[:, start:cut]))
        start = cut
    return torch.cat([*parts, stream.flush()], dim=1)


def assert_same(actual: Tensor, expected: Tensor) -> None:
    """1e-5 of full scale, and full scale is what the signal reaches."""
    assert actual.shape == expected.shape
    scale = max(1.0, float(expected.abs().max())) if expected.numel() else 1.0
    torch.testing.assert_close(actual / scale, expected / scale, atol=1e-5, rtol=0)


published_like = random_codec(pad_mode="reflect")


@settings(max_examples=60, deadline=None)
@given(frames=st.integers(0, 40), cuts=st.lists(st.integers(0, 40), max_size=12), data=st.data())
def test_any_chunking_equals_offline(frames: int, cuts: list[int], data: st.DataObject) -> None:
    """However the codes are cut, empty pushes included, the samples are those of one decode."""
    codes = random_codes(frames, seed=data.draw(st.integers(0, 5)))
    assert_same(streamed(published_like, codes, cuts), published_like.decode(codes))


networks = st.fixed_dictionaries(
    {
        "ratios": st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple),
        "kernel_size": st.integers(1, 8),
        "last_kernel_size": st.integers(1, 8),
        "residual_kernel_size": st.integers(1, 5),
        "n_residual_layers": st.integers(0, 3),
        "dilation_base": st.integers(1, 3),
        "lstm": st.integers(0, 2),
        "true_skip": st.booleans(),
        "pad_mode": st.sampled_from(["constant", "reflect", "replicate"]),
        "final_activation": st.sampled_from([None, "Tanh"]),
        "activation": st.sampled_from(["ELU", "LeakyReLU"]),
        "causal": st.booleans(),
    }
)


@settings(max_examples=80, deadline=None)
@given(
    network=networks,
    trim=st.sampled_from([0.0, 0.3, 1.0]),
    frames=st.integers(0, 25),
    cuts=st.lists(st.integers(0, 25), max_size=8),
)
def test_any_network_streams_exactly(
    network: dict[str, object], trim: float, frames: int, cuts: list[int]
) -> None:
    """Every ratio, kernel, dilation, padding and residual depth streams to the offline decode."""
    if network["causal"]:
        network = network | {"trim_right_ratio": trim}
    codec = random_codec(**network)
    codes = random_codes(frames)
    assert_same(streamed(codec, codes, cuts), codec.decode(codes))


@settings(max_examples=30, deadline=None)
@given(network=networks)
def test_output_comes_exactly_lookahead_frames_late(network: dict[str, object]) -> None:
    """Frame t is out once frame t + lookahead has been pushed; nothing is late at any frame."""
    codec = random_codec(**network)
    stream, out, hop = codec.stream(), 0, codec.hop_length
    for t, frame in enumerate(random_codes(30).split(1, dim=1)):
        out += stream.push(frame).shape[1]
        assert out % hop == 0
        assert out // hop >= t + 1 - codec.lookahead_frames


def influence(codec: EncodecCodec, frame: int, frames: int) -> Tensor:
    """Return, per frame of waveform, the largest change that other codes in ``frame`` make."""
    changes = torch.zeros(frames)
    for seed in range(8):
        codes = random_codes(frames, seed)
        other = codes.clone()
        other[:, frame] = (other[:, frame] + 1 + seed) % CARD
        difference = (codec.decode(other) - codec.decode(codes)).abs()
        changes = torch.maximum(changes, difference.view(-1, codec.hop_length).amax(dim=1))
    return changes


@pytest.mark.parametrize(
    ("network", "lookahead"),
    [
        ({"pad_mode": "reflect"}, 4),
        ({"pad_mode": "constant"}, 4),
        ({"ratios": (8, 5, 4, 2)}, 4),
        ({"kernel_size": 3}, 2),
        ({"kernel_size": 1, "ratios": (2,)}, 3),
        ({"kernel_size": 1, "ratios": (2,), "n_residual_layers": 0, "last_kernel_size": 1}, 1),
        ({"causal": True, "pad_mode": "constant"}, 0),
    ],
    ids=str,
)
def test_lookahead_is_enough_and_the_least(network: dict[str, object], lookahead: int) -> None:
    """The frame ``lookahead`` ahead changes the sound, so one fewer is wrong; no later one does."""
    codec = random_codec(**network)
    assert codec.lookahead_frames == lookahead
    frames, changed = 24, 14
    changes = influence(codec, changed, frames)
    assert changes[changed - lookahead] > 1e-6
    assert changes[: changed - lookahead].max() == 0


def test_reflected_start_waits_for_what_it_mirrors() -> None:
    """A causal codec that reflects at its start needs later frames there, and still streams."""
    codec = random_codec(causal=True, pad_mode="reflect", kernel_size=5)
    assert codec.lookahead_frames == 4
    changes = influence(codec, 4, 12)
    assert changes[0] > 1e-6
    codes = random_codes(12)
    assert_same(streamed(codec, codes, list(range(12))), codec.decode(codes))


@settings(max_examples=40, deadline=None)
@given(before=st.integers(0, 20), detour=st.integers(0, 10), after=st.integers(0, 20))
def test_restore_goes_back_exactly(before: int, detour: int, after: int) -> None:
    """After a detour and a restore, the stream gives the same bits as without the detour."""
    codes, other = random_codes(before + after), random_codes(detour, seed=9)
    straight, bent = published_like.stream(), published_like.stream()
    head = straight.push(codes[:, :before])
    assert torch.equal(bent.push(codes[:, :before]), head)
    snapshot = bent.snapshot()
    bent.push(other)
    bent.flush()
    bent.restore(snapshot)
    for part in codes[:, before:].split(3, dim=1):
        assert torch.equal(bent.push(part), straight.push(part))
    assert torch.equal(bent.flush(), straight.flush())


def test_a_snapshot_can_be_restored_into_another_stream() -> None:
    """A second stream of the same codec continues where the first was."""
    codes = random_codes(20)
    first = published_like.stream()
    head = first.push(codes[:, :11])
    second = published_like.stream()
    second.restore(first.snapshot())
    tail = torch.cat([second.push(codes[:, 11:]), second.flush()], dim=1)
    assert_same(torch.cat([head, tail], dim=1), published_like.decode(codes))


def test_snapshots_of_others_and_ended_streams_are_refused() -> None:
    """A foreign snapshot, a push after the flush and a second flush raise SessionError."""
    stream = published_like.stream()
    for foreign in (random_codec().stream().snapshot(), None, {}):
        with pytest.raises(SessionError):
            stream.restore(foreign)
    stream.flush()
    with pytest.raises(SessionError, match="flushed"):
        stream.push(random_codes(1))
    with pytest.raises(SessionError, match="flushed"):
        stream.flush()


def test_two_streams_do_not_interact() -> None:
    """Streams of one codec, pushed in turns, each give their own decode."""
    left, right = random_codes(15, seed=3), random_codes(15, seed=4)
    streams = published_like.stream(), published_like.stream()
    parts: tuple[list[Tensor], list[Tensor]] = ([], [])
    for t in range(15):
        for stream, out, codes in zip(streams, parts, (left, right), strict=True):
            out.append(stream.push(codes[:, t : t + 1]))
    for stream, out, codes in zip(streams, parts, (left, right), strict=True):
        assert_same(torch.cat([*out, stream.flush()], dim=1), published_like.decode(codes))


def state_bytes(state: object) -> int:
    """Return how much memory a state holds on to."""
    if isinstance(state, Tensor):
        return state.untyped_storage().nbytes()
    if isinstance(state, tuple):
        return sum(state_bytes(part) for part in state)
    return 0


@pytest.mark.parametrize("chunk", [1, 10])
def test_cost_per_frame_and_state_do_not_grow(chunk: int) -> None:
    """The operations of a push and the memory of the state are the same early as late."""
    codec = random_codec(pad_mode="constant")
    stream = codec.stream()
    costs = []
    for index, part in enumerate(random_codes(300 * chunk).split(chunk, dim=1)):
        if index not in (20, 299):
            stream.push(part)
            continue
        with FlopCounterMode(display=False) as counter:
            stream.push(part)
        state = stream.snapshot()
        memory = state_bytes((state.layers, state.waiting))  # type: ignore[attr-defined]
        costs.append((counter.get_total_flops(), memory))
    assert costs[0] == costs[1]
    assert min(costs[0]) > 0


def test_layers_that_cannot_stream_are_refused() -> None:
    """A normalisation over time has no exact stream, and the error names it."""
    with pytest.raises(ConfigError, match="GroupNorm"):
        StreamingDecoder(nn.Sequential(nn.GroupNorm(1, 4)), hop_length=1)
