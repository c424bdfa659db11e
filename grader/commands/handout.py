"""`grade handout`: the student kit of a rubric, and an account of what went in and what was left out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.commands.endings import say

if TYPE_CHECKING:
    from grader.handout.build import Heard, Kit
    from grader.nouns.asked import Handout, Rubric
    from grader.observer import Observer

OBSERVATIONS = Path("out") / "observations"  # where `grade prove` keeps them too


def handout(*, rubric: str | Path, out: Path | None, as_json: bool, progress: str | None) -> int:
    """Writes the kit; 0, or an error that says what in the rubric or its reference is not fit to be handed out."""
    from grader.handout.build import build_kit
    from grader.handout.parcel import write_folder, write_zip
    from grader.rubric.find import find_rubric
    from grader.rubric.load import load_rubric

    asked = load_rubric(find_rubric(str(rubric), Path.cwd()))
    path = out or Path(f"{asked.assignment}-handout.zip")
    kit = build_kit(asked, _observer, _ticker(progress))
    if path.suffix == ".zip":
        write_zip(path, kit.files, asked.assignment)
    else:
        write_folder(path, kit.files)
    say(*([json.dumps(record(kit, asked, path), ensure_ascii=False)] if as_json else account(kit, asked, path)))
    return 0


def _observer(handout: Handout) -> Observer:
    from grader.box.levels import best_level
    from grader.box.store import Store
    from grader.observer import Observer

    return Observer(handout, level=best_level(), workers=os.cpu_count() or 1, store=Store(OBSERVATIONS))


def _ticker(progress: str | None) -> Heard:
    if progress == "none" or (progress is None and not sys.stderr.isatty()):
        return lambda name: None
    return lambda name: print(f"  {name}", file=sys.stderr, flush=True)


def account(kit: Kit, rubric: Rubric, path: Path) -> Iterator[str]:
    """The lines that tell what went in and what was left out."""
    told = record(kit, rubric, path)
    yield f"{path} · {rubric.title} · {told['files']} files, {told['bytes'] / 1024:.0f} KiB"
    yield "  in"
    yield f"    checks       look at {told['looks_at']:g} of {told['of']:g} points, in {_listed(told['parts'])}"
    yield f"    expected     {told['public_cases']} public cases and {told['small_inputs']} small inputs"
    yield f"    hints        of {sum(told['hints'].values())} known mistakes"
    yield f"    starter      {_listed(f'{file} ({cut} lines cut)' for file, cut in told['cut'].items())}"
    yield f"    as it is     {_listed(told['whole'])}"
    yield "  left out"
    yield f"    hidden cases {_listed(f'{part} {number}' for part, number in told['hidden_cases'].items())}"
    yield f"    no check in  {_listed(told['unchecked'])}"
    yield f"    solved files {_listed(told['solved_left_out'])}"
    if told["mistakes_left_out"]:
        yield "    mistakes marked public that would be told of something else, too, or never:"
        for each in told["mistakes_left_out"]:
            yield f"      {each['part']}  {each['mistake']}: {each['reason']}"


def record(kit: Kit, rubric: Rubric, path: Path) -> dict[str, Any]:
    """The same as data."""
    public = {part.id: part for part in kit.public.parts}
    hidden = {part.id: len(part.cases) - len(public[part.id].cases) for part in rubric.parts}
    starters = kit.starters
    return {
        "assignment": rubric.assignment,
        "path": str(path),
        "files": len(kit.files),
        "bytes": sum(map(len, kit.files.values())),
        "looks_at": kit.public.points,
        "of": rubric.points,
        "parts": [id for id, part in public.items() if part.checks],
        "unchecked": [id for id, part in public.items() if not part.checks],
        "public_cases": sum(len(part.cases) for part in public.values()),
        "hidden_cases": {id: number for id, number in hidden.items() if number},
        "small_inputs": kit.small_inputs,
        "hints": {part: len(known) for part, known in kit.known.items()},
        "cut": {file: starter.cut for file, starter in starters.cut.items()},
        "whole": [file for file in starters.files if file not in starters.cut],
        "solved_left_out": list(starters.left_out),
        "mistakes_left_out": [
            {"part": part, "mistake": name, "reason": reason} for (part, name), reason in kit.mistakes_left_out.items()
        ],
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
