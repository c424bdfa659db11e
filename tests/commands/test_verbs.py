"""The small verbs: help, prove, report, schema, explain, doctor."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiny

GRADE = [sys.executable, "-m", "grader.cli"]


def grade(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*GRADE, *map(str, words)], capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.mark.parametrize("verb", ["run", "prove", "report", "schema", "explain", "doctor"])
def test_every_verb_has_a_sentence_and_an_example(verb: str, tmp_path: Path) -> None:
    done = grade(verb, "--help", cwd=tmp_path)

    assert done.returncode == 0
    assert "Example: grade" in done.stdout


def test_help_fits_on_one_screen(tmp_path: Path) -> None:
    lines = grade("--help", cwd=tmp_path).stdout.splitlines()

    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_explain_tells_the_long_form(tmp_path: Path) -> None:
    done = grade("explain", "e-shape", cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout.startswith("E-SHAPE  ")


def test_explain_as_json(tmp_path: Path) -> None:
    done = grade("explain", "crashed", "--json", cwd=tmp_path)

    assert set(json.loads(done.stdout)) == {"code", "title", "text"}


def test_explain_names_the_nearest_code(tmp_path: Path) -> None:
    done = grade("explain", "E-SHAP", cwd=tmp_path)

    assert done.returncode == 2
    assert "there is no code 'E-SHAP'  [E-CODE]" in done.stderr
    assert "help: write 'grade explain E-SHAPE'" in done.stderr


def test_schema_prints_json_schema(tmp_path: Path) -> None:
    done = grade("schema", cwd=tmp_path)

    assert "parts" in json.loads(done.stdout)["properties"]


def test_doctor_says_which_level_is_reached(tmp_path: Path) -> None:
    done = grade("doctor", "--isolation", "open", "--json", cwd=tmp_path)

    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["level"] in ("strict", "container", "open")
    assert {"layer", "ok", "seen", "cure"} <= set(told["findings"][0])


def test_doctor_prints_a_line_for_every_layer(tmp_path: Path) -> None:
    done = grade("doctor", "--isolation", "open", cwd=tmp_path)

    assert done.stdout.splitlines()[-1].startswith("isolation ")


class TestProve:
    """`grade prove` on a tiny rubric."""

    def test_a_good_rubric_ends_with_0_and_shows_the_margins(self, tmp_path: Path) -> None:
        done = grade("prove", tiny.write_course(tmp_path), cwd=tmp_path)

        assert done.returncode == 0, done.stdout + done.stderr
        first = "tiny · reference 6 of 6 · 1 of 1 variants keep everything · 2 of 2 mistakes as written"
        assert done.stdout.splitlines()[0] == first
        assert "narrowest pass and catch" in done.stdout

    def test_a_broken_promise_ends_with_1_and_names_its_place(self, tmp_path: Path) -> None:
        rubric = tiny.write_course(tmp_path, rubric=tiny.RUBRIC.replace("no_mask: 1,", "no_mask: 2,"))

        done = grade("prove", rubric, cwd=tmp_path)

        assert done.returncode == 1
        assert "keeps 1 points, the rubric says 2  [E-PROOF-POINTS]" in done.stdout

    def test_the_static_proof_runs_nothing(self, tmp_path: Path) -> None:
        done = grade("prove", "--static", tiny.write_course(tmp_path), cwd=tmp_path)

        assert (done.returncode, done.stdout) == (0, "tiny · 3 parts · every edit applies; nothing was run\n")
        assert not (tmp_path / "out").exists()

    def test_an_edit_that_does_not_apply_is_named(self, tmp_path: Path) -> None:
        rubric = tiny.write_course(tmp_path)
        mistakes = tmp_path / "reference" / "tiny" / "mistakes.py"
        mistakes.write_text(tiny.MISTAKES.replace("shut_bs, dim=1)", "shut_bs, dim=7)"))

        done = grade("prove", "--static", rubric, cwd=tmp_path)

        assert done.returncode == 1
        assert "[E-MISTAKE-EDIT]" in done.stdout + done.stderr


class TestReport:
    """`grade report` makes the pages again."""

    def test_pages_come_from_results_alone(self, tmp_path: Path) -> None:
        tiny.write_course(tmp_path)
        tiny.write_hand_ins(tmp_path, "right")
        grade("submissions", "--rubric", "tiny.yaml", cwd=tmp_path)
        before = (tmp_path / "out" / "right.html").read_bytes()
        (tmp_path / "out" / "right.html").unlink()

        done = grade("report", cwd=tmp_path)

        assert (done.returncode, done.stdout) == (0, "report out/index.html    1 students\n")
        assert (tmp_path / "out" / "right.html").read_bytes() == before

    def test_a_folder_without_results_is_named(self, tmp_path: Path) -> None:
        done = grade("report", "elsewhere", cwd=tmp_path)

        assert done.returncode == 2
        assert "[E-RESULTS-MISSING]" in done.stderr
