"""Machine, boot and Python as words that can be compared."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.machine import this_machine, this_python


def test_the_same_machine_is_told_in_the_same_words() -> None:
    assert this_machine() == this_machine()
    assert this_python() == this_python()


def test_boot_user_and_kernel_are_told() -> None:
    told = this_machine()

    assert {str(os.getuid()), os.uname().release, sys.prefix} <= set(told)


def test_another_bubblewrap_is_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = this_machine()
    (tmp_path / "bwrap").write_text("#!/bin/sh\n")
    (tmp_path / "bwrap").chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    assert this_machine() != before
    assert str(tmp_path / "bwrap") in this_machine()


def test_no_bubblewrap_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert this_machine()[-1] == ""


def test_a_package_that_is_installed_makes_another_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = tmp_path / "site-packages"
    shelf.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(shelf)])
    before = this_python()

    (shelf / "torch-9.dist-info").mkdir()

    assert this_python() != before


def test_another_place_to_find_modules_makes_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    before = this_python()

    monkeypatch.setattr(sys, "path", ["/nowhere", *sys.path])

    assert this_python() != before
