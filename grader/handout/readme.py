"""The README.md of a student kit: one install command, how to work, what is worth how much, what is handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.kit_line import README_MARK
from grader.nouns.asked import Expected, Part, Rubric


def readme(public: Rubric, written_in: Mapping[str, Sequence[str]]) -> str:
    """The text of the README. `written_in`: starter file -> the answers that are to be written in it."""
    packages = " ".join(["grade", *public.student_kit.packages])
    return "\n".join(
        [
            README_MARK,
            f"# {public.assignment}: {public.title}",
            "",
            f"    pip install {packages}",
            "",
            "Once, with Python 3.11 or newer, on Linux, macOS or Windows. Then, in this folder:",
            "",
            "    grade check              what works, and what to mend first",
            *_one_part(public.parts),
            "    grade check --watch      again, whenever you save a file",
            "    grade pack               what will be handed in, and the file to upload",
            "    grade explain CODE       more about a message",
            "",
            *_files(written_in),
            "`grade check` runs your files on this computer: no network, no account, nothing is sent. What it says of",
            "a check is what grading says of it; but work that is handed in is judged on other inputs as well, and",
            "some of it only then. So a part that passes here is likely right, and that is not yet a mark.",
            "",
            "`checks/` and `public.yaml` are part of the kit: look into them as you like, hand in nothing of them.",
            "",
            *_table(public),
            *_expected(public.student_kit.expects),
        ]
    )


def _one_part(parts: Sequence[Part]) -> Iterator[str]:
    part = next((part for part in parts if part.checks), None)
    if part:
        yield f"    {'grade check ' + part.id:<24} one part, with all that is wrong in it"


def _files(written_in: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if not any(written_in.values()):
        return
    yield "Your answers stand between `### YOUR CODE HERE` and `### END YOUR CODE`; all else is given:"
    yield ""
    for file, answers in written_in.items():
        if answers:
            yield f"- `{file}`: {', '.join(dict.fromkeys(answers))}"
    yield ""


def _table(public: Rubric) -> Iterator[str]:
    yield f"| part | | points, {public.of:g} in all | `grade check` |"
    yield "|---|---|---|---|"
    for part in public.parts:
        yield f"| {part.id} | {_cell(part.title)} | {f'{part.of:g}' if part.of else '-'} | {_looked_at(part)} |"
    yield ""


def _looked_at(part: Part) -> str:
    if part.checks:
        return "looks at it" if part.points >= part.of else f"looks at what is worth {part.points:g}"
    return f"whether `{part.reads}` is there" if part.reads else "after hand-in"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _expected(expects: Sequence[Expected]) -> Iterator[str]:
    if not expects:
        return
    yield "To be handed in (`grade pack` says what is there):"
    yield ""
    for each in expects:
        patterns = " or ".join(f"`{pattern}`" for pattern in each.patterns)
        yield f"- {each.name}: {patterns}{', if you have it' if each.optional else ''}"
    yield ""
