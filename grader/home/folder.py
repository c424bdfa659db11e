"""The student kit around a folder: its rubric, what may lie beside a hand-in, what the reference gave, hints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import Message, UsageError
from grader.fingerprints import KnownParts, read_known
from grader.frozen import read_frozen
from grader.kit_line import CHECKS, KIT_FILE, is_ours
from grader.nouns.asked import Handout, Rubric
from grader.nouns.seen import Observation

LEISURE = 2.0


@dataclass(frozen=True, slots=True)
class Home:
    """A student kit, unpacked: the homework folder and what its checks need."""

    folder: Path
    rubric: Rubric
    handout: Handout
    expected: Mapping[tuple[str, str], Observation]  # (part, case) -> what the reference gave
    known: KnownParts


def find_home(start: Path) -> Path:
    """The homework folder that `start` lies in: it, or the nearest above it with the kit's public.yaml.

    Raises: UsageError if there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if _is_home(folder):
            return folder
    below = next((each for each in _folders_in(start) if _is_home(each)), None)
    raise UsageError(
        Message(
            place=str(start),
            fact=f"no homework here: neither this folder nor one above it has the kit's {KIT_FILE}",
            code="E-HOME",
            allowed=f"the folder that the handout was unpacked into; it holds {KIT_FILE} and {CHECKS}/",
            help=f"cd {_quoted(below.name)}" if below else "unpack the handout, change into its folder and try again",
            label="expected",
        )
    )


def read_home(folder: Path) -> Home:
    """The kit of a homework folder.

    Raises: UsageError or RubricError if something of it is missing or was changed so that it cannot be read.
    """
    from grader.rubric.handout import handout_of
    from grader.rubric.load import load_rubric

    rubric = _leisurely(load_rubric(folder / KIT_FILE))
    return Home(
        folder=folder,
        rubric=rubric,
        handout=handout_of(rubric),
        expected=read_frozen(folder / CHECKS / "expected.safetensors"),
        known=read_known(folder / CHECKS / "known.json"),
    )


def _leisurely(rubric: Rubric) -> Rubric:
    """With twice the time for every part: a laptop is slower than what grades."""
    return replace(
        rubric,
        parts=tuple(
            replace(part, limits=replace(part.limits, wall_s=LEISURE * part.limits.wall_s)) for part in rubric.parts
        ),
    )


def _is_home(folder: Path) -> bool:
    try:
        with (folder / KIT_FILE).open("rb") as file:
            return is_ours(file.read(400))
    except OSError:
        return False


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir())
    except OSError:
        return []


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
