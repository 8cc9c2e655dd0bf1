"""``magnet-live bench`` finds what a checkout has, and runs it as its own program."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.cli import main
from daw_bridge.commands import bench

ROOT = Path(__file__).parents[3]


def test_every_benchmark_says_what_it_measures() -> None:
    found = bench.benchmarks(ROOT)
    assert {"live", "siege", "rtf", "words"} <= set(found)
    assert "hearing" not in found  # what they share measures nothing by itself
    assert all(len(sentence) > 30 for sentence in found.values())


def test_the_list_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench"]) == 0
    assert capsys.readouterr().out.splitlines() == bench.table(ROOT).splitlines()


def test_a_benchmark_gets_its_options_and_gives_its_exit_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "__init__.py").touch()
    program = 'import sys\nif __name__ == "__main__":\n    print(sys.argv[1:])\n    sys.exit(7)\n'
    (folder / "heat.py").write_text(f'"""How warm it gets."""\n{program}')
    assert bench.run(tmp_path, "heat", ["--minutes", "2"]) == 7
    assert capfd.readouterr().out == "['--minutes', '2']\n"
    assert bench.table(tmp_path) == "heat  How warm it gets."


def test_what_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "speed"]) == 1
    assert "no benchmark is called 'speed'; there are" in capsys.readouterr().err
    with pytest.raises(FileNotFoundError, match="clone of the repository"):
        bench.benchmarks(tmp_path)
