"""100 hand-ins of an assignment, graded three ways in one run: by us, by one pytest process each, and by bare calls.

    ours     grade submissions/ --rubric RUBRIC       jail, limits, verdicts, pages
    pytest   one `pytest` process per hand-in         the same probes and comparisons, no jail, no limits, no pages
    floor    the same probes, one process per core    torch warm, nothing compared, nothing protected

Every way handles the same hand-ins: samples that end by themselves, the reference, its variants and its mistakes, with
a line appended so that no two are equal. The parts are those worth points: a4's toy task, which trains for 2 s, would
hide every other cost; likewise versions that are known to be heavy are left out. benchmarks/meter.py says how CPU and
memory are measured. The ways take turns, in `--rounds` rounds; medians are printed. All of them keep every core busy,
since two threads of one core slow each other. One hand-in alone, graded and called, tells what starting costs.
`python -m benchmarks.grading --assignment a4 --hand-ins 100`
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.meter import Cost, measured

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ("ada", "bo", "cleo", "dev", "eli", "fay", "ivo", "june")  # those that need no limit to end
HEAVY = ("similarity_broadcast", "similarity_double_loop")  # right answers of hw5 that take 3 GB or 12 s by themselves
WAYS = ("ours", "pytest", "floor")
STARTS = ("ours, one", "floor, one")  # a single hand-in


def write_hand_ins(folder: Path, rubric_path: Path, count: int, parts: Sequence[str]) -> int:
    """Writes `count` different hand-ins; the number of (part, case) runs each has."""
    from grader.rubric.load import load_rubric
    from grader.rubric.versions import edited, mistakes_of, reference_files, variants_of
    from grader.runs import runs_of

    rubric = load_rubric(rubric_path)
    files = reference_files(rubric)
    versions: dict[str, Mapping[str, bytes]] = {"reference": files}
    versions |= {name: edited(files, one.edits, name) for name, one in variants_of(rubric).items()}
    versions |= {name: edited(files, one.edits, name) for name, one in mistakes_of(rubric).items()}
    versions = {name: version for name, version in versions.items() if name not in HEAVY}
    for name in SAMPLES:
        base = ROOT / "submissions" / rubric.assignment / name
        paths = (path for path in base.rglob("*") if path.is_file())
        versions[name] = {path.relative_to(base).as_posix(): path.read_bytes() for path in paths}
    names = list(versions)
    for number in range(count):
        name = names[number % len(names) if count > len(names) else number * len(names) // count]  # of few, evenly
        for path, text in versions[name].items():
            target = folder / f"h{number:03d}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            mark = f"\n# hand-in {number}\n".encode() if path.endswith(".py") else b""
            target.write_bytes(text + mark)
    return len(runs_of(rubric, parts))


def costs_of(work: Callable[[], None]) -> Cost:
    """What `work` costs, with all its processes."""
    with measured() as cost:
        work()
    return cost


def parts_with_points(rubric_path: Path) -> list[str]:
    """The parts that are run."""
    from grader.rubric.load import load_rubric

    return [part.id for part in load_rubric(rubric_path).parts if part.points]


def ours(verb: Sequence[str], out: Path, parts: Sequence[str]) -> Callable[[], None]:
    """`grade`, with its default of one slot per core."""
    words = [word for part in parts for word in ("--part", part)]

    def work() -> None:
        command = [sys.executable, "-m", "grader.cli", *verb, "--out", str(out), "--progress", "none", *words]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)

    return work


TEST = '''"""The probes of an assignment on the hand-in in HANDIN, compared with what the reference gave."""

import os
from pathlib import Path

import pytest
import torch

from benchmarks.bare import Course, compared

course = Course(Path(os.environ["COURSE"]))
hand_in = course.hand_in(Path(os.environ["HANDIN"]))


@pytest.mark.parametrize("run", course.runs, ids=[f"{run['part']}-{run['case']}" for run in course.runs])
def test_run(run):
    assert compared(course.call(hand_in, run), course.expected(run)) == []
'''


def by_pytest(folder: Path, course: Path, scratch: Path) -> Callable[[], None]:
    """One `pytest` process for each hand-in, one after another on each core."""
    test = scratch / "test_hand_in.py"
    test.write_text(TEST)

    def _one(hand_in: Path) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "HANDIN": str(hand_in), "COURSE": str(course), "PYTHONPATH": str(ROOT)}
        environment |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(scratch)]
        command += ["--import-mode=prepend", "-c", os.devnull, str(test)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env=environment, cwd=scratch, **quiet)

    def work() -> None:
        running: list[subprocess.Popen[bytes]] = []
        for hand_in in sorted(folder.iterdir()):
            if len(running) >= (os.cpu_count() or 1):
                running.pop(0).wait()
            running.append(_one(hand_in))
        for process in running:
            process.wait()

    return work


def by_bare_calls(folder: Path, course: Path, processes: int) -> Callable[[], None]:
    """All probes of all hand-ins in so many warm processes, nothing around them."""

    def work() -> None:
        command = [sys.executable, "-m", "benchmarks.bare", str(course), str(folder)]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
        shares = [subprocess.Popen([*command, str(share), str(processes)], **quiet) for share in range(processes)]
        ended = [share.wait() for share in shares]
        if any(ended):
            raise RuntimeError("a process of bare calls failed")

    return work


def rounds(folder: Path, scratch: Path, rubric: Path, count: int, parts: Sequence[str]) -> dict[str, list[Cost]]:
    """Every way `count` times, taking turns. `course`: reference and mistakes, run once before any hand-in."""
    from benchmarks.bare import write_course

    course, alone = scratch / "course", scratch / "alone"
    course.mkdir()
    write_course(course, rubric, parts)
    shutil.copytree(min(folder.iterdir()), alone / min(folder.iterdir()).name)
    ready, run = scratch / "ready", ["run", str(folder), "--rubric", str(rubric)]
    costs: dict[str, list[Cost]] = {way: [] for way in (*WAYS, "ours again", *STARTS, "course")}
    costs["course"].append(costs_of(ours(["prove", str(rubric)], ready, parts)))
    for number in range(count):
        out, other = scratch / f"out{number}", scratch / f"other{number}"
        shutil.copytree(ready, out)
        shutil.copytree(ready, other)
        costs["ours, one"].append(costs_of(ours(["run", str(alone), "--rubric", str(rubric)], other, parts)))
        costs["floor, one"].append(costs_of(by_bare_calls(alone, course, 1)))
        costs["ours"].append(costs_of(ours(run, out, parts)))
        costs["ours again"].append(costs_of(ours(run, out, parts)))
        costs["pytest"].append(costs_of(by_pytest(folder, course, scratch)))
        costs["floor"].append(costs_of(by_bare_calls(folder, course, os.cpu_count() or 1)))
        print(f"  round {number + 1} of {count} done", file=sys.stderr, flush=True)
    return costs


def middle(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        statistics.median(cost.wall_s for cost in costs),
        statistics.median(cost.cpu_s for cost in costs),
        max(cost.peak_mib for cost in costs),
    )


def report(costs: Mapping[str, list[Cost]], assignment: str, hand_ins: int, runs: int) -> str:
    """The table and the ratios, for people."""
    mid = {way: middle(one) for way, one in costs.items()}
    many, cores = len(costs["ours"]), os.cpu_count()
    lines = [f"{hand_ins} hand-ins of {assignment}, {runs} runs each, {cores} cores, medians of {many}"]
    lines.append(f"  {'':<12} {'CPU ms/hand-in':>15} {'wall ms/hand-in':>16} {'wall s':>8} {'peak MiB':>9}")
    for way, cost in mid.items():
        number = 1 if way in STARTS else hand_ins
        cpu, wall = 1000 * cost.cpu_s / number, 1000 * cost.wall_s / number
        lines.append(f"  {way:<12} {cpu:>15.0f} {wall:>16.0f} {cost.wall_s:>8.2f} {cost.peak_mib:>9.0f}")
    over = 1000 * (mid["ours"].cpu_s - mid["floor"].cpu_s) / hand_ins
    first = 1000 * (mid["ours, one"].cpu_s - mid["floor, one"].cpu_s)
    more = (over * hand_ins - first) / max(hand_ins - 1, 1)
    lines += [
        f"over the floor     {over:.0f} ms CPU a hand-in = 50 + {runs} x {(over - 50) / runs:.1f}",
        f"  of a further one {more:.0f} ms CPU = 50 + {runs} x {(more - 50) / runs:.1f}",
        f"pytest / ours      {mid['pytest'].cpu_s / mid['ours'].cpu_s:.1f} x the CPU",
        f"first / second run {mid['ours'].wall_s / mid['ours again'].wall_s:.0f} x the wall time, "
        f"{mid['ours'].cpu_s / mid['ours again'].cpu_s:.0f} x the CPU",
    ]
    return "\n".join(lines)


def main() -> None:
    """Runs the benchmark and prints its table; `--json FILE` keeps the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignment", default="a4", help="a rubric in rubrics/, as in hw5")
    parser.add_argument("--hand-ins", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rubric = ROOT / "rubrics" / f"{options.assignment}.yaml"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        scratch = Path(name)
        folder = scratch / "hand_ins"
        parts = parts_with_points(rubric)
        runs = write_hand_ins(folder, rubric, options.hand_ins, parts)
        costs = rounds(folder, scratch, rubric, options.rounds, parts)
    print(report(costs, options.assignment, options.hand_ins, runs))
    if options.json:
        options.json.write_text(json.dumps({way: [vars(cost) for cost in each] for way, each in costs.items()}))


if __name__ == "__main__":
    main()
