"""What a part reads from the files of a hand-in themselves, without running anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.judge.answers import read_answers
from grader.judge.artefacts import read_artefact
from grader.judge.logs.curves import read_curves
from grader.judge.logs.trainings import read_trainings
from grader.nouns.asked import Part
from grader.nouns.seen import Document, Observation

READERS = {"curve_rows": read_curves, "trained": read_trainings}


def handed_in(
    part: Part, files: Mapping[str, bytes], documents: Sequence[Document] = (), parts: Sequence[str] = ()
) -> dict[str, Observation]:
    """What a part reads from the files themselves: an artefact, and what `answers.md` or a document says about it.

    `parts`: the ids of all parts.
    """
    read: dict[str, Observation] = {}
    if part.source == "file":
        reader = next((READERS[check.kind] for check in part.checks if check.kind in READERS), read_artefact)
        read["file"] = reader(files, part.reads)
    if part.source == "answers" or part.written:
        read["answers"] = read_answers(files, part.id, documents, parts)
    return read
