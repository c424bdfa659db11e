"""Probes called directly, in this process: the floor that jails, pages and verdicts are measured against.

`python -m benchmarks.bare COURSE FOLDER [SHARE OF]` runs every probe on every hand-in of a folder, or on every OFth
from number SHARE on, and compares nothing.
A course folder, made by `write_course`, holds probes.py, the runs as JSON, what may lie beside a hand-in, and the
reference's answers.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


class Course:
    """An assignment as plain files, for the ways of grading that are not ours."""

    def __init__(self, folder: Path) -> None:
        torch.set_num_threads(1)
        self._folder = folder
        record = json.loads((folder / "course.json").read_text())
        self.runs: list[dict[str, Any]] = record["runs"]
        self._units, self._repairs, self._snippets = record["units"], record["repairs"], record["snippets"]
        spec = importlib.util.spec_from_file_location("probes", folder / "probes.py")
        assert spec is not None and spec.loader is not None
        self._probes = importlib.util.module_from_spec(spec)
        sys.modules["probes"] = self._probes
        spec.loader.exec_module(self._probes)

    def hand_in(self, root: Path) -> Any:
        """The hand-in with its units imported."""
        from grader.kit.handin import Handin

        given, staff = self._folder / "given", self._folder / "staff"
        hand_in = Handin(root, self._units, given, staff, self._repairs, {}, lambda unit: None, self._snippets)
        hand_in.load_all()
        return hand_in

    def call(self, hand_in: Any, run: Mapping[str, Any]) -> dict[str, Any]:
        """What one probe gives; what a hand-in raises comes out."""
        answer: dict[str, Any] = getattr(self._probes, run["probe"])(hand_in, seed=run["seed"], **run["args"])
        return answer

    def expected(self, run: Mapping[str, Any]) -> dict[str, Tensor]:
        """What the same probe gave on the reference."""
        from safetensors.torch import load_file

        return load_file(self._folder / f"{run['part']}-{run['case']}.safetensors")


def compared(got: Mapping[str, Any], expected: Mapping[str, Tensor]) -> list[str]:
    """The names of the outputs that are not close to what was expected."""
    return [
        name
        for name, tensor in expected.items()
        if not isinstance(got.get(name), Tensor)
        or got[name].shape != tensor.shape
        or not torch.allclose(got[name].double(), tensor.double(), rtol=1e-4, atol=1e-5)
    ]


def write_course(folder: Path, rubric_path: Path, parts: Sequence[str] = ()) -> None:
    """Writes the course folder of a rubric, for these parts or all."""
    from dataclasses import asdict

    from safetensors.torch import save_file

    from grader.rubric.handout import handout_of
    from grader.rubric.load import load_rubric
    from grader.rubric.versions import reference_files
    from grader.runs import runs_of

    rubric = load_rubric(rubric_path)
    handout = handout_of(rubric)
    runs = [
        {"part": run.part, "case": run.case, "probe": run.probe, "args": dict(run.args), "seed": run.seed}
        for run in runs_of(rubric, parts)
    ]
    units = [asdict(unit) for unit in handout.units]
    snippets = [asdict(snippet) for snippet in handout.snippets]
    told = {"runs": runs, "units": units, "repairs": list(handout.repairs), "snippets": snippets}
    texts = {
        "course.json": json.dumps(told).encode(),
        "probes.py": handout.probes.encode(),
    }
    texts |= {f"given/{path}": text for path, text in handout.given.items()}
    texts |= {f"staff/{path}": text for path, text in handout.staff_files.items()}
    texts |= {f"reference/{path}": text for path, text in reference_files(rubric).items()}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text)
    course = Course(folder)
    with chdir(folder):  # pictures are saved where a hand-in runs
        reference = course.hand_in(folder / "reference")
        answers = [course.call(reference, run) for run in course.runs]
    for run, outputs in zip(course.runs, answers, strict=True):
        answer = {name: value for name, value in outputs.items() if isinstance(value, Tensor)}
        plain = {name: value.detach().clone().contiguous() for name, value in answer.items()}
        save_file(plain, folder / f"{run['part']}-{run['case']}.safetensors")


def main(course_folder: Path, hand_ins: Path, share: int = 0, of: int = 1) -> None:
    """Runs every probe on every hand-in of this share; faults of a hand-in end that probe only."""
    course = Course(course_folder)
    os.chdir(course_folder)  # pictures are saved where a hand-in runs
    for root in sorted(hand_ins.iterdir())[share::of]:
        hand_in = course.hand_in(root)
        for run in course.runs:
            try:
                course.call(hand_in, run)
            except Exception:  # their fault; the floor only wants to know what calling it costs
                continue


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:5]))
