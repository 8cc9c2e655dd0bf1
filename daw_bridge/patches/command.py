"""``magnet-live patches``: write the patches, or say what is wrong with some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from daw_bridge.patches.files import write_files
from daw_bridge.patches.lint import lint_file

FOUND_WRONG = 1


def write(folder: Path) -> int:
    """Write everything that Max, Live, Pure Data and SuperCollider need; return the exit code.

    Raises:
        OSError: the folder cannot be written to.
    """
    for path in write_files(folder):
        print(path)
    return 0


def lint(paths: Sequence[Path]) -> int:
    """Print what is wrong with each file; return 1 if anything is.

    Raises:
        OSError: a file cannot be read.
    """
    wrong = 0
    for path in paths:
        findings = lint_file(path)
        wrong += len(findings)
        print(f"{path}: {len(findings) or 'nothing'} wrong")
        for finding in findings:
            print(f"  {finding}")
    return FOUND_WRONG if wrong else 0
