"""Writes docs/tutorials/ID.md: how a student works through an assignment, and what the program says on the way.

The kit is built, unpacked in an empty folder, and worked on as docs/tutorials/ID.yaml says; what stands on the page is
what the real `grade check` and `grade pack` print there. What is filled in is never shown. A step may hold

    say: one sentence                      check: [1d]    only these parts; all if it is left out
    fill: [1d, 1e]    their answers        pack: true     `grade pack`, in the place of `grade check`
    try: no_carry     a known mistake      add: [outputs/test_outputs.txt]    files that are not written by hand
    change: {file: utils.py, was: "len(sent)", now: "len(snet)"}    any other slip
    undo: no_carry    takes the last `try` or `change` back, before anything else is done

`python -m docs.tutorial` writes all pages, `python -m docs.tutorial a4` one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from docs.answers import fill
from grader.authoring import Edit
from grader.rubric.load import load_rubric
from grader.rubric.versions import mistakes_of

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "tutorials"
KEYS = frozenset(["say", "fill", "try", "change", "undo", "add", "check", "pack"])
TIMES = re.compile(r"\b\d+\.\d+ s\b")
PACKED = re.compile(r"(?m)^(wrote .*, )[\d.]+ (bytes|KB|MB)$")  # how well a machine's zlib packs
STORE = ROOT / "out" / "observations"  # what `make prove` has seen is not run again

Step = Mapping[str, Any]
Program = Callable[[Sequence[str], Path], str]  # words of the command line, folder -> what is printed


def rubric_of(assignment: str) -> Path:
    """The rubric of an assignment."""
    return ROOT / "rubrics" / f"{assignment}.yaml"


def grade(words: Sequence[str], folder: Path) -> str:
    """What `grade` prints in a folder, on a terminal of 80 columns without colours.

    Raises: RuntimeError if it is used wrongly, or fails by our fault.
    """
    command = [sys.executable, "-c", "from grader.cli import main; main()", *words]
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment |= {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, text=True, encoding="utf-8", capture_output=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"grade {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def build_kit(assignment: str, kit: Path) -> None:
    """Builds the kit of an assignment with `grade handout`, of what `make prove` has seen where that is known."""
    with tempfile.TemporaryDirectory() as folder:
        if STORE.is_dir():
            shutil.copytree(STORE, Path(folder) / "out" / "observations", copy_function=linked)
        grade(["handout", str(rubric_of(assignment)), "-o", str(kit)], Path(folder))


def linked(source: str, target: str) -> None:
    """A file by another name, since the store replaces files and never changes them; a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Desk:
    """A student's homework folder, and what is done in it."""

    def __init__(self, assignment: str, folder: Path, kit: Path, program: Program = grade) -> None:
        """Unpacks the kit of the assignment below `folder`; `program` is what runs there."""
        self.assignment, self.reference = assignment, ROOT / "reference" / assignment
        self.homework = folder / assignment
        self.mistakes = mistakes_of(load_rubric(rubric_of(assignment)))
        self.before: dict[Path, str] = {}  # files as they were before the last try
        self._program = program
        with zipfile.ZipFile(kit) as archive:
            archive.extractall(folder)

    def do(self, step: Step) -> str:
        """Makes a step; what the program then prints, with the command above it."""
        unknown = set(step) - KEYS
        if unknown or "say" not in step:
            raise ValueError(f"{self.assignment}: a step with {sorted(unknown)}, or without `say`")
        if "undo" in step:
            self._undo()
        for part in step.get("fill", ()):
            fill(self.homework, self.reference / "solved", str(part))
        for path in step.get("add", ()):
            (self.homework / path).parent.mkdir(parents=True, exist_ok=True)
            (self.homework / path).write_bytes((self.reference / "solved" / path).read_bytes())
        self._try(step)
        return self.grade("pack") if step.get("pack") else self.grade("check", *map(str, step.get("check", ())))

    def grade(self, *words: str) -> str:
        """What `grade` prints here, with the command above it; times and this machine's paths are left out."""
        told = self._program(words, self.homework).replace(str(self.homework), self.assignment)
        told = PACKED.sub(r"\1… \2", TIMES.sub("… s", told))
        return f"$ grade {' '.join(words)}\n{told.rstrip()}"

    def _try(self, step: Step) -> None:
        edits: list[Edit] = []
        if "try" in step:
            edits += self.mistakes[step["try"]].edits
        if "change" in step:
            edits.append(Edit(**step["change"]))
        if edits:
            self.before = {}
        for edit in edits:
            path = self.homework / edit.file
            text = path.read_text(encoding="utf-8")
            if text.count(edit.was) != 1:
                raise ValueError(f"{edit.file} holds {text.count(edit.was)} times: {edit.was}")
            self.before.setdefault(path, text)
            path.write_text(text.replace(edit.was, edit.now), encoding="utf-8")

    def _undo(self) -> None:
        for path, text in self.before.items():
            path.write_text(text, encoding="utf-8")
        self.before = {}


def page(assignment: str, folder: Path, kit: Path, program: Program = grade) -> str:
    """The whole page; the kit is unpacked in the empty `folder`, and the work is done there with `program`."""
    told = yaml.safe_load((PAGES / f"{assignment}.yaml").read_text(encoding="utf-8"))
    desk = Desk(assignment, folder, kit, program)
    return "\n\n".join(_paragraphs(assignment, told["steps"], desk)) + "\n"


def _paragraphs(assignment: str, steps: Sequence[Step], desk: Desk) -> Iterator[str]:
    yield f"# {assignment}, one step after another"
    yield (
        "Made from the program by `make docs`: a kit was unpacked in an empty folder, and this is what a student "
        "then saw. Times are left out, and so are the answers."
    )
    files = "\n".join(sorted(path.relative_to(desk.homework.parent).as_posix() for path in _files(desk.homework)))
    yield _block(f"$ unzip {assignment}-handout.zip\n{files}")
    for number, step in enumerate(steps, start=1):
        done = desk.do(step)
        yield f"## {number}. {step['say']}"
        yield _block(done)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _block(text: str) -> str:
    return f"```text\n{text}\n```"


def main(assignments: Sequence[str]) -> None:
    """Writes the pages of these assignments."""
    for assignment in assignments or sorted(path.stem for path in PAGES.glob("*.yaml")):
        with tempfile.TemporaryDirectory() as folder:
            kit = Path(folder) / "kit.zip"
            build_kit(assignment, kit)
            text = page(assignment, Path(folder) / "desk", kit)
        (PAGES / f"{assignment}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
