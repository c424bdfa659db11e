"""Which texts of a hand-in may be training logs, and which of their lines are worth a look.

Every text is a stranger's: files are capped in size, lines in length and number, and looking for lines costs time
linear in the size of the text, whatever it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from grader.judge.handed_in import decode, is_pointer
from grader.judge.logs.series import Line
from grader.safetext import safe_line

LARGEST_BYTES: Final = 4 * 1024 * 1024  # of one file
MOST_BYTES: Final = 16 * 1024 * 1024  # of all files together
MOST_LINES: Final = 12_000  # of one text that are looked at: 120,000 iterations, ten a line
WIDEST: Final = 1000  # characters of a line that are looked at, around the word that was found
LOG_SUFFIXES: Final = frozenset({".log", ".txt", ".out", ".err", ".md"})
NOTEBOOK: Final = ".ipynb"
DATA_SUFFIXES: Final = frozenset({".json", ".csv"})
MOST_OUTPUTS: Final = 2000  # of one notebook
_TAG: Final = re.compile(r"<[^<>]{0,400}>")
_CONTROL: Final = re.compile("\x1b\\[[0-9;?]{0,16}[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Text:
    """Lines that one program wrote one after the other: a file, or one output of a notebook's cell.

    `file` is safe text: "train.log", "a4.ipynb, cell 12".
    """

    file: str
    content: str


@dataclass(frozen=True, slots=True)
class Found:
    """The texts of a hand-in: what was printed, what is data, and what looks like a log but is none that we read."""

    printed: tuple[Text, ...]
    data: tuple[Text, ...]
    named_log: tuple[str, ...]  # safe text: files whose name says that they are logs
    too_large: tuple[str, ...]  # safe text


def log_texts(files: Mapping[str, bytes]) -> Found:
    """Everything in a hand-in that may hold lines of a training log, smaller files first."""
    chosen, too_large = _chosen(files)
    printed_texts: list[Text] = []
    data: list[Text] = []
    for path in chosen:
        suffix, name = PurePosixPath(path).suffix.lower(), safe_line(path)
        if suffix == NOTEBOOK:
            printed_texts += _outputs(files[path], name)
        elif suffix in DATA_SUFFIXES:
            data.append(Text(name, decode(files[path])))
        else:
            printed_texts.append(Text(name, _plain(decode(files[path]))))
    named = tuple(safe_line(path) for path in chosen if _is_named_log(path))
    return Found(tuple(printed_texts), tuple(data), named, too_large)


def lines_with(text: Text, words: Sequence[str]) -> list[Line]:
    """The lines that hold one of these words, in order; at most `MOST_LINES`, each cut around the word."""
    starts: dict[int, tuple[int, int]] = {}
    for word in words:
        at, last = text.content.find(word), 0
        for _ in range(MOST_LINES):
            if at < 0:
                break
            start = text.content.rfind("\n", last, at) + 1 or last
            end = text.content.find("\n", at)
            end = len(text.content) if end < 0 else end
            starts.setdefault(start, (at, end))
            last, at = end, text.content.find(word, end)
    found, number, counted = [], 1, 0
    for start in sorted(starts)[:MOST_LINES]:
        at, end = starts[start]
        number += text.content.count("\n", counted, start)
        counted = start
        begin = start if end - start <= WIDEST else max(start, at - WIDEST // 2)
        found.append(Line(text.file, number, text.content[begin : min(end, begin + WIDEST)]))
    return found


def _chosen(files: Mapping[str, bytes]) -> tuple[list[str], tuple[str, ...]]:
    """Paths that are read, in order of their names, and those that are too large."""
    wanted = LOG_SUFFIXES | DATA_SUFFIXES | {NOTEBOOK}
    paths = [path for path in files if PurePosixPath(path).suffix.lower() in wanted and not is_pointer(files[path])]
    chosen, too_large, room = [], [], MOST_BYTES
    for path in sorted(paths, key=lambda path: (len(files[path]), path)):
        if len(files[path]) <= min(LARGEST_BYTES, room):
            chosen.append(path)
            room -= len(files[path])
        elif PurePosixPath(path).suffix.lower() not in DATA_SUFFIXES:
            too_large.append(safe_line(path))
    return sorted(chosen), tuple(sorted(too_large))


def _is_named_log(path: str) -> bool:
    suffix, stem = PurePosixPath(path).suffix.lower(), PurePosixPath(path).stem.lower()
    return suffix in {".log", ".out", ".err"} or (suffix == ".txt" and ("log" in stem or "train" in stem))


def _plain(text: str) -> str:
    return _CONTROL.sub("", text) if "\x1b" in text else text


def _outputs(content: bytes, name: str) -> list[Text]:
    """What the cells of a notebook printed, one text for each cell; nothing if it is no notebook."""
    try:
        notebook = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return []
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    found: list[Text] = []
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        texts = [text for output in (outputs if isinstance(outputs, list) else []) for text in _shown(output)]
        if texts:
            found.append(Text(f"{name}, cell {number}", "\n".join(texts)))
        if len(found) >= MOST_OUTPUTS:
            break
    return found


def _shown(output: Any) -> Iterator[str]:
    """The texts of one output; what is HTML without its tags, a row of a table on a line."""
    if not isinstance(output, dict):
        return
    data = output.get("data")
    shown = [_joined(output.get("text"))]
    if isinstance(data, dict):
        html = _joined(data.get("text/html"))
        rows = html.replace("\n", " ").replace("</tr>", "\n").replace("</td>", "\t").replace("</th>", "\t")
        shown += [_joined(data.get("text/plain")), _TAG.sub("", rows.replace("<p>", "\n").replace("</div>", "\n"))]
    for text in shown:
        if text:
            yield _plain(text.replace("\r\n", "\n").replace("\r", "\n"))


def _joined(text: Any) -> str:
    if isinstance(text, list):
        return "".join(piece for piece in text if isinstance(piece, str))
    return text if isinstance(text, str) else ""
