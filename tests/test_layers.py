"""Imports point one way: the contracts in pyproject.toml hold, and see what breaks them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts that stand in ``folder``, on the packages in it."""
    code = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60
    )


def test_imports_point_one_way() -> None:
    """Every contract is kept."""
    result = _check(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("magnet_core/config.py", "import magnet_core.model.lm", "core point one way"),
        (
            "magnet_core/decoding/spans.py",
            "import magnet_core.runtime.engine",
            "core point one way",
        ),
        ("magnet_core/stray.py", "", "core point one way"),
        ("magnet_core/api.py", "import daw_bridge.app", "knows nothing of the bridge"),
        ("daw_bridge/session/session.py", "import daw_bridge.app", "bridge point one way"),
        ("daw_bridge/audio/resample.py", "import torch", "imports no torch"),
        ("daw_bridge/hub.py", "def f():\n    import magnet_core.errors", "imports no torch"),
        ("magnet_core/runtime/engine.py", "import asyncio", "serves nobody"),
    ],
)
def test_import_the_wrong_way_is_seen(tmp_path: Path, file: str, line: str, contract: str) -> None:
    """A line that turns an arrow round breaks the contract that draws it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("magnet_core", "daw_bridge"):
        skip = shutil.ignore_patterns("__pycache__", "bundled")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=skip)
    with (tmp_path / file).open("a") as stream:
        stream.write(f"\n{line}\n")
    result = _check(tmp_path)
    broken = [row for row in result.stdout.splitlines() if " BROKEN" in row]
    assert result.returncode != 0
    assert any(contract in row for row in broken), result.stdout + result.stderr


def test_contracts_name_the_packages_that_are_installed() -> None:
    """A package that is shipped but not looked at would escape every contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    with_code = [name for name in shipped if list((ROOT / name).rglob("*.py"))]
    assert settings["tool"]["importlinter"]["root_packages"] == with_code


def _packages(root: str) -> list[str]:
    """Return the packages of a tree, as paths."""
    return sorted(str(file.parent.relative_to(ROOT)) for file in (ROOT / root).rglob("__init__.py"))


@pytest.mark.parametrize("package", ["magnet_core/runtime", *_packages("daw_bridge")])
def test_every_module_has_its_place_in_the_map(package: str) -> None:
    """The docstring of a package with many rooms says where each is."""
    folder = ROOT / package
    named = set(re.findall(r"\w+", (folder / "__init__.py").read_text()))
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    packages = {file.parent.name for file in folder.glob("*/__init__.py")}
    assert modules | packages <= named
