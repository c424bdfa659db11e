"""Equal unexplained wrong outputs: one key in spite of noise, other keys for other answers, and fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from grader.judge.evidence import Evidence
from grader.judge.groups import grouped, signature
from grader.nouns.asked import Case, Part
from grader.nouns.judged import Group, PartResult, SubmissionResult, Verdict
from grader.nouns.plain import Array, Fault
from grader.nouns.seen import Observation

RNG = np.random.default_rng(11)
EXPECTED = RNG.normal(size=(4, 7, 6))
WRONG = RNG.normal(size=(4, 7, 6))
OTHER = RNG.normal(size=(4, 7, 6))
FAILED = (Verdict("failed", case="one", output="enc"),)
CRASHED = (Verdict("crashed", case="one"),)

Sign = Callable[..., str]


@pytest.fixture
def sign(a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]) -> Sign:
    """The signature of a wrong output, or of an observation."""

    def make(got: Any, wrong: Sequence[Verdict] = FAILED) -> str:
        observation = got if isinstance(got, Observation) else Observation("answered", {"enc": np.asarray(got)})
        expected = {"one": Observation("answered", {"enc": EXPECTED})}
        return signature(an_evidence(a_part(cases=(Case("one", {}),)), expected, {"one": observation}), wrong)

    return make


def result(id: str, key: str) -> SubmissionResult:
    """A submission with one part of this key."""
    part = PartResult("1d", "Encoder", 0, 8, 0, "failed", "", 0, 0, group=key)
    return SubmissionResult(id, "", 0, 8, 0, 0, False, (part,))


def groups_of(*keys: str) -> list[tuple[str, ...]]:
    """The members of the groups of submissions s0, s1 ... with these keys."""
    _, groups = grouped([result(f"s{i}", key) for i, key in enumerate(keys)])
    return [group.submissions for group in groups]


def test_a_signature_names_part_and_output(sign: Sign) -> None:
    part, output, hashes = sign(WRONG).split("/")

    assert (part, output, len(hashes)) == ("1d", "enc", 17)


def test_a_bar_that_was_missed_and_a_wrong_number_make_no_group(
    a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]
) -> None:
    missed = {"file": Observation("answered", texts={"text": "one\ntwo\n"})}
    evidence = an_evidence(a_part(source="file", probe="", reads="prediction.txt", cases=()), {}, missed)

    assert signature(evidence, (Verdict("failed", "BLEU 3.10, the bar is 15.05", case="file"),)) == ""


def test_nothing_wrong_has_no_signature(sign: Sign) -> None:
    assert sign(EXPECTED, ()) == ""


@pytest.mark.parametrize("seed", range(40))
def test_noise_does_not_part_equal_answers(sign: Sign, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(size=WRONG.shape, scale=2e-6)

    assert groups_of(sign(WRONG), sign((WRONG + noise).astype(np.float32))) == [("s0", "s1")]


@pytest.mark.parametrize(
    "other",
    [OTHER, -WRONG, 1.05 * (WRONG - EXPECTED) + EXPECTED, WRONG[:3], np.where(WRONG > 2, np.nan, WRONG), WRONG > 0],
    ids=["other", "sign", "a-twentieth-larger", "shape", "some-nan", "truth-values"],
)
def test_other_answers_are_other_groups(sign: Sign, other: Array) -> None:
    assert groups_of(sign(WRONG), sign(other)) == []


def test_infinities_of_either_sign_are_told_apart(sign: Sign) -> None:
    up, down = (np.where(WRONG > 2, bound, WRONG) for bound in (np.inf, -np.inf))

    assert groups_of(sign(up), sign(up.copy())) == [("s0", "s1")]
    assert groups_of(sign(up), sign(down)) == []


def test_a_constant_answer_is_a_group(sign: Sign) -> None:
    assert groups_of(sign(0 * WRONG), sign(0 * WRONG)) == [("s0", "s1")]


def test_integers_are_equal_or_not(sign: Sign) -> None:
    ids = np.arange(6)

    assert groups_of(sign(ids), sign(ids.copy()), sign(ids + 1)) == [("s0", "s1")]


def test_crashes_are_grouped_by_exception(sign: Sign) -> None:
    keys = [
        sign(Observation("raised", fault=Fault(name, f"message {i}")), CRASHED)
        for i, name in enumerate(["RuntimeError", "IndexError", "RuntimeError"])
    ]

    assert keys[0].startswith("1d/ending/")
    assert groups_of(*keys) == [("s0", "s2")]


@pytest.mark.parametrize("how", ["import_error", "left", "unreadable"])
def test_endings_that_are_no_answer_are_not_grouped(sign: Sign, how: Any) -> None:
    assert sign(Observation(how), CRASHED) == ""


def test_missing_outputs_and_texts_are_answers_too(sign: Sign) -> None:
    missing = sign(Observation("answered"))
    text = sign(Observation("answered", texts={"enc": "no tensor"}))

    assert groups_of(missing, text, missing) == [("s0", "s2")]


def test_a_name_of_theirs_is_safe_in_a_key(sign: Sign) -> None:
    assert "\x1b" not in sign(Observation("answered"), (Verdict("failed", case="one", output="\x1b[2J"),))


def test_either_hash_makes_two_answers_equal() -> None:
    assert groups_of("1d/enc/a.b", "1d/enc/a.c", "1d/enc/d.c", "1d/enc/x.y") == [("s0", "s1", "s2")]


def test_hashes_of_different_outputs_are_not_mixed() -> None:
    assert groups_of("1d/enc/a.b", "1d/h0/a.b", "1e/enc/a.b", "1d/enc/b.a") == []


def test_a_group_says_what_it_is_about_and_the_results_share_its_key() -> None:
    results, groups = grouped([result("s0", "1d/enc/a.b"), result("s1", "1d/enc/a.c"), result("s2", "1d/enc/x.y")])

    assert groups == (Group(results[0].parts[0].group, "1d", "enc", ("s0", "s1")),)
    assert [one.parts[0].group for one in results] == [groups[0].key, groups[0].key, "1d/enc/x.y"]


def test_the_largest_group_comes_first() -> None:
    assert groups_of("1d/b/1.1", "1d/a/2.2", "1d/a/2.2", "1d/b/1.1", "1d/a/2.2") == [("s1", "s2", "s4"), ("s0", "s3")]


def test_a_part_without_key_stays_without() -> None:
    assert grouped([result("s0", "")]) == ((result("s0", ""),), ())


def test_a_class_of_300_is_grouped_in_no_time(sign: Sign) -> None:
    keys = [sign(WRONG + 1e-6 * i) if i % 3 else sign(OTHER * i) for i in range(300)]
    results = [result(f"s{i}", key) for i, key in enumerate(keys)]

    started = time.perf_counter()
    _, groups = grouped(results)
    seconds = time.perf_counter() - started

    assert len(groups[0].submissions) >= 100
    assert seconds < 0.1
