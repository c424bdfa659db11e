"""The trusted side of an assignment: the reference is run once, mistakes only where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.authoring import Edit
from grader.box.pool import Event
from grader.box.store import Store
from grader.course import Course, by_part, hand_in, open_course
from grader.errors import HarnessError
from grader.nouns.asked import Part
from grader.nouns.seen import Observation
from grader.observer import Observer
from grader.rubric.load import load_rubric
from tests import tiny
from tests.slots import slots, slots_elsewhere  # noqa: F401 (a fixture of this module)


@dataclass
class Heard:
    """What the box of a course ran: (hand-in, part)."""

    runs: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, event: Event) -> None:
        if event.part:
            self.runs.add((event.key, event.part))


def course_in(root: Path, heard: Callable[[Event], None] | None = None, probes: str = tiny.PROBES) -> Course:
    """The tiny course, written into this folder."""
    path, store = tiny.write_course(root), Store(root / "observations")
    (root / "reference" / "tiny" / "probes.py").write_text(probes, encoding="utf-8")
    loaded = load_rubric(path)
    return open_course(loaded, lambda at: Observer(at, level="open", workers=1, store=store, on_event=heard))


def part(course: Course, part_id: str) -> Part:
    """A part of the rubric."""
    return next(part for part in course.rubric.parts if part.id == part_id)


# --- what is run ---


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, heard: Heard) -> Iterator[Course]:
    """One course for the tests below; what each of them runs stays known to those after it."""
    course = course_in(tmp_path_factory.mktemp("course"), heard)
    with course.observer:
        yield course


@pytest.fixture
def anew(heard: Heard) -> Heard:
    """What is run from here on."""
    heard.runs.clear()
    return heard


def test_opening_a_course_runs_nothing(course: Course, heard: Heard) -> None:
    assert (course.rubric.assignment, heard.runs, slots()) == ("tiny", set(), [])


def test_the_reference_gives_every_case_of_every_part_that_has_a_probe(course: Course) -> None:
    assert {part: set(cases) for part, cases in course.reference.items()} == {"w": {"ragged", "pair"}, "c": {"mean"}}
    assert course.reference["w"]["ragged"].tensors["weights"].shape == (4, 7)


def test_the_reference_is_run_once(course: Course, anew: Heard) -> None:
    first, again = course.reference, course.reference

    assert first is again
    assert anew.runs <= {("reference", "w"), ("reference", "c")}


def test_the_slot_of_the_reference_serves_the_mistakes_too(course: Course) -> None:
    _ = course.reference
    before = slots()

    course.known(part(course, "w"))

    assert (len(before), slots()) == (1, before)


def test_mistakes_give_what_they_compute(course: Course) -> None:
    known = course.known(part(course, "w"))

    rows = known["over_batch"]["ragged"].tensors["weights"].sum(axis=1)
    assert set(known) == {"no_mask", "over_batch"}
    assert abs(rows - 1).max() > 0.1


def test_mistakes_are_run_once(course: Course, anew: Heard) -> None:
    first = course.known(part(course, "w"))
    anew.runs.clear()

    again = course.known(part(course, "w"))

    assert (again, anew.runs) == (first, set())


def test_a_mistake_is_run_on_the_parts_asked_for_only(course: Course, anew: Heard) -> None:
    course.learn([("no_mask", part(course, "c"))])

    assert anew.runs == {("no_mask", "c")}


@pytest.mark.parametrize("part_id", ["c", "why"])
def test_a_part_without_mistakes_asks_for_nothing(course: Course, anew: Heard, part_id: str) -> None:
    assert (course.known(part(course, part_id)), anew.runs) == ({}, set())


def test_a_part_without_a_probe_learns_nothing_of_a_mistake(course: Course, anew: Heard) -> None:
    course.learn([("no_mask", part(course, "why"))])

    assert anew.runs == set()


def test_what_was_seen_elsewhere_need_not_be_run(tmp_path: Path) -> None:
    heard, seen = Heard(), Observation("answered")
    course = course_in(tmp_path, heard)

    course.remember("no_mask", ["w"], {("w", "pair"): seen})
    course.remember("over_batch", ["w"], {("c", "mean"): seen})

    assert course.known(part(course, "w")) == {"no_mask": {"pair": seen}, "over_batch": {}}
    assert heard.runs == set()


@pytest.mark.slow
def test_a_box_that_breaks_on_the_reference_ends_the_run_and_says_where(tmp_path: Path) -> None:
    probes = tiny.PROBES.replace('return {"weights"', 'dies(hw, seed=seed)\n    return {"weights"')
    course = course_in(tmp_path, probes=probes + tiny.DEADLY_PROBES)

    with course.observer, pytest.raises(HarnessError) as error:
        _ = course.reference

    assert "reference: part w, case ragged: the reference gave no answer: the box died" in str(error.value)
    assert "[E-REFERENCE]\n  help: run `grade doctor`" in str(error.value)


# --- hashes and edits ---


def sha_after(course: Course, root: Path) -> str:
    """The hash of the same folder, opened again."""
    rubric = load_rubric(root / "rubrics" / "tiny.yaml")
    return Course(rubric, course.handout, {}, {}, {}, course.observer).sha256


def test_the_same_folder_has_the_same_hash(tmp_path: Path) -> None:
    course = course_in(tmp_path)

    assert sha_after(course, tmp_path) == course.sha256


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("reference/tiny/probes.py", tiny.PROBES + "\n"),
        ("reference/tiny/mistakes.py", tiny.MISTAKES.replace("any weight", "a weight")),
        ("reference/tiny/solved/attention.py", tiny.SOLVED + "\n"),
        ("reference/tiny/data/test.en", "a new file"),
        ("rubrics/tiny.yaml", tiny.RUBRIC.replace("seed: 11", "seed: 12")),
        ("rubrics/tiny.yaml", tiny.RUBRIC + "# a remark\n"),
    ],
    ids=["probes", "a hint", "solution", "new file", "seed", "remark in the rubric"],
)
def test_any_change_of_the_course_changes_its_hash(tmp_path: Path, path: str, text: str) -> None:
    course = course_in(tmp_path)
    before = course.sha256
    (tmp_path / path).parent.mkdir(exist_ok=True)

    (tmp_path / path).write_text(text, encoding="utf-8")

    assert sha_after(course, tmp_path) != before


def test_a_file_under_another_name_changes_the_hash(tmp_path: Path) -> None:
    course = course_in(tmp_path)
    data = tmp_path / "reference" / "tiny" / "test.en"
    data.write_text("a line")
    before = sha_after(course, tmp_path)

    data.rename(data.with_name("test.es"))

    assert sha_after(course, tmp_path) != before


def test_what_python_leaves_behind_does_not_change_the_hash(tmp_path: Path) -> None:
    course = course_in(tmp_path)
    before, cache = course.sha256, tmp_path / "reference" / "tiny" / "__pycache__"
    cache.mkdir()

    (cache / "probes.cpython-311.pyc").write_bytes(b"\0")

    assert sha_after(course, tmp_path) == before


def test_equal_files_are_equal_hand_ins_in_any_order() -> None:
    files = {"a.py": b"1", "b.py": b"2"}

    assert hand_in("x", files).sha256 == hand_in("y", dict(reversed(files.items()))).sha256


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a.py": b"1"}, {"a.py": b"2"}),
        ({"a.py": b"1"}, {"b.py": b"1"}),
        ({"a": b"bc"}, {"ab": b"c"}),
        ({"a": b"", "b": b"1"}, {"a": b"1", "b": b""}),
        ({}, {"a.py": b""}),
    ],
    ids=["content", "path", "where the path ends", "whose content", "an empty file"],
)
def test_other_files_are_other_hand_ins(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert hand_in("x", one).sha256 != hand_in("x", other).sha256


def test_an_edited_reference_differs_in_the_edit_alone(tmp_path: Path) -> None:
    course = course_in(tmp_path)

    edited = course.edited("flat", (Edit("attention.py", "dim=1", "dim=0"),))

    assert edited.key == "flat"
    assert edited.files == {"attention.py": tiny.SOLVED.replace("dim=1", "dim=0").encode()}
    assert course.files == {"attention.py": tiny.SOLVED.encode()}


def test_observations_are_sorted_by_part_and_case() -> None:
    one, two, three = (Observation("answered", reason=word) for word in "abc")

    sorted_ = by_part({("w", "pair"): one, ("c", "mean"): two, ("w", "ragged"): three})

    assert sorted_ == {"w": {"pair": one, "ragged": three}, "c": {"mean": two}}
