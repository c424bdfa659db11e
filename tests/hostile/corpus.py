"""The cases of the corpus, read strictly from `cases/<id>/expect.yaml`.

    what: reads /proc/1/mem                 # one line, plain English
    door: job                               # job | wire | intake | report | host
    levels: [strict, container]             # both, if it says nothing
    verdict: crashed                        # of every part with a probe, or part: verdict
    reason: left before answering           # contained in the reason of every part that did not pass, or part: reason
    points: 0                               # of the submission, or part: points
    within_s: 2                             # from the start to the verdict
    limits: {wall_s: 1, memory: 1 GiB}      # instead of the rubric's
    text: ["EPERM"]                         # stands in what the staff sees of it
    absent: ["OPEN"]                        # stands nowhere, beside the planted markers
    layers: [seccomp]                       # all of these must be taken away before it turns red
    needs: [gpu]                            # else skipped by name

The hand-in is all else in the folder, or what `make(folder)` of its make.py writes.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, cast

import yaml

from grader.box.switches import Switches
from grader.nouns.plain import LEVELS, Level

CASES: Final = Path(__file__).parent / "cases"
PARTS: Final = ("w", "c")  # of the tiny course, those with a probe
DOORS: Final = ("job", "wire", "intake", "report", "host")
OUTCOMES: Final = ("passed", "failed", "crashed", "stopped", "skipped", "void", "pending", "broken")
LAYERS: Final = tuple(field.name for field in fields(Switches))
NEEDS: Final[Mapping[str, Callable[[], bool]]] = {
    "gpu": lambda: Path("/dev/nvidia0").exists(),
    "x86_64": lambda: platform.machine() == "x86_64",
}
KEYS: Final = {"what", "door", "levels", "verdict", "reason", "points", "within_s", "limits", "text", "absent"}
LIMITS: Final = {"wall_s", "cpu_s", "memory", "answer", "output", "processes"}
OURS: Final = ("expect.yaml", "make.py", "__pycache__")
_SIZES: Final = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


class CorpusError(Exception):
    """An expect.yaml is not as it must be; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One hand-in and what must be seen of it."""

    id: str
    folder: Path
    what: str
    door: str = "job"
    levels: tuple[Level, ...] = ("strict", "container")
    verdict: Mapping[str, str] | None = None  # part -> verdict
    reason: Mapping[str, str] | None = None  # part -> what its reason contains; "" as key: of all that did not pass
    points: Mapping[str, float] | None = None  # part -> points; "" as key: of the submission
    within_s: float | None = None
    limits: Mapping[str, float] | None = None  # as fields of grader.nouns.Limits
    text: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it needs and this machine has not."""
        return tuple(need for need in self.needs if not NEEDS[need]())

    def write(self, folder: Path) -> None:
        """Writes the hand-in into this folder, which exists."""
        maker = self.folder / "make.py"
        if maker.exists():
            _make_of(maker)(folder)
            return
        for path in sorted(self.folder.iterdir()):
            if path.name in OURS:
                continue
            if path.is_dir():
                shutil.copytree(path, folder / path.name, symlinks=True)
            else:
                shutil.copy2(path, folder / path.name, follow_symlinks=False)


def cases(door: str = "job") -> list[Case]:
    """All cases of one door, by id.

    Raises: CorpusError.
    """
    return [case for case in map(read_case, sorted(CASES.iterdir())) if case.door == door]


def case_of(case_id: str) -> Case:
    """The case of this id.

    Raises: CorpusError, OSError.
    """
    return read_case(CASES / case_id)


def read_case(folder: Path) -> Case:
    """The case that lies in this folder.

    Raises: CorpusError if its expect.yaml is not as it must be.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", folder.name):
        raise CorpusError(f"{folder.name}: no id; lower-case words with hyphens")
    try:
        told = yaml.safe_load((folder / "expect.yaml").read_text(encoding="utf-8"))
        return _case(folder, told)
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        raise CorpusError(f"{folder.name}: {error}") from error


def _case(folder: Path, told: Any) -> Case:
    _known(told, KEYS | {"layers", "needs"}, "expect.yaml")
    _whole_line(told["what"])
    levels = tuple(told.get("levels", ("strict", "container")))
    return Case(
        id=folder.name,
        folder=folder,
        what=told["what"],
        door=_one_of(told.get("door", "job"), DOORS, "door"),
        levels=tuple(cast(Level, _one_of(level, LEVELS, "level")) for level in levels),
        verdict=_of_parts(told.get("verdict"), str, every=True),
        reason=_of_parts(told.get("reason"), str, every=False),
        points=_of_parts(told.get("points"), (int, float), every=False),
        within_s=told.get("within_s"),
        limits=_limits(told.get("limits")),
        text=_texts(told.get("text", [])),
        absent=_texts(told.get("absent", [])),
        layers=tuple(_one_of(layer, LAYERS, "layer") for layer in told.get("layers", [])),
        needs=tuple(_one_of(need, tuple(NEEDS), "need") for need in told.get("needs", [])),
    )


def _known(told: Any, keys: set[str], where: str) -> None:
    if not isinstance(told, dict) or not told.keys() <= keys:
        raise ValueError(f"{where}: unknown keys {sorted(set(told) - keys)}; allowed: {sorted(keys)}")


def _whole_line(what: Any) -> None:
    if not isinstance(what, str) or "\n" in what or not what:
        raise ValueError("what: one line is needed")


def _one_of(word: Any, allowed: tuple[str, ...], what: str) -> str:
    if word not in allowed:
        raise ValueError(f"{what}: {word!r} is none of {', '.join(allowed)}")
    return str(word)


def _of_parts(told: Any, kind: Any, *, every: bool) -> Mapping[str, Any] | None:
    if told is None:
        return None
    if not isinstance(told, dict):
        told = dict.fromkeys(PARTS, told) if every else {"": told}
    _known(told, {*PARTS, ""}, "a part")
    for value in told.values():
        if not isinstance(value, kind) or (every and value not in OUTCOMES):
            raise ValueError(f"{value!r} is not what belongs there")
    return dict(told)


def _texts(told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise ValueError("a list of texts is needed")
    return tuple(told)


def _limits(told: Any) -> Mapping[str, float] | None:
    if told is None:
        return None
    _known(told, LIMITS, "limits")
    return {
        f"{name}_bytes" if name in ("memory", "answer", "output") else name: _size(value)
        for name, value in told.items()
    }


def _size(value: Any) -> float:
    if isinstance(value, int | float):
        return value
    count, unit = value.split()
    return int(count) * _SIZES[unit]


def _make_of(maker: Path) -> Callable[[Path], None]:
    spec = importlib.util.spec_from_file_location(f"make_{maker.parent.name.replace('-', '_')}", maker)
    if spec is None or spec.loader is None:
        raise CorpusError(f"{maker}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    spec.loader.exec_module(module)
    return cast(Callable[[Path], None], module.make)
