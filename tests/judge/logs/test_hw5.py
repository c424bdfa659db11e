"""The log of hw5."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from grader.judge.logs.find import log_texts
from grader.judge.logs.hw5 import read_hw5
from grader.judge.logs.series import Reading
from tests.judge.logs import simulated as sim

SAMPLES = Path(__file__).resolve().parents[3] / "submissions" / "hw5"


def read(text: str, **files: str) -> Reading:
    """What is read of a log, and of files beside it."""
    found = log_texts(
        {"run.log": text.encode(), **{name.replace("_", "."): each.encode() for name, each in files.items()}}
    )
    return read_hw5(found.printed, found.data)


def test_losses_and_bleu_are_series_by_epoch() -> None:
    training, validation, bleu = read(sim.hw5_log(Random(1), epochs=4)).series

    assert (training.name, training.x, training.steps, training.decimals) == ("training loss", "epoch", (1, 2, 3, 4), 4)
    assert (validation.name, validation.steps) == ("validation loss", (1, 2, 3, 4))
    assert (bleu.name, len(bleu.values)) == ("validation BLEU", 4)


def test_an_honest_log_has_no_finding_and_no_fact() -> None:
    random = Random(2)

    readings = [read(sim.hw5_log(random)) for _ in range(6)]

    assert [(each.findings, each.facts) for each in readings] == [((), ())] * 6


@pytest.mark.parametrize("what", sim.HW5_EDITS)
def test_an_edited_score_is_found(what: str) -> None:
    random = Random(what)

    assert all(read(sim.HW5_EDITS[what](random, sim.hw5_log(random))).findings for _ in range(3))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + text.replace("2023-03", "2023-04"),
        lambda text: "\n".join(line for line in text.split("\n") for _ in range(2)),
        lambda text: text[: len(text) // 2],
        lambda text: "\n".join(line.rpartition("| ")[2] for line in text.split("\n")),
        lambda text: text[len(text) // 3 :],
        lambda text: text.replace("\n", "\r\n"),
    ],
    ids=["trained twice", "two handlers", "cut", "printed", "resumed", "windows"],
)
def test_what_happens_to_honest_logs_raises_no_flag(change) -> None:  # type: ignore[no-untyped-def]
    random = Random(3)

    assert [read(change(sim.hw5_log(random))).findings for _ in range(3)] == [()] * 3


def test_an_earlier_attempt_behind_the_log_is_a_run_of_its_own() -> None:
    attempt = "2023-03-13 22:50:00 | INFO | hw5.seq2seq | training loss: 8.0000\n"

    assert read(sim.hw5_log(Random(3)) + attempt).findings == ()


def test_clocks_may_go_back_at_the_end_of_summer_time() -> None:
    lines = [
        "2023-10-29 02:50:00 | INFO | hw5.seq2seq | training loss: 4.0000",
        "2023-10-29 02:05:00 | INFO | hw5.seq2seq | validation loss:\t4.1000",
        "2023-10-29 02:06:00 | INFO | hw5.seq2seq | end of epoch 1",
    ]

    assert read("\n".join(lines)).findings == ()


def test_a_time_that_goes_back_is_found() -> None:
    lines = [
        "2023-03-14 12:50:00 | INFO | hw5.seq2seq | training loss: 4.0000",
        "2023-03-14 12:05:00 | INFO | hw5.seq2seq | validation loss:\t4.1000",
    ]

    (found,) = read("\n".join(lines)).findings

    assert (found.line, found.rule) == (2, "times rise")
    assert (found.expected, found.found) == ("2023-03-14 12:50:00 or later", "2023-03-14 12:05:00")


def test_an_epoch_out_of_order_is_found() -> None:
    lines = [f"training loss: {7 - at}.0000\nend of epoch {at}" for at in (1, 3, 2, 4)]

    (found,) = read("\n".join(lines)).findings

    assert (found.line, found.rule) == (6, "epochs rise")
    assert (found.expected, found.found) == ("after line 2", "the end of epoch 2 further down")


def test_a_reference_that_changes_its_length_is_found() -> None:
    score = "BLEU = 23.85 57.1/31.7/18.3/11.2 (BP = 0.966 ratio = 0.967 hyp_len = 108100 ref_len = 111811)"
    other = "BLEU = 24.68 57.1/31.7/18.3/11.2 (BP = 1.000 ratio = 1.000 hyp_len = 108100 ref_len = 108100)"

    (found,) = read(f"{score}\nend of epoch 1\n{other}\nend of epoch 2").findings

    assert found.rule == "the reference has one length in a run"
    assert (found.expected, found.found) == ("ref_len 111,811, as in line 1", "ref_len 108,100")


@pytest.mark.parametrize("count", [3 * 1046, 3 * 1046 - 5, 2 * 1046], ids=["all", "some infinite", "resumed"])
def test_a_series_of_norms_that_fits_the_log_has_no_finding(count: int) -> None:
    assert read(sim.hw5_log(Random(4), epochs=3), gnorm_json=json.dumps([1.5] * count)).findings == ()


def test_a_series_of_norms_of_another_length_is_found() -> None:
    (found,) = read(sim.hw5_log(Random(4), epochs=3), gnorm_json=json.dumps([1.5] * 500)).findings

    assert (found.file, found.rule) == ("gnorm.json", "the series of gradient norms has a value for each update")
    assert (found.expected, found.found) == ("3 epochs of 1,046 updates: 3,138", "500")
    assert found.bound == "1% may be missing, where they were infinite"


@pytest.mark.parametrize("content", ["{}", "[[1]]", "[" * 100_000, "[1, 2", '["a"]'])
def test_a_file_that_is_no_series_is_left_alone(content: str) -> None:
    assert read(sim.hw5_log(Random(4), epochs=3), gnorm_json=content).findings == ()


def test_a_training_without_validation_was_not_finished() -> None:
    reading = read("training loss: 6.1000\nend of epoch 1\ntraining loss: 5.1000")

    assert reading.facts == ("training not finished (stopped early): 2 epochs, no validation",)


@pytest.mark.parametrize(("who", "lines"), [("ada", []), ("bo", []), ("hana", []), ("june", [77])])
def test_of_the_samples_only_the_doctored_one_has_a_finding(who: str, lines: list[int]) -> None:
    files = {str(path.relative_to(SAMPLES)): path.read_bytes() for path in (SAMPLES / who).rglob("*") if path.is_file()}
    found = log_texts(files)

    reading = read_hw5(found.printed, found.data)

    assert len(reading.series) == 3
    assert [each.line for each in reading.findings] == lines


def test_a_text_without_such_lines_is_not_read() -> None:
    assert read("nothing to see\nBLEU is a metric\n") == Reading()
