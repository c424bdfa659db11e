"""docs/rubric.md: its example loads, and every key and every code stands on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.rubric.load import load_rubric
from grader.rubric.schema import rubric_schema
from grader.rubric.versions import static_proof

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/rubric.md").read_text(encoding="utf-8")
SCHEMA = rubric_schema()
KEYS = sorted({key for form in [SCHEMA, *SCHEMA["$defs"].values()] for key in form["properties"]})
SOURCES = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "grader/rubric").glob("*.py")))
CODES = sorted(set(re.findall(r'"(E-[A-Z]+-[A-Z]+)"', SOURCES)))
EXAMPLE = re.compile(
    r"^`((?:rubrics|reference)/\S+?)`[^`]*?(?:`[^`]*`[^`]*?)*?```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_stands_on_the_page(key: str) -> None:
    assert re.search(rf"`{key}`|[`{{ ]{key}: ", PAGE)


@pytest.mark.parametrize("code", CODES)
def test_every_code_stands_on_the_page(code: str) -> None:
    assert re.search(rf"\b{code}\b", PAGE)


@pytest.mark.parametrize("code", sorted(set(re.findall(r"E-[A-Z]+-[A-Z]+", PAGE))))
def test_every_code_on_the_page_is_given_somewhere(code: str) -> None:
    assert code in CODES


def test_the_example_of_the_page_is_a_rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = dict(EXAMPLE.findall(PAGE))
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")

    rubric = load_rubric(Path("rubrics/hw0.yaml"))

    assert len(files) == 4
    assert (rubric.points, static_proof(rubric)) == (4, ())
