"""The pages of the docs say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from docs.generate import PAGES
from grader.rubric.schema import RubricForm

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("submissions/*.md")])


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_as_the_program_says(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_decisions_fit_on_a_card() -> None:
    long = [page.name for page in (ROOT / "docs" / "why").glob("*.md") if page.read_text().count("\n") > 40]

    assert long == []


def test_the_readme_is_short_and_begins_with_a_command() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 110
    assert any(line.startswith("    make grade") for line in lines[:25])


def test_the_rubric_of_the_readme_has_the_right_form() -> None:
    text = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert text is not None

    form = RubricForm.model_validate(yaml.safe_load(text[1]))

    assert sum(part.points for part in form.parts.values()) == form.points


def test_the_readme_prints_what_a_run_prints() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [word for word in ("graded", "scores", "hardest", "report out/hw5/index.html") if word not in text] == []
    assert "@@" not in text
