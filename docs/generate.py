"""Writes the pages that are made from the program: docs/commands.md and docs/messages.md. `make docs` runs it."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent


def commands() -> str:
    """The help of every verb, as the program prints it at 80 columns."""
    os.environ["COLUMNS"] = "80"
    import click

    from grader.cli import HELP, verbs

    pages = ["# Commands", "Made from the program by `make docs`."]
    with click.Context(verbs, info_name="grade", **HELP) as top:
        pages.append(f"```text\n{verbs.get_help(top)}\n```")
        for name, command in verbs.commands.items():
            with click.Context(command, info_name=name, parent=top, **HELP) as context:
                pages.append(f"## grade {name}\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(pages) + "\n"


def messages() -> str:
    """Every code and verdict with its long form, as `grade explain` tells it."""
    from grader.codes import CODES

    pages = ["# Messages", "What `grade explain CODE` tells; made from the program by `make docs`."]
    for code, (title, text) in sorted(CODES.items()):
        paragraphs = [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]
        pages.append("\n\n".join([f"## {code}", f"**{title}.**", *paragraphs]))
    return "\n\n".join(pages) + "\n"


PAGES = {"commands.md": commands, "messages.md": messages}

if __name__ == "__main__":
    for name, made in PAGES.items():
        (HERE / name).write_text(made(), encoding="utf-8")
