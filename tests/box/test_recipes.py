"""The argument vectors, as pure functions: what stands in them, and in which order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.recipes import Host, command, ordinary, root, this_host

HOST = Host(
    base="/home/ann/.pyenv/versions/3.11",
    venv="/home/ann/course/.venv",
    worker="/tmp/grade-box-1/worker",
    links={"bin": "usr/bin", "lib64": ""},
    bwrap="/usr/bin/bwrap",
    setpriv="/usr/bin/setpriv",
)


def follows(words: list[str], *wanted: str) -> bool:
    """Whether these words stand side by side."""
    return any(tuple(words[at : at + len(wanted)]) == wanted for at in range(len(words)))


@pytest.mark.parametrize(
    "wanted",
    [
        ("--unshare-user", "--unshare-all"),
        ("--die-with-parent", "--new-session", "--clearenv"),
        ("--cap-drop", "ALL"),
        ("--ro-bind", "/usr", "/usr"),
        ("--symlink", "usr/bin", "/bin"),
        ("--ro-bind", "/lib64", "/lib64"),
        ("--size", "67108864", "--perms", "1777", "--tmpfs", "/dev/shm"),
        ("--size", "16777216", "--perms", "1777", "--tmpfs", "/tmp"),
        ("--ro-bind", "/home/ann/course/.venv", "/opt/venv"),
        ("--ro-bind", "/tmp/grade-box-1/worker", "/opt/worker"),
        ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"),
    ],
)
def test_an_ordinary_slot_has(wanted: tuple[str, ...]) -> None:
    assert follows(ordinary(HOST, HOST, 7), *wanted)


def test_the_parents_of_the_base_are_made_from_the_top_and_then_it_is_bound() -> None:
    words = ordinary(HOST, HOST, 7)
    parents = ["/home", "/home/ann", "/home/ann/.pyenv", "/home/ann/.pyenv/versions"]

    assert follows(words, *(word for parent in parents for word in ("--dir", parent)), "--ro-bind", HOST.base)


def test_a_base_under_usr_is_not_bound_again() -> None:
    host = replace(HOST, base="/usr")

    assert "--dir /usr" not in " ".join(ordinary(host, host, 7))
    assert "/tmp/base" not in root(host, 60_800, 7)


def test_without_a_venv_the_base_itself_is_started() -> None:
    host = replace(HOST, venv=HOST.base)
    words = ordinary(host, host, 7)

    assert "/opt/venv" not in words
    assert follows(words, "--", f"{HOST.base}/bin/python3", "-s", "-P", "-B")


def test_the_environment_is_set_word_by_word() -> None:
    words = ordinary(HOST, HOST, 7)

    assert words.count("--setenv") == len(HOST.environment)
    assert follows(words, "--setenv", "OMP_NUM_THREADS", "1")


def test_only_a_test_lets_the_slot_see_the_host() -> None:
    shared = replace(HOST, share_files=True, share_network=True)

    assert "/host" not in ordinary(HOST, HOST, 7)
    assert "--share-net" not in ordinary(HOST, HOST, 7)
    assert {"/host", "--share-net"} <= set(ordinary(shared, shared, 7))


@pytest.mark.parametrize(
    "wanted",
    [
        ("--unshare-pid", "--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", "/tmp"),
        ("--ro-bind", HOST.base, "/tmp/base"),
        ("--ro-bind", HOST.venv, "/tmp/venv"),
        ("--ro-bind", HOST.worker, "/tmp/worker", "--remount-ro", "/tmp", "--cap-drop", "ALL"),
        ("/usr/bin/setpriv", "--reuid=60800", "--regid=60800", "--clear-groups", "--inh-caps=-all"),
        ("--ambient-caps=-all", "--bounding-set=-all", "--no-new-privs", "--", "/usr/bin/bwrap"),
        ("--ro-bind", "/tmp/base", HOST.base),
        ("--ro-bind", "/tmp/venv", "/opt/venv"),
        ("--ro-bind", "/tmp/worker", "/opt/worker"),
    ],
)
def test_a_slot_of_root_has(wanted: tuple[str, ...]) -> None:
    assert follows(root(HOST, 60_800, 7), *wanted)


def test_root_keeps_three_capabilities_until_it_has_dropped() -> None:
    words = root(HOST, 60_800, 7)
    kept = {words[at + 1] for at, word in enumerate(words) if word == "--cap-add"}

    assert kept == {"CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"}
    assert words.index("--cap-add") < words.index("/usr/bin/setpriv")


def test_the_program_is_told_its_descriptor_its_folder_and_its_parent() -> None:
    assert command(HOST, 7, scratch="/scratch", parent=12) == [
        "/home/ann/course/.venv/bin/python3",
        "-s",
        "-P",
        "-B",
        "/tmp/grade-box-1/worker/grader/box/inside/zygote.py",
        "7",
        "/scratch",
        "12",
    ]


def test_this_host_knows_the_python_that_runs() -> None:
    host = this_host(Path("/tmp/worker"))

    assert host.has_venv == (host.venv != host.base)
    assert set(host.links) <= {"bin", "lib", "lib64"}
    assert Path(host.base).is_dir()
