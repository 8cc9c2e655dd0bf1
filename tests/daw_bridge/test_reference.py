"""The reference in the README says what the table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.controls import CONTROLS
from daw_bridge.notices import EVENTS, REPLIES
from daw_bridge.reference import BEGIN, END, main, reference

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_is_current(capsys) -> None:
    assert main(["--check", str(README)]) == 0, capsys.readouterr().out


def test_everything_in_the_table_has_its_row() -> None:
    """The six slots, which differ in nothing but their number, share one; so do their weights."""
    rows = [line for line in reference().splitlines() if line.startswith("| `")]
    others = [f"/magnet/prompt/{number}{end}" for number in range(2, 7) for end in ("", "/weight")]
    controls = [control for control in CONTROLS if control.address not in others]
    assert len(rows) == len(controls) + len(REPLIES) + len(EVENTS)
    for control, row in zip(controls, rows, strict=False):
        last = control.address.replace("/1", "/6")
        address = f"`{control.address}`" + (f" to `{last}`" if last != control.address else "")
        assert row.startswith(f"| {address} |")
        assert all(argument.allowed in row for argument in control.arguments)
        assert control.doc in row


def test_a_stale_file_is_noticed_rewritten_and_then_current(tmp_path, capsys) -> None:
    file = tmp_path / "manual.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert main(["--check", str(file)]) == 1
    assert "stale" in capsys.readouterr().out
    assert "old" in file.read_text()
    assert main([str(file)]) == 0
    assert file.read_text() == f"before\n{BEGIN}\n{reference()}\n{END}\nafter\n"
    assert main(["--check", str(file)]) == 0


@pytest.mark.parametrize("text", ["no marks", BEGIN, f"{END} {BEGIN}"])
def test_a_file_without_the_marks_is_left_alone(text, tmp_path, capsys) -> None:
    file = tmp_path / "manual.md"
    file.write_text(text)
    assert main([str(file)]) == 1
    assert BEGIN in capsys.readouterr().err
    assert file.read_text() == text


def test_a_file_that_is_not_there_is_named(tmp_path, capsys) -> None:
    assert main([str(tmp_path / "missing.md")]) == 1
    assert "missing.md" in capsys.readouterr().err
