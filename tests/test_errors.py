"""Messages have three lines, and every family of error its exit code."""

from __future__ import annotations

import pytest

from grader.errors import GraderError, HarnessError, IntakeError, Message, ProofError, RubricError, UsageError

FULL = Message("a4.yaml:12:10", "there is no check called 'closs'", "E-CHECK-NAME", "shape, close", "write 'close'")


def test_a_message_has_place_fact_and_code_then_what_is_allowed_then_help() -> None:
    assert str(FULL).splitlines() == [
        "a4.yaml:12:10: there is no check called 'closs'  [E-CHECK-NAME]",
        "  allowed: shape, close",
        "  help: write 'close'",
    ]


def test_a_message_without_more_to_say_is_one_line() -> None:
    assert str(Message("box", "it is gone", "E-BOX-DIED")) == "box: it is gone  [E-BOX-DIED]"


def test_the_label_of_the_second_line_can_be_chosen() -> None:
    message = Message("box", "it is gone", "E-BOX-DIED", allowed="one reply", label="expected")

    assert "  expected: one reply" in str(message)


def test_an_error_reads_as_all_its_messages() -> None:
    error = RubricError(FULL, FULL)

    assert str(error) == f"{FULL}\n{FULL}"


@pytest.mark.parametrize(
    ("family", "code"),
    [(GraderError, 3), (UsageError, 2), (RubricError, 2), (IntakeError, 1), (HarnessError, 1), (ProofError, 1)],
)
def test_exit_code_of_a_family(family: type[GraderError], code: int) -> None:
    assert family(FULL).exit_code == code
