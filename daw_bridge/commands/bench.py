"""``magnet-live bench``: finds the benchmarks of this checkout, and runs one.

They are no part of the package: what prints a figure lies beside what it measures, in the
repository, with the floor that the figure is to be read against.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def benchmarks(root: Path) -> dict[str, str]:
    """Return the benchmarks of a checkout by name, with the first sentence about each.

    Raises:
        FileNotFoundError: there are none.
    """
    found = {}
    for file in sorted((root / "benchmarks").glob("*.py")):
        source = file.read_text(encoding="utf-8")
        if '__name__ == "__main__"' in source:
            found[file.stem] = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0]
    if not found:
        raise FileNotFoundError(
            f"no benchmarks are in {root}; they come with a clone of the repository"
        )
    return found


def table(root: Path) -> str:
    """Return the names with what each measures, a line each."""
    named = benchmarks(root)
    width = max(map(len, named))
    return "\n".join(f"{name:{width}}  {' '.join(doc.split())}" for name, doc in named.items())


def run(root: Path, name: str, words: Sequence[str]) -> int:
    """Run a benchmark in a process of its own; return its exit code.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    known = benchmarks(root)
    if name not in known:
        raise FileNotFoundError(f"no benchmark is called {name!r}; there are {', '.join(known)}")
    # -P: a folder that is called benchmarks where the user happens to be is another thing.
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-P", "-m", f"benchmarks.{name}", *words]
    return subprocess.run(command, env=environment, check=False).returncode
