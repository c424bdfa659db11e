"""The story of every fault of ours, in a file of its own: `<out>/log/broken-<submission>-<part>.txt`.

For staff: what was seen of our processes, in safe text. It holds no inputs, no answers and no part of the reference.
A file that no result names any more is removed by the next run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.safetext import safe_line, safe_text

FOLDER: Final = "log"
PREFIX: Final = "broken-"


def with_logs(result: SubmissionResult, out: Path) -> SubmissionResult:
    """The result, with a file written and named for every part that broke; no name where it cannot be written."""
    parts = tuple(
        replace(part, log=_written(result, part, out)) if part.verdict == "broken" else part for part in result.parts
    )
    return replace(result, parts=parts)


def clear_logs(out: Path, results: Results) -> None:
    """Removes the stories that no result names."""
    named = {part.log for submission in results.submissions for part in submission.parts}
    for path in (out / FOLDER).glob(f"{PREFIX}*.txt"):
        if f"{FOLDER}/{path.name}" not in named:
            with suppress(OSError):
                path.unlink()


def _written(result: SubmissionResult, part: PartResult, out: Path) -> str:
    name = f"{PREFIX}{result.id}-{part.id}.txt"
    try:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
        (out / FOLDER / name).write_text("\n".join(_story(result, part)) + "\n", encoding="utf-8")
    except OSError:  # a full disk is told elsewhere; a missing story costs nobody anything
        return ""
    return f"{FOLDER}/{name}"


def _story(result: SubmissionResult, part: PartResult) -> Iterator[str]:
    yield f"part {part.id} of submission {safe_line(result.id)}, sha256 {result.sha256}"
    yield safe_line(part.reason)
    for check in (check for check in part.checks if check.verdict == "broken"):
        where = f", case {check.case}" if check.case else ""
        yield f"check {check.id}{where}: {safe_line(check.reason)} [{check.code}]"
        if check.detail:
            yield f"  {safe_line(check.detail)}"
    for case in part.cases:
        yield f"case {case.case}: {case.ended}, {case.seconds:.1f} s {safe_line(case.reason)}".rstrip()
    for text in dict.fromkeys(case.stderr for case in part.cases if case.ended == "broken"):
        yield f"\nwhat was seen of our processes:\n{safe_text(text)}"
