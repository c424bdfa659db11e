"""Every way a verb can end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.commands.endings import ended, interrupted
from grader.errors import HarnessError, Message, UsageError


def raising(error: BaseException) -> int:
    raise error


def test_a_verb_ends_with_its_own_code() -> None:
    assert ended(lambda: 1) == 1


@pytest.mark.parametrize(("family", "code"), [(UsageError, 2), (HarnessError, 1)])
def test_an_error_of_ours_is_printed_and_gives_its_code(
    family: type[UsageError], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    got = ended(lambda: raising(family(Message("out", "it is full", "E-DISK", help="make room"))))

    assert got == code
    assert capsys.readouterr().err == "out: it is full  [E-DISK]\n  help: make room\n"


def test_an_interrupt_says_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(lambda: raising(KeyboardInterrupt())) == 130
    assert "grade: interrupted  [E-INTERRUPTED]\n  kept: what was finished is kept\n" in capsys.readouterr().err


def test_a_bug_names_the_file_that_holds_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert ended(lambda: raising(ZeroDivisionError("ours"))) == 3

    (log,) = (tmp_path / "out" / "log").iterdir()
    shown = capsys.readouterr().err
    assert "a bug of ours: ZeroDivisionError: ours  [E-BUG]" in shown
    assert f"out/log/{log.name}" in shown
    assert "ZeroDivisionError: ours" in log.read_text()


def test_a_bug_is_shown_in_full_when_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        ended(lambda: raising(ZeroDivisionError()), debug=True)


def test_a_reader_that_has_gone_is_no_fault(capfd: pytest.CaptureFixture[str]) -> None:
    assert ended(lambda: raising(BrokenPipeError())) == 0


def test_a_signal_is_named_in_what_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    assert interrupted("SIGTERM") == 130
    assert capsys.readouterr().err.startswith("grade: interrupted by SIGTERM  [E-INTERRUPTED]\n")


def test_lines_for_a_reader_that_has_gone_do_not_change_how_a_run_ends() -> None:
    script = "import sys; from grader.commands.endings import ended, say; sys.exit(ended(lambda: say('x' * 9) or 1))"
    reader, writer = os.pipe()
    os.close(reader)
    try:
        code = subprocess.run([sys.executable, "-c", script], stdout=writer).returncode
    finally:
        os.close(writer)

    assert code == 1
