"""What follows from each way a run can end, and what may be told about it."""

from __future__ import annotations

import pytest

from grader.judge.endings import KNOWN_TYPES, broken, ending, no_reference, place_of, type_of
from grader.nouns.judged import Verdict
from grader.nouns.plain import Fault, Frame, Limits
from grader.nouns.seen import Observation, Usage

GIB = 1024**3
LIMITS = Limits(wall_s=10, cpu_s=8, memory_bytes=2 * GIB, answer_bytes=64 * 1024**2, output_bytes=1024**2, processes=64)
FAULT = Fault(
    "RuntimeError", "bad shapes", (Frame("utils.py", 3, "call"), Frame("nmt_model.py", 312, "step")), "Traceback ..."
)


def ended(observation: Observation, *, told: bool = True) -> Verdict:
    """The verdict on a run that did not answer."""
    verdict = ending(observation, LIMITS, told=told)
    assert verdict is not None
    return verdict


def test_a_run_that_answered_has_no_ending() -> None:
    assert ending(Observation("answered"), LIMITS, told=True) is None


def test_what_their_code_raised_is_told_with_their_last_line() -> None:
    verdict = ended(Observation("raised", fault=FAULT))

    assert (verdict.outcome, verdict.code) == ("crashed", "E-RAISED")
    assert verdict.reason == "nmt_model.py:312: RuntimeError: bad shapes"


def test_the_message_of_a_hidden_case_goes_to_staff_only() -> None:
    """A student can raise an exception that holds a hidden input."""
    verdict = ended(Observation("raised", fault=FAULT), told=False)

    assert verdict.reason == "nmt_model.py:312: RuntimeError"
    assert verdict.detail == "nmt_model.py:312: RuntimeError: bad shapes"


def test_a_made_up_exception_name_tells_nothing_of_a_hidden_case() -> None:
    verdict = ended(Observation("raised", fault=Fault("Tokens_17_4_9", "")), told=False)

    assert verdict.reason == "an exception of its own kind"
    assert verdict.detail == "Tokens_17_4_9"


def test_a_failing_import_is_told_in_full_since_no_case_is_known_then() -> None:
    fault = Fault("ImportError", "cannot import name 'source'", (Frame("nmt_model.py", 4, "<module>"),))

    verdict = ended(Observation("import_error", fault=fault), told=False)

    assert (verdict.outcome, verdict.code) == ("crashed", "E-IMPORT")
    assert verdict.reason == "import error: nmt_model.py:4: ImportError: cannot import name 'source'"


@pytest.mark.parametrize(
    ("how", "reason"), [("raised", "raised an exception"), ("import_error", "import error: raised an exception")]
)
def test_an_exception_without_details_is_still_a_crash(how: str, reason: str) -> None:
    assert ended(Observation(how)).reason == reason  # type: ignore[arg-type]


def test_a_line_break_in_a_message_stays_on_the_line() -> None:
    fault = Fault("ValueError", "one\ntwo\x1b[2J")

    assert ended(Observation("raised", fault=fault)).reason == "ValueError: one␊two␛[2J"


@pytest.mark.parametrize(
    ("how", "outcome", "code", "reason"),
    [
        ("left", "crashed", "E-LEFT", "left before answering"),
        ("unreadable", "crashed", "E-UNREADABLE", "the answer is not readable"),
        ("missing", "skipped", "E-NAME", "not handed in"),
        ("untouched", "skipped", "E-STUB", "the handout's stub is unchanged"),
        ("broken", "broken", "E-BOX-DIED", "our fault, it costs no points: the box gave no answer"),
    ],
)
def test_each_other_ending_has_its_verdict(how: str, outcome: str, code: str, reason: str) -> None:
    verdict = ended(Observation(how))  # type: ignore[arg-type]

    assert (verdict.outcome, verdict.code, verdict.reason) == (outcome, code, reason)


def test_the_reason_of_the_box_is_preferred() -> None:
    assert ended(Observation("left", reason="segmentation fault")).reason == "segmentation fault"
    assert ended(Observation("missing", reason="the class 'NMT' is missing")).reason == "the class 'NMT' is missing"


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("wall", "stopped (wall): 10 s allowed, 10.2 s used"),
        ("cpu", "stopped (cpu): 8 s allowed, 7.9 s used"),
        ("memory", "stopped (memory): 2.0 GiB allowed, 2.1 GiB used"),
        ("output", "stopped (output): 1 MiB allowed"),
        ("answer", "stopped (answer): 64 MiB allowed"),
        ("processes", "stopped (processes): 64 processes allowed"),
    ],
)
def test_a_limit_says_which_what_was_allowed_and_what_was_used(limit: str, reason: str) -> None:
    usage = Usage(wall_s=10.2, cpu_s=7.9, peak_bytes=int(2.1 * GIB))

    verdict = ended(Observation("stopped", limit=limit, usage=usage))  # type: ignore[arg-type]

    assert (verdict.outcome, verdict.code, verdict.reason) == ("stopped", "E-LIMIT", reason)


def test_what_was_not_measured_is_not_told() -> None:
    assert ended(Observation("stopped", limit="memory")).reason == "stopped (memory): 2.0 GiB allowed"
    assert ended(Observation("stopped", limit="wall")).reason == "stopped (wall): 10 s allowed"


def test_a_case_that_found_nothing_left_says_why() -> None:
    verdict = ended(Observation("stopped", limit="wall", reason="the part's 10 s were used up by case ragged"))

    assert verdict.reason == "stopped (wall): 10 s allowed; the part's 10 s were used up by case ragged"


def test_a_limit_that_the_import_reached_says_so() -> None:
    said = "10 s are allowed; it was still running, while nmt_model was imported"
    verdict = ended(Observation("stopped", limit="wall", reason=said, usage=Usage(0.01, 0.0, 0)))

    assert verdict.reason == f"stopped (wall): 10 s allowed; {said}"


def test_a_stop_without_a_limit_says_what_is_known() -> None:
    assert ended(Observation("stopped", reason="out of patience")).reason == "out of patience"
    assert ended(Observation("stopped")).reason == "a limit was reached"


def test_our_fault_says_so_first() -> None:
    assert broken("the disk is full").reason == "our fault, it costs no points: the disk is full"


@pytest.mark.parametrize(
    ("reference", "detail"),
    [
        (None, "reference: it was not run"),
        (Observation("left"), "reference: it ended as 'left'"),
        (Observation("stopped", reason="10 s"), "reference: 10 s"),
        (Observation("raised", fault=FAULT), "reference: it ended as 'raised'; RuntimeError: bad shapes"),
    ],
)
def test_a_reference_without_answer_is_our_fault(reference: Observation | None, detail: str) -> None:
    verdict = no_reference(reference)

    assert (verdict.outcome, verdict.code, verdict.detail) == ("broken", "E-REFERENCE", detail)
    assert "bad shapes" not in verdict.reason


def test_a_fault_in_none_of_their_lines_has_no_place() -> None:
    assert place_of(Fault("MemoryError", "")) == ""


@pytest.mark.parametrize("name", ["RuntimeError", "torch.OutOfMemoryError", "builtins.KeyError"])
def test_known_exceptions_keep_their_name(name: str) -> None:
    assert type_of(Fault(name, "")) == name.rpartition(".")[2]


def test_all_known_names_are_plain() -> None:
    assert all(name.isidentifier() for name in KNOWN_TYPES)
