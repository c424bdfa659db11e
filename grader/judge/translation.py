"""Checks of a translated file, judged by recomputing: as many lines as the references, BLEU above a bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from grader.errors import HarnessError, Message
from grader.judge.artefacts import lines_of
from grader.judge.evidence import Evidence
from grader.judge.handed_in import decode
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Json

CASE = "file"
LONGEST_LINE = 4000  # characters of a line that are translated text; what comes after is left out
CLAIM_DIFFERS = 0.01  # BLEU points between a claimed figure and the recomputed one


def lines(check: Check, evidence: Evidence) -> Iterator[Verdict]:
    """Whether the file has as many lines as the reference file."""
    ended = evidence.ended(CASE, beside_reference=False)
    if ended is not None:
        yield ended
        return
    expected = len(_reference_lines(evidence.rubric.folder, check.rule["reference"]))
    found = len(lines_of(evidence.got[CASE].texts["text"], expected))
    if found == expected:
        yield Verdict("passed", f"{found} lines", case=CASE)
    else:
        yield Verdict("failed", f"{evidence.part.reads}: {found} lines, expected {expected}", "E-LINES", case=CASE)


def bleu(check: Check, evidence: Evidence) -> Iterator[Verdict]:
    """Whether the recomputed BLEU is above the bar. A line that is missing counts as an empty one.

    Units: BLEU as sacrebleu prints it, 0-100.
    """
    ended = evidence.ended(CASE, beside_reference=False)
    if ended is not None:
        yield ended
        return
    score, signature = _score(check.rule, evidence)
    bar = float(check.rule["above"])
    detail = f"BLEU {score:.4f}, bar {bar:g}, {signature}"
    verdict = Verdict("passed", f"BLEU {score:.2f}", detail=detail, margin=bar / score if score else None, case=CASE)
    if score > bar:
        yield verdict
    else:
        yield replace(verdict, outcome="failed", reason=f"BLEU {score:.2f}, the bar is {bar:g}", code="E-BLEU")


def claim_remarks(evidence: Evidence) -> tuple[str, ...]:
    """What does not add up between the BLEU that a log claims and the file: said to a reader, never points."""
    observation = evidence.got.get(CASE)
    claimed = observation.tensors.get("claimed_bleu") if observation else None
    checks = [check for check in evidence.part.checks if check.kind == "bleu"]
    if observation is None or claimed is None or not checks:
        return ()
    if observation.ended != "answered":
        return (f"BLEU claimed without outputs: a log says {float(claimed):.2f}",)
    try:
        score, _ = _score({**checks[0].rule, "lines": ""}, evidence)
    except Exception:  # the check itself says that it is broken; a remark is not worth more
        return ()
    claims = (float(claimed), 100 * float(claimed))
    if min(abs(claim - score) for claim in claims) <= CLAIM_DIFFERS:
        return ()
    return (
        f"does not add up: a log says BLEU {float(claimed):.2f}, the outputs give {score:.2f} "
        f"(bound {CLAIM_DIFFERS:g})",
    )


def _score(rule: Json, evidence: Evidence) -> tuple[float, str]:
    paths = rule["references"]
    paths = (paths,) if isinstance(paths, str) else tuple(paths)
    references = tuple(_reference_lines(evidence.rubric.folder, path) for path in paths)
    count = len(references[0])
    got = [line[:LONGEST_LINE] for line in lines_of(evidence.got[CASE].texts["text"], count)]
    got = (got + [""] * count)[:count]
    chosen = _chosen(evidence.rubric.folder, rule.get("lines") or "", count)
    return _corpus_bleu(
        tuple(got[at] for at in chosen),
        tuple(tuple(reference[at] for at in chosen) for reference in references),
        str(rule.get("tokenize", "13a")),
    )


def _chosen(folder: str, path: str, count: int) -> list[int]:
    """Indices of the lines that count: those that a file numbers from 1, else all."""
    if not path:
        return list(range(count))
    return [int(line) - 1 for line in _reference_lines(folder, path) if line.strip()]


@lru_cache(maxsize=32)
def _corpus_bleu(got: tuple[str, ...], references: tuple[tuple[str, ...], ...], tokenize: str) -> tuple[float, str]:
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU(tokenize=tokenize)
    result = metric.corpus_score(list(got), [list(reference) for reference in references])
    return float(result.score), f"{result}; {metric.get_signature()}"


@lru_cache(maxsize=32)
def _reference_lines(folder: str, path: str) -> tuple[str, ...]:
    try:
        content = (Path(folder) / path).read_bytes()
    except OSError as error:
        raise HarnessError(
            Message(
                place=path,
                fact="the reference file cannot be read",
                code="E-REFERENCE",
                help="put it under the reference folder of the assignment",
            )
        ) from error
    return tuple(decode(content).removesuffix("\n").split("\n"))
