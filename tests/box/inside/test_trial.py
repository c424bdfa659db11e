"""The trial of `grade doctor`: it tells a machine that denies something from one that does not."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.box import recipes, staging
from grader.box.inside import landlock, namespaces, seccomp, trial
from grader.box.slot import command, spawn
from grader.box.switches import ALL_ON
from grader.nouns.asked import Handout
from grader.nouns.plain import Level
from tests.box.inside.forked import in_child


def said(layer: str, before: Callable[[], object] = lambda: None) -> str:
    """What is seen of a layer in a child, after this has been done there."""

    def look() -> str:
        before()
        try:
            return trial.DENIED[layer]("/tmp")
        except PermissionError as error:
            return f"not so: {error}"

    return in_child(look)  # type: ignore[no-any-return]


def landlocked() -> None:
    landlock.confine(landlock.Reach((), (), ("/tmp",)))


def filtered() -> None:
    namespaces.drop_capabilities()
    seccomp.install(seccomp.here(close=False))


WALLS: Mapping[str, tuple[Callable[[], object], str]] = {
    "landlock: read": (landlocked, "refused with EACCES"),
    "landlock: signal": (landlocked, "refused with EPERM"),
    "seccomp: call": (filtered, "refused with EPERM"),
    "seccomp: network": (filtered, "refused with EAFNOSUPPORT"),
    "capabilities": (namespaces.drop_capabilities, "none"),
}


@pytest.mark.parametrize("layer", WALLS)
def test_a_layer_that_is_up_is_seen(layer: str) -> None:
    wall, seen = WALLS[layer]

    assert said(layer, wall) == seen


@pytest.mark.parametrize(
    ("layer", "seen"),
    [
        ("landlock: read", "it was allowed"),
        ("landlock: signal", "it was allowed"),
        ("seccomp: network", "it was allowed"),
        pytest.param(
            "capabilities", "capabilities ", marks=pytest.mark.skipif(os.getuid() != 0, reason="only root has any")
        ),
    ],
)
def test_a_layer_that_is_not_up_is_seen_too(layer: str, seen: str) -> None:
    assert said(layer).startswith(f"not so: {seen}")


def test_a_layer_is_not_mistaken_for_another() -> None:
    assert said("seccomp: network", landlocked) == "not so: it was allowed"
    assert said("landlock: read", filtered) == "not so: it was allowed"


def test_another_refusal_than_the_one_expected_is_none() -> None:
    with pytest.raises(PermissionError, match=r"^refused with ENOENT$"):
        trial._refused(lambda: Path("/nowhere").stat(), errno.EACCES)


def test_the_room_for_files_is_told_in_mib(tmp_path: Path) -> None:
    room = os.statvfs(tmp_path)

    assert trial.DENIED["tmpfs"](str(tmp_path)) == f"{room.f_blocks * room.f_frsize // 2**20} MiB in {tmp_path}"


def layers(level: Level, folder: Path, **changes: Any) -> dict[str, tuple[bool, str]]:
    """What a whole trial says, without a slot: (whether it holds, what was seen) by layer, in its order."""
    worker, scratch = folder / "worker", folder / "scratch"
    worker.mkdir()
    scratch.mkdir()
    handout = Handout("", ())
    staging.stage(worker, handout, {**staging.plan(handout, level, ALL_ON, shares_uid=True), **changes})
    told = command(recipes.this_host(worker), "open", 0, None, str(scratch))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [word.replace("zygote.py", "trial.py") for word in told.words]
    words[words.index("0")] = str(theirs.fileno())
    seen = {}
    with ours, spawn(type(told)(words, told.environment), theirs):
        while packet := ours.recv(2**16):
            message = json.loads(packet)
            seen[message["layer"]] = (message["ok"], message["seen"])
    return seen


def test_where_nothing_is_confined_every_wall_is_missed(tmp_path: Path) -> None:
    seen = layers("open", tmp_path)

    assert list(seen) == ["python", "namespaces", "landlock", *trial.DENIED]
    assert seen["namespaces"] == (True, "none at this level")
    assert [layer for layer in trial.DENIED if seen[layer][0]][-1] == "tmpfs"
    assert not any(seen[layer][0] for layer in ("landlock: read", "landlock: signal", "seccomp: network", "processes"))


def test_the_walls_of_a_container_are_found_without_any_namespace(tmp_path: Path) -> None:
    seen = layers("container", tmp_path)

    assert [layer for layer in seen if not seen[layer][0]] in ([], ["processes"])  # root is above that limit
    assert seen["seccomp: network"] == (True, "refused with EAFNOSUPPORT")


def test_a_layer_that_cannot_be_raised_is_named_and_nothing_below_it_is_tried(tmp_path: Path) -> None:
    seen = layers("open", tmp_path, namespaces=["no such namespace"])

    assert list(seen) == ["python", "namespaces"]
    assert seen["namespaces"] == (False, "KeyError: 'no such namespace'")
