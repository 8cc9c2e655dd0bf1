"""What may be asked for of a device and a precision, and what happens where memory ends."""

from __future__ import annotations

from typing import Self

import pytest
import torch
from torch import Tensor

import magnet_core
from magnet_core.device import Placement, memory_for, require_device, require_dtype, wait_for
from magnet_core.errors import DeviceError
from magnet_core.model.words import WordEncoder
from magnet_core.runtime.engine import Engine
from tests.magnet_core.pretended import DEVICE, PretendedAccelerator
from tests.magnet_core.runtime.fragile import fragile_codec
from tests.magnet_core.runtime.tiny import tiny_model

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def test_the_cpu_is_always_there() -> None:
    """By both of its names, and nothing has to be waited for."""
    assert require_device("cpu") == CPU and require_device("cpu:0").type == "cpu"
    wait_for(CPU)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nonsense", "is no device; use cpu, cuda or cuda:N"),
        ("cuda:x", "is no device; use cpu, cuda or cuda:N"),
        ("", "is no device; use cpu, cuda or cuda:N"),
        ("meta", "is not supported; use cpu, cuda or cuda:N"),
        ("xpu", "is not supported; use cpu, cuda or cuda:N"),
        ("mps", "beats and the codec's phases are float64"),
        ("cuda:99", "cuda:99 was asked for"),
    ],
)
def test_devices_that_are_not_there_are_refused(name: str, message: str) -> None:
    """What is no device, what none of this can run on, and what this machine has not."""
    with pytest.raises(DeviceError, match=message):
        require_device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_a_machine_without_cuda_says_so() -> None:
    """And what to use instead."""
    with pytest.raises(DeviceError, match="no CUDA: use cpu"):
        Placement.of("cuda", None)


def test_the_device_decides_the_precision_unless_it_is_asked_for() -> None:
    """float16 on a GPU, float32 on the CPU; any of three by name, and no other."""
    assert require_dtype(None, CPU) is torch.float32
    assert require_dtype(None, CUDA) is torch.float16
    for name in ("float32", "float16", "bfloat16"):
        for device in (CPU, CUDA):
            assert require_dtype(name, device) is getattr(torch, name)
    for name in ("float64", "int8", "half", ""):
        with pytest.raises(DeviceError, match="use float32, float16, bfloat16"):
            require_dtype(name, CPU)
    assert Placement.of("cpu", "bfloat16") == Placement(CPU, torch.bfloat16)


def test_no_memory_is_a_device_error() -> None:
    """It says what was to be done where; other errors pass as they are."""
    too_little = "cpu has too little memory for a large thought"
    with pytest.raises(DeviceError, match=too_little) as caught, memory_for("a large thought", CPU):
        torch.empty(1 << 60)
    assert "tried to allocate" in str(caught.value.__cause__)
    for text in ("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED when calling"):
        with pytest.raises(DeviceError, match="too little memory"), memory_for("it", CUDA):
            raise RuntimeError(text)
    with pytest.raises(DeviceError, match="cuda has too little"), memory_for("it", CUDA):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
    with pytest.raises(RuntimeError, match="shapes") as other, memory_for("it", CUDA):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    assert not isinstance(other.value, DeviceError)


class _Immovable(WordEncoder):
    """A text encoder for which its device has no room."""

    def to(self, *args: object, **kwargs: object) -> Self:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


def test_a_model_that_does_not_fit_says_so_when_it_is_loaded() -> None:
    """The weights, and whose."""
    encoder = _Immovable(dim=magnet_core.load("bundled").text_encoder.dim)
    with pytest.raises(DeviceError, match="too little memory for the weights of bundled"):
        magnet_core.load("bundled", text_encoder=encoder)


def test_a_piece_that_does_not_fit_says_so() -> None:
    """How long it was to be; the model goes on working."""
    model, frames = tiny_model(), 1 << 54
    with pytest.raises(DeviceError, match=f"memory for {frames} frames in 1 rows"):
        model.generate("house", frames=frames)
    assert model.generate("house", frames=30).shape == (4, 30)


def test_a_stream_that_does_not_fit_says_so_before_music_begins() -> None:
    """Warming up finds it out."""
    codec = fragile_codec()
    codec.broken = True  # raises "out of memory" in every push
    with pytest.raises(DeviceError, match="too little memory for a stream"):
        Engine(tiny_model(codec=codec)).warm_up()


def test_the_pretended_accelerator_refuses_what_a_gpu_refuses() -> None:
    """Tensors of two devices in one operation; a number, and a copy, may cross."""
    with PretendedAccelerator():
        here, there = torch.ones(3), torch.ones(3, device=DEVICE)
        for mixed in (
            lambda: here + there,
            lambda: torch.cat([there, here]),
            lambda: torch.where(there > 0, there, here),
            lambda: torch.nn.functional.linear(here, there[None]),
        ):
            with pytest.raises(RuntimeError, match="two different devices"):
                mixed()
        assert (there + 1).device == DEVICE and (there * torch.tensor(2.0)).device == DEVICE
        there.copy_(2 * here)
        assert there.cpu().tolist() == [2.0, 2.0, 2.0]
        assert torch.tensor([1.0], device=DEVICE).add(there).device == DEVICE


def test_the_pretended_accelerator_counts_what_a_host_waits_for() -> None:
    """Each question for a number or a shape, and each copy but one sent without waiting."""

    def waits(ask: object, tensor: Tensor) -> list[str]:
        accelerator.waits.clear()
        ask(tensor)  # type: ignore[operator]
        return list(accelerator.waits)

    with PretendedAccelerator() as accelerator:
        there, here = torch.arange(4, device=DEVICE), torch.arange(4)
        for ask in (
            lambda x: int(x.sum()),
            lambda x: bool((x > 1).any()),
            lambda x: x.tolist(),
            lambda x: x.cpu(),
            lambda x: x[x > 1],
            lambda x: x.nonzero(),
            lambda x: torch.bincount(x),
        ):
            assert len(waits(ask, there)) == 1
        assert len(waits(lambda x: x.to(DEVICE), here)) == 1
        for ask in (
            lambda x: x.masked_fill_(x > 1, 0),
            lambda x: x[torch.tensor([0, 1]).to(DEVICE, non_blocking=True)],
            lambda x: x.sort(),
            lambda x: x.to(torch.float32) @ x.to(torch.float32),
        ):
            assert waits(ask, there) == []
        assert waits(lambda x: x.to(DEVICE, non_blocking=True), here) == []
