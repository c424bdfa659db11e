"""Logs as honest programs write them: the numbers are drawn, summed and timed exactly, and only then rounded.

And the edits that are to be found. Used by the tests and by `benchmarks/logs.py`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

WORDS_PER_EXAMPLE = 26.0


@dataclass(frozen=True)
class A4:
    """How an a4 training runs: sizes, how often it logs and validates, how fast it is."""

    batch: int = 32
    every: int = 10
    validate: int = 200
    iterations: int = 600
    epoch: int = 17_000  # examples of an epoch
    speed: float = 330.0  # words a second
    start: int = 0  # the iteration of the checkpoint it goes on from
    jitter: float = 0.1  # how much the speed varies, as a share
    noise: float = 1.0  # how much loss and lengths vary


GPU = A4(batch=64, every=10, validate=200, iterations=800, epoch=17_011, speed=12_000)
KINDS = {
    "cpu": A4(),
    "gpu": GPU,
    "sparse": A4(every=200, validate=2000, iterations=9000, epoch=216_617, speed=9000),
    "odd": A4(batch=48, every=30, validate=100, iterations=900, epoch=3007, speed=4100),
    "tiny": A4(batch=7, every=5, validate=50, iterations=300, epoch=40, speed=900),
    "steady": A4(batch=64, iterations=800, epoch=17_011, speed=12_000, jitter=0.004, noise=0.2),
    "steadier": A4(batch=64, iterations=800, epoch=17_011, speed=12_000, jitter=0.001, noise=0.05),
}


def a4_lines(random: Random, run: A4) -> list[str]:
    """The lines of one training, to its early end or its last iteration."""
    lines, now, train_time = ["use device: cuda:0"], 0.0, 0.0
    report, total = [0.0, 0, 0], [0.0, 0, 0]  # loss, words, examples
    epoch, seen, at = 1, 0, run.start
    nats, floor = random.uniform(6.5, 7.2), random.uniform(1.2, 2.4)
    while at < run.iterations:
        left = math.ceil((run.epoch - seen) / run.batch)
        step = min(left, run.every - at % run.every, run.validate - at % run.validate, run.iterations - at)
        examples = min(step * run.batch, run.epoch - seen)
        words = round(examples * WORDS_PER_EXAMPLE * random.gauss(1, run.noise * 0.2 / math.sqrt(examples)))
        loss = (
            words
            * (floor + (nats - floor) * math.exp(-at / 700))
            * random.gauss(1, run.noise * 0.1 / math.sqrt(examples))
        )
        now += words / run.speed * random.uniform(1 - run.jitter, 1 + run.jitter)
        for sums in (report, total):
            sums[0], sums[1], sums[2] = sums[0] + loss, sums[1] + words, sums[2] + examples
        at, seen = at + step, seen + examples
        if at % run.every == 0:
            lines.append(
                f"epoch {epoch}, iter {at}, avg. loss {report[0] / report[2]:.2f}, "
                f"avg. ppl {math.exp(report[0] / report[1]):.2f} cum. examples {total[2]}, "
                f"speed {report[1] / (now - train_time):.2f} words/sec, time elapsed {now:.2f} sec"
            )
            train_time = now = now + random.uniform(1e-5, 5e-4)
            report = [0.0, 0, 0]
        if at % run.validate == 0:
            mean, ppl = total[0] / total[2], math.exp(total[0] / total[1])
            lines.append(f"epoch {epoch}, iter {at}, cum. loss {mean:.2f}, cum. ppl {ppl:.2f} cum. examples {total[2]}")
            now += random.uniform(0.5, 8)
            lines.append(f"validation: iter {at}, dev. ppl {ppl * 1.1:f}")
            lines.append("save currently the best model to [model.bin]")
            total = [0.0, 0, 0]
        if seen >= run.epoch:
            epoch, seen = epoch + 1, 0
    return lines


def a4_log(random: Random, kind: str) -> str:
    """A whole log of one training."""
    return "\n".join([*a4_lines(random, KINDS[kind]), "hit patience 1", "early stop!", "Corpus BLEU: 21.36"]) + "\n"


def bleu_line(random: Random) -> str:
    """A line of sacrebleu, from counts."""
    reference = random.randint(80_000, 120_000)
    hypothesis = round(reference * random.uniform(0.7, 1.15))
    first = random.uniform(20, 65)
    precisions = [first, *(first * random.uniform(0.4, 0.6) ** n for n in (1, 2, 3))]
    penalty = min(1.0, math.exp(1 - reference / hypothesis))
    score = penalty * math.exp(sum(map(math.log, precisions)) / 4)
    shown = "/".join(f"{each:.1f}" for each in precisions)
    return (
        f"BLEU = {score:.2f} {shown} (BP = {penalty:.3f} ratio = {hypothesis / reference:.3f} "
        f"hyp_len = {hypothesis} ref_len = {reference})"
    )


def hw5_log(random: Random, epochs: int = 15) -> str:
    """The log of hw5: every epoch its losses, its BLEU and its end."""
    reference, lines, second = random.randint(90_000, 120_000), [], random.randint(0, 80_000)

    def say(name: str, text: str) -> None:
        nonlocal second
        second += random.randint(0, 300)
        hours, minutes, seconds = second // 3600, second // 60 % 60, second % 60
        lines.append(f"2023-03-{14 + hours // 24} {hours % 24:02}:{minutes:02}:{seconds:02} | INFO | {name} | {text}")

    for epoch in range(1, epochs + 1):
        say("fairseq.data.iterators", "grouped total_num_itrs = 1046")
        say("hw5.seq2seq", f"training loss: {3 + 4 * math.exp(-epoch / 4) * random.uniform(0.95, 1.05):.4f}")
        say("hw5.seq2seq", "begin validation")
        hypothesis = round(reference * random.uniform(0.85, 1.05))
        penalty = min(1.0, math.exp(1 - reference / hypothesis))
        precisions = [random.uniform(40, 60), random.uniform(18, 30), random.uniform(8, 16), random.uniform(4, 9)]
        value = penalty * math.exp(sum(map(math.log, precisions)) / 4)
        shown = "/".join(f"{each:.1f}" for each in precisions)
        score = (
            f"BLEU = {value:.2f} {shown} (BP = {penalty:.3f} ratio = {hypothesis / reference:.3f} "
            f"hyp_len = {hypothesis} ref_len = {reference})"
        )
        say("hw5.seq2seq", f"validation loss:\t{3.4 + 3 * math.exp(-epoch / 4):.4f}")
        say("hw5.seq2seq", score)
        say("hw5.seq2seq", f"end of epoch {epoch}")
    return "\n".join(lines) + "\n"


def curve_csv(random: Random, epochs: int = 20) -> str:
    """`curve.csv` of hw12."""
    rows = ["epoch,train_loss,train_ppl,valid_loss,valid_ppl"]
    for epoch in range(1, epochs + 1):
        train = 4.4 + 2.2 * math.exp(-epoch / 5) + random.uniform(-0.02, 0.02)
        valid = 4.6 + 2.0 * math.exp(-epoch / 5) + random.uniform(-0.02, 0.02)
        rows.append(f"{epoch},{train:.4f},{math.exp(train):.4f},{valid:.4f},{math.exp(valid):.4f}")
    return "\n".join(rows) + "\n"


@dataclass(frozen=True)
class Trainer:
    """The numbers of one training by the Trainer."""

    examples: int
    batch: int
    epochs: int
    drop_last: bool
    runtime: float
    loss: float

    @property
    def each(self) -> int:
        """Steps of an epoch."""
        return self.examples // self.batch if self.drop_last else math.ceil(self.examples / self.batch)

    @property
    def total(self) -> int:
        """Steps in all."""
        return self.each * self.epochs


def trainer(random: Random) -> Trainer:
    """Numbers of some training."""
    return Trainer(
        examples=random.randint(900, 40_000),
        batch=random.choice((4, 8, 16, 24, 64)),
        epochs=random.randint(1, 5),
        drop_last=random.random() < 0.5,
        runtime=random.uniform(40, 6000),
        loss=random.uniform(2, 8),
    )


def trainer_output(told: Trainer) -> str:
    """What it prints in a notebook."""
    seconds, total, runtime = int(told.runtime - 0.7), told.total, round(told.runtime, 4)
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds >= 3600 else ""
    rate, steps = round(told.examples * told.epochs / told.runtime, 3), round(total / told.runtime, 3)
    checkpoints = [
        f"Saving model checkpoint to /content/out/checkpoint-{told.each * epoch}" for epoch in range(1, told.epochs + 1)
    ]
    rows = [f"{epoch}\t{told.loss + 1 / epoch:f}\t{told.loss + 0.5 / epoch:f}" for epoch in range(1, told.epochs + 1)]
    return "\n".join(
        [
            "***** Running training *****",
            f"  Num examples = {told.examples}",
            f"  Num Epochs = {told.epochs}",
            f"  Instantaneous batch size per device = {told.batch}",
            f"  Total train batch size (w. parallel, distributed & accumulation) = {told.batch}",
            "  Gradient Accumulation steps = 1",
            f"  Total optimization steps = {total}",
            f" [{total}/{total} {clock or f'{seconds // 60:02}:{seconds % 60:02}'}, Epoch {told.epochs}/{told.epochs}]",
            "Epoch\tTraining Loss\tValidation Loss",
            *rows,
            "***** Running Evaluation *****",
            "  Num examples = 1281",
            "  Batch size = 16",
            *checkpoints,
            f"TrainOutput(global_step={total}, training_loss={told.loss!r}, metrics={{'train_runtime': {runtime!r}, "
            f"'train_samples_per_second': {rate!r}, 'train_steps_per_second': {steps!r}, 'total_flos': 0.0, "
            f"'train_loss': {told.loss!r}, 'epoch': {float(told.epochs)!r}}})",
        ]
    )


def trainer_state(random: Random, every: int = 50) -> dict[str, Any]:
    """`trainer_state.json` of some training that ends at a logged step."""
    windows, each = random.randint(8, 60), random.randint(2, 6)
    steps, history, summed = windows * every, [], 0.0
    evaluated, runtime = random.randint(500, 3000), random.uniform(100, 4000)
    best = math.inf
    for window in range(1, windows + 1):
        loss = 2 + 5 * math.exp(-window / 12) + random.gauss(0, 0.05)
        summed += loss * every
        epoch = round(window / windows * 3, 2)
        history.append({"epoch": epoch, "learning_rate": 5e-5, "loss": round(loss, 4), "step": window * every})
        if window % each == 0:
            seconds, value = random.uniform(5, 40), loss + random.uniform(0.1, 0.3)
            best = min(best, value)
            history.append(
                {
                    "epoch": epoch,
                    "eval_loss": value,
                    "eval_runtime": round(seconds, 4),
                    "eval_samples_per_second": round(evaluated / seconds, 3),
                    "eval_steps_per_second": round(math.ceil(evaluated / 16) / seconds, 3),
                    "step": window * every,
                }
            )
    history.append(
        {
            "epoch": 3.0,
            "step": steps,
            "total_flos": 1e15,
            "train_loss": summed / steps,
            "train_runtime": round(runtime, 4),
            "train_samples_per_second": round(steps * 16 / runtime, 3),
            "train_steps_per_second": round(steps / runtime, 3),
        }
    )
    return {"best_metric": best, "global_step": steps, "log_history": history, "max_steps": steps}


# --- what is around an honest log ---


def with_times(text: str) -> str:
    """Each line behind a time stamp."""
    return "".join(
        f"[2023-02-11 10:{at // 60 % 60:02}:{at % 60:02}] {line}\n" for at, line in enumerate(text.split("\n"))
    )


def with_bars(text: str) -> str:
    """A progress bar that is drawn again and again before each line, on the same line."""
    return "".join(
        f"\rTraining:  {at % 100}%|###   | {at}/900 [00:0{at % 9}<01:00, 3.1it/s]" * 2 + f"\r{line}\n"
        for at, line in enumerate(text.split("\n"))
    )


def interleaved(random: Random, text: str) -> str:
    """Some lines torn apart by the output of another thread."""
    lines = text.split("\n")
    for at in range(len(lines)):
        if random.random() < 0.05 and len(lines[at]) > 30:
            cut = random.randint(5, len(lines[at]) - 5)
            lines[at] = f"{lines[at][:cut]}  7%|#     | 3/40 [00:01<00:20]\n{lines[at][cut:]}"
    return "\n".join(lines)


def in_notebook(text: str) -> str:
    """The log as the output of a notebook's cell."""
    cell = {"cell_type": "code", "source": "!sh run.sh train", "outputs": [_stream(text)]}
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# a4"}, cell], "nbformat": 4})


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


def resumed(random: Random, kind: str) -> str:
    """A training that was broken off, and one that went on from its last checkpoint with a new clock."""
    run = KINDS[kind]
    first = a4_lines(random, run)[: random.randint(8, 25)]
    return "\n".join([*first, "Killed", *a4_lines(random, A4(**{**run.__dict__, "start": run.validate}))]) + "\n"


def thinned(text: str, keep: int) -> str:
    """Every `keep`-th line, as somebody shows it in a report."""
    return "\n".join(text.split("\n")[::keep])


# --- edits ---

Edit = Callable[[Random, str], str]


def _numbered(pattern: str, change: Callable[[float], float], decimals: int) -> Edit:
    """Changes the number behind `pattern` in one of the lines that have it, never the first or the last of them."""

    def edit(random: Random, text: str) -> str:
        found = list(re.finditer(pattern + r"(-?[0-9.]+)", text))
        chosen = random.choice(found[1:-1] if len(found) > 2 else found)
        return text[: chosen.start(1)] + f"{change(float(chosen[1])):.{decimals}f}" + text[chosen.end(1) :]

    return edit


def _swapped(random: Random, text: str) -> str:
    lines = text.split("\n")
    places = [at for at, line in enumerate(lines) if "avg. loss" in line]
    pairs = [(a, b) for a, b in pairwise(places[1:]) if b == a + 1]
    first, second = random.choice(pairs)
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def removed(random: Random, text: str) -> str:
    """One line of training left out."""
    lines = text.split("\n")
    places = [at for at, line in enumerate(lines) if "avg. loss" in line]
    del lines[random.choice(places[1:-1])]
    return "\n".join(lines)


A4_EDITS: dict[str, Edit] = {
    "loss + 0.3": _numbered(r"avg\. loss ", lambda value: value + 0.3, 2),
    "perplexity + 1 %": _numbered(r"avg\. ppl ", lambda value: value * 1.01, 2),
    "perplexity - 20 %": _numbered(r"avg\. ppl ", lambda value: value * 0.8, 2),
    "time + 0.1 s": _numbered(r"time elapsed ", lambda value: value + 0.1, 2),
    "speed + 5 %": _numbered(r"speed ", lambda value: value * 1.05, 2),
    "examples + 100": _numbered(r"cum\. examples ", lambda value: value + 100, 0),
    "cum. loss - 1": _numbered(r"cum\. loss ", lambda value: value - 1, 2),
    "two lines swapped": _swapped,
}
HW5_EDITS: dict[str, Edit] = {
    "BLEU + 1": _numbered(r"BLEU = ", lambda value: value + 1, 2),
    "BP + 0.01": _numbered(r"BP = ", lambda value: value + 0.01, 3),
    "ratio + 0.01": _numbered(r"ratio = ", lambda value: value + 0.01, 3),
    "hyp_len + 1 %": _numbered(r"hyp_len = ", lambda value: value * 1.01, 0),
    "one precision + 2": _numbered(r"BLEU = [0-9.]+ ", lambda value: value + 2, 1),
}
HW12_EDITS: dict[str, Edit] = {
    "loss + 0.3": lambda random, text: _cell(random, text, (1, 3), lambda value: value + 0.3),
    "perplexity - 1": lambda random, text: _cell(random, text, (2, 4), lambda value: value - 1),
}
HW9_EDITS: dict[str, Edit] = {
    "examples + 8": _numbered(r"Num examples = ", lambda value: value + 8, 0),
    "runtime + 2 %": _numbered(r"'train_runtime': ", lambda value: value * 1.02, 4),
    "train_loss - 0.3": _numbered(r"'train_loss': ", lambda value: value - 0.3, 6),
    "steps + 10": _numbered(r"Total optimization steps = ", lambda value: value + 10, 0),
}


def _cell(random: Random, text: str, columns: tuple[int, int], change: Callable[[float], float]) -> str:
    rows = [row.split(",") for row in text.strip().split("\n")]
    row, column = random.randint(1, len(rows) - 1), random.choice(columns)
    rows[row][column] = f"{change(float(rows[row][column])):.4f}"
    return "\n".join(map(",".join, rows)) + "\n"


def edited_state(random: Random, state: dict[str, Any], what: str) -> dict[str, Any]:
    """The state with one number changed: `loss`, `best`, `rate` or `train_loss`."""
    history = [dict(entry) for entry in state["log_history"]]
    if what == "train_loss":
        history[-1]["train_loss"] -= 0.3
    elif what == "loss":
        entry = random.choice([entry for entry in history if "loss" in entry])
        entry["loss"] = round(entry["loss"] - 0.3, 4)
    elif what == "rate":
        entry = random.choice([entry for entry in history if "eval_runtime" in entry])
        entry["eval_runtime"] = round(entry["eval_runtime"] * 1.02, 4)
    else:
        entry = min((entry for entry in history if "eval_loss" in entry), key=lambda entry: entry["eval_loss"])
        entry["eval_loss"] -= 0.3
    return {**state, "log_history": history}
