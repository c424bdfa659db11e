"""The calls behind a job's walls, each made in a child and looked at from there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.box.inside import namespaces
from grader.box.inside.namespaces import JOB_UID, NAMESPACES, drop_capabilities, map_user, mount, prctl, unshare
from tests.box.inside.forked import in_child, refusal

FILES = {"user": "user", "mount": "mnt", "pid": "pid", "net": "net", "ipc": "ipc", "uts": "uts"}
REFUSED = "no namespaces"


def identities() -> dict[str, int]:
    """Which namespaces a child of the caller is in."""
    return in_child(lambda: {kind: Path(f"/proc/self/ns/{file}").stat().st_ino for kind, file in FILES.items()})


def apart(kinds: str, then: Callable[[], Any]) -> Any:
    """What `then` returns in a child that has a user namespace and these others; skipped where there are none."""

    def action() -> Any:
        uid, gid = os.getuid(), os.getgid()
        refused = refusal(lambda: unshare(sum(NAMESPACES[kind] for kind in {"user", *kinds.split()})))
        if refused != "allowed":
            return REFUSED
        map_user(uid, gid)
        return then()

    found = in_child(action)
    if found == REFUSED:
        pytest.skip("this machine gives no user namespaces")
    return found


def status(key: str) -> str:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith(f"{key}:"))


@pytest.mark.parametrize("kind", NAMESPACES)
def test_each_flag_makes_the_namespace_of_its_name_and_no_other(kind: str) -> None:
    before, after = identities(), apart(kind, identities)

    assert {each for each in FILES if before[each] != after[each]} == {"user", kind}


def test_a_job_is_one_user_who_is_nobody_outside() -> None:
    found = apart("", lambda: [os.getresuid(), os.getresgid(), Path("/proc/self/uid_map").read_text().split()])

    assert found[:2] == [[JOB_UID] * 3, [JOB_UID] * 3]
    assert found[2] == [str(JOB_UID), str(os.getuid()), "1"]


@pytest.mark.parametrize("change", [lambda: os.setuid(0), lambda: os.setgroups([0])], ids=["uid 0", "group 0"])
def test_there_is_nobody_else_to_become(change: Callable[[], None]) -> None:
    assert apart("", lambda: refusal(change)) in {"EINVAL", "EPERM"}


def test_a_tmpfs_has_the_size_it_was_given_and_nobody_outside_sees_it(tmp_path: Path) -> None:
    def fill() -> int:
        mount("none", "/", namespaces.MS_REC | namespaces.MS_PRIVATE)
        mount("tmpfs", str(tmp_path), namespaces.MS_NOSUID, "size=1m")
        (tmp_path / "inside").write_text("x")
        room = os.statvfs(tmp_path)
        return room.f_blocks * room.f_frsize

    assert apart("mount", fill) == 2**20
    assert [*tmp_path.iterdir()] == []


def test_a_file_system_can_be_made_read_only_afterwards(tmp_path: Path) -> None:
    def close() -> str:
        mount("tmpfs", str(tmp_path), namespaces.MS_NOSUID)
        mount("tmpfs", str(tmp_path), namespaces.MS_NOSUID | namespaces.MS_REMOUNT | namespaces.MS_RDONLY)
        return refusal(lambda: (tmp_path / "note").write_text("x"))

    assert apart("mount", close) == "EROFS"


def test_the_next_child_is_pid_1_of_its_namespace() -> None:
    assert apart("pid", lambda: in_child(os.getpid)) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: unshare(-1), "unshare: Invalid argument"),
        (lambda: mount("tmpfs", "/nowhere", 0), "mount tmpfs on /nowhere: No such file or directory"),
        (lambda: mount("no-such-kind", "/", 0), "mount no-such-kind on /: "),
        (lambda: prctl(9999, 0), "prctl 9999: Invalid argument"),
    ],
)
def test_a_refusal_names_the_call_and_the_reason(call: Callable[[], None], message: str) -> None:
    with pytest.raises(OSError, match=message):
        call()


def test_no_capability_is_left_in_any_set_and_none_can_come_back() -> None:
    def names() -> dict[str, str]:
        drop_capabilities()
        return {key: status(key) for key in ("CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs")}

    assert in_child(names) == dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), "0" * 16) | {"NoNewPrivs": "1"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root has capabilities to lose")
def test_root_without_capabilities_has_no_bounding_set_either_and_cannot_change_the_user(tmp_path: Path) -> None:
    def try_to() -> list[str]:
        drop_capabilities()
        return [status("CapBnd"), refusal(lambda: os.setuid(1)), refusal(lambda: os.chown(tmp_path, 1, 1))]

    assert in_child(try_to) == ["0" * 16, "EPERM", "EPERM"]


def test_capabilities_can_be_dropped_twice() -> None:
    assert in_child(lambda: [drop_capabilities(), drop_capabilities()]) == [None, None]


def test_children_have_none_either() -> None:
    assert in_child(lambda: [drop_capabilities(), in_child(lambda: status("CapEff"))])[1] == "0" * 16
