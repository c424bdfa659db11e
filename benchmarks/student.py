"""What a student waits for: `grade --help`, `grade check`, and the answer after a file is saved; and what is installed.

    python -m benchmarks.student a4-handout.zip

The kit is unpacked, the solved files of the reference are put in, and one is broken in between. Every figure is the
median of several rounds. `forked` is how Linux does it, `alone` how macOS and Windows do.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from grader.home.checker import Checker
from grader.home.folder import read_home

ROOT = Path(__file__).resolve().parents[1]
CORE = ("numpy", "click", "pydantic", "pydantic-core", "PyYAML", "safetensors", "annotated-types", "typing-inspection")
MEGABYTE = 1e6


def median_s(rounds: int, work: Callable[[], object]) -> float:
    """The median of how long some work takes, in seconds."""
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def ran(*words: str, folder: Path) -> None:
    """Runs `grade` as a student does."""
    command = [sys.executable, "-c", "from grader.cli import main; main()", *words]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)


def homework(kit: Path, folder: Path) -> Path:
    """The kit, unpacked, with the solved files in the place of the starters."""
    with zipfile.ZipFile(kit) as archive:
        archive.extractall(folder)
    (unpacked,) = folder.iterdir()
    for path in (ROOT / "reference" / unpacked.name / "solved").glob("*.py"):
        (unpacked / path.name).write_bytes(path.read_bytes())
    return unpacked


def after_save_s(folder: Path, *, forks: bool) -> tuple[float, float]:
    """Seconds of the first check, and of the slowest after one file was saved: of the parts that it affects."""
    with Checker(read_home(folder), forks=forks) as checker:
        first = median_s(1, checker.check)
        files = {path: checker.parts_of(path) for path in folder.glob("*.py")}
        again = [median_s(3, partial(checker.check, parts or ())) for parts in files.values() if parts != ()]
    return first, max(again)


def installed_mb() -> tuple[float, float]:
    """Megabytes of the core install without torch: all of it, and of that what Python compiles by itself."""
    paths = [path for path in (ROOT / "grader").rglob("*") if path.is_file()]
    for name in CORE:
        paths += [Path(str(file.locate())) for file in importlib.metadata.files(name) or ()]
    sizes = {path: path.stat().st_size for path in paths if path.exists()}
    compiled = sum(size for path, size in sizes.items() if path.suffix == ".pyc")
    return sum(sizes.values()) / MEGABYTE, compiled / MEGABYTE


def main() -> None:
    """Prints the figures of one kit."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kit", type=Path)
    kit = asked.parse_args().kit
    with tempfile.TemporaryDirectory() as scratch:
        folder = homework(kit, Path(scratch))
        print(f"grade --help                      {median_s(7, lambda: ran('--help', folder=folder)):6.2f} s")
        print(f"grade check, all of it            {median_s(3, lambda: ran('check', folder=folder)):6.2f} s")
        print(f"  of it torch in a fresh process  {median_s(3, import_torch):6.2f} s")
        for forks in (True, False):
            first, again = after_save_s(folder, forks=forks)
            how = "forked" if forks else "alone"
            print(f"first check, {how:<8}             {first:6.2f} s   after a file is saved {again:6.2f} s")
    whole, compiled = installed_mb()
    print(f"core install without torch        {whole:6.1f} MB, of it bytecode {compiled:.1f} MB")


def import_torch() -> None:
    """A process that loads torch and nothing else."""
    subprocess.run([sys.executable, "-c", "import torch"], check=True)


if __name__ == "__main__":
    main()
