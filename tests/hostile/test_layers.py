"""Each layer of the jail, taken away, turns a case red; where two cover one hole, each of them alone suffices."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import Play
from tests.hostile.corpus import Case, cases
from tests.hostile.test_jobs import unlike

# By the layers, so that cases for which the same are taken away share a slot.
LAYERED = sorted((case for case in cases("job") if case.layers), key=lambda case: case.layers)
COVERED = sorted((layer, case.id) for case in LAYERED if len(case.layers) > 1 for layer in case.layers)
BY_ID = {case.id: case for case in LAYERED}
NEEDED = {"slot", "netns", "pidns", "ipcns", "tmpfs", "landlock", "seccomp", "nproc", "fsize", "watchdog"}


@pytest.mark.slow
@pytest.mark.parametrize("case", LAYERED, ids=lambda case: f"{case.id} without {' '.join(case.layers)}")
def test_without_its_layers_a_case_turns_red(case: Case, play: Play) -> None:
    assert played_twice(case, play, *case.layers) != []


@pytest.mark.slow
@pytest.mark.parametrize(("layer", "case_id"), COVERED)
def test_where_two_layers_cover_one_hole_the_other_alone_suffices(layer: str, case_id: str, play: Play) -> None:
    assert played_twice(BY_ID[case_id], play, layer) == []


def test_every_layer_has_a_case_that_needs_it() -> None:
    assert {layer for case in LAYERED for layer in case.layers} == NEEDED


def played_twice(case: Case, play: Play, *without: str) -> list[str]:
    """What is not as it must be; the second time it meets what the first has left."""
    return unlike(case, play(case, "strict", *without)) or unlike(case, play(case, "strict", *without))
