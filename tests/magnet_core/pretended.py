"""A pretended accelerator: tensors that compute on the CPU and say that they are elsewhere.

What goes wrong on a GPU and not on a CPU is mostly of two kinds, and neither needs a GPU to be
seen: tensors of two devices meet in one operation, and the host waits for the device in the middle
of a forward pass. Here ``"xla"``, a device type that torch has a name for and no code, takes the
GPU's place. Each of its tensors wraps an ordinary one. Every operation, also those inside torch's
own modules, is looked at on its way: tensors of both sides in one operation raise what CUDA would,
and whatever would make the host wait is counted.

Only the random generators must stay on the CPU; a torch without a device has none for it.
"""

from __future__ import annotations

from typing import Any, Self

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")

# Operations for which torch allows an argument on the CPU: copies, and indices.
_BOTH_SIDES = ("copy_", "_to_copy", "to", "index", "index_put", "index_put_", "_index_put_impl_")
# What gives the host a number, or a tensor whose shape depends on the numbers in another.
_WAITS = (
    "_local_scalar_dense",
    "bincount",
    "equal",
    "is_nonzero",
    "item",
    "masked_select",
    "nonzero",
    "nonzero_numpy",
    "unique_consecutive",
    "_unique2",
)


class _Remote(Tensor):
    """A tensor that says it is on ``DEVICE``; ``near`` holds its numbers."""

    near: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, near: Tensor) -> _Remote:
        # A view of a tensor that is older than the inference mode it is made in is none of it.
        with torch.inference_mode(near.is_inference()):
            remote: _Remote = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
                cls,
                near.shape,
                strides=near.stride(),
                storage_offset=near.storage_offset(),
                dtype=near.dtype,
                device=DEVICE,
                requires_grad=near.requires_grad,
            )
        remote.near = near
        return remote

    def __repr__(self, *, tensor_contents: object = None) -> str:
        return f"_Remote({self.near})"

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        return _compute(func, args, kwargs or {}, [])


class _Functions(TorchFunctionMode):
    """The two functions of torch that do their work before any operation can be seen."""

    def __init__(self, waits: list[str]) -> None:
        super().__init__()
        self.waits = waits

    def __torch_function__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        numbers = func in (torch.tensor, torch.as_tensor) and not isinstance(args[0], Tensor)
        if numbers and kwargs.get("device") == DEVICE:
            return func(*args, **kwargs | {"device": "cpu"}).to(DEVICE)
        if func is Tensor.tolist and isinstance(args[0], _Remote):
            self.waits.append("tolist")
            return args[0].near.tolist()
        return func(*args, **kwargs)


class PretendedAccelerator(TorchDispatchMode):
    """While it is entered, ``DEVICE`` is a device like any other.

    Attributes:
        waits: the operations since it was entered that made the host wait, by name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[str] = []
        self._functions = _Functions(self.waits)

    def __enter__(self) -> Self:
        super().__enter__()
        self._functions.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._functions.__exit__(*exception)
        super().__exit__(*exception)

    def __torch_dispatch__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        return _compute(func, args, kwargs or {}, self.waits)


def _compute(func: Any, args: Any, kwargs: Any, waits: list[str]) -> Any:
    """Return what ``func`` gives, on the device that it should be on."""
    name, leaves = func.overloadpacket.__name__, tree_leaves((args, kwargs))
    tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
    remote = [tensor for tensor in tensors if isinstance(tensor, _Remote)]
    near = [tensor for tensor in tensors if not isinstance(tensor, _Remote) and tensor.ndim]
    if remote and near and name not in _BOTH_SIDES:
        raise RuntimeError(f"aten.{name}: found two different devices, {DEVICE} and cpu")
    asked = [leaf for leaf in leaves if isinstance(leaf, torch.device)]
    goes_there = asked[0].type == DEVICE.type if asked else bool(remote)
    crosses = bool(tensors) and bool(asked) and goes_there != isinstance(tensors[0], _Remote)
    if name == "copy_":
        crosses = isinstance(args[0], _Remote) != isinstance(args[1], _Remote)
    crosses = crosses and not (goes_there and _does_not_block(args, kwargs))
    if crosses or (remote and _makes_host_wait(name, args)):
        waits.append(name)
    result = func(*tree_map(_nearby, args), **tree_map(_nearby, kwargs))
    if name.endswith("_") and not name.endswith("__"):
        return args[0]  # written in place

    def placed(value: Any) -> Any:
        return _Remote(value) if isinstance(value, Tensor) and goes_there else value

    return tree_map(placed, result)


def _nearby(value: Any) -> Any:
    if isinstance(value, _Remote):
        return value.near
    return torch.device("cpu") if isinstance(value, torch.device) else value


def _does_not_block(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Return whether a copy was asked for that the host need not see the end of."""
    # to.device(self, device, dtype, non_blocking, ...) takes it by position.
    return bool(kwargs.get("non_blocking")) or (len(args) > 3 and args[3] is True)


def _makes_host_wait(name: str, args: tuple[Any, ...]) -> bool:
    if name in _WAITS:
        return True
    if name == "repeat_interleave":
        return isinstance(args[0], Tensor) and len(args) > 1 and isinstance(args[1], Tensor)
    if name not in ("index", "index_put", "index_put_", "_index_put_impl_"):
        return False
    masks = [i for i in args[1] if i is not None and i.dtype in (torch.bool, torch.uint8)]
    # One number in place of many is a fill under the mask, whose shape nobody asks for.
    return bool(masks) and not (len(args) > 2 and args[2].numel() == 1)
