"""Faults of our side: whatever breaks, nothing is lost, nothing is invented, and the next run mends it.

Runs are `grade` as a process of its own over copies of one class that was graded once. Where a test has to do with the
jail, hand-ins are forgotten, so that they run again; the reference is known, which saves a slot.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.box.levels import best_level
from grader.box.pool import Job, Pool
from grader.box.store import Store
from grader.codes import CODES
from grader.errors import HarnessError
from grader.nouns.asked import Handout, Unit
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation, Run
from tests.hostile.grade_runs import Class, Ended, leftovers, when, write_class
from tests.hostile.kill_at_random import kinds, series

TWO = ("right", "unmasked")
IS_ROOT = os.getuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="mounts a small disk")
needs_jail = pytest.mark.skipif(best_level() == "open", reason="this machine has no jail; `grade doctor` says why")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A class after an undisturbed run."""
    of = write_class(tmp_path_factory.mktemp("graded"), *TWO)
    ended = of.run("-j", "1")
    assert ended.code == 0, ended.told
    return of


@pytest.fixture
def of(graded: Class, tmp_path: Path) -> Class:
    """A copy of it, times of change included, to be broken."""
    root = tmp_path / "class"
    shutil.copytree(graded.root, root)
    return Class(root)


def forget(of: Class, *names: str) -> None:
    """Hand-ins run again, since nothing is known of them; all are judged again, since no results are there."""
    for name in names:
        entry(of, name).unlink()
    (of.out / "results.json").unlink(missing_ok=True)


def entry(of: Class, name: str) -> Path:
    """The entry of a hand-in in the store."""
    return of.out / "observations" / f"{sha256(of, name)}.seen"


def sha256(of: Class, name: str) -> str:
    from grader.intake import collect, list_submissions

    (found,) = collect(list_submissions(of.root / "submissions", "tiny", only=(name,)), lambda *_: Observation("left"))
    return str(getattr(found[1], "sha256"))  # noqa: B009


def assert_mended(of: Class, graded: Class, *options: str) -> None:
    """The next run ends well, with the results of an undisturbed one, and nothing is left behind."""
    ended = of.run("-j", "1", *options)

    assert (ended.code, of.results()) == (0, graded.results()), ended.told
    assert leftovers(of) == []


# --- processes killed -------------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_jail
def test_killing_any_process_at_any_moment_loses_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    trials = list(series(tmp_path, 2, seed=0))  # a hundred of them: make soak

    assert [fault for trial in trials for fault in trial.faults] == []


PROBES = """
def call(hw, *, seed):
    return hw.work.answer()
"""
SLOW = "import time\ndef answer():\n    time.sleep(0.7)\n    return {'y': 7}\n"
KILLS_ITSELF = "import os, signal\ndef answer():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
KILLS_AT_IMPORT = f"import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n{SLOW}"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    if best_level() == "open":
        pytest.skip("this machine has no jail")
    with Pool(Handout(PROBES, (Unit("work", ("answer",)),)), level=best_level(), workers=1) as pool:
        yield pool


def observed(pool: Pool, source: str) -> Observation:
    run = Run("part", "case", "call", {}, 1, Limits(wall_s=20.0, cpu_s=20.0))
    ((_, found),) = pool.each([Job("student", {"work.py": source.encode()}, (run,))])
    return found["part", "case"]


class Killer(threading.Thread):
    """Kills a process of this kind below us, as soon as there is one and a case runs, so many times."""

    def __init__(self, kind: str, times: int) -> None:
        super().__init__()
        self._kind, self._times = kind, times
        self._over = threading.Event()

    def run(self) -> None:
        """Looks until it is told that the answer is there."""
        hit: set[int] = set()
        while len(hit) < self._times and not self._over.wait(0.01):
            there = kinds(os.getpid())
            victims = {pid for pid, what in there.items() if what == self._kind} - hit
            if "case" in there.values() and victims:
                hit.add(victim := victims.pop())
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)

    def __enter__(self) -> Killer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


@pytest.mark.parametrize("kind", ["case", "student", "pid 1", "stage1", "zygote"])
def test_a_process_that_the_machine_kills_costs_no_answer(pool: Pool, kind: str) -> None:
    with Killer(kind, 1):
        seen = observed(pool, SLOW)

    assert (seen.ended, seen.tensors.get("y")) == ("answered", 7), seen


@pytest.mark.parametrize("kind", ["pid 1", "stage1", "zygote"])
def test_a_process_of_ours_that_is_killed_each_time_is_our_fault(pool: Pool, kind: str) -> None:
    with Killer(kind, 99):
        try:
            told = observed(pool, SLOW).ended
        except HarnessError as error:  # the slot is not even well enough to begin
            told = error.messages[0].code

    assert told in ("broken", "E-BOX-START")


@pytest.mark.parametrize("source", [KILLS_ITSELF, KILLS_AT_IMPORT], ids=["case", "import"])
def test_a_hand_in_that_kills_itself_each_time_has_left(pool: Pool, source: str) -> None:
    seen = observed(pool, source)

    assert seen.ended == "left"
    assert seen.reason.startswith("killed (SIGKILL) before answering")


@needs_jail
@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGINT, "imports"),
        (signal.SIGTERM, "zygote"),
        pytest.param(signal.SIGHUP, "case", marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, "stage1", marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_a_run_in_order(of: Class, graded: Class, number: signal.Signals, moment: str) -> None:
    forget(of, *TWO)
    with of.start("-j", "1") as process:
        assert when(lambda: moment in kinds(process.pid).values() or (moment == "imports" and _listens(process.pid)))
        process.send_signal(number)
        out, err = process.communicate(timeout=60)

    by = "" if number == signal.SIGINT else f" by {number.name}"
    assert (process.returncode, out) == (130, "")
    assert f"grade: interrupted{by}  [E-INTERRUPTED]\n  kept: what was finished is kept\n" in err
    assert leftovers(of) == []
    assert_mended(of, graded)


def _listens(pid: int) -> bool:
    """Whether the program has begun: its own handler of signals is set."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return bool(caught & (1 << (signal.SIGTERM - 1)))


# --- the folder of results --------------------------------------------------------------------------------------

GARBAGE = {
    "cut": b'{"schema": 1, "assignment": "tiny", "submi',
    "deep": b"[" * 200_000,
    "no text": b"\xff\xfe\x00",
    "other keys": b'{"right": [1], "": {}, "/results.json": 3, "level": "strict", "for": []}',
    "other schema": b'{"schema": 99}',
}


@pytest.mark.parametrize("text", GARBAGE.values(), ids=GARBAGE.keys())
def test_records_that_are_corrupted_are_made_anew(of: Class, graded: Class, text: bytes) -> None:
    names = ["results.json", "pages.json", "unchanged.json", *(["level.json"] if text == GARBAGE["cut"] else [])]
    for name in names:
        (of.out / name).write_bytes(text)

    assert_mended(of, graded)

    assert all((of.out / name).read_bytes() != text for name in ("results.json", "pages.json"))


def test_results_that_somebody_changed_are_not_believed(of: Class, graded: Class) -> None:
    document = of.out / "results.json"
    document.write_bytes(document.read_bytes().replace(b'"score": 6.0', b'"score": 7.0'))

    assert_mended(of, graded)


def test_pictures_that_are_gone_are_made_again(of: Class, graded: Class) -> None:
    shutil.rmtree(of.out / "arrays")

    assert_mended(of, graded)

    assert {path.name for path in (of.out / "arrays").iterdir()} == {
        path.name for path in (graded.out / "arrays").iterdir()
    }


def test_what_a_run_left_that_was_killed_at_its_end_is_removed_though_nothing_is_run_again(
    of: Class, graded: Class
) -> None:
    with subprocess.Popen(["true"]) as gone:
        pass
    left = of.root / "tmp" / f"grade-box-{gone.pid}-{Path('/proc/self/ns/pid').stat().st_ino}-ab12_cd3"
    (left / "slot").mkdir(parents=True)
    (of.out / "results.json").unlink()

    assert_mended(of, graded)

    assert all(of.cached().values())


def test_one_graded_alone_does_not_keep_results_of_another_rubric(of: Class) -> None:
    text = (of.root / "rubrics" / "tiny.yaml").read_text()
    (of.root / "rubrics" / "tiny.yaml").write_text(text.replace("title: Tiny attention", "title: Another"))

    ended = of.run("-j", "1", "--only", "right")

    assert (ended.code, list(of.results())) == (0, ["right"]), ended.told


def test_foreign_things_are_neither_read_nor_removed(of: Class, graded: Class) -> None:
    secret = of.root / "secret"
    secret.write_text("mine")
    for folder in (of.out, of.out / "observations", of.out / "arrays", of.out / "staff"):
        (folder / "notes.txt").write_text("mine")
        (folder / "sub").mkdir()
        (folder / "link.html").symlink_to(secret)
        (folder / "nowhere").symlink_to("nowhere/at/all")
    (of.out / "right.html").unlink()
    (of.out / "right.html").symlink_to(secret)
    (of.out / "pages.json").unlink()
    forget(of)

    assert of.run("-j", "1").code == 0
    assert of.results() == graded.results()
    assert (secret.read_text(), (of.out / "staff" / "notes.txt").read_text()) == ("mine", "mine")
    assert "right" in (of.out / "right.html").read_text()


@pytest.mark.parametrize("name", ["right.html", "arrays", "pages.json", "results.json"])
def test_a_thing_in_our_place_is_named_and_grading_goes_on_after_it_is_moved(
    of: Class, graded: Class, name: str
) -> None:
    forget(of)
    place = of.out / name
    if place.is_dir():
        shutil.rmtree(place)
        place.write_text("a file where a folder should be")
    else:
        place.unlink(missing_ok=True)
        (place / "a folder where a file should be").mkdir(parents=True)

    ended = of.run("-j", "1")

    assert ended.code == 1, ended.told
    assert f"out/{name}" in ended.stderr.splitlines()[-3]
    assert "[E-OUT]" in ended.stderr or "[E-RESULTS-WRITE]" in ended.stderr
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert_mended(of, graded)


@needs_jail
def test_two_runs_never_write_to_one_folder_at_once(of: Class, graded: Class) -> None:
    forget(of, *TWO)
    with of.start("-j", "1") as first:
        assert when(lambda: "zygote" in kinds(first.pid).values())
        second = of.run("-j", "1")
        out, err = first.communicate(timeout=60)

    assert (second.code, second.stdout) == (2, "")
    assert second.stderr == (
        f"out: process {first.pid} is writing to this folder  [E-OUT-BUSY]\n"
        "  allowed: one run at a time in a folder\n"
        "  help: wait until that one has ended, or name another folder with --out\n"
    )
    assert first.returncode == 0, out + err
    assert_mended(of, graded)


# --- what is known from earlier runs ----------------------------------------------------------------------------


def test_an_entry_that_is_cut_changed_or_another_students_is_run_again(tmp_path: Path) -> None:
    names = ("right", "unmasked", "raises")
    of = write_class(tmp_path, *names)
    assert of.run("-j", "1").code == 0
    before = of.results()
    whole = {name: entry(of, name).read_bytes() for name in names}
    one_bit = bytearray(whole["unmasked"])
    one_bit[-1] ^= 1
    entry(of, "right").write_bytes(whole["right"][:-7])
    entry(of, "unmasked").write_bytes(one_bit)
    entry(of, "raises").write_bytes(whole["right"])
    forget(of)

    ended = of.run("-j", "1")

    assert (ended.code, of.results()) == (0, before), ended.told
    assert of.cached() == dict.fromkeys(names, False)


def test_an_entry_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "observations").mkdir()
    os.mkfifo(tmp_path / "observations" / "abc.seen")

    assert Store(tmp_path / "observations").get_all("abc") == {}


@needs_jail
def test_a_cache_that_cannot_be_written_costs_nothing_but_time(of: Class, graded: Class) -> None:
    forget(of, *TWO)
    shutil.move(of.out / "observations", of.root / "kept")
    (of.out / "observations").write_text("a file")

    ended = of.run("-j", "1")

    assert (ended.code, of.results()) == (0, graded.results())
    assert ended.stderr.count("[E-STORE]") == 1
    assert "out/observations: what was seen cannot be kept" in ended.stderr


# --- disks, descriptors, processes ------------------------------------------------------------------------------


def on_small_disks(of: Class, mounts: dict[str, int], *options: str) -> Ended:
    """A run that sees full disks: folder of the class -> bytes there are, what lay there included."""
    script = "set -e\n"
    for name, size in mounts.items():
        script += f'cp -a "$PWD/{name}" "$PWD/aside"\nmount -t tmpfs -o size={size} tmpfs "$PWD/{name}"\n'
        script += f'cp -a "$PWD/aside/." "$PWD/{name}/" 2>/dev/null || true\nrm -rf "$PWD/aside"\n'
    return of.run(*options, by=["unshare", "-m", "sh", "-c", script + 'exec "$@"', "sh"])


@needs_root
@pytest.mark.parametrize("name", ["out/arrays", "out/staff"])
def test_a_full_disk_is_told_and_the_next_run_goes_on(of: Class, graded: Class, name: str) -> None:
    forget(of)
    (of.out / "pages.json").unlink()
    shutil.rmtree(of.root / name)
    (of.root / name).mkdir()

    ended = on_small_disks(of, {name: 4096}, "-j", "1")

    assert ended.code == 1, ended.told
    assert "No space left on device  [E-OUT]\n  kept: what was finished is kept; nobody lost points" in ended.stderr
    assert_mended(of, graded)


@needs_root
@needs_jail
def test_no_room_for_temporary_files_is_told_and_none_are_left(of: Class, graded: Class) -> None:
    forget(of, *TWO)
    (of.root / "tmp").mkdir(exist_ok=True)

    ended = on_small_disks(of, {"tmp": 65536}, "-j", "1")

    assert ended.code == 1, ended.told
    assert "No space left on device" in ended.stderr
    assert "[E-OUT]" in ended.stderr
    assert max(map(len, ended.stderr.splitlines())) < 400
    assert_mended(of, graded)


@needs_root
def test_a_folder_that_is_read_only_is_told(of: Class, graded: Class) -> None:
    forget(of)
    script = 'mount --bind "$PWD/out" "$PWD/out" && mount -o remount,bind,ro "$PWD/out" && exec "$@"'

    ended = of.run("-j", "1", by=["unshare", "-m", "sh", "-c", script, "sh"])

    assert ended.code == 1, ended.told
    assert "Read-only file system" in ended.stderr
    assert_mended(of, graded)


@pytest.mark.parametrize("size", [0, 3000, 25_000])
def test_a_write_that_fails_in_the_middle_leaves_no_half_file(of: Class, graded: Class, size: int) -> None:
    forget(of)
    (of.out / "pages.json").unlink()

    ended = of.run("-j", "1", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, -1)))

    assert ended.code == 1, ended.told
    assert "File too large" in ended.stderr
    assert [line for line in leftovers(of, patience_s=0) if line.startswith("file")] == []
    assert_mended(of, graded)


@needs_jail
@pytest.mark.parametrize(
    ("kind", "most", "told"),
    [
        (resource.RLIMIT_NOFILE, 64, "64 open files, too few for a job  [E-SPENT]\n  needed: 256 or more"),
        (resource.RLIMIT_AS, 3 << 30, "3,221,225,472 address space, too few for a job  [E-SPENT]"),
    ],
    ids=["open files", "address space"],
)
def test_a_limit_of_the_shell_never_reaches_a_student(
    of: Class, graded: Class, kind: int, most: int, told: str
) -> None:
    forget(of, *TWO)

    ended = of.run("-j", "1", preexec_fn=lambda: resource.setrlimit(kind, (most, most)))

    assert (ended.code, ended.stdout) == (1, ""), ended.told
    assert told in ended.stderr
    assert_mended(of, graded)


def test_descriptors_that_are_spent_in_the_middle_cost_nobody_an_answer(pool: Pool) -> None:
    assert observed(pool, SLOW).ended == "answered"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    first_free = os.open("/dev/null", os.O_RDONLY)
    os.close(first_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (first_free + 2, hard))
    try:
        told = observed(pool, SLOW).reason
    except (OSError, HarnessError) as error:  # which the pipeline tells as E-SPENT
        told = str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert "Too many open files" in told
    assert observed(pool, SLOW).ended == "answered"


# --- surroundings -----------------------------------------------------------------------------------------------

JUMPING_CLOCK = """
import random, time
_real = time.time
_chance = random.Random(1)
time.time = lambda: _real() + _chance.uniform(-10**8, 10**8)
time.time_ns = lambda: int(time.time() * 10**9)
"""


@needs_jail
def test_a_strange_shell_changes_no_result(of: Class, graded: Class) -> None:
    forget(of, *TWO)
    (of.root / "path").mkdir()
    (of.root / "path" / "sitecustomize.py").write_text(JUMPING_CLOCK)
    strange = {
        "PYTHONPATH": os.pathsep.join([str(of.root / "path"), os.environ.get("PYTHONPATH", "")]),
        "PYTHONHASHSEED": "7",
        "PYTHONOPTIMIZE": "2",
        "PYTHONWARNINGS": "error",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "ascii",
        "LC_ALL": "tr_TR",
        "LANG": "C",
        "TZ": "Asia/Kathmandu",
        "HOME": None,
        "TERM": None,
    }

    ended = of.run("-j", "1", env=strange, umask=0o077)

    assert (ended.code, of.results()) == (0, graded.results()), ended.told
    assert leftovers(of) == []


@pytest.mark.parametrize(
    "strange",
    [{"HOME": "/proc"}, {"TMPDIR": "/nowhere/at/all"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["home read-only", "no folder for temporary files", "ascii"],
)
def test_an_environment_changes_no_result(of: Class, graded: Class, strange: dict[str, str | None]) -> None:
    forget(of)

    ended = of.run("-j", "1", env=strange)

    assert (ended.code, of.results()) == (0, graded.results()), ended.told


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_closed_streams_change_no_result(of: Class, graded: Class, closed: tuple[int, ...]) -> None:
    forget(of)

    def _close() -> None:
        for fd in closed:
            os.close(fd)

    ended = of.run("-j", "1", preexec_fn=_close)

    assert (ended.code, of.results()) == (0, graded.results()), ended.told


@pytest.mark.parametrize("unbuffered", ["1", None], ids=["unbuffered", "buffered"])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_has_gone_changes_no_result(
    of: Class, graded: Class, stream: str, unbuffered: str | None
) -> None:
    forget(of)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = of.run("-j", "1", env={"PYTHONUNBUFFERED": unbuffered}, **{stream: writer})
    finally:
        os.close(writer)

    assert (ended.code, of.results()) == (0, graded.results()), ended.told


# --- things that change in mid-run ------------------------------------------------------------------------------


def while_it_runs(of: Class, change: Callable[[], Any]) -> Ended:
    """A run of forgotten hand-ins during which something changes."""
    forget(of, *TWO)
    with of.start("-j", "1") as process:
        assert when(lambda: "zygote" in kinds(process.pid).values())
        change()
        out, err = process.communicate(timeout=60)
    return Ended(process.returncode, out, err)


@needs_jail
def test_a_folder_removed_in_mid_run_is_made_again(of: Class, graded: Class) -> None:
    ended = while_it_runs(of, lambda: shutil.rmtree(of.out))

    assert (ended.code, of.results()) == (0, graded.results()), ended.told
    assert_mended(of, graded)


@needs_jail
@pytest.mark.slow
def test_a_rubric_changed_in_mid_run_counts_from_the_next_run_on(of: Class, graded: Class) -> None:
    path = of.root / "rubrics" / "tiny.yaml"
    text = path.read_text().replace("title: Tiny attention", "title: Changed")

    ended = while_it_runs(of, lambda: path.write_text(text))

    assert (ended.code, of.document()["title"]) == (0, "Tiny attention"), ended.told
    assert (of.run("-j", "1").code, of.document()["title"]) == (0, "Changed")


@needs_jail
@pytest.mark.slow
def test_a_hand_in_removed_in_mid_run_is_graded_or_told(of: Class) -> None:
    ended = while_it_runs(of, lambda: shutil.rmtree(of.root / "submissions" / "unmasked"))

    document = of.document()
    gone = next(each for each in document["submissions"] if each["id"] == "unmasked")
    assert ended.code == (1 if gone["error"] else 0), ended.told
    assert gone["score"] + gone["pending"] == gone["max"] if gone["error"] else gone["score"] == 3.0


def test_every_code_of_this_page_is_explained() -> None:
    told = {
        "E-OUT",
        "E-OUT-BUSY",
        "E-SPENT",
        "E-STORE",
        "E-RESULTS-WRITE",
        "E-INTERRUPTED",
        "E-BOX-START",
        "E-BOX-DIED",
    }

    assert told <= CODES.keys()
