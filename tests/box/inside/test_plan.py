"""The plan of a zygote: read as it was written, or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from grader.box.inside.plan import Plan, read_plan
from grader.box.staging import plan
from grader.box.switches import ALL_ON
from grader.nouns.asked import Handout, Snippet, Unit
from grader.nouns.plain import Level

HANDOUT = Handout(
    "",
    (Unit("nmt_model", ("NMT",), {"vocab": "stand_ins/vocab.py"}), Unit("utils", ("pad",))),
    snippets=(Snippet("plot", "pick", calls=("imshow",), near=("norm",)),),
)


def told(level: Level = "strict", **changes: Any) -> dict[str, Any]:
    return {**plan(HANDOUT, level, ALL_ON, shares_uid=False), **changes}


def read(folder: Path, text: str) -> Plan:
    (folder / "plan.json").write_text(text)
    return read_plan(folder)


@pytest.mark.parametrize("level", ["strict", "container", "open"])
def test_a_plan_is_read_as_staging_tells_it(tmp_path: Path, level: Level) -> None:
    written = json.dumps(told(level))
    found = read(tmp_path, written)

    assert json.loads(json.dumps(asdict(found))) == json.loads(written)


@pytest.mark.parametrize(("namespaces", "expected"), [(["user", "pid"], True), (["user", "mount"], False), ([], False)])
def test_a_job_has_pids_of_its_own_only_with_that_namespace(
    tmp_path: Path, namespaces: list[str], expected: bool
) -> None:
    assert read(tmp_path, json.dumps(told(namespaces=namespaces))).has_pids == expected


def test_units_keep_their_order_and_what_is_given_to_them(tmp_path: Path) -> None:
    units = read(tmp_path, json.dumps(told())).units

    assert [unit["name"] for unit in units] == ["nmt_model", "utils"]
    assert units[0]["given"] == {"vocab": "stand_ins/vocab.py"}
    assert units[1]["defines"] == ["pad"]


def test_snippets_keep_what_they_are_found_by(tmp_path: Path) -> None:
    (snippet,) = read(tmp_path, json.dumps(told())).snippets

    assert snippet == {"name": "plot", "take": "pick", "reads": [], "calls": ["imshow"], "near": ["norm"]}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ValueError),
        ('{"level": "strict"}', KeyError),
        (json.dumps(told(colour="red")), TypeError),
        (json.dumps({name: value for name, value in told().items() if name != "seccomp"}), TypeError),
    ],
    ids=["empty", "nothing but a level", "a wall too many", "a wall too few"],
)
def test_a_plan_of_another_version_is_refused(tmp_path: Path, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(tmp_path, text)


def test_a_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"plan\.json"):
        read_plan(tmp_path)


def test_a_plan_cannot_be_changed(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps(told()))

    with pytest.raises(AttributeError):
        found.seccomp = False  # type: ignore[misc]
