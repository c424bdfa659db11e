"""pytest in a homework folder says what `grade check` says; in any other folder the plugin is not felt."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from grader.frozen import read_frozen, write_frozen
from grader.kit_line import FIRST_LINE
from tests.home.kits import SOLVED, write_kit

ROOT = Path(__file__).parents[1]
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED) (.+)$", re.M)
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "COLUMNS": "100"}
# Two cases whose expected values are those of the first, so that the second is never right.
TWO_CASES = ("ragged: {lengths: [4, 3, 1], public: true}", "ragged: {lengths: [4, 3, 1], public: true}\n"
             "      other: {lengths: [4, 3, 1], public: true}")  # fmt: skip
TWO_CHECKS = ("- {id: values, close: context, points: 1}",
              "- {id: shape, shape: {context: b v}, points: 0.5}\n"
              "      - {id: values, close: context, points: 0.5}")  # fmt: skip
LOADED = """
import sys

def pytest_sessionfinish():
    heavy = {"torch", "numpy", "yaml", "pydantic", "click"} & set(sys.modules)
    print("LOADED", sorted(heavy), sorted(name for name in sys.modules if name.startswith("grader.")))
"""


def ran(folder: Path, *words: str, plugin: str = "grader.pytest_plugin") -> subprocess.CompletedProcess[str]:
    """Runs pytest in a folder, without what else is installed here."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", plugin, *words]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **ALONE}, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit with a part w of two cases, of which the second is wrong, and c, which raises; t builds on both."""
    folder = write_kit(tmp_path_factory.mktemp("home") / "作业 4")
    form = folder / "public.yaml"
    text = form.read_text(encoding="utf-8").replace(*TWO_CASES, 1).replace(*TWO_CHECKS, 1)
    form.write_text(text, encoding="utf-8")
    frozen = folder / "checks" / "expected.safetensors"
    expected = read_frozen(frozen)
    write_frozen(frozen, {**expected, ("w", "other"): expected["w", "ragged"]})
    wrong = SOLVED.replace('torch.einsum("bs,bsv->bv", weights_bs, values_bsv)', "values_bsv @ weights_bs")
    (folder / "attention.py").write_text(f"open(r'{folder.parent}/imported', 'w').close()\n{wrong}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def output(kit: Path) -> str:
    """What pytest prints of all of it."""
    done = ran(kit, "-rA")
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def outcomes(output: str) -> dict[str, str]:
    """Item -> how it ended, for what has not been skipped."""
    return {
        name.partition(" - ")[0].removeprefix("public.yaml::"): outcome
        for outcome, name in OUTCOME.findall(output)
        if outcome != "SKIPPED"
    }


def skipped(output: str) -> list[str]:
    """Why items were skipped, in their order."""
    return [name for outcome, name in OUTCOME.findall(output) if outcome == "SKIPPED"]


def test_every_part_check_and_case_is_an_item(output: str) -> None:
    assert outcomes(output) == {
        "w::shape[ragged]": "PASSED",
        "w::shape[other]": "PASSED",
        "w::values[other]": "FAILED",
        "c::shape[drawn]": "FAILED",
        "c::values[drawn]": "FAILED",
    }


def test_what_is_not_told_waits_or_is_not_there_is_skipped_with_the_reason(output: str) -> None:
    assert [re.sub(r"^\[\d\] public\.yaml:\d+: ", "", line) for line in skipped(output)] == [
        "not told: values[other] comes first",
        "waiting for w",
        "train.log is not there yet",
        "answers.md is not there yet",
    ]


def test_a_failure_reads_as_in_the_terminal_and_has_no_traceback_of_ours(output: str) -> None:
    failures = output.partition("= FAILURES =")[2].partition("short test summary")[0]

    assert "c Context: crashed in case drawn\n  attention.py:18: return values_bsv @ weights_bs\n" in failures
    assert failures.count("grade explain E-RAISED") == 1
    assert "___ c Context: values[drawn] ___" in failures
    assert failures.count("\nas shape[drawn]\n") == 1
    assert "pytest_plugin" not in failures
    assert "Traceback" not in output


def test_what_these_checks_decide_is_said(output: str) -> None:
    assert "for 4 of 12 points; other inputs decide after hand-in" in output


def test_parts_that_are_not_asked_for_are_not_run(kit: Path, output: str) -> None:
    assert (kit.parent / "imported").exists(), "the run of all parts has imported the homework"
    (kit.parent / "imported").unlink()

    done = ran(kit, "-rA", "public.yaml::log", "public.yaml::why")

    assert len(skipped(done.stdout)) == 2
    assert not (kit.parent / "imported").exists()


def test_items_may_be_spread_over_workers(kit: Path) -> None:
    done = ran(kit, "-rA", "-p", "xdist", "-n", "2", "-k", "log or why")

    assert len(skipped(done.stdout)) == 2
    assert done.returncode == 0


def test_a_kit_that_cannot_be_read_is_an_error_with_the_message(tmp_path: Path) -> None:
    (tmp_path / "public.yaml").write_text(f"{FIRST_LINE}\nassignment: a4\nponts: 3\n")

    done = ran(tmp_path)

    assert done.returncode == 2
    assert "public.yaml:3:1: " in done.stdout
    assert "Traceback" not in done.stdout


def test_a_kit_that_lost_a_file_is_an_error_and_no_failure(kit: Path) -> None:
    known = kit / "checks" / "known.json"
    whole = known.read_bytes()
    known.write_bytes(b"{")
    try:
        done = ran(kit, "-rA", "public.yaml::w")
    finally:
        known.write_bytes(whole)

    assert set(outcomes(done.stdout).values()) == {"ERROR"}
    assert "[E-KIT]" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's project, with a public.yaml that is nobody's kit."""
    (tmp_path / "public.yaml").write_text("open: true\n")
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n")
    (tmp_path / "conftest.py").write_text(LOADED)
    return tmp_path


@pytest.mark.parametrize("words", [("--collect-only",), ("-p", "xdist", "-n", "0")], ids=["collect", "run"])
def test_in_another_project_nothing_heavy_is_imported(project: Path, words: tuple[str, ...]) -> None:
    done = ran(project, "-s", *words)

    assert "LOADED [] ['grader.kit_line', 'grader.pytest_plugin']" in done.stdout
    assert "public.yaml" not in done.stdout
    assert done.returncode == 0


def test_it_can_be_switched_off(kit: Path) -> None:
    assert "no tests ran" in ran(kit, plugin="no:grade").stdout


def test_pytest_finds_it_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["entry-points"]["pytest11"] == {"grade": "grader.pytest_plugin"}
