"""What a child process tells of runs: answers, and every way in which they can end, forked or not."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.home.folder import read_home
from grader.home.session import Session
from grader.nouns.seen import Observation, Run
from grader.runs import runs_of
from tests.home.kits import SOLVED

SHUT = "    shut_bs = s"  # how the first line of `weights` begins
COSTLY = ("os._exit(0)", "os.kill(os.getpid(), 9)", "while True: print('x' * 1000)")  # alone, each loads torch anew
ENDINGS = {
    "os._exit(0)": ("left", "left before answering"),
    "os._exit(7)": ("left", "left before answering, with exit status 7"),
    "os.kill(os.getpid(), 9)": ("left", "ended by SIGKILL before answering"),
    "raise SystemExit(3)": ("left", "left before answering"),
    "raise KeyError('h0')": ("raised", "KeyError: 'h0'"),
    "raise KeyboardInterrupt": ("raised", "KeyboardInterrupt"),
    "while True: pass": ("stopped", "1.5 s are allowed here; it was still running"),
    "while True: print('x' * 1000)": ("stopped", "1 MiB of output are allowed; stdout had more"),
}


@pytest.fixture(scope="module")
def forked(whole_kit: Path) -> Iterator[Session]:
    with Session(read_home(whole_kit).handout, forks=True) as session:
        yield session


@pytest.fixture(scope="module")
def alone(whole_kit: Path) -> Iterator[Session]:
    with Session(read_home(whole_kit).handout, forks=False) as session:
        yield session


@pytest.fixture(scope="module", params=["forked", "alone"])
def session(request: pytest.FixtureRequest) -> Session:
    session: Session = request.getfixturevalue(request.param)
    return session


@pytest.fixture(scope="module")
def runs(whole_kit: Path) -> tuple[Run, ...]:
    hurried = []
    for run in runs_of(read_home(whole_kit).rubric):
        hurried.append(replace(run, limits=replace(run.limits, wall_s=1.5)))
    return tuple(hurried)


def seen(session: Session, runs: tuple[Run, ...], text: str) -> dict[str, Observation]:
    """Part -> what its one case gave, for homework of this text."""
    return {part: each for (part, _), each in session.observe({"attention.py": text.encode()}, runs).items()}


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that waits for its parent to ask for it does not."""
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("line", COSTLY)
def test_a_fork_that_ends_takes_nothing_with_it(forked: Session, runs: tuple[Run, ...], line: str) -> None:
    test_one_case_ends_as_it_did_and_the_others_answer(forked, runs, line)


@pytest.mark.parametrize("line", [line for line in ENDINGS if line not in COSTLY])
def test_one_case_ends_as_it_did_and_the_others_answer(session: Session, runs: tuple[Run, ...], line: str) -> None:
    found = seen(session, runs, SOLVED.replace(SHUT, f"    import os\n    {line}\n{SHUT}"))
    assert (found["w"].ended, found["w"].reason) == ENDINGS[line]
    assert found["c"].ended == "answered"


def test_a_file_that_ends_the_process_when_imported_is_blamed_by_name(session: Session, runs: tuple[Run, ...]) -> None:
    found = seen(session, runs, "import os\nos._exit(5)\n" + SOLVED)
    assert {each.ended for each in found.values()} == {"left"}
    assert found["w"].reason == "left before answering, with exit status 5, while attention was imported"


def test_nothing_of_one_round_is_left_in_the_next(session: Session, runs: tuple[Run, ...]) -> None:
    spoiling = """
        import builtins, os, sys, torch
        torch.set_default_dtype(torch.float64)
        os.environ["LEFT"] = "1"
        sys.path.insert(0, "/nowhere")
        builtins.left = 1
    """.replace("        ", "")
    asking = "\nimport os, sys, torch\nassert 'LEFT' not in os.environ and '/nowhere' not in sys.path\n"
    asking += "assert torch.get_default_dtype() == torch.float32\n"
    seen(session, runs, spoiling + SOLVED)
    found = seen(session, runs, SOLVED.replace("import torch\n", f"import torch\n{asking}", 1))
    assert {each.ended for each in found.values()} == {"answered"}, found["w"].reason


def test_the_answers_are_those_of_the_text_that_was_checked_last(session: Session, runs: tuple[Run, ...]) -> None:
    right = seen(session, runs, SOLVED)["w"].tensors["weights"]
    wrong = seen(session, runs, SOLVED.replace("dim=1", "dim=0"))["w"].tensors["weights"]
    again = seen(session, runs, SOLVED)["w"].tensors["weights"]
    assert (right == again).all()
    assert not (right == wrong).all()


def test_threads_that_compute_at_once_do_not_fall_over_each_other(session: Session, runs: tuple[Run, ...]) -> None:
    at_once = """
        from concurrent.futures import ThreadPoolExecutor
        import threading
        start = threading.Barrier(8)
        def compute(row):
            start.wait()
            return torch.softmax(row, dim=0)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(compute, torch.zeros(8, 3)))
    """.replace("        ", "    ")
    found = seen(session, runs, SOLVED.replace(SHUT, f"{at_once}{SHUT}"))
    assert found["w"].ended == "answered", found["w"].reason


def test_a_gpu_of_the_student_is_not_used(session: Session, runs: tuple[Run, ...]) -> None:
    asks = "import os, torch\nassert os.environ['CUDA_VISIBLE_DEVICES'] == ''\n"
    asks += "assert not torch.cuda.is_available() and not torch.backends.mps.is_available()\n"
    asks += "assert not torch.accelerator.is_available()\n"
    found = seen(session, runs, asks + SOLVED.replace(SHUT, f"    scores_bs = scores_bs.cuda()\n{SHUT}"))
    assert {each.ended for each in found.values()} == {"answered"}, found["w"].reason


def test_what_is_printed_is_kept_beside_the_answer(session: Session, runs: tuple[Run, ...]) -> None:
    found = seen(session, runs, SOLVED.replace(SHUT, f"    print('räksmörgås')\n{SHUT}"))
    assert found["w"].stdout == "räksmörgås\n"
    assert found["c"].stdout == ""


def test_units_that_a_probe_asked_for_are_known(session: Session, runs: tuple[Run, ...]) -> None:
    seen(session, runs, SOLVED)
    assert session.asked["w", "ragged"] == {"attention"}


def test_the_homework_runs_on_a_copy(session: Session, runs: tuple[Run, ...], tmp_path: Path) -> None:
    found = seen(session, runs, SOLVED.replace(SHUT, f"    open('made.txt', 'w').write('x')\n{SHUT}"))
    assert found["w"].ended == "answered"
    assert not (tmp_path / "made.txt").exists()
    assert not Path("made.txt").exists()


def test_processes_that_were_left_running_are_ended(forked: Session, runs: tuple[Run, ...], tmp_path: Path) -> None:
    note = tmp_path / "pid"
    left = "    import subprocess, sys, pathlib\n"
    left += "    own = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    left += f"    pathlib.Path({str(note)!r}).write_text(str(own.pid))\n"
    seen(forked, runs, SOLVED.replace(SHUT, left + SHUT))
    until = time.monotonic() + 10
    while is_alive(int(note.read_text())):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_folders_are_gone_when_it_is_closed(whole_kit: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Session(read_home(whole_kit).handout) as session:
        session.start()
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_without_torch_the_message_says_what_to_install(
    whole_kit: Path, runs: tuple[Run, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Session(read_home(whole_kit).handout) as session, pytest.raises(UsageError) as told:
        seen(session, runs, SOLVED)
    assert str(told.value) == (
        f"{sys.executable}: torch cannot be loaded: ModuleNotFoundError: No module named 'torch'  [E-TORCH]\n"
        "  needed: Python with torch, as the README of the kit says\n"
        "  help: pip install torch, in the environment in which grade is installed"
    )
    assert os.environ["PYTHONPATH"] == str(tmp_path)


def test_another_package_that_the_probes_need_is_named(whole_kit: Path, runs: tuple[Run, ...]) -> None:
    handout = read_home(whole_kit).handout
    needy = replace(handout, probes="import shapes_of_all.kinds\n" + handout.probes)
    with Session(needy) as session, pytest.raises(UsageError) as told:
        seen(session, runs, SOLVED)
    assert "shapes_of_all cannot be loaded: ModuleNotFoundError: No module named 'shapes_of_all'" in str(told.value)
    assert "help: pip install shapes_of_all, in the environment" in str(told.value)
