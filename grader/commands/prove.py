"""`grade prove`: what every version of the reference keeps, and by what margin."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import Message, ProofError
from grader.nouns.asked import Part, Rubric
from grader.nouns.plain import Level
from grader.proof import Margin, Proof

if TYPE_CHECKING:
    from grader.spread import Spread


def prove(
    *,
    rubrics: Sequence[str],
    parts: Sequence[str],
    static: bool,
    out: Path,
    workers: int | None,
    isolation: Level | None,
    as_json: bool,
    progress: str | None,
) -> int:
    """Proves each rubric; the code is 1 if anything is not as written."""
    code = 0
    for name in rubrics:
        faults, record = _one(name, parts, static, out, workers, isolation, progress, as_json)
        if as_json:
            print(json.dumps(record, ensure_ascii=False))
        if faults:
            code = ProofError.exit_code
            if not as_json:
                print("\n".join(str(fault) for fault in faults))
    return code


def _one(
    name: str,
    parts: Sequence[str],
    static: bool,
    out: Path,
    workers: int | None,
    isolation: Level | None,
    progress: str | None,
    quiet: bool,
) -> tuple[Sequence[Message], dict[str, Any]]:
    from grader.pipeline import chosen_parts
    from grader.rubric.find import find_rubric
    from grader.rubric.load import load_rubric
    from grader.rubric.versions import static_proof

    rubric = load_rubric(find_rubric(name, Path.cwd()))
    chosen = chosen_parts(rubric, parts)
    faults = static_proof(rubric)
    if static or faults:
        if not quiet and not faults:
            print(f"{rubric.assignment} · {len(rubric.parts)} parts · every edit applies; nothing was run")
        return faults, {"assignment": rubric.assignment, "faults": [asdict(fault) for fault in faults]}
    proof = _run(rubric, chosen, out, workers or os.cpu_count() or 1, isolation, progress)
    if not quiet:
        print("\n".join(table(proof)))
    return proof.faults, _record(proof)


def _run(
    rubric: Rubric, parts: tuple[Part, ...], out: Path, workers: int, isolation: Level | None, progress: str | None
) -> Proof:
    from grader.box.levels import best_level
    from grader.box.store import Store
    from grader.course import open_course
    from grader.observer import Observer
    from grader.proof import prove as proved

    store = Store(out / "observations")
    level = isolation or best_level()
    course = open_course(rubric, lambda handout: Observer(handout, level=level, workers=workers, store=store))
    heard = _ticker(progress)
    with course.observer:
        return proved(course, parts, heard)


def _ticker(progress: str | None) -> Any:
    if progress == "none" or (progress is None and not sys.stderr.isatty()):
        return lambda name: None
    return lambda name: print(f"  {name}", file=sys.stderr, flush=True)


def table(proof: Proof) -> list[str]:
    """The lines of a proof: what kept what, then the smallest margins per check."""
    variants, mistakes = proof.count("variant"), proof.count("mistake")
    reference = next(tried for tried in proof.tried if tried.kind == "reference")
    lines = [
        f"{proof.assignment} · reference {reference.kept:g} of {proof.full:g} · "
        f"{variants[0]} of {variants[1]} variants keep everything · "
        f"{mistakes[0]} of {mistakes[1]} mistakes as written"
    ]
    lines += [f"  {tried.name:<26} keeps {tried.kept:>4g}   {_where(tried.results)}" for tried in proof.tried]
    lines.append("  narrowest pass and catch of each check, in units of the tolerance")
    for key in sorted(proof.passes.keys() | proof.catches.keys()):
        passed, caught = _margin(proof.passes.get(key)), _margin(proof.catches.get(key))
        lines.append(f"  {key[0] + '.' + key[1]:<16} pass {passed:<34} catch {caught}")
    if proof.spreads:
        lines.append("  the reference's perplexity under other seeds, and how far bound and floor are from its mean")
    lines += [f"  {spread.part + '.' + spread.check:<16} {spread}" for spread in proof.spreads]
    return lines


def _where(results: Any) -> str:
    lost = [
        f"{result.id}.{check.id} -{check.max - check.points:g}"
        for result in results
        for check in result.checks
        if check.points < check.max
    ]
    return "loses " + ", ".join(lost) if lost else "loses nothing"


def _margin(margin: Margin | None) -> str:
    return f"{margin.margin:.3g} ({margin.name})" if margin else "-"


def _record(proof: Proof) -> dict[str, Any]:
    return {
        "assignment": proof.assignment,
        "full": proof.full,
        "tried": [
            {"name": tried.name, "kind": tried.kind, "kept": tried.kept, "named": tried.named} for tried in proof.tried
        ],
        "spreads": [_spread(spread) for spread in proof.spreads],
        "faults": [asdict(fault) for fault in proof.faults],
    }


def _spread(spread: Spread) -> dict[str, Any]:
    bound = spread.bound if isfinite(spread.bound) else None
    known = {"part": spread.part, "check": spread.check, "case": spread.case, "values": spread.values}
    return {**known, "bound": bound, "floor": spread.floor or None}
