"""What the set-up says where something is missing: tools/install, and the Makefile's look at Python."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*words: str, path: str, lead: tuple[str, ...] = ()) -> str:
    """What this command prints, with no other programs to be found than those of `path`."""
    done = subprocess.run([*lead, *words], capture_output=True, text=True, env={"PATH": path}, cwd=ROOT, check=False)
    return done.stdout + done.stderr


def test_what_is_there_is_not_installed_again() -> None:
    assert run("/bin/sh", "tools/install", "sh", "dash", path="/usr/bin:/bin") == ""


def test_without_apt_get_the_package_is_named(tmp_path: Path) -> None:
    said = run("/bin/sh", "tools/install", "bwrap", "bubblewrap", path=str(tmp_path))

    assert said.splitlines() == [
        "setup: bwrap is not installed, and there is no apt-get here  [E-SETUP]",
        "  help: install the package 'bubblewrap' by your system's means",
    ]


def test_who_is_not_root_is_told_the_command() -> None:
    lead = ("/usr/bin/setpriv", "--reuid=65534", "--clear-groups") if os.getuid() == 0 else ()
    script = (ROOT / "tools" / "install").read_text()

    said = run("/bin/sh", "-c", script, "install", "no-such-program", "some-package", path="/usr/bin:/bin", lead=lead)

    assert said.splitlines() == [
        "setup: no-such-program is not installed, and installing it needs root  [E-SETUP]",
        "  help: sudo apt-get install some-package",
    ]


def test_a_python_that_is_too_old_is_named_with_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    make = ("/usr/bin/make", "setup", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")

    said = run(*make, path="/usr/bin:/bin")

    assert "setup: Python 3.11 or newer is needed  [E-SETUP]\n  help: make setup PYTHON=/path/to/python3.11" in said
