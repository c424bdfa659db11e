"""`grade run` as a person calls it: what is printed, and the exit code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.commands.run import kind_of_progress
from grader.kept.folder import claimed
from tests import tiny

GRADE = [sys.executable, "-m", "grader.cli"]
ONE_SLOT = ("-j", "1")


def grade(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """One slot is enough for a handful of hand-ins, and starting one is what takes the time."""
    return subprocess.run([*GRADE, *map(str, words), *ONE_SLOT], capture_output=True, text=True, cwd=cwd, timeout=120)


def write_class(root: Path, *names: str, rubric: str = tiny.RUBRIC) -> Path:
    """The course and these hand-ins; the folder that they are in."""
    tiny.write_course(root, rubric=rubric)
    tiny.write_hand_ins(root, *names)
    return tiny.in_numpy(root) / "submissions"


@pytest.fixture(scope="module")
def class_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("class")
    write_class(root, "right", "unmasked")
    return root


@pytest.fixture(scope="module")
def run(class_root: Path) -> subprocess.CompletedProcess[str]:
    return grade("submissions/", "--rubric", "tiny.yaml", cwd=class_root)


@pytest.fixture
def knowing(class_root: Path, run: subprocess.CompletedProcess[str], tmp_path: Path) -> Path:
    """A folder of its own in which is known what the reference gives, for tests that are not about its run."""
    assert run.returncode == 0, run.stderr
    shutil.copytree(class_root / "out" / "observations", tmp_path / "out" / "observations")
    return tmp_path


def test_a_run_ends_well_whatever_the_scores(run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stderr


def test_the_summary_says_how_well_what_was_hard_and_where_the_pages_are(
    run: subprocess.CompletedProcess[str],
) -> None:
    lines = run.stdout.splitlines()

    assert lines[0].split()[:2] == ["graded", "2"]
    assert lines[1] == "  scores    mean 4.5   median 4.5   of 6      up to 1 more point waits for a reader"
    assert lines[2] == "  hardest   w Weights, 62 % of its points     commonest  no_mask, 1 submission"
    assert lines[-1].startswith("report out/index.html")


def test_progress_goes_to_standard_error(run: subprocess.CompletedProcess[str]) -> None:
    assert run.stderr.splitlines()[0].startswith("tiny · 2 submissions · rubric ")
    assert "2/2" in run.stderr


def test_json_prints_the_results_and_nothing_else(class_root: Path, run: subprocess.CompletedProcess[str]) -> None:
    again = grade("submissions", "--rubric", "tiny.yaml", "--json", cwd=class_root)

    assert [result["score"] for result in json.loads(again.stdout)["submissions"]] == [6.0, 3.0]
    assert again.stderr == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere/", "--rubric", "tiny.yaml"], "nowhere: there is no such folder  [E-SUBMISSIONS]"),
        (["rubrics/tiny.yaml", "--rubric", "tiny.yaml"], "this is a file; a folder of submissions is needed"),
        (["empty", "--rubric", "tiny.yaml"], "empty: holds no submissions  [E-SUBMISSIONS]"),
        (["submissions", "--rubric", "none.yaml"], "[E-RUBRIC-FIND]"),
        (["submissions", "--rubric", "tiny.yaml", "--only", "rigth"], "help: write 'right'"),
        (["submissions", "--rubric", "tiny.yaml", "--part", "x"], "there is no part 'x'  [E-PART]"),
        (["submissions"], "Missing option '--rubric'"),
        (["sumbissions/x", "--rubric", "tiny.yaml"], "there is no such folder"),
        (["prov"], "help: write 'grade prove'"),
    ],
    ids=["no folder", "a file", "empty", "no rubric", "no such id", "no such part", "no option", "typo", "verb"],
)
def test_what_is_not_there_is_said_and_ends_with_2(class_root: Path, words: list[str], said: str) -> None:
    (class_root / "empty").mkdir(exist_ok=True)

    done = grade(*words, cwd=class_root)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_rubric_fault_names_line_and_column_and_ends_with_2(tmp_path: Path) -> None:
    tiny.write_course(tmp_path, rubric=tiny.RUBRIC.replace("close: weights", "closs: weights"))
    tiny.write_hand_ins(tmp_path, "right")

    done = grade("submissions", "--rubric", "tiny.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert "rubrics/tiny.yaml:19:22:" in done.stderr
    assert "there is no check called 'closs'  [E-CHECK-NAME]" in done.stderr
    assert "help: write 'close'" in done.stderr


def test_odd_files_are_graded_or_named_and_nothing_is_lost(knowing: Path) -> None:
    folder = write_class(knowing, "right")
    for name in ("nothing", "huge", "latin"):
        (folder / name).mkdir()
    (folder / "nothing" / "attention.py").write_bytes(b"")
    (folder / "huge" / "attention.py").write_bytes(b"# " + b"x" * (50 * 1024**2))
    (folder / "latin" / os.fsdecode(b"caf\xe9.py")).write_text((folder / "right" / "attention.py").read_text())

    done = grade("submissions", "--rubric", "tiny.yaml", "--json", cwd=knowing)

    found = {result["id"]: result for result in json.loads(done.stdout)["submissions"]}
    assert {name: result["score"] for name, result in found.items()} == {
        "right": 6.0,
        "nothing": 0.0,
        "huge": 0.0,
        "latin": 6.0,
    }
    assert [part["verdict"] for part in found["huge"]["parts"][:2]] == ["skipped", "skipped"]


@pytest.mark.skipif(os.getuid() != 0, reason="a disk of its own size needs root")
def test_a_full_disk_is_said_and_the_next_run_goes_on(tmp_path: Path) -> None:
    write_class(tmp_path, "right", "unmasked")
    (tmp_path / "out").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", tmp_path / "out"], check=True)

    full = grade("submissions", "--rubric", "tiny.yaml", cwd=tmp_path)
    subprocess.run(["mount", "-o", "remount,size=8m", tmp_path / "out"], check=True)
    again = grade("submissions", "--rubric", "tiny.yaml", cwd=tmp_path)
    subprocess.run(["umount", tmp_path / "out"], check=True)

    assert full.returncode == 1
    assert "No space left on device" in full.stderr
    assert again.returncode == 0, again.stderr


def test_an_interrupt_keeps_what_is_finished_and_the_next_run_goes_on(tmp_path: Path) -> None:
    patient = tiny.RUBRIC.replace("wall_s: 3, cpu_s: 3", "wall_s: 60, cpu_s: 60")
    folder = write_class(tmp_path, "endless", "right", rubric=patient)
    (folder / "right").rename(folder / "a-right")
    command = [*GRADE, "submissions", "--rubric", "tiny.yaml", "-j", "1"]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    _wait_for_line(running, "1/2 a-right")

    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)

    assert running.returncode == 130
    assert "grade: interrupted  [E-INTERRUPTED]" in said
    only = grade("submissions", "--rubric", "tiny.yaml", "--only", "a-right", "--json", cwd=tmp_path)
    assert json.loads(only.stdout)["submissions"][0]["cached"]


def test_a_killed_worker_costs_nobody_a_point(knowing: Path) -> None:
    write_class(knowing, "endless", "right")
    command = [*GRADE, "submissions", "--rubric", "tiny.yaml", "-j", "1", "--json"]
    running = subprocess.Popen(command, cwd=knowing, stdout=subprocess.PIPE, text=True)

    killed = _kill_a_zygote(running.pid)
    told, _ = running.communicate(timeout=60)

    assert killed
    found = {result["id"]: result["score"] for result in json.loads(told)["submissions"]}
    assert found == {"endless": 4.0, "right": 6.0}


def _kill_a_zygote(grader: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for pid in _below(grader):
            if b"zygote.py" in _command(pid):
                os.kill(pid, signal.SIGKILL)
                return True
        time.sleep(0.05)
    return False


def _below(pid: int) -> list[int]:
    children = [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]
    return [*children, *(below for child in children for below in _below(child))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has gone in between
        return b""


def _wait_for_line(running: subprocess.Popen[str], start: str) -> None:
    assert running.stderr is not None
    while not running.stderr.readline().startswith(start):
        assert running.poll() is None


@pytest.mark.slow
class TestNothingChanged:
    """The same order once more: its lines are printed before anything heavy is imported."""

    @pytest.fixture
    def root(self, class_root: Path, run: subprocess.CompletedProcess[str]) -> Path:
        assert run.returncode == 0, run.stderr
        return class_root

    @pytest.fixture
    def ordinary(self, root: Path) -> subprocess.CompletedProcess[str]:
        """A run of the ordinary way in which nothing has changed; the hand-ins are older than the clock's tick."""
        changed = max(path.stat().st_ctime for path in root.glob("submissions/*/*"))
        time.sleep(max(0.0, changed + 2.1 - time.time()))
        (root / "out" / "unchanged.json").unlink(missing_ok=True)
        done = grade("submissions", "--rubric", "tiny.yaml", cwd=root)
        assert (root / "out" / "unchanged.json").exists()
        return done

    def test_it_prints_what_the_ordinary_way_prints(
        self, root: Path, ordinary: subprocess.CompletedProcess[str]
    ) -> None:
        again, imported = watched(root)

        assert not imported & HEAVY
        assert (again.returncode, again.stderr) == (0, ordinary.stderr)
        assert again.stdout[:-4].splitlines()[1:] == ordinary.stdout[:-4].splitlines()[1:]
        assert again.stdout.splitlines()[0] == f"{'  graded 2, of which 2 unchanged since the last run':<70} 0:00"

    @pytest.mark.parametrize("kind", ["plain", "none"])
    def test_progress_is_told_as_it_is_asked_for(
        self, root: Path, ordinary: subprocess.CompletedProcess[str], kind: str
    ) -> None:
        again, imported = watched(root, "--progress", kind)

        assert not imported & HEAVY
        assert again.stderr == (ordinary.stderr if kind == "plain" else "")

    @pytest.mark.parametrize(
        "words",
        [["--debug"], ["--json"], ["--part", "w"], ["--fresh"]],
        ids=lambda words: words[0],
    )
    def test_another_order_takes_the_ordinary_way(
        self, root: Path, ordinary: subprocess.CompletedProcess[str], words: list[str]
    ) -> None:
        again, imported = watched(root, *words)

        assert again.returncode == 0, again.stderr
        assert imported >= HEAVY

    @pytest.mark.parametrize(
        "change",
        [
            lambda root: (root / "out" / "right.html").unlink(),
            lambda root: (root / "out" / "unchanged.json").write_text("{"),
            lambda root: (root / "submissions" / "right" / "attention.py").touch(),
        ],
        ids=["no page", "no record", "submission"],
    )
    def test_another_folder_takes_the_ordinary_way(
        self, root: Path, ordinary: subprocess.CompletedProcess[str], change: Callable[[Path], object]
    ) -> None:
        change(root)

        again, imported = watched(root)

        assert again.returncode == 0, again.stderr
        assert imported >= HEAVY
        assert (root / "out" / "right.html").exists()

    def test_a_run_that_left_somebody_ungraded_is_tried_again(self, knowing: Path) -> None:
        (write_class(knowing, "right") / "cut.zip").write_bytes(b"PK\x03\x04" + bytes(40))
        time.sleep(2.1)

        codes = [grade("submissions", "--rubric", "tiny.yaml", cwd=knowing).returncode for _ in range(2)]

        assert codes == [1, 1]
        assert not (knowing / "out" / "unchanged.json").exists()

    def test_while_another_run_writes_there_that_is_said(self, root: Path) -> None:
        with claimed(root / "out"):
            done = grade("submissions", "--rubric", "tiny.yaml", cwd=root)

        assert done.returncode == 2
        assert "[E-OUT-BUSY]" in done.stderr


HEAVY = {"numpy", "pydantic", "grader.pipeline"}


def watched(root: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """A run with more words, and the modules it imported."""
    told = "import atexit, sys; atexit.register(lambda: open('modules', 'w').write(' '.join(sys.modules)))"
    command = f"{told}; sys.path[0] = {str(root)!r}; from grader.cli import main; main()"
    words = ("submissions", "--rubric", "tiny.yaml", *words, *ONE_SLOT)
    done = subprocess.run([sys.executable, "-c", command, *words], capture_output=True, text=True, cwd=root)
    return done, set((root / "modules").read_text().split())


@pytest.mark.parametrize(
    ("choice", "terminal", "kind"),
    [
        ("rich", False, "rich"),
        ("plain", True, "plain"),
        ("none", True, "none"),
        (None, True, "rich"),
        (None, False, "plain"),
    ],
)
def test_the_terminal_decides_unless_something_is_chosen(choice: str | None, terminal: bool, kind: str) -> None:
    assert kind_of_progress(choice, terminal=terminal) == kind
