"""Outlines: what probes.py and mistakes.py define, read without running them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.outline import probes_in, versions_in


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python file to be written."""
    monkeypatch.chdir(tmp_path)
    return Path("some.py")


@pytest.mark.parametrize(
    ("signature", "required", "optional", "fits"),
    [
        ("hw, *, lengths, seed", {"lengths"}, set(), True),
        ("hw, *, lengths, seed, compare=''", {"lengths"}, {"compare"}, True),
        ("hw, lengths, beams=3, seed=0", {"lengths"}, {"beams"}, True),
        ("hw, /, lengths, *, seed", {"lengths"}, set(), True),
        ("hw, *, seed", set(), set(), True),
        ("hw, *, lengths", {"lengths"}, set(), False),
        ("*, lengths, seed", {"lengths"}, set(), False),
    ],
)
def test_a_probe_is_known_by_its_arguments(
    signature: str, required: set[str], optional: set[str], fits: bool, file: Path
) -> None:
    file.write_text(f"def probe({signature}):\n    return {{}}\n", encoding="utf-8")

    probe = probes_in(file)["probe"]

    assert (probe.required, probe.optional) == (required, optional)
    assert (probe.takes_hand_in and probe.takes_seed, probe.anything) == (fits, False)


def test_a_probe_with_double_stars_takes_anything(file: Path) -> None:
    file.write_text("def probe(hw, **inputs):\n    return {}\n", encoding="utf-8")

    probe = probes_in(file)["probe"]

    assert (probe.anything, probe.takes_seed) == (True, True)


def test_private_functions_classes_and_methods_are_no_probes(file: Path) -> None:
    file.write_text("def _p(hw): ...\nclass A:\n    def q(self): ...\nx = lambda hw: 1\n", encoding="utf-8")

    assert probes_in(file) == {}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("a = Mistake('f', was='x', now='y', hint='H.')", "Mistake"),
        ("a = Variant(())", "Variant"),
        ("a: Mistake = nouns.Mistake('f', 'x', 'y', 'H.')", "Mistake"),
        ("def make(x) -> Mistake: ...\na = make(1)", "Mistake"),
        ("def make(x) -> 'Variant': ...\na = make(1)", "Variant"),
        ("def make(x): ...\na = make(1)", "unknown"),
        ("a = replace(b, hint='H.')", "unknown"),
    ],
)
def test_a_version_is_known_by_what_makes_it(line: str, kind: str, file: Path) -> None:
    file.write_text(line + "\n", encoding="utf-8")

    version = versions_in(file)["a"]

    assert (version.kind, str(version.place)) == (kind, f"some.py:{line.count(chr(10)) + 1}:1")


def test_constants_and_private_names_are_no_versions(file: Path) -> None:
    file.write_text("FILE = 'a.py'\n_a = Mistake()\nx, y = Mistake(), 1\nz.a = Mistake()\n", encoding="utf-8")

    assert versions_in(file) == {}


def test_nothing_of_the_file_is_run(file: Path) -> None:
    file.write_text("raise SystemExit\ndef probe(hw, seed): ...\n", encoding="utf-8")

    assert list(probes_in(file)) == ["probe"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x = (\n", "some.py:1:5: this is not Python: '(' was never closed"),
        (b"x = 1\n\xff\n", "some.py:2:1: this is not Python: (unicode error) 'utf-8' codec can't decode byte 0xff"),
        (b"x = 1\0\n", "some.py:1:1: this is not Python: source code string cannot contain null bytes"),
    ],
)
def test_what_is_no_python_is_told_with_its_line(content: bytes, message: str, file: Path) -> None:
    file.write_bytes(content)

    with pytest.raises(RubricError) as error:
        probes_in(file)

    first, *rest = str(error.value).splitlines()
    assert first.startswith(message)
    assert rest == ["  allowed: a file of Python", "  help: mend this line"]


def test_a_missing_file_is_told_as_such(file: Path) -> None:
    with pytest.raises(RubricError) as error:
        versions_in(file)

    assert str(error.value) == (
        "some.py: there is no such file  [E-RUBRIC-PYTHON]\n  allowed: a file of Python\n  help: look at the name"
    )
