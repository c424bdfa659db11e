"""Landlock, really put on a child: what it may still read, run, write and signal, and what not."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import landlockpy
import pytest

from grader.box.inside import landlock
from grader.box.inside.landlock import Reach, confine, warm_up
from grader.box.inside.zygote import threads_here
from tests.box.inside.forked import in_child, refusal

pytestmark = pytest.mark.skipif(warm_up() == 0, reason="this kernel has no Landlock")
SCOPED = pytest.mark.skipif(warm_up() < landlock.SCOPES_ABI, reason="this kernel's Landlock has no scopes")


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Folders `read`, `run`, `write` and `none`, each with a program, all open to everybody."""
    for name in ("read", "run", "write", "none"):
        (tmp_path / name).mkdir()
        program = tmp_path / name / "program"
        program.write_text("#!/bin/sh\nexit 0\n")
        program.chmod(0o755)
    return tmp_path


def confined(room: Path, action: Callable[[], Any]) -> Any:
    """What `action` returns in a child that may reach the folders as they are called."""

    def first() -> Any:
        confine(Reach((str(room / "read"),), (str(room / "run"),), (str(room / "write"),)))
        return action()

    return in_child(first)


ACTIONS: dict[str, Callable[[Path], Any]] = {
    "read": lambda folder: (folder / "program").read_text(),
    "list": lambda folder: os.scandir(folder),
    "run": lambda folder: subprocess.run([folder / "program"], check=True),
    "write": lambda folder: (folder / "program").open("a"),
    "truncate": lambda folder: os.truncate(folder / "program", 0),
    "make": lambda folder: (folder / "new").mkdir(),
    "remove": lambda folder: (folder / "program").unlink(),
    "link": lambda folder: (folder / "link").symlink_to("/"),
    "device": lambda folder: os.mknod(folder / "device", stat.S_IFCHR | 0o666, os.makedev(1, 3)),
}


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("read", {"read", "list"}),
        ("run", {"read", "list", "run"}),
        ("write", {"read", "list", "write", "truncate", "make", "remove", "link"}),
        ("none", set()),
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_folder_can_be_used_as_it_was_granted_and_no_further(
    room: Path, folder: str, action: str, allowed: set[str]
) -> None:
    found = confined(room, lambda: refusal(lambda: ACTIONS[action](room / folder)))

    assert found == ("allowed" if action in allowed else "EACCES") or (action, found) == ("device", "EPERM")


def test_without_it_all_of_that_would_be_allowed(room: Path) -> None:
    found = {name: in_child(lambda name=name: refusal(lambda: ACTIONS[name](room / "none"))) for name in ACTIONS}

    assert {name for name, answer in found.items() if answer != "allowed"} <= {"device"}


def test_a_single_file_can_be_granted_without_its_folder(room: Path) -> None:
    file = room / "none" / "program"

    def look() -> list[str]:
        confine(Reach((str(file),), (), ()))
        return [refusal(file.read_text), refusal(lambda: os.scandir(file.parent))]

    assert in_child(look) == ["allowed", "EACCES"]


def test_what_is_not_there_is_no_error(room: Path) -> None:
    assert in_child(lambda: confine(Reach((str(room / "gone"),), ("/gone",), ("/gone",)))) is None


@pytest.mark.parametrize("device", ["null", "zero", "full", "random", "urandom"])
def test_harmless_devices_can_be_read_and_others_not(room: Path, device: str) -> None:
    found = confined(room, lambda: [refusal(Path("/dev", each).open) for each in (device, "kmsg")])

    assert found[0] == "allowed"
    assert found[1] in {"EACCES", "ENOENT"}


@pytest.mark.parametrize(
    "path", ["/", "/etc/passwd", "/etc/hostname", "/proc/1/status", "/home", "/root", "/var", "/run"]
)
def test_the_machine_around_it_cannot_be_read(room: Path, path: str) -> None:
    read = os.scandir if Path(path).is_dir() else os.open
    found = confined(room, lambda: refusal(lambda: read(path, *([os.O_RDONLY] if read is os.open else []))))

    assert found in {"EACCES", "ENOENT"}


def test_the_system_itself_can_be_run_but_not_changed(room: Path) -> None:
    found = confined(
        room, lambda: [refusal(lambda: subprocess.run(["/usr/bin/true"])), refusal(Path("/usr/mark").touch)]
    )

    assert found == ["allowed", "EACCES"]


@SCOPED
def test_nobody_outside_can_be_signalled(room: Path) -> None:
    found = confined(
        room, lambda: [refusal(lambda: os.kill(os.getppid(), 0)), refusal(lambda: os.kill(os.getpid(), 0))]
    )

    assert found == ["EPERM", "allowed"]


@SCOPED
def test_no_abstract_socket_outside_can_be_reached(room: Path) -> None:
    name = f"\0grade-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(name)
        server.listen()

        assert confined(room, lambda: refusal(lambda: client.connect(name))) == "EPERM"
        client.connect(name)


def test_a_child_of_the_confined_is_confined_too(room: Path) -> None:
    assert confined(room, lambda: in_child(lambda: refusal(lambda: os.scandir("/")))) == "EACCES"


def test_a_second_ruleset_takes_away_and_never_gives_back(room: Path) -> None:
    def twice() -> list[str]:
        confine(Reach(("/", "/etc"), (), ()))
        return [refusal((room / name / "program").read_text) for name in ("read", "none", "run")]

    assert confined(room, twice) == ["allowed", "EACCES", "allowed"]


def test_warming_up_tells_the_abi_and_starts_no_thread() -> None:
    assert in_child(lambda: [warm_up(), threads_here()]) == [landlockpy.abi_version(), 1]
