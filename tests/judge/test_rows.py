"""The curves of a training: each row adds up, and there are enough of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pytest

from grader.judge.checks import conclude, findings
from grader.judge.evidence import Evidence
from grader.judge.logs.curves import read_curves
from grader.nouns.asked import Check, Part
from grader.nouns.judged import Verdict

HEAD = "epoch,train_loss,train_ppl,valid_loss,valid_ppl"
Judge = Callable[..., Verdict]


def curve(epochs: int = 5, digits: int = 4, power: Callable[[float], float] = math.exp) -> str:
    """Rows that add up, printed with so many digits."""
    losses = [(6.1237 - 0.2 * epoch, 6.0411 - 0.1 * epoch) for epoch in range(epochs)]
    rows = [
        f"{epoch},{a:.{digits}f},{power(a):.{digits}f},{b:.{digits}f},{power(b):.{digits}f}"
        for epoch, (a, b) in enumerate(losses, 1)
    ]
    return "\n".join([HEAD, *rows]) + "\n"


@pytest.fixture
def judge(
    a_check: Callable[..., Check], a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]
) -> Callable[..., Verdict]:
    def verdict(rule: Mapping[str, object], files: Mapping[str, str] | str) -> Verdict:
        files = {"curve.csv": files} if isinstance(files, str) else files
        check = a_check("curve_rows", rule, cases=())
        part = a_part(check, source="file", probe="", reads="curve.csv", cases=())
        seen = read_curves({name: text.encode() for name, text in files.items()}, "curve.csv")
        return conclude(check, findings(check, an_evidence(part, {}, {"file": seen})))

    return verdict


EXP, FIVE = {"perplexity": "exp"}, {"epochs": 5}


@pytest.mark.parametrize("digits", [0, 1, 2, 4, 8])
def test_rows_add_up_however_they_are_rounded(judge: Judge, digits: int) -> None:
    verdict = judge(EXP, curve(digits=digits))

    assert (verdict.outcome, verdict.reason) == ("passed", "10 of 10 rows add up")
    assert verdict.margin is not None
    assert verdict.margin <= 1


def test_losses_in_bits_add_up_with_two(judge: Judge) -> None:
    assert judge(EXP, curve(power=lambda loss: 2**loss)).outcome == "passed"


def test_a_perplexity_that_is_cut_off_adds_up(judge: Judge) -> None:
    assert judge(EXP, f"{HEAD}\n1,6.0,403,5.0,148\n").outcome == "passed"


def test_one_doctored_row_is_named_with_both_numbers(judge: Judge) -> None:
    verdict = judge(EXP, curve().replace("\n3,5.7237,306", "\n3,5.7237,206"))

    assert (verdict.outcome, verdict.code) == ("failed", "E-ROWS")
    assert verdict.reason.startswith("curve.csv, epoch 3: the training perplexity is 206.")
    assert "exp of its loss 5.7237 is 306." in verdict.reason


def test_a_summed_loss_is_not_averaged(judge: Judge) -> None:
    verdict = judge(EXP, f"{HEAD}\n1,6.0,inf,5.0,inf\n2,5.5,inf,4.9,inf\n")

    assert verdict.outcome == "failed"
    assert verdict.reason.endswith("is 403.429; 4 of 4 such pairs do not fit")


def test_nan_beside_nan_and_infinity_beside_infinity_add_up(judge: Judge) -> None:
    assert judge(EXP, f"{HEAD}\n1,nan,nan,800.0,inf\n2,6.0,403.4,5.0,148.4\n").outcome == "passed"


def test_enough_epochs_on_both_curves(judge: Judge) -> None:
    assert judge(FIVE, curve(5)).outcome == "passed"

    short = judge(FIVE, curve(4))

    assert (short.outcome, short.code) == ("failed", "E-EPOCHS")
    assert short.reason == "curve.csv: the training curve has 4 epochs, expected 5 or more"


def test_one_curve_alone_is_not_both(judge: Judge) -> None:
    rows = "".join(f"{epoch},6.0,403.4\n" for epoch in range(1, 9))

    verdict = judge(FIVE, f"epoch,train_loss,train_ppl\n{rows}")

    assert verdict.reason == "curve.csv: the validation curve has 0 epochs, expected 5 or more"


def test_the_same_epoch_eight_times_is_one(judge: Judge) -> None:
    assert judge(FIVE, HEAD + "\n" + "1,6.0,403.4,5.0,148.4\n" * 8).outcome == "failed"


def test_both_may_be_asked_at_once(judge: Judge) -> None:
    assert judge(EXP | FIVE, curve(5)).outcome == "passed"
    assert judge(EXP | FIVE, curve(4)).code == "E-EPOCHS"


def test_what_cannot_be_read_waits_for_a_person(judge: Judge) -> None:
    verdict = judge(EXP, "see the picture\n")

    assert (verdict.outcome, verdict.code) == ("pending", "E-CURVES")
    assert verdict.reason == "curve.csv: no row of losses and perplexities could be read"


def test_perplexities_alone_cannot_be_computed_again(judge: Judge) -> None:
    verdict = judge(EXP, "epoch,train_ppl,valid_ppl\n1,403.4,445.9\n")

    assert (verdict.outcome, verdict.code) == ("pending", "E-CURVES")
    assert verdict.reason == "curve.csv: no row has both a loss and a perplexity"


def test_a_log_stands_in_for_the_table(judge: Judge) -> None:
    log = "train loss 6.0 ppl 403.4\nvalid loss 5.0 ppl 148.4\n" * 5

    assert judge(EXP | FIVE, {"out/train.log": log}).outcome == "passed"


def test_nothing_handed_in_is_skipped(judge: Judge) -> None:
    verdict = judge(EXP, {"model.py": ""})

    assert verdict.outcome == "skipped"
    assert "curve.csv was not handed in, and no log holds losses and perplexities" in verdict.reason
