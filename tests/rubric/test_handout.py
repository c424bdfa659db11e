"""The handout: what may enter the jail beside a hand-in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.nouns.asked import Rubric
from grader.rubric.handout import handout_of


def test_the_handout_holds_probes_given_and_staff_files(rubric: Rubric) -> None:
    handout = handout_of(rubric)

    assert handout.probes == Path("reference/hw0/probes.py").read_text(encoding="utf-8")
    assert handout.units == rubric.units
    assert handout.given == {"stand_ins/tables.py": b"TABLE = {}\n"}
    assert handout.staff_files == {"words.txt": b"one two\n"}
    assert handout.repairs == ("torch_load",)


def test_nothing_secret_is_in_the_handout(rubric: Rubric) -> None:
    Path("reference/hw0/mistakes.py").write_text("MARK = 'secret-mark'\n", encoding="utf-8")
    Path("reference/hw0/solved/sums.py").write_text("# secret-mark\n", encoding="utf-8")

    assert "secret-mark" not in repr(handout_of(rubric))


def test_a_rubric_without_probes_needs_no_probes(rubric: Rubric) -> None:
    read = replace(rubric, parts=rubric.parts[1:], units=(), staff_files={}, folder="")

    assert handout_of(read).probes == ""


def test_every_file_that_cannot_be_read_is_named(rubric: Rubric) -> None:
    Path("reference/hw0/probes.py").unlink()
    Path("reference/hw0/staff/words.txt").unlink()

    with pytest.raises(RubricError) as error:
        handout_of(rubric)

    assert str(error.value) == (
        "reference/hw0/probes.py: there is no such file  [E-RUBRIC-REFERENCE]\n"
        "  allowed: a file that rubrics/hw0.yaml names\n  help: look at the name\n"
        "reference/hw0/staff/words.txt: there is no such file  [E-RUBRIC-REFERENCE]\n"
        "  allowed: a file that rubrics/hw0.yaml names\n  help: look at the name"
    )


def test_probes_in_another_encoding_are_refused(rubric: Rubric) -> None:
    Path("reference/hw0/probes.py").write_bytes("# é\n".encode("latin-1"))

    with pytest.raises(RubricError) as error:
        handout_of(rubric)

    assert str(error.value) == (
        "reference/hw0/probes.py: the file is not UTF-8  [E-RUBRIC-ENCODING]\n"
        "  allowed: text in UTF-8\n  help: save it again so"
    )
