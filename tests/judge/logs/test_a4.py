"""The log of a4: what its lines say, what adds up, and what does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from grader.judge.logs.a4 import WORDS, WORDS_RULE, read_a4
from grader.judge.logs.a4_runs import Stretch, runs_of, stretches
from grader.judge.logs.find import Text, lines_with, log_texts
from grader.judge.logs.series import Reading
from tests.judge.logs import simulated as sim

SAMPLES = Path(__file__).resolve().parents[3] / "submissions" / "a4"
# iteration, loss, perplexity, examples, speed, time: ten lines of an honest log
SEED_003 = (
    (280, 144.77, 296.05, 8960, 296.36, 674.42),
    (290, 147.63, 307.51, 9280, 334.72, 699.06),
    (300, 147.42, 276.31, 9600, 281.27, 728.89),
    (310, 147.00, 281.40, 9920, 312.37, 755.60),
    (320, 143.35, 288.49, 10240, 326.33, 780.41),
    (330, 147.20, 276.86, 10560, 272.08, 811.20),
    (340, 139.72, 255.63, 10880, 275.24, 840.50),
    (350, 145.37, 257.89, 11200, 262.19, 872.45),
    (360, 146.17, 262.72, 11520, 290.56, 901.35),
    (1950, 114.67, 73.41, 62400, 332.54, 4841.99),
)


def lines_of(rows: tuple[tuple[float, ...], ...]) -> list[str]:
    """The rows as `run.py` prints them."""
    return [
        f"epoch 1, iter {at}, avg. loss {loss:.2f}, avg. ppl {ppl:.2f} cum. examples {cum}, "
        f"speed {speed:.2f} words/sec, time elapsed {time:.2f} sec"
        for at, loss, ppl, cum, speed, time in rows
    ]


def seed_003(line: int = 0, column: int = 0, change: Callable[[float], float] = abs) -> list[str]:
    """The ten lines, one number changed."""
    rows = [list(row) for row in SEED_003]
    rows[line][column] = change(rows[line][column])
    return lines_of(tuple(map(tuple, rows)))


def read(lines: list[str] | str) -> Reading:
    """What is read of a log in a file."""
    text = lines if isinstance(lines, str) else "\n".join(lines) + "\n"
    return read_a4(log_texts({"train.log": text.encode()}).printed)


def known(lines: list[str]) -> list[Stretch]:
    """The stretches of a log of one run."""
    (run,) = runs_of(lines_with(Text("train.log", "\n".join(lines)), WORDS))
    return stretches(run)


# --- seed 003 ---


def test_the_eight_pairs_of_seed_003_add_up_to_rounding() -> None:
    told = known(seed_003())

    assert len(told) == 8
    assert max(abs(each.by_loss / each.by_time - 1) for each in told) == pytest.approx(3.2e-4, abs=5e-6)
    assert max(each.share for each in told) == pytest.approx(0.51, abs=0.005)
    assert all(5e-4 < each.bound < 7e-4 for each in told)


def test_seed_003_has_32_examples_an_iteration_and_26_words_an_example() -> None:
    words = [loss / math.log(ppl) for _, loss, ppl, *_ in SEED_003]

    assert all(cum == 32 * at for at, _, _, cum, *_ in SEED_003)
    assert (round(min(words), 1), round(max(words), 1)) == (25.2, 26.7)


def test_seed_003_has_no_finding_and_was_not_finished() -> None:
    reading = read(seed_003())

    assert reading.findings == ()
    assert reading.facts == ("training not finished (stopped early): 1,950 iterations, no validation, no BLEU",)


@pytest.mark.parametrize(
    ("column", "change", "flagged"),
    [
        (1, lambda value: value + 0.3, [5]),
        (1, lambda value: value - 0.3, [5]),
        (2, lambda value: value * 1.01, [5]),
        (2, lambda value: value * 0.99, [5]),
        (5, lambda value: value + 0.1, [5, 6]),
        (5, lambda value: value - 0.1, [5, 6]),
    ],
    ids=["loss+0.3", "loss-0.3", "ppl+1%", "ppl-1%", "time+0.1", "time-0.1"],
)
def test_a_doctored_number_of_seed_003_is_found(
    column: int, change: Callable[[float], float], flagged: list[int]
) -> None:
    found = read(seed_003(4, column, change)).findings

    assert [(each.line, each.rule) for each in found] == [(line, WORDS_RULE) for line in flagged]


def test_a_finding_quotes_the_line_and_gives_both_numbers_and_the_bound() -> None:
    (found,) = read(seed_003(4, 1, lambda value: value + 0.3)).findings

    assert found.file == "train.log"
    assert found.quoted == seed_003(4, 1, lambda value: value + 0.3)[4]
    assert found.expected == "8,096.25 words in 24.81 s"
    assert found.found == "8,114.87 words in 320 examples"
    assert found.bound == "7.97 words"


def test_two_swapped_lines_of_seed_003_are_found_once() -> None:
    lines = seed_003()
    lines[3], lines[4] = lines[4], lines[3]

    (found,) = read(lines).findings

    assert (found.line, found.rule) == (5, "iterations and time rise from line to line")
    assert found.expected == "after line 3, iteration 300"
    assert found.found == "iteration 310 at 755.6 s further down"


def test_a_line_left_out_of_seed_003_still_adds_up() -> None:
    lines = seed_003()
    del lines[4]

    assert read(lines).findings == ()


# --- honest logs ---


@pytest.mark.parametrize("kind", sim.KINDS)
def test_no_line_of_an_honest_log_is_flagged(kind: str) -> None:
    random = Random(kind)

    assert [read(sim.a4_log(random, kind)).findings for _ in range(5)] == [()] * 5


HONEST: dict[str, Callable[[Random], str]] = {
    "two runs": lambda r: sim.a4_log(r, "gpu") + sim.a4_log(r, "cpu"),
    "resumed": lambda r: sim.resumed(r, "gpu"),
    "line left out": lambda r: sim.removed(r, sim.a4_log(r, "gpu")),
    "every third line": lambda r: sim.thinned(sim.a4_log(r, "cpu"), 3),
    "cut": lambda r: (text := sim.a4_log(r, "gpu"))[: r.randint(0, len(text))],
    "begins anywhere": lambda r: (text := sim.a4_log(r, "gpu"))[r.randint(0, len(text)) :],
    "windows": lambda r: sim.a4_log(r, "gpu").replace("\n", "\r\n"),
    "time stamps": lambda r: sim.with_times(sim.a4_log(r, "gpu")),
    "torn": lambda r: sim.interleaved(r, sim.a4_log(r, "gpu")),
    "bars": lambda r: sim.with_bars(sim.a4_log(r, "gpu")),
    "every line twice": lambda r: "".join(f"{line}\n{line}\n" for line in sim.a4_log(r, "gpu").split("\n")),
    "another order of runs": lambda r: "\n".join(sim.a4_lines(r, sim.A4(start=200)) + sim.a4_lines(r, sim.A4())),
}


@pytest.mark.parametrize("what", HONEST)
def test_what_happens_to_honest_logs_raises_no_flag(what: str) -> None:
    random = Random(what)

    assert [read(HONEST[what](random)).findings for _ in range(4)] == [()] * 4


def test_an_excerpt_in_the_answers_is_not_the_continuation_of_the_log() -> None:
    lines = sim.a4_lines(Random(1), sim.A4())
    excerpt = [lines[2], lines[3], "...", lines[-5], "and in between:", lines[9], lines[10]]
    files = {"answers.md": "\n".join(excerpt).encode(), "train.log": "\n".join(lines).encode()}

    assert read_a4(log_texts(files).printed).findings == ()


@pytest.mark.parametrize("who", ["ada", "hana"])
def test_the_honest_samples_have_no_finding(who: str) -> None:
    files = {str(path.relative_to(SAMPLES)): path.read_bytes() for path in (SAMPLES / who).rglob("*") if path.is_file()}

    reading = read_a4(log_texts(files).printed)

    assert (reading.findings, reading.facts) == ((), ())
    assert reading.lines > 70


def test_of_the_doctored_sample_the_two_edits_are_found() -> None:
    path = SAMPLES / "june" / "hw4" / "train.log"

    found = read_a4(log_texts({"train.log": path.read_bytes()}).printed).findings

    assert [each.line for each in found] == [33, 47, 48, 38]
    assert found[0].quoted.startswith("epoch 5, iter 5200, avg. loss 88.89, avg. ppl 26.18")


def test_numbers_that_are_none_are_read_and_not_judged() -> None:
    lines = seed_003()
    lines[4] = lines[4].replace("143.35", "nan").replace("288.49", "inf")

    reading = read(lines)

    assert reading.findings == ()
    assert math.isnan(reading.series[0].values[4])


def test_a_perplexity_near_one_says_nothing() -> None:
    rows = tuple((at, 0.26, 1.01, 32 * at, 300.0, 3.0 * at) for at in range(10, 100, 10))

    assert read(lines_of(rows)).findings == ()


# --- edited logs ---


@pytest.mark.parametrize("what", sim.A4_EDITS)
@pytest.mark.parametrize("kind", ["cpu", "sparse"])
def test_an_edit_of_a_log_with_seconds_between_its_lines_is_found(kind: str, what: str) -> None:
    random = Random(what)

    assert all(read(sim.A4_EDITS[what](random, sim.a4_log(random, kind))).findings for _ in range(3))


def test_the_sums_of_a_validation_are_compared_with_its_lines() -> None:
    edit = sim.A4_EDITS["cum. loss - 1"]
    random = Random(4)

    rules = {each.rule for each in read(edit(random, sim.a4_log(random, "cpu"))).findings}

    assert rules == {
        "cum. loss is the mean of the lines since the last validation",
        "the words of the cum. line are those of the lines since the last validation",
    }


def test_a_count_of_examples_that_no_batch_gives_is_found() -> None:
    found = read(seed_003(4, 3, lambda value: value + 100)).findings

    counts = [each for each in found if each.rule.startswith("cum. examples")]
    assert [each.line for each in counts] == [5, 6]
    assert (counts[0].expected, counts[0].found) == ("320 examples in 10 iterations of 32", "420 examples")


def test_a_log_of_another_arithmetic_is_a_fact_and_no_finding() -> None:
    rows = tuple((at, loss, ppl * 2, cum, speed, time) for at, loss, ppl, cum, speed, time in SEED_003)

    reading = read(lines_of(rows))

    assert reading.findings == ()
    assert reading.facts[0] == (
        "train.log: 8 of 8 lines are of another arithmetic than the handout's: an excerpt, another program, or edited "
        "throughout"
    )


# --- what it says ---


def test_the_series_are_loss_and_perplexity_by_iteration() -> None:
    text = "\n".join([*seed_003(), "validation: iter 2000, dev. ppl 81.250000", "Corpus BLEU: 12.5"])

    loss, perplexity, validation = read(text).series

    assert (loss.name, loss.x, loss.steps[:2], loss.values[:2]) == (
        "training loss",
        "iteration",
        (280, 290),
        (144.77, 147.63),
    )
    assert (loss.decimals, loss.places[1].number, loss.file) == (2, 2, "train.log")
    assert perplexity.values[-1] == 73.41
    assert (validation.name, validation.steps, validation.values) == ("validation perplexity", (2000,), (81.25,))


def test_a_finished_training_has_no_fact() -> None:
    assert read(sim.a4_log(Random(2), "cpu")).facts == ()
