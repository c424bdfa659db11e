"""What runs at home can be imported where there is no fork, no /proc and no rights of Unix."""

from __future__ import annotations

import subprocess
import sys

# A stand-in for Windows: what its Python lacks is taken away, once the libraries that know Windows themselves are in.
PROGRAM = """
import asyncio, importlib.abc, multiprocessing, os, signal, subprocess, sys, tempfile
import click, numpy, pydantic, pytest, yaml
for module, names in (
    (os, "O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY fork setsid getuid geteuid getpgid killpg wait4 waitid WNOHANG "
         "mkfifo setpgid sched_getaffinity statvfs uname pidfd_open P_PIDFD"),
    (signal, "SIGHUP SIGKILL SIGXCPU SIGALRM SIGSTOP SIGCHLD SIGUSR1 pthread_sigmask setitimer"),
):
    for name in names.split():
        vars(module).pop(name, None)


class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "pwd", "grp", "termios"):
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Absent())
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules.pop(name, None)
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


MODULES = [
    "grader.cli",
    "grader.commands.check",
    "grader.commands.endings",
    "grader.commands.pack",
    "grader.home.cell",
    "grader.home.checker",
    "grader.home.watching",
    "grader.judge.smallest",
    "grader.pytest_plugin",
]


def test_it_can_be_imported_without_what_only_unix_has() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, *MODULES], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
