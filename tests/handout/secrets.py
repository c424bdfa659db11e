"""Looks for what no student may get in the files of a kit, and says where it was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.handout.starter import answers_in, starter_of
from grader.nouns.asked import Case, Rubric
from grader.rubric.versions import mistakes_of, reference_files
from grader.runs import runs_of

IN_A_ROW = 12  # tokens that stand in an answer and nowhere in what is given
WORDS = 5  # of them that are names
LINE = 24  # signs of a line of prose that is somebody's own


def secrets_in(files: Mapping[str, bytes], rubric: Rubric) -> list[str]:
    """`FILE: WHAT` for everything secret that the files of a kit hold; empty if there is nothing."""
    texts = {path: content.decode("utf-8", "replace") for path, content in files.items()}
    found = [f"{path}: {what}" for path, text in texts.items() for what in _in_text(text, rubric)]
    return [*found, *_whole_files(files, rubric)]


def _in_text(text: str, rubric: Rubric) -> Iterator[str]:
    yield from _code(text, rubric)
    yield from _seeds(text, rubric)
    yield from _hidden_arguments(text, rubric)
    yield from _lines(text, rubric)
    yield from _hints(text, rubric)


def _whole_files(files: Mapping[str, bytes], rubric: Rubric) -> Iterator[str]:
    public = set(rubric.student_kit.files.values())
    folder = Path(rubric.folder)
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix != ".pyc" and inside.split("/")[0] in ("data", "solved", "mistakes.py"):
            content = path.read_bytes()
            if inside not in public and len(content) > LINE:
                yield from (f"{name}: all of {inside}" for name, held in files.items() if content in held)


# --- code -----------------------------------------------------------------------------------------------------------


def _code(text: str, rubric: Rubric) -> Iterator[str]:
    here = set(_rows(_tokens(text)))
    given = _given_rows(rubric)
    for path, answer in _answers(rubric):
        row = next((row for row in _rows(_tokens(answer)) if row in here and row not in given), None)
        if row:
            yield f"an answer of {path}: {' '.join(row)}"


def _answers(rubric: Rubric) -> Iterator[tuple[str, str]]:
    """(where, code) of everything that a student could copy: cut lines, code that is not handed out, wrong edits."""
    whole = set(rubric.student_kit.files.values())
    for path, content in _solved_code(rubric):
        if f"solved/{path}" not in whole:
            text = content.decode()
            answer = "\n".join(answers_in(text)) if starter_of(text, path).regions else text
            yield path, answer
    for name, mistake in mistakes_of(rubric).items():
        yield from ((f"mistakes.py, {name}", text) for edit in mistake.edits for text in (edit.was, edit.now))


def _given_rows(rubric: Rubric) -> set[tuple[str, ...]]:
    """What stands around the answers of the solved files, and in files that are handed out whole."""
    folder = Path(rubric.folder)
    solved = {f"solved/{path}": content.decode() for path, content in _solved_code(rubric)}
    starters = {path: starter_of(text, path) for path, text in solved.items()}
    texts = [starter.text for starter in starters.values() if starter.regions]
    whole = (path for path in rubric.student_kit.files.values() if path not in starters or not starters[path].regions)
    texts += [_text(folder / path) for path in whole]
    return {row for text in texts for row in _rows(_tokens(text))}


def _solved_code(rubric: Rubric) -> Iterator[tuple[str, bytes]]:
    return ((path, content) for path, content in reference_files(rubric).items() if path.endswith(".py"))


def _rows(tokens: list[str]) -> Iterator[tuple[str, ...]]:
    rows = (tuple(tokens[at : at + IN_A_ROW]) for at in range(len(tokens) - IN_A_ROW + 1))
    return (row for row in rows if sum(token[0].isalpha() or token[0] == "_" for token in row) >= WORDS)


def _tokens(text: str) -> list[str]:
    """Words and signs, however they are laid out, in code, comments and prose alike."""
    return re.findall(r"\w+|[^\w\s#]", text)


# --- numbers, cases, prose ------------------------------------------------------------------------------------------


def _seeds(text: str, rubric: Rubric) -> Iterator[str]:
    public = {case.name for part in rubric.parts for case in part.cases if case.public}
    hidden = {run.seed for run in runs_of(rubric) if run.case not in public}
    numbers = {int(word) for word in re.findall(r"(?<![\w.])\d{3,12}(?![\w.])", text)}
    yield from (f"the secret seed {seed}" for seed in numbers & {rubric.seed})
    yield from (f"the seed {seed} of a hidden case" for seed in numbers & hidden)


def _hidden_arguments(text: str, rubric: Rubric) -> Iterator[str]:
    """Lists that only hidden cases are given, such as the lengths of their sentences."""
    cases = [case for part in rubric.parts for case in part.cases]
    known = {value for case in cases if case.public for value in _lists(case)}
    hidden = {value for case in cases if not case.public for value in _lists(case)}
    plain = re.sub(r"\s+", " ", text)
    yield from (f"what a hidden case is given: {value}" for value in sorted(hidden - known) if value in plain)


def _lists(case: Case) -> Iterator[str]:
    return (str(value) for value in case.args.values() if isinstance(value, list) and len(value) > 2)


def _lines(text: str, rubric: Rubric) -> Iterator[str]:
    """Lines of the staff's answers, of how the data were made, and of what a person looks for."""
    folder = Path(rubric.folder)
    given = [folder / "probes.py", *(folder / path for path in rubric.student_kit.files.values())]
    known = {line.strip() for path in given if path.is_file() for line in _text(path).split("\n")}
    own = [path for path in [folder / "data" / "make.py", *folder.glob("solved/*.md")] if path.is_file()]
    secret = {line.strip(): path.name for path in own for line in _text(path).split("\n")}
    secret |= {item.text: f"what a person looks for in {part.id}" for part in rubric.parts for item in part.written}
    for line, where in secret.items():
        if len(line) >= LINE and line not in known and line in text:
            yield f"a line of {where}: {line}"


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _hints(text: str, rubric: Rubric) -> Iterator[str]:
    """Hints of mistakes that are not public, but for what the author says in a starter file, too."""
    mistakes = mistakes_of(rubric)
    told = {mistake.hint for mistake in mistakes.values() if mistake.public}
    told |= {each.hint for part in rubric.parts for check in part.checks for each in (check, *check.subchecks)}
    told |= {starter_of(content.decode(), "").text for _, content in _solved_code(rubric)}
    for name, mistake in mistakes.items():
        if not any(mistake.hint in hint for hint in told) and mistake.hint in text:
            yield f"the hint of {name}, which is not public"
