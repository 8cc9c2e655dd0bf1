"""encodec and transformers import whether torchaudio works, is broken, or is absent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BODY = """
import sys
from magnet_core.third_party import encodec_modules, transformers_names
modules, quantization = encodec_modules()
assert modules.SEANetDecoder and quantization.ResidualVectorQuantizer
assert "torchaudio" not in sys.modules
"""
TRANSFORMERS = """
model, tokenizer = transformers_names("T5EncoderModel", "T5Tokenizer")
assert model.__name__ == "T5EncoderModel"
assert "torchaudio" not in sys.modules
"""

BROKEN = "raise OSError('Could not load this library: _torchaudio.so')"
WORKING = "save = 'the real save'"


def run(code: str, *, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    # A fresh interpreter: what has been imported is the state under test.
    prelude = f"import sys; sys.path.insert(0, {str(path)!r})\n" if path else ""
    return subprocess.run(
        [sys.executable, "-c", prelude + code], capture_output=True, text=True, timeout=110
    )


@pytest.mark.parametrize("source", [BROKEN, WORKING], ids=["broken", "working"])
def test_both_packages_import_beside_any_torchaudio(tmp_path: Path, source: str) -> None:
    """A torchaudio that cannot load does not stop encodec and transformers from loading."""
    package = tmp_path / "torchaudio"
    package.mkdir()
    (package / "__init__.py").write_text(source)
    used = TRANSFORMERS if source == BROKEN else ""
    used += "import encodec.utils\n"
    if source == WORKING:
        used += "assert encodec.utils.torchaudio.save == 'the real save'"
    else:
        used += (
            "try:\n    encodec.utils.torchaudio.save\n"
            "except OSError as error:\n    assert 'Could not load' in str(error)\n"
            "else:\n    raise AssertionError('a broken torchaudio seemed to work')"
        )
    result = run(BODY + used, path=tmp_path)
    assert result.returncode == 0, result.stderr


def test_both_packages_import_without_torchaudio() -> None:
    """Where torchaudio is absent, both packages load and transformers knows that it is absent."""
    hide = """
import importlib.abc, sys
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torchaudio":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hide())
import importlib.util
find = importlib.util.find_spec
def find_spec(name, package=None):
    return None if name == "torchaudio" and name not in sys.modules else find(name, package)
importlib.util.find_spec = find_spec
"""
    check = """
from transformers.utils import is_torchaudio_available
assert not is_torchaudio_available()
"""
    result = run(hide + BODY + TRANSFORMERS + check)
    assert result.returncode == 0, result.stderr
