"""Files that a part reads: the text of one, and the figure that a log claims about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np

from grader.judge.handed_in import decode, find_file, is_pointer
from grader.nouns.plain import Array
from grader.nouns.seen import Observation
from grader.safetext import safe_line

LARGEST_BYTES = 8 * 1024 * 1024
LOG_SUFFIXES = frozenset({".txt", ".log", ".out", ".err", ".md", ".ipynb"})
LARGEST_LOG_BYTES = 4 * 1024 * 1024
CLAIM = re.compile(rb"Corpus BLEU:?[ \t]*\(?(\d{1,3}(?:\.\d{1,20})?)")


def read_artefact(files: Mapping[str, bytes], path: str) -> Observation:
    """The file as the text `text`; the last `Corpus BLEU: ...` that any log states as the tensor `claimed_bleu`.

    The text is as the student wrote it: it is measured, and never shown before `safetext` has seen it.
    """
    found = find_file(files, [path])
    if not found:
        return Observation("missing", reason=f"{path} was not handed in", tensors=_claims(files))
    shown = safe_line(found)
    if is_pointer(files[found]):
        reason = f"{shown} is a Git LFS pointer, not the file"
        return Observation("missing", reason=reason, tensors=_claims(files))
    if len(files[found]) > LARGEST_BYTES:
        return Observation("unreadable", reason=f"{shown} is larger than {LARGEST_BYTES // 1024**2} MiB")
    notes = () if found == path else (f"file {path}: {shown}",)
    return Observation("answered", tensors=_claims(files), texts={"text": decode(files[found])}, notes=notes)


def lines_of(text: str, count: int) -> list[str]:
    """The lines of a text; blank ones at the end do not count where there are more than `count`."""
    lines = text.removesuffix("\n").split("\n") if text else []
    while len(lines) > count and not lines[-1].strip():
        lines.pop()
    return lines


def _claims(files: Mapping[str, bytes]) -> dict[str, Array]:
    claimed = None
    for path in sorted(files):
        if PurePosixPath(path).suffix.lower() in LOG_SUFFIXES and len(files[path]) <= LARGEST_LOG_BYTES:
            for match in CLAIM.finditer(files[path]):
                claimed = float(match[1])
    return {} if claimed is None else {"claimed_bleu": np.asarray(claimed)}
