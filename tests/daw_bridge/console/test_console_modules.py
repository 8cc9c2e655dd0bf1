"""What is pure in the console's modules, run by node's own test runner."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")
TESTS = sorted(Path(__file__).parent.glob("*.test.mjs"))
MODULES = sorted((Path(__file__).parents[3] / "daw_bridge" / "console").glob("*.js"))


def _has_test_runner() -> bool:
    if NODE is None:
        return False
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.lstrip("v").split(".")[0]) >= 20


@pytest.mark.skipif(not _has_test_runner(), reason="needs node 20 or newer")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_modules_do_what_their_tests_say(path: Path) -> None:
    assert NODE is not None
    run = subprocess.run([NODE, "--test", str(path)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout
    passed = re.search(r"^[#\u2139] pass (\d+)$", run.stdout, re.MULTILINE)
    assert passed is not None and int(passed[1]) > 0, run.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_import_only_what_is_there_beside_them(path: Path) -> None:
    """No build step and no outside asset: each import is of the folder, and of what is there."""
    for names, file in re.findall(r'^import \{([^}]*)\} from "([^"]+)";', path.read_text(), re.M):
        target = path.parent / file
        assert file.startswith("./") and target.is_file(), file
        for name in (name.strip() for name in names.split(",")):
            pattern = rf"^export (?:async )?(?:class|const|function) {name}\b"
            assert re.search(pattern, target.read_text(), re.M), f"{file} has no {name}"
