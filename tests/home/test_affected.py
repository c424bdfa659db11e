"""Which parts a changed file can affect."""

from __future__ import annotations

import pytest

from grader.home.affected import affected
from grader.nouns.asked import Case, Part, Rubric, Snippet, Unit

FILES = {
    "work/nmt.py": b"from .layers import Layer\nimport torch",
    "work/layers.py": b"from helpers import shapes as s",
    "helpers/__init__.py": b"from . import shapes",
    "helpers/shapes.py": b"",
    "utils.py": b"x = (",
    "alone.py": b"",
}
CHOSEN = {"nmt": "work/nmt.py", "utils": "utils.py"}
ASKED = {"1a": {"utils"}, "1d": {"nmt"}, "1g": {"nmt", "utils"}}


def part(id: str, source: str = "probe", **more: object) -> Part:
    cases = (Case("plain", {}),) if source == "probe" else ()
    probe = "p" if source == "probe" else ""
    return Part(id, id, 1.0, source, probe=probe, cases=cases, **more)  # type: ignore[arg-type]


PARTS = (part("1a"), part("1d"), part("1g"), part("1h", "file", reads="out.txt"), part("1i", "person"))


def rubric(parts: tuple[Part, ...] = PARTS, snippets: tuple[Snippet, ...] = ()) -> Rubric:
    return Rubric(
        assignment="a4",
        title="",
        points=3.0,
        parts=parts,
        units=(Unit("nmt", ("NMT",)), Unit("utils", ("pad",))),
        seed=0,
        rtol=0.0,
        atol=0.0,
        accept=(),
        repairs={},
        staff_files={},
        editions=(),
        reveal="none",
        path="public.yaml",
        sha256="",
        folder="",
        snippets=snippets,
    )


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        ("utils.py", ("1a", "1g")),
        ("work/nmt.py", ("1d", "1g")),
        ("work/layers.py", ("1d", "1g")),
        ("helpers/__init__.py", ("1d", "1g")),
        ("helpers/shapes.py", ("1d", "1g")),
        ("alone.py", ()),
        ("out.txt", ("1h", "1i")),
        ("answers.md", None),
        ("a4.ipynb", None),
        ("new.py", None),
    ],
)
def test_a_file_affects_the_parts_whose_probes_use_it(changed: str, parts: tuple[str, ...] | None) -> None:
    assert affected(rubric(), changed, FILES, CHOSEN, ASKED) == parts


def test_a_part_whose_probe_did_not_come_so_far_may_use_anything() -> None:
    assert affected(rubric(), "utils.py", FILES, CHOSEN, {"1a": {"utils"}, "1g": {"nmt"}}) == ("1a", "1d")


def test_what_a_part_asks_to_be_written_counts_as_used() -> None:
    parts = (part("1a", fills=("utils.pad",)), part("1d"))
    assert affected(rubric(parts), "utils.py", FILES, CHOSEN, {"1a": set(), "1d": {"nmt"}}) == ("1a",)


def test_while_a_unit_has_no_file_any_file_may_be_it() -> None:
    assert affected(rubric(), "alone.py", FILES, {"nmt": "work/nmt.py"}, ASKED) is None


def test_snippets_may_stand_in_any_file() -> None:
    assert affected(rubric(snippets=(Snippet("plot", "pick"),)), "alone.py", FILES, CHOSEN, ASKED) is None
