"""Which known mistake wrong outputs are consistent with. It is named only where exactly one fits.

A cell is one output in one case, or the ending of a case that crashed. A mistake fits an output if it gives what the
student's code gave in every wrong cell of it, and if nothing speaks against it: wherever the mistake would be wrong,
the student's code is wrong too. Names come per output, so that two independent mistakes are both found; but an output
that is the same everywhere, such as a gradient that is missing, names nobody who is wrong elsewhere in another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from grader.figures import figures_output, is_figures
from grader.judge.cells import WRONG, Cell, wrong_cells
from grader.judge.checks import findings
from grader.judge.compare import agree
from grader.judge.evidence import Evidence
from grader.judge.tolerance import Tolerance
from grader.nouns.asked import Part, Rubric
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation

Known: TypeAlias = Mapping[str, Mapping[str, Observation]]  # mistake -> case -> observation


def needs_known(
    part: Part, rubric: Rubric, expected: Mapping[str, Observation], got: Mapping[str, Observation]
) -> bool:
    """Whether anything is wrong in a part that a known mistake may explain; only then need the mistakes be run."""
    if not part.mistakes:
        return False
    evidence = Evidence(part, rubric, expected, got)
    return any(verdict.outcome in WRONG for check in part.checks for verdict in findings(check, evidence))


def consistent_with(evidence: Evidence, wrong: Iterable[Verdict], known: Known) -> tuple[str, ...]:
    """The mistakes that the wrong findings are consistent with: one for all of them, else one for some outputs.

    Empty if no mistake fits, or if several do.
    """
    cells = wrong_cells(wrong)
    if not cells or not known:
        return ()
    fitting = _fitting(evidence, cells, known)
    for_all = set.intersection(*fitting.values())
    if for_all:
        return tuple(for_all) if len(for_all) == 1 else ()
    return tuple(dict.fromkeys(name for names in fitting.values() if len(names) == 1 for name in names))


def _fitting(evidence: Evidence, cells: Sequence[Cell], known: Known) -> dict[str, set[str]]:
    """Output -> the mistakes that fit it."""
    outputs = list(dict.fromkeys(output for _, output in cells))
    tolerance = evidence.tolerance({})
    alike = {
        name: {cell for cell in cells if _same_cell(evidence.got, cases, cell, tolerance)}
        for name, cases in known.items()
    }
    fitting: dict[str, set[str]] = {output: set() for output in outputs}
    for name, same in alike.items():
        whole = [output for output in outputs if all(cell in same for cell in cells if cell[1] == output)]
        theirs = _unspoken(evidence, cells, known[name]) if whole else frozenset()
        if not theirs <= same and not any(_says_much(evidence.got, cell) for cell in theirs & same):
            continue
        for output in whole:
            if any(cell in theirs for cell in cells if cell[1] == output):
                fitting[output].add(name)
    return fitting


def _unspoken(evidence: Evidence, cells: Sequence[Cell], cases: Mapping[str, Observation]) -> frozenset[Cell]:
    """The wrong cells of a mistake; none if the student's code is right where the mistake would be wrong."""
    as_if = replace(evidence, got=cases)
    theirs = wrong_cells(verdict for check in evidence.part.checks for verdict in findings(check, as_if))
    theirs = tuple(_same_place(cell, cells) for cell in theirs)
    ended = {case for case, output in cells if not output}
    contradicted = any(cell not in cells and cell[0] not in ended for cell in theirs)
    return frozenset() if contradicted else frozenset(theirs)


def _same_place(cell: Cell, cells: Sequence[Cell]) -> Cell:
    """A cell of the student's that is about the same figures; else the cell itself."""
    case, output = cell
    if not output or cell in cells:
        return cell
    about = (each for each in cells if each[0] == case and figures_output(each[1]) == figures_output(output))
    return next(about, cell)


def _says_much(got: Mapping[str, Observation], cell: Cell) -> bool:
    case, output = cell
    values = got[case].tensors.get(output)
    return values is not None and values.size > 0 and not bool((values == values.flat[0]).all())


def _same_cell(
    got: Mapping[str, Observation], known: Mapping[str, Observation], cell: Cell, tolerance: Tolerance
) -> bool:
    case, output = cell
    if case not in got or case not in known:
        return False
    mine, theirs = got[case], known[case]
    if not output:
        return _ending(mine) == _ending(theirs)
    if theirs.ended != "answered":
        return False
    if is_figures(output, mine.tensors):
        return _same_figures(mine, theirs, output, tolerance)
    if output in mine.tensors and output in theirs.tensors:
        return agree(theirs.tensors[output], mine.tensors[output], tolerance)
    nowhere = output not in mine.tensors and output not in theirs.tensors
    return nowhere and mine.texts.get(output) == theirs.texts.get(output)


def _same_figures(mine: Observation, theirs: Observation, output: str, tolerance: Tolerance) -> bool:
    """Whether the artist that was judged is also in the other figures; of whole figures, whether they show the same."""
    base = figures_output(output)
    ours, others = (
        [values for name, values in seen.tensors.items() if name != base and figures_output(name) == base]
        for seen in (mine, theirs)
    )
    if output != base:
        return any(agree(other, mine.tensors[output], tolerance) for other in others)
    sides = ((ours, others), (others, ours))
    return all(any(agree(b, a, tolerance) for b in right) for left, right in sides for a in left)


def _ending(observation: Observation) -> tuple[str, str]:
    return observation.ended, observation.fault.type if observation.fault else ""
