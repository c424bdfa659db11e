"""Their lines in a traceback, quoted from what they handed in, not from what their process says.

A frame that comes out of the jail is a claim: a hand-in could put a hidden input into the name of a file or function,
or into the "line" around an error, and read it on its page. So only places that exist are kept, and their text is taken
from the files as they were collected.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from grader.nouns.plain import Frame
from grader.nouns.seen import Observation
from grader.safetext import hide_paths, safe_text

AROUND = 2  # lines shown before and after the one that is marked
MOST_READ = 32 * 1024**2  # bytes of all files that a case's frames may name
MOST_SOUGHT = 8 * (2 * AROUND + 1)  # lines of a case that are sought in notebooks, each in up to 5 MiB
MOST_BYTES = 5 * 1024**2  # the kit loads no larger file, so no line of one can have raised
ANONYMOUS = frozenset({"<module>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"})
LABELS = {"/opt/venv": "<venv>", "/opt/worker": "<kit>", sys.prefix: "<venv>", sys.base_prefix: "<python>"}
CELL = re.compile(r"(?P<path>.+\.ipynb)\[cell \d{1,4}\]")


def quoted(observation: Observation, files: Mapping[str, bytes]) -> Observation:
    """The observation with its frames made of the files, and without the paths of this machine.

    Frames that stand in none of the files are gone.
    """
    fault = observation.fault
    if fault is not None:
        frames = _frames(fault.frames, files)
        shown = {"message": _hidden(fault.message), "traceback": _hidden(fault.traceback)}
        observation = replace(observation, fault=replace(fault, frames=frames, **shown))
    if observation.stdout or observation.stderr:
        observation = replace(observation, stdout=_hidden(observation.stdout), stderr=_hidden(observation.stderr))
    return observation


def _hidden(text: str) -> str:
    return hide_paths(text, LABELS) if "/" in text else text


def _frames(claimed: Sequence[Frame], files: Mapping[str, bytes]) -> tuple[Frame, ...]:
    """Those that stand in the files, the last ones first where there is too much to be sought."""
    found: list[Frame | None] = []
    read: dict[str, int] = {}
    sought = 0
    for frame in reversed(claimed):
        cell = CELL.fullmatch(frame.file)
        name = cell["path"] if cell else frame.file
        read[name] = len(files.get(name, b""))
        sought += len(frame.near) if cell else 0
        if sought > MOST_SOUGHT or sum(read.values()) > MOST_READ:
            break
        found.append(_frame(frame, files))
    return tuple(filter(None, reversed(found)))


def _frame(frame: Frame, files: Mapping[str, bytes]) -> Frame | None:
    cell = CELL.fullmatch(frame.file)
    content = files.get(cell["path"] if cell else frame.file)
    if content is None or len(content) > MOST_BYTES:
        return None
    text = _decoded(content)
    near = _said(frame, text) if cell else _lines(frame.line, text)
    if not near:
        return None
    is_known = frame.function in ANONYMOUS or frame.function in _defined(text)
    return Frame(frame.file, frame.line, frame.function if is_known else "", near)


def _lines(line: int, text: str) -> tuple[tuple[int, str], ...]:
    lines = _split(text)
    if not 1 <= line <= len(lines):
        return ()
    first, last = max(1, line - AROUND), min(len(lines), line + AROUND)
    return tuple((number, safe_text(lines[number - 1], lines=1)) for number in range(first, last + 1))


def _said(frame: Frame, notebook: str) -> tuple[tuple[int, str], ...]:
    """The lines of a cell as the jail tells them, as far as they stand in the notebook."""
    return tuple(
        (number, text) for number, text in frame.near if json.dumps(text, ensure_ascii=False)[1:-1] in notebook
    )


@lru_cache(maxsize=4)
def _defined(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b(?:def|class)\s+(\w+)", text))


@lru_cache(maxsize=4)  # a claim may name a hundred lines of one file
def _decoded(content: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding, "replace")
    except (SyntaxError, LookupError, UnicodeError):  # no encoding, or one that is none of texts: rot13, undefined
        return content.decode("utf-8", "replace")


@lru_cache(maxsize=4)
def _split(text: str) -> list[str]:
    return text.splitlines()
