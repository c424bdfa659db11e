"""Frozen pages into HTML: one Jinja2 environment, escaping everywhere, no template made from anybody's text."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.report import markup, wording

if TYPE_CHECKING:
    from grader.report.class_model import ClassPage
    from grader.report.model import SubmissionPage


def submission_html(page: SubmissionPage) -> str:
    """The whole file of one submission's page."""
    return _render("submission.html.j2", "page.js", page)


def class_html(page: ClassPage) -> str:
    """The whole file of the class page."""
    return _render("index.html.j2", "index.js", page)


def _render(template: str, script: str, page: SubmissionPage | ClassPage) -> str:
    return (
        _environment()
        .get_template(template)
        .render(page=page, style=markup.style(), script=markup.script(script), policy=markup.content_policy(script))
    )


def _shown(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else markup.shown(value)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.report"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(signs=wording.SIGNS, meanings=wording.MEANINGS, wording=wording)
    return environment
