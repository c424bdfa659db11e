"""Each layer taken away shows, so that the hostile corpus can prove what it is good for."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from grader.box.levels import best_level
from grader.box.pool import Pool
from grader.box.switches import ALL_ON, Switches
from tests.box.jobs import HANDOUT, observe

LOOK = """
import errno, os, resource, socket
def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return 'allowed'
def names(path):
    return {os.readlink(path + '/' + name) for name in os.listdir(path)}
FOUND = {
    'seccomp': tried(lambda: socket.socket(socket.AF_INET)),
    'landlock': tried(lambda: os.listdir('/')),
    'slot': tried(lambda: os.stat('/host')),
    'pidns': 'own' if os.getpid() == 2 else 'shared',
    'nproc': 'set' if resource.getrlimit(resource.RLIMIT_NPROC)[0] == 64 else 'free',
    'fsize': 'set' if resource.getrlimit(resource.RLIMIT_FSIZE)[0] == 64 << 20 else 'free',
    'tmpfs': 'own' if not os.listdir('/tmp') else 'shared',
}
def answer():
    return FOUND
"""
USUAL = {
    "seccomp": "EAFNOSUPPORT",
    "landlock": "EACCES",
    "slot": "ENOENT",
    "pidns": "own",
    "nproc": "set",
    "fsize": "set",
    "tmpfs": "own",
}


def seen_without(*names: str) -> dict[str, str]:
    if best_level() != "strict":
        pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
    switches = replace(ALL_ON, **dict.fromkeys(names, False))
    with Pool(HANDOUT, level="strict", workers=1, switches=switches) as pool:
        return dict(observe(pool, LOOK).texts)


def test_with_all_layers_up_everything_is_as_it_should_be(strict: Pool) -> None:
    assert dict(observe(strict, LOOK).texts) == USUAL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layer", "seen"),
    [
        ("seccomp", "allowed"),
        ("landlock", "allowed"),
        ("slot", "allowed"),
        ("pidns", "shared"),
        ("nproc", "free"),
        ("fsize", "free"),
        ("tmpfs", "shared"),
    ],
)
def test_a_layer_taken_away_is_gone_and_no_other(layer: str, seen: str) -> None:
    assert seen_without(layer) == {**USUAL, layer: seen}


def test_every_switch_is_on_unless_a_test_says_otherwise() -> None:
    assert Switches() == ALL_ON
    assert all(getattr(ALL_ON, field.name) for field in fields(Switches))
