"""Tests of grader/report/class_training.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from grader.nouns.judged import Results
from grader.report.class_page import class_page
from grader.report.class_training import class_training, log_duties
from grader.report.log_curves import Curve, band_of
from grader.report.pages import class_html
from grader.report.training import ClassLosses
from tests.report.conftest import parsed
from tests.report.test_training import FINDING, LOG

STEPS = np.arange(10.0, 400.0, 10.0)


def losses(count: int, *more: Curve) -> ClassLosses:
    """A class of so many falling curves, and others."""
    curves = (*(Curve(f"s{at:02}", STEPS, 90.0 + at - STEPS / 10) for at in range(count)), *more)
    return ClassLosses("training loss", "iteration", curves, band_of(curves))


def test_nobody_with_a_log_makes_no_picture() -> None:
    assert class_training(()) == ()


def test_all_curves_are_in_one_picture_with_the_middle_in_front() -> None:
    (training,) = class_training([losses(20)])

    (panel,) = training.picture.panels
    assert panel.caption == "20 logs; in front the middle of the class"
    assert panel.alt == (
        "Training loss by iteration: 20 logs; in front the middle of the class, from 98.5 to 60.5; the band holds the "
        "middle four fifths"
    )
    assert training.outside == tuple((link, "outside at 100 % of its steps") for link, _ in training.outside)


def test_who_lies_outside_is_named_with_a_link() -> None:
    (training,) = class_training([losses(20, Curve("zoe", STEPS, np.full(len(STEPS), 300.0)))])

    people = {link.text: (link.href, text) for link, text in training.outside}
    assert people["zoe"] == ("staff/zoe.html#training", "outside at 100 % of its steps")
    assert "s10" not in people


def test_every_loss_has_a_picture_of_its_own() -> None:
    both = class_training([losses(3), replace(losses(3), name="validation loss")])

    assert [each.picture.title for each in both] == ["Training loss", "Validation loss"]


def test_few_logs_are_drawn_without_a_band() -> None:
    (training,) = class_training([losses(2)])

    assert (training.picture.panels[0].caption, training.picture.notes, training.outside) == ("2 logs", (), ())


def test_numbers_that_no_axis_holds_make_no_picture() -> None:
    wild = Curve("a", np.full(4, np.nan), np.full(4, 1e308))

    assert class_training([ClassLosses("training loss", "iteration", (wild,), None)]) == ()


def test_logs_that_do_not_add_up_wait_for_a_person(results: Results) -> None:
    first, *rest = results.submissions
    told = replace(results, submissions=(replace(first, training=replace(LOG, findings=(FINDING, FINDING))), *rest))

    ((link, text),) = log_duties(told)

    assert (link.text, link.href) == ("anna", "staff/anna.html#training")
    assert text == "2 lines; train<b>.log, line 33: words by loss are words by time"


def test_the_page_of_the_class_holds_all_of_it(results: Results, tmp_path: Path) -> None:
    people = tuple(replace(each, training=LOG) for each in results.submissions)

    html = class_html(class_page(replace(results, submissions=people), {}, [losses(20)]))

    assert "Training logs that do not add up: evidence, not a verdict (12)" in html
    assert "train&lt;b&gt;.log, line 33" in html
    assert "Mostly outside of the band" in html
    assert parsed(html)[1] == []
