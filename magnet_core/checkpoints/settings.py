"""The ``xp.cfg`` of an exported checkpoint: YAML text with ``${...}`` references left in.

The exporter writes OmegaConf's text as it stands, so ``seanet.channels`` may be ``${channels}``.
References are resolved here when a value is read, which is all of OmegaConf that the files need.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import yaml

from magnet_core.errors import CheckpointError

T = TypeVar("T")

_REFERENCE = re.compile(r"\$\{([^${}]*)\}")
_MAX_DEPTH = 20


class Settings:
    """Values of an ``xp.cfg`` by dotted path.

    Args:
        text: the YAML.
        source: the file's name, for messages.

    Raises:
        CheckpointError: the text is not a YAML mapping.
    """

    def __init__(self, text: object, source: str) -> None:
        self.source = source
        if not isinstance(text, str):
            raise CheckpointError(f"{source} has no xp.cfg text; it is not an exported checkpoint")
        try:
            tree = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
            raise CheckpointError(f"{source}: its xp.cfg is not YAML: {error}") from error
        if not isinstance(tree, dict):
            raise CheckpointError(f"{source}: its xp.cfg is not a YAML mapping")
        self._tree = tree

    def get(self, path: str, kind: type[T], default: T | None = None) -> T | None:
        """Return the value at ``path``, or ``default`` where it is absent or null.

        Raises:
            CheckpointError: it is of another type, or a reference in it cannot be resolved.
        """
        value = self._resolve(self._find(path), path, 0)
        if value is None:
            return default
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            wanted = kind.__name__
            raise CheckpointError(
                f"{self.source}: xp.cfg {path} is {value!r}, not of type {wanted}"
            )
        return value

    def require(self, path: str, kind: type[T]) -> T:
        """Return the value at ``path``.

        Raises:
            CheckpointError: it is absent, of another type, or has an unresolvable reference.
        """
        value = self.get(path, kind)
        if value is None:
            raise CheckpointError(f"{self.source}: xp.cfg has no {path}")
        return value

    def _find(self, path: str) -> Any:
        node: Any = self._tree
        for name in re.split(r"[.\[]", path):
            name = name.rstrip("]")
            if isinstance(node, str):  # a whole section may be a reference
                node = self._resolve(node, path, 1)
            if isinstance(node, list) and name.isdigit() and int(name) < len(node):
                node = node[int(name)]
            elif isinstance(node, dict):
                node = node.get(name)
            else:
                return None
        return node

    def _resolve(self, value: Any, path: str, depth: int) -> Any:
        """Return ``value`` with its references replaced, also inside lists and sections."""
        if depth > _MAX_DEPTH:
            raise CheckpointError(f"{self.source}: xp.cfg {path} refers to itself")
        if isinstance(value, list):
            return [self._resolve(item, path, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: self._resolve(item, path, depth + 1) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        while (found := _REFERENCE.search(value)) is not None:
            target = self._target(found.group(1), path, depth)
            if found.group(0) == value:
                return target
            value = value[: found.start()] + str(target) + value[found.end() :]
            depth += 1
            if depth > _MAX_DEPTH:
                raise CheckpointError(f"{self.source}: xp.cfg {path} refers to itself")
        return value

    def _target(self, reference: str, path: str, depth: int) -> Any:
        """Return the value that ``reference``, found at ``path``, stands for."""
        name = reference.strip()
        if name.startswith("."):  # relative: one dot is the section that the value is in
            dots = len(name) - len(name.lstrip("."))
            section = path.split(".")[:-dots]
            name = ".".join([*section, name[dots:]])
        try:
            target = None if ":" in name else self._find(name)  # "oc.env:HOME" asks for a resolver
        except RecursionError as error:
            raise CheckpointError(f"{self.source}: xp.cfg {path} refers to itself") from error
        if target is None:
            raise CheckpointError(
                f"{self.source}: xp.cfg {path} refers to ${{{reference}}}, which is not there"
            )
        return self._resolve(target, name, depth + 1)
