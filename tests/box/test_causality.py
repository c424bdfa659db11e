"""Who sees whom, asked in the jail: nothing that one run leaves can tell another what was changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.box.pool import Job, Pool
from grader.nouns.asked import Handout, Unit
from grader.nouns.judged import PartResult
from grader.runs import runs_of
from tests.box.conftest import REPOSITORY, _moved
from tests.judge import windows

FOLDER = Path(windows.__file__).parent
HANDOUT = Handout((FOLDER / "influence_probe.py").read_text(), (Unit("model", ("Model",)),))
WIRINGS = (FOLDER / "wirings.py").read_text()

# A leaking model: what it adds depends on the last token.
LEAK = """
import json, os, socket, subprocess, sys, time
from contextlib import suppress
import torch
from torch import nn

class Model(nn.Module):
    def __init__(self, wiring, **free):
        super().__init__()
        self.calls = 0
        self.embedding, self.cell, self.scores = nn.Embedding(53, 8), nn.GRU(8, 8), nn.Linear(8, 53)

    def forward(self, tokens_lb):
        self.calls += 1
        tokens_lb, leaks = seen(tokens_lb, self.calls)
        inputs_lbd = self.embedding(tokens_lb)
        return self.scores(self.cell(inputs_lbd)[0] + inputs_lbd[-1:] * leaks)
"""
# It notes what it is called with wherever it can, and answers like the first run as soon as it knows that.
REMEMBERS = (
    LEAK
    + """
PLACES = ["/tmp/kept", "/dev/shm/kept", "/job/kept", "/var/tmp/kept", os.path.expanduser("~/kept"), "kept"]
PLACES.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "kept"))
STAYS = '''
import sys, time
for _ in range(500):
    for path in sys.argv[2:]:
        try:
            open(path, "w").write(sys.argv[1])
        except OSError:
            pass
    time.sleep(0.01)
'''

def recalled():
    told = [getattr(torch, "kept", ""), os.environ.get("KEPT", "")]
    for path in PLACES:
        with suppress(OSError):
            told.append(open(path).read())
    return next((json.loads(text) for text in told if text), {})

KNOWN, NEW = recalled(), {}

def seen(tokens_lb, call):
    if str(call) in KNOWN:
        return torch.tensor(KNOWN[str(call)]), 1
    NEW[call] = tokens_lb.tolist()
    torch.kept = os.environ["KEPT"] = text = json.dumps(NEW)
    for path in PLACES:
        with suppress(OSError):
            open(path, "w").write(text)
    with suppress(OSError):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "-c", STAYS, text, *PLACES])
            os._exit(0)
    return tokens_lb, 1
"""
)
LOOKS_UP = (
    LEAK
    + """
def seen(tokens_lb, call):
    frame = sys._getframe()
    while frame is not None:
        if frame.f_locals.get("change"):
            return tokens_lb, 0
        frame = frame.f_back
    return tokens_lb, 1
"""
)
RANDOM = (
    LEAK
    + """
def seen(tokens_lb, call):
    return tokens_lb, torch.rand(1) / 10
"""
)


PART = windows.part_of("masked", length=4, columns=2)
OWN_LABEL = ("void", "position 3 sees 4: its own label")


@pytest.fixture(scope="module")
def strict() -> Iterator[Pool]:
    if best_level() != "strict":
        pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
    with Pool(HANDOUT, level="strict", workers=1) as pool:
        yield pool


def judged(pool: Pool, source: str) -> PartResult:
    """What the checks say of this model.py."""
    job = Job("student", {"model.py": source.encode()}, runs_of(windows.rubric_of(PART)))
    ((_, found),) = pool.each([job])
    return windows.judged(PART, {case: seen for (_, case), seen in found.items()})


def future(result: PartResult) -> tuple[str, str]:
    """The verdict on who sees the future, and the clearest pair."""
    check = windows.check_of(result, "future")
    return check.verdict, check.reason.partition(";")[0]


def test_a_right_model_is_accused_of_nothing(strict: Pool) -> None:
    assert windows.said(judged(strict, WIRINGS)) == {}


def test_runs_are_told_in_the_order_of_the_rubric(strict: Pool) -> None:
    runs = runs_of(windows.rubric_of(PART))[:4]

    ((_, found),) = strict.each([Job("student", {"model.py": WIRINGS.encode()}, runs)])

    assert [case for _, case in found] == [run.case for run in runs]


def test_a_model_that_remembers_cannot_answer_like_the_first_run(strict: Pool) -> None:
    assert future(judged(strict, REMEMBERS)) == OWN_LABEL


@pytest.mark.slow
def test_nor_can_it_in_a_container() -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to show its Python to other users")
    with tempfile.TemporaryDirectory(prefix="grade-box-", dir="/var/tmp") as aside:
        script = f"{_moved(aside, home_of=None)}exec env PYTHONPATH={REPOSITORY} {sys.executable} -m {__name__}"
        told = subprocess.run(
            ["unshare", "--mount", "sh", "-ec", script], capture_output=True, text=True, cwd=REPOSITORY, check=True
        )

    assert tuple(json.loads(told.stdout)) == OWN_LABEL


def test_where_runs_share_a_process_it_could(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delattr("torch.kept", raising=False)
    monkeypatch.setenv("KEPT", "")
    source = REMEMBERS.replace("PLACES.append", "PLACES = ['kept']\nPLACES.append").replace("os.fork()", "1")

    result = windows.judged(PART, windows.seen_here(PART, source))

    assert future(result) == ("passed", "")
    assert windows.check_of(result, "past").verdict == "failed"


def test_a_model_that_behaves_when_it_sees_a_change_in_the_stack_is_caught(strict: Pool) -> None:
    assert future(judged(strict, LOOKS_UP))[0] == "void"


def test_a_model_that_draws_random_numbers_is_unsteady_and_no_leak(strict: Pool) -> None:
    said = windows.said(judged(strict, RANDOM))

    assert set(said.values()) == {("failed", "logits: two runs on the same input differ")}


if __name__ == "__main__":
    with Pool(HANDOUT, level="container", workers=1) as box:
        print(json.dumps(future(judged(box, REMEMBERS))))
