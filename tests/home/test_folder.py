"""The homework folder is found from where one is, and a kit that lacks something is told by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import GraderError, UsageError
from grader.home.folder import find_home, read_home


def test_it_is_found_from_any_folder_within(kit: Path) -> None:
    deep = kit / "outputs" / "run 1"
    deep.mkdir(parents=True)
    assert find_home(deep) == kit == find_home(kit)


def test_from_above_it_is_named_but_not_taken(kit: Path) -> None:
    with pytest.raises(UsageError) as told:
        find_home(kit.parent)
    assert str(told.value) == (
        f"{kit.parent}: no homework here: neither this folder nor one above it has the kit's public.yaml  [E-HOME]\n"
        "  expected: the folder that the handout was unpacked into; it holds public.yaml and checks/\n"
        "  help: cd tiny"
    )


def test_where_there_is_none_the_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unpack the handout, change into its folder and try again"):
        find_home(tmp_path)


def test_a_public_yaml_of_somebody_else_is_no_homework(tmp_path: Path) -> None:
    (tmp_path / "public.yaml").write_text("public: true\n")
    with pytest.raises(UsageError, match="E-HOME"):
        find_home(tmp_path)


@pytest.mark.parametrize("name", ["probes.py", "expected.safetensors", "known.json"])
def test_a_file_of_the_kit_that_is_gone_is_named(kit: Path, name: str) -> None:
    (kit / "checks" / name).unlink()
    with pytest.raises(GraderError, match=name):
        read_home(kit)


def test_time_is_doubled_since_a_laptop_is_slower(kit: Path) -> None:
    assert {part.limits.wall_s for part in read_home(kit).rubric.parts} == {10.0}
