"""A submission's result: made of observations written by hand, so that nothing here needs a box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from grader.box.store import Store
from grader.course import Course, by_part, open_course
from grader.marker import Marker, rules_sha256, unread, write_arrays
from grader.nouns.asked import Edition, Plot, Rubric
from grader.nouns.judged import SubmissionResult
from grader.nouns.plain import Fault
from grader.nouns.seen import Document, DocumentCell, Observation, Submission, Usage
from grader.observer import HandIn, Observations, Observed, Observer
from grader.rubric.load import load_rubric
from tests import tiny

FILES = {"attention.py": tiny.SOLVED.encode()}
ADA = Submission("ada", FILES, "a" * 64)
RIGHT, UNMASKED = np.full((4, 7), 0.25), np.full((4, 7), 0.5)  # what is right is what the reference gives
WRITTEN_DIFF = """\
# no_mask
# attention.py
- scores_bs.masked_fill(padding_bs, -torch.inf)
+ scores_bs"""


def gave(weights: np.ndarray[Any, Any] = RIGHT, **changes: Any) -> dict[tuple[str, str], Observation]:
    """What a hand-in gives that computes these weights; `changes` are those of the case `mean`."""
    context = Observation("answered", tensors={"context": np.ones((4, 5))}, usage=Usage(wall_s=0.25))
    return {
        ("w", "ragged"): Observation("answered", tensors={"weights": weights}, usage=Usage(wall_s=0.5)),
        ("w", "pair"): Observation("answered", tensors={"weights": weights[:2, :3]}, usage=Usage(wall_s=0.25)),
        ("c", "mean"): replace(context, **changes),
    }


def course_of(root: Path, **changes: Any) -> Course:
    """The tiny course; what reference and mistakes give is known, so that nothing is run."""
    loaded, store = load_rubric(tiny.write_course(root)), Store(root / "observations")
    course = open_course(loaded, lambda at: Observer(at, level="open", workers=1, store=store))
    course.rubric = replace(course.rubric, **changes)
    course.reference = by_part(gave())
    course.remember("no_mask", ["w"], gave(UNMASKED))
    course.remember("over_batch", ["w"], gave(np.full((4, 7), 9.0)))
    return course


def marker_of(root: Path, **changes: Any) -> Marker:
    """A marker of the tiny course."""
    course = course_of(root, **changes)
    return Marker(course, course.rubric.parts, "open", root / "arrays")


def mark(marker: Marker, seen: Observations, submission: Submission = ADA, *, cached: bool = False) -> SubmissionResult:
    """The result of one submission that gave this."""
    sent = HandIn(submission.id, submission.sha256, submission.files)
    return marker.mark(submission, Observed(sent, seen, cached))


# --- points ---


def test_the_reference_has_what_a_machine_can_give(tmp_path: Path) -> None:
    result = mark(marker_of(tmp_path), gave())

    assert (result.id, result.score, result.pending, result.max) == ("ada", 6.0, 1.0, 7.0)


def test_parts_stand_in_the_order_of_the_rubric(tmp_path: Path) -> None:
    result = mark(marker_of(tmp_path), gave())

    assert [(part.id, part.verdict) for part in result.parts] == [("w", "passed"), ("c", "passed"), ("why", "pending")]


def test_only_the_parts_of_the_marker_are_marked(tmp_path: Path) -> None:
    marker = marker_of(tmp_path)

    result = mark(replace(marker, parts=marker.parts[1:2]), gave())

    assert ([part.id for part in result.parts], result.max) == (["c"], 2.0)


@pytest.mark.parametrize("cached", [True, False])
def test_cached_and_seconds_come_from_what_was_observed(tmp_path: Path, cached: bool) -> None:
    result = mark(marker_of(tmp_path), gave(), cached=cached)

    assert (result.cached, result.seconds) == (cached, 1.0)


def test_a_case_that_was_not_observed_costs_nobody_a_point(tmp_path: Path) -> None:
    seen = gave()
    del seen["c", "mean"]

    result = mark(marker_of(tmp_path), seen)

    assert (result.parts[1].verdict, result.parts[1].pending) == ("broken", 2.0)


# --- repairs ---


@pytest.mark.parametrize(
    ("notes", "score"),
    [
        ((), 6.0),
        (("repair torch_load: map_location in attention.py",), 5.5),
        (("repair torch_load: in attention.py", "repair torch_load: in run.py"), 5.5),
        (("repair torch_load: in attention.py", "repair uint8_masks: ~ of a mask"), 3.5),
        (("repair numpy_names: np.int is int",), 6.0),
        (("repair unheard_of: something",), 6.0),
        (("file attention: torch_load.py",), 6.0),
    ],
    ids=["none", "one", "twice the same", "two", "free of charge", "not in the rubric", "no repair"],
)
def test_each_repair_is_charged_once(tmp_path: Path, notes: tuple[str, ...], score: float) -> None:
    marker = marker_of(tmp_path, repairs={"torch_load": 0.5, "uint8_masks": 2, "numpy_names": 0})

    assert mark(marker, gave(notes=notes)).score == score


def test_a_charge_is_told_beside_what_was_repaired(tmp_path: Path) -> None:
    marker = marker_of(tmp_path, repairs={"torch_load": 0.5})

    result = mark(marker, gave(notes=("repair torch_load: in attention.py",)))

    assert result.findings == ("repair torch_load: in attention.py", "repair torch_load: -0.5 points")


def test_repairs_cost_no_more_than_there_is(tmp_path: Path) -> None:
    marker = marker_of(tmp_path, repairs={"torch_load": 50})

    assert mark(marker, gave(notes=("repair torch_load: in attention.py",))).score == 0.0


# --- findings ---


def test_what_was_left_out_is_told_before_warnings_and_notes(tmp_path: Path) -> None:
    sent = replace(ADA, left_out=("a.so: compiled",), warnings=("random.py hides a module",))

    result = mark(marker_of(tmp_path), gave(notes=("file attention: src/attention.py",)), sent)

    assert result.findings == (
        "left out: a.so: compiled",
        "random.py hides a module",
        "file attention: src/attention.py",
    )


def test_a_note_of_many_cases_is_told_once(tmp_path: Path) -> None:
    seen = {name: replace(each, notes=("file attention: a.py",)) for name, each in gave().items()}

    assert mark(marker_of(tmp_path), seen).findings == ("file attention: a.py",)


# --- known mistakes ---


def test_a_known_mistake_is_named_with_its_hint_and_its_edit(tmp_path: Path) -> None:
    part = mark(marker_of(tmp_path), gave(UNMASKED)).parts[0]

    assert (part.mistakes, part.hint) == (("no_mask",), "Padding may not get any weight.")
    assert part.mistake_diff == WRITTEN_DIFF


def test_what_no_mistake_gives_is_not_named(tmp_path: Path) -> None:
    part = mark(marker_of(tmp_path), gave(np.full((4, 7), 0.75))).parts[0]

    assert (part.verdict, part.mistakes, part.hint, part.mistake_diff) == ("failed", (), "", "")


EDITIONS = (Edition("W2021", "2020-21: Homework 4", current=False), Edition("W2324", "2023-24: Homework 4", True))


def in_edition(year: str, path: str = "attention.py") -> Submission:
    """A hand-in whose header is that of a year."""
    return replace(ADA, files={path: f"# CS224N {year}: Homework 4\n".encode() + FILES["attention.py"]})


def test_mistakes_of_another_edition_are_not_named_and_that_is_told_first(tmp_path: Path) -> None:
    marker = marker_of(tmp_path, editions=EDITIONS)

    result = mark(marker, gave(UNMASKED, notes=("file attention: a.py",)), in_edition("2020-21"))

    assert result.findings[0] == "other edition: written for W2021; known mistakes are not named"
    assert (result.parts[0].mistakes, result.parts[0].score) == ((), 1.0)


@pytest.mark.parametrize(
    "sent",
    [ADA, in_edition("2023-24"), in_edition("2020-21", "notes.txt"), in_edition("2019-20")],
    ids=["no header", "this edition", "no source", "unknown year"],
)
def test_mistakes_are_named_unless_another_edition_is_told_from_a_source(tmp_path: Path, sent: Submission) -> None:
    result = mark(marker_of(tmp_path, editions=EDITIONS), gave(UNMASKED), sent)

    assert (result.parts[0].mistakes, result.findings) == (("no_mask",), ())


def test_an_edition_is_told_from_the_head_of_a_file_only(tmp_path: Path) -> None:
    far_down = {"attention.py": b"#" * 2000 + b"\n# 2020-21: Homework 4\n"}

    result = mark(marker_of(tmp_path, editions=EDITIONS), gave(UNMASKED), replace(ADA, files=far_down))

    assert result.parts[0].mistakes == ("no_mask",)


def test_advice_is_a_remark_and_costs_nothing(tmp_path: Path) -> None:
    marker = marker_of(tmp_path)
    advised = replace(marker.parts[0], advice=("torch.softmax",))

    result = mark(replace(marker, parts=(advised,)), gave())

    assert "torch.softmax is named at attention.py:9" in result.parts[0].remarks[-1]
    assert result.score == 4.0


# --- arrays ---


def test_wrong_arrays_are_kept_under_the_hash_of_the_files(tmp_path: Path) -> None:
    result = mark(marker_of(tmp_path), gave(UNMASKED))

    assert result.arrays == "aaaaaaaaaaaaaaaa.safetensors"
    kept = load_file(tmp_path / "arrays" / result.arrays)
    assert list(kept) == ["w/ragged/weights"]
    np.testing.assert_array_equal(kept["w/ragged/weights"], UNMASKED)


def test_nothing_is_kept_of_what_is_right(tmp_path: Path) -> None:
    assert mark(marker_of(tmp_path), gave()).arrays == ""
    assert not (tmp_path / "arrays").exists()


def test_what_was_expected_is_kept_once_somebody_was_marked(tmp_path: Path) -> None:
    marker = marker_of(tmp_path)
    mark(marker, gave())

    marker.keep_expected()

    kept = load_file(tmp_path / "arrays" / "expected.safetensors")
    assert set(kept) == {"w/ragged/weights", "w/pair/weights", "c/mean/context"}


def test_where_nobody_was_marked_the_reference_is_not_asked(tmp_path: Path) -> None:
    marker = marker_of(tmp_path)
    del marker.course.reference  # it would have to be run now

    marker.keep_expected()

    assert not (tmp_path / "arrays").exists()


def test_arrays_are_written_as_they_are_seen_whatever_their_layout(tmp_path: Path) -> None:
    array = np.arange(6.0).reshape(2, 3)

    write_arrays(tmp_path / "new" / "x.safetensors", {"turned": array.T, "every second": array[:, ::2]})

    kept = load_file(tmp_path / "new" / "x.safetensors")
    np.testing.assert_array_equal(kept["turned"], array.T)
    np.testing.assert_array_equal(kept["every second"], array[:, ::2])


def test_writing_again_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    for number in (1.0, 2.0):
        write_arrays(tmp_path / "x.safetensors", {"y": np.array([number])})

    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]
    assert load_file(tmp_path / "x.safetensors")["y"] == 2.0


# --- what cannot be marked ---


def test_who_could_not_be_read_has_every_point_open() -> None:
    result = unread("eve", 7.0, "eve.zip: it is cut  [E-ARCHIVE]")

    assert (result.score, result.pending, result.max, result.parts) == (0.0, 7.0, 7.0, ())
    assert (result.error, result.mark) == ("eve.zip: it is cut  [E-ARCHIVE]", "")


def test_a_written_item_reads_the_answer_of_its_part(tmp_path: Path) -> None:
    sent = replace(ADA, files={**FILES, "answers.md": b"# why\nPadding is no word.\n"})

    result = mark(marker_of(tmp_path), gave(), sent)

    assert result.parts[2].answer.strip() == "Padding is no word."


# --- documents ---

PIXELS = np.full((4, 5, 3), 200, np.uint8)
BOOK = Document(
    "notebook",
    "a.ipynb",
    "5" * 64,
    cells=(
        DocumentCell(1, "markdown", "# why\nPadding is no word.", "<h1>why</h1>"),
        DocumentCell(2, "code", "plt.plot(weights)", "<pre></pre>", raised="E: x", pictures=(0,)),
    ),
    pictures=(PIXELS,),
)


def with_documents(marker: Marker, *documents: Document, seen: Observations | None = None) -> SubmissionResult:
    """The result of a submission with these documents."""
    sent = HandIn(ADA.id, ADA.sha256, ADA.files)
    return marker.mark(ADA, Observed(sent, seen or gave(), False), documents=documents)


def test_an_answer_is_found_in_a_notebook_and_says_where(tmp_path: Path) -> None:
    part = with_documents(marker_of(tmp_path), BOOK).parts[2]

    assert (part.answer, part.answer_from) == ("Padding is no word.", "a.ipynb")


def test_documents_are_kept_beside_the_arrays_and_named_in_the_result(tmp_path: Path) -> None:
    result = with_documents(marker_of(tmp_path), BOOK)

    (shown,) = result.documents
    assert (shown.path, shown.raised) == ("a.ipynb", {2: "E: x"})
    assert all((tmp_path / "documents" / name).is_file() for name in (shown.content, *shown.pictures))
    assert result.mark


def test_a_document_moves_no_point(tmp_path: Path) -> None:
    broken = Document("pdf", "r.pdf", "5" * 64, reason="it is broken")
    without = mark(marker_of(tmp_path), gave(UNMASKED))

    after = with_documents(marker_of(tmp_path), BOOK, broken, seen=gave(UNMASKED))

    assert [(part.score, part.pending, part.verdict) for part in after.parts] == [
        (part.score, part.pending, part.verdict) for part in without.parts
    ]


def test_a_result_with_a_document_that_we_could_not_show_is_made_again(tmp_path: Path) -> None:
    ours = Document("pdf", "r.pdf", "5" * 64, reason="the box died", ours=True)

    assert with_documents(marker_of(tmp_path), ours).mark == ""


def figure_marker(root: Path) -> Marker:
    """A marker in whose course the part `c` asks for a figure."""
    marker = marker_of(root)
    weights, context, why = marker.parts
    plot = Plot("image", "figures", "mean", "Context")
    return replace(marker, parts=(weights, replace(context, plots=(plot,)), why))


CRASHED = gave() | {("c", "mean"): Observation("raised", reason="RuntimeError", fault=Fault("RuntimeError", "x"))}


def test_without_a_live_figure_a_picture_leaves_the_part_to_a_person(tmp_path: Path) -> None:
    part = with_documents(figure_marker(tmp_path), BOOK, seen=CRASHED).parts[1]

    assert (part.verdict, part.score, part.pending) == ("pending", 0.0, 2.0)
    assert part.pictures[-1].pixels == ("c/handed_in/picture",)


def test_without_any_picture_the_part_is_judged_as_it_is(tmp_path: Path) -> None:
    part = with_documents(figure_marker(tmp_path), replace(BOOK, cells=(), pictures=()), seen=CRASHED).parts[1]

    assert (part.verdict, part.pending) == ("crashed", 0.0)


def test_with_a_live_figure_a_picture_changes_no_verdict(tmp_path: Path) -> None:
    wrong = {"context": np.zeros((4, 5)), "figures.0.0.0": np.zeros((2, 2))}
    seen = gave() | {("c", "mean"): Observation("answered", tensors=wrong)}

    part = with_documents(figure_marker(tmp_path), BOOK, seen=seen).parts[1]

    assert (part.verdict, part.score, part.pending) == ("failed", 0.0, 0.0)


# --- the name of a result ---


def test_equal_things_have_one_name_and_it_stands_in_the_result(tmp_path: Path) -> None:
    marker = marker_of(tmp_path)

    assert mark(marker, gave()).mark == marker.name_of(ADA) == marker_of(tmp_path).name_of(replace(ADA))


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "b" * 64},
        {"id": "ben"},
        {"left_out": ("a.so: compiled",)},
        {"warnings": ("a.so: compiled",)},
    ],
    ids=["files", "id", "left out", "warnings"],
)
def test_a_submission_with_anything_else_has_another_name(tmp_path: Path, changes: dict[str, Any]) -> None:
    marker = marker_of(tmp_path)

    assert marker.name_of(replace(ADA, **changes)) != marker.name_of(ADA)


def test_what_was_left_out_is_not_taken_for_a_warning(tmp_path: Path) -> None:
    marker, line = marker_of(tmp_path), ("a.so: compiled",)

    assert marker.name_of(replace(ADA, left_out=line)) != marker.name_of(replace(ADA, warnings=line))


@pytest.mark.parametrize(
    "other",
    [
        lambda marker: replace(marker, level="strict"),
        lambda marker: replace(marker, parts=marker.parts[:1]),
        lambda marker: replace(marker, course=course_of(marker.arrays_folder.parent, sha256="another rubric")),
    ],
    ids=["level", "parts", "rubric"],
)
def test_another_order_gives_another_name(tmp_path: Path, other: Callable[[Marker], Marker]) -> None:
    marker = marker_of(tmp_path)

    assert other(marker).name_of(ADA) != marker.name_of(ADA)


def test_a_name_that_is_no_utf8_can_be_named(tmp_path: Path) -> None:
    assert len(marker_of(tmp_path).name_of(replace(ADA, id="caf\udce9"))) == 64


def package_in(folder: Path, **changes: str) -> Path:
    """A small package with a file in each of some rooms."""
    folder.mkdir()
    for name in ("marker", "judge/compare", "kit/handin", "box/inside/worker", "rubric/build", "report/pages"):
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changes.get(name, "x = 1\n"))
    return folder


@pytest.mark.parametrize("name", ["marker", "judge/compare", "kit/handin", "box/inside/worker", "rubric/build"])
def test_our_rules_are_others_when_code_that_makes_results_changes(tmp_path: Path, name: str) -> None:
    before, after = package_in(tmp_path / "a"), package_in(tmp_path / "b", **{name: "x = 2\n"})

    assert rules_sha256(before) != rules_sha256(after)


def test_our_rules_are_the_same_when_only_a_page_looks_different(tmp_path: Path) -> None:
    before, after = package_in(tmp_path / "a"), package_in(tmp_path / "b", **{"report/pages": "x = 2\n"})

    assert rules_sha256(before) == rules_sha256(after)


def test_a_rubric_without_editions_knows_no_other_edition(tmp_path: Path) -> None:
    marker: Marker = marker_of(tmp_path)
    rubric: Rubric = marker.course.rubric

    assert rubric.editions == ()
    assert mark(marker, gave(UNMASKED), in_edition("2020-21")).findings == ()


def test_a_part_that_needs_what_this_level_lacks_is_not_judged(tmp_path: Path) -> None:
    marker = marker_of(tmp_path)
    marker.parts = tuple(replace(part, needs=("shared_memory",)) for part in marker.parts[:1]) + marker.parts[1:]
    marker.offered = frozenset()
    seen = mark(marker, {name: each for name, each in gave().items() if name[0] != "w"})

    assert [part.verdict for part in seen.parts] == ["broken", "passed", "pending"]
    assert seen.parts[0].pending == seen.parts[0].max


@pytest.mark.parametrize(
    ("unstable", "verdict", "points"), [("most", "failed", (1.0, 0.0)), ("none", "pending", (0.0, 4.0))]
)
def test_a_part_that_was_run_again_is_judged_as_the_rubric_says(
    tmp_path: Path, unstable: str, verdict: str, points: tuple[float, float]
) -> None:
    marker = marker_of(tmp_path, unstable=unstable)
    observed = Observed(HandIn("ada", ADA.sha256, ADA.files), gave(), cached=False)
    seen = marker.mark(ADA, observed, {"w": [by_part(gave(RIGHT * 3))["w"], by_part(gave(RIGHT * 5))["w"]]}).parts[0]

    assert (seen.verdict, seen.score, seen.pending) == (verdict, *points)
    assert seen.unstable == "3 different answers in 3 runs"


# --- training logs ---

LOG = b"".join(
    b"epoch 1, iter %d, avg. loss 120.00, avg. ppl 70.00 cum. examples %d, speed 300.00 words/sec, "
    b"time elapsed %.2f sec\n" % (at, 32 * at, at * 3.0127)
    for at in range(10, 90, 10)
)


def with_log(log: bytes) -> Submission:
    """Ada's files, and a training log."""
    return replace(ADA, files={**FILES, "train.log": log})


def test_a_course_that_asks_for_no_logs_says_nothing_of_them(tmp_path: Path) -> None:
    assert mark(marker_of(tmp_path), gave(), with_log(LOG)).training is None


def test_logs_are_drawn_and_keep_their_arrays_beside_the_others(tmp_path: Path) -> None:
    result = mark(marker_of(tmp_path, logs=("a4",)), gave(), with_log(LOG))

    assert result.training is not None
    assert [each.name for each in result.training.series] == ["training loss", "training perplexity"]
    assert load_file(tmp_path / "arrays" / result.arrays)["log/0/values"].tolist() == [120.0] * 8


def test_a_log_that_does_not_add_up_changes_no_point(tmp_path: Path) -> None:
    marker = marker_of(tmp_path, logs=("a4",))
    edited = LOG.replace(b"iter 40, avg. loss 120.00", b"iter 40, avg. loss 110.00")

    honest, result = mark(marker, gave(), with_log(LOG)), mark(marker, gave(), with_log(edited))

    assert honest.training is not None and result.training is not None
    assert ([each.line for each in honest.training.findings], [each.line for each in result.training.findings]) == (
        [],
        [4],
    )
    assert (result.score, result.pending, result.parts) == (honest.score, honest.pending, honest.parts)


def test_scalars_of_event_files_are_drawn_too(tmp_path: Path) -> None:
    told = b'{"series": [{"file": 0, "tag": "loss", "points": 2}], "notes": []}'
    arrays = {"told": np.frombuffer(told, np.uint8), "steps": np.array([1, 2]), "values": np.array([3.0, 2.5])}
    submission = replace(ADA, files={**FILES, "runs/events.out.tfevents.1": b"x"})
    observed = Observed(HandIn("ada", ADA.sha256, submission.files), gave(), cached=False)

    events = Observation("answered", tensors=arrays)
    result = marker_of(tmp_path, logs=("a4",)).mark(submission, observed, events=events)

    assert result.training is not None
    assert [(each.name, each.file) for each in result.training.series] == [
        ("training loss", "runs/events.out.tfevents.1")
    ]


# --- claims ---


def test_a_perplexity_that_the_checkpoint_contradicts_is_a_remark_on_its_part(tmp_path: Path) -> None:
    marker = marker_of(tmp_path)
    rule = {"logits": "context", "labels": "labels", "below": 500}
    part = replace(marker.parts[1], checks=(replace(marker.parts[1].checks[0], kind="perplexity", rule=rule),))
    labels = {"context": np.zeros((300, 20)), "labels": np.arange(300) % 20}
    marker.course.reference = {**marker.course.reference, "c": {"mean": Observation("answered", tensors=labels)}}
    files = {**FILES, "curve.csv": b"epoch,train_loss,train_ppl,valid_loss,valid_ppl\n7,2.9,18.2,1.4,4.0\n"}
    seen = gave(tensors={"context": np.zeros((300, 20))}, texts={"checkpoint": "best.pt"})

    (result,) = mark(replace(marker, parts=(part,)), seen, replace(ADA, files=files)).parts

    assert (result.verdict, result.score) == ("passed", 2.0)
    assert result.remarks == (
        "claimed 4.00 (curve.csv, epoch 7); the checkpoint best.pt gives 20.0 on the course's held-out text",
    )
