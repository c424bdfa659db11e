"""Verbs, help and exit codes. Nothing but click is imported before a verb needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

DEFAULT_VERB = "run"


class Verbs(click.Group):
    """A group in which `grade FOLDER ...` means `grade run FOLDER ...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the default verb in front of whatever is neither a verb nor a question for help."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h", "--version"):
            if _looks_like_a_verb(args[0]):
                raise click.UsageError(self._unknown(args[0]), ctx)
            args = [DEFAULT_VERB, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are written, which is the order of use."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One whole sentence for every verb."""
        rows = [(name, command.get_short_help_str(limit=66)) for name, command in self.commands.items()]
        with formatter.section("Verbs"):
            formatter.write_dl(rows)

    def _unknown(self, word: str) -> str:
        from difflib import get_close_matches

        from grader.errors import Message

        close = get_close_matches(word, self.commands, n=1)
        allowed = f"a folder of submissions, or {', '.join(self.commands)}"
        help_ = f"write 'grade {close[0]}'" if close else ""
        return str(Message(word, "there is no such folder and no such verb", "E-VERB", allowed, help_))


def _looks_like_a_verb(word: str) -> bool:
    return word.isidentifier() and not Path(word).exists()


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--debug", is_flag=True, help="Show our traceback on the terminal."),
        click.option("--progress", type=click.Choice(["rich", "plain", "none"]), help="Default: by terminal."),
        click.option("--json", "as_json", is_flag=True, help="Print the records as JSON on standard output."),
    ):
        command = option(command)
    return command


LEVEL = click.Choice(["strict", "container", "open"])
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


@click.group(cls=Verbs, context_settings=HELP)
@click.version_option(package_name="grade", prog_name="grade")
def verbs() -> None:
    """Grades PyTorch homework against a reference, in a jail, and says why.

    \b
    grade submissions/ --rubric a4.yaml     grades every hand-in; writes out/
    """


@verbs.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--rubric", required=True, help="A path, or the name of a file in rubrics/.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
@click.option("-j", "--workers", type=click.IntRange(1, 256), help="Slots. Default: one per core.")
@click.option("--only", multiple=True, metavar="ID", help="Grade this submission only; may be repeated.")
@click.option("--part", "parts", multiple=True, metavar="ID", help="Grade this part only; may be repeated.")
@click.option("--fresh", is_flag=True, help="Run everything again, whatever is known.")
@click.option("--isolation", type=LEVEL, help="Default: the best level this machine offers.")
@click.option("--open", "show", is_flag=True, help="Open the index in a browser at the end.")
@_shared
def run(**options: Any) -> None:
    """Grades a folder of submissions, writes the reports (the default).

    \b
    Example: grade submissions/ --rubric a4.yaml --only ada
    """
    from functools import partial

    from grader.commands import run

    _leave(options, partial(run.run, debug=options["debug"]))


@verbs.command()
@click.argument("rubrics", nargs=-1, required=True)
@click.option("--part", "parts", multiple=True, metavar="ID", help="Prove this part only; may be repeated.")
@click.option("--static", is_flag=True, help="Only what can be told without running anything.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
@click.option("-j", "--workers", type=click.IntRange(1, 256), help="Slots. Default: one per core.")
@click.option("--isolation", type=LEVEL, help="Default: the best level this machine offers.")
@_shared
def prove(**options: Any) -> None:
    """Shows that reference and known mistakes keep the right points.

    \b
    Example: grade prove rubrics/a4.yaml
    """
    from grader.commands import prove

    _leave(options, prove.prove)


@verbs.command()
@click.argument("out", type=click.Path(path_type=Path), default=Path("out"))
@click.option("--open", "show", is_flag=True, help="Open the index in a browser at the end.")
@_shared
def report(**options: Any) -> None:
    """Writes the pages again from results.json; runs nothing.

    \b
    Example: grade report out
    """
    from grader.commands import report

    _leave(options, report.report)


@verbs.command()
@_shared
def schema(**options: Any) -> None:
    """Prints the JSON Schema of rubrics, for editors.

    \b
    Example: grade schema > rubric.schema.json
    """
    from grader.commands import schema

    _leave(options, schema.schema)


@verbs.command()
@click.argument("words", nargs=-1, metavar="[PART]... [FOLDER]")
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved; ^C ends it.")
@_shared
def check(**options: Any) -> None:
    """Runs the public checks on one's own homework, without a jail.

    \b
    Example: grade check 1d
    """
    from grader.commands import check

    parts = options.pop("words")
    _leave({"folder": None, "parts": parts, **options}, check.check)


@verbs.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Default: ASSIGNMENT.zip in the folder.")
@_shared
def pack(**options: Any) -> None:
    """Makes the file to hand in; lists what is found and missing.

    \b
    Example: grade pack
    """
    from grader.commands import pack

    _leave(options, pack.pack)


@verbs.command()
@click.argument("rubric")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="A zip file or a folder. Default: ID-handout.zip.")
@_shared
def handout(**options: Any) -> None:
    """Writes what students get: starter files and public checks.

    \b
    Example: grade handout a4.yaml -o a4-handout.zip
    """
    from grader.commands import handout

    _leave(options, handout.handout)


@verbs.command()
@click.argument("words", nargs=-1, required=True, metavar="CODE")
@_shared
def explain(**options: Any) -> None:
    """Tells the long form of a code or verdict that was printed.

    \b
    Example: grade explain E-SHAPE
    """
    from grader.commands import explain

    code = " ".join(options.pop("words"))  # a state such as: not started
    _leave({"code": code, **options}, explain.explain)


@verbs.command()
@click.option("--isolation", type=LEVEL, default="strict", show_default=True, help="The level that is wanted.")
@_shared
def doctor(**options: Any) -> None:
    """Tries every layer of the jail; says what is missing and its cure.

    \b
    Example: grade doctor
    """
    from grader.commands import doctor

    _leave(options, doctor.doctor)


def _leave(options: dict[str, Any], verb: Callable[..., int]) -> None:
    """Runs a verb and ends with its exit code; every way a verb can end is here."""
    from grader.commands import endings

    debug, as_json, progress = (options.pop(name) for name in ("debug", "as_json", "progress"))
    chosen = "none" if as_json else progress
    sys.exit(endings.ended(lambda: verb(as_json=as_json, progress=chosen, **options), debug=debug))


def main() -> None:
    """The `grade` command."""
    _settle_streams()
    _listen()
    # Numbers from torch and BLAS in the trusted process would start threads; there are none to be computed here.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        verbs()
    except SignalError as signalled:
        from grader.commands import endings

        sys.exit(endings.interrupted(str(signalled)))


class SignalError(BaseException):
    """Somebody wants the run to end; the text is the signal's name, none for ^C.

    No KeyboardInterrupt, which click and the interpreter answer in their own ways, each with another exit code.
    """


def _listen() -> None:
    import signal

    def _end(number: int, _: object) -> None:
        for each in listened:  # a second ^C ends everything at once; a second hint changes nothing
            signal.signal(each, signal.SIG_DFL if each == signal.SIGINT else signal.SIG_IGN)
        raise SignalError("" if number == signal.SIGINT else signal.Signals(number).name)

    hung_up = getattr(signal, "SIGHUP", signal.SIGTERM)  # Windows has none
    wanted = {signal.SIGINT, signal.SIGTERM, hung_up}
    listened = [each for each in wanted if signal.getsignal(each) is not signal.SIG_IGN]  # nohup ignores one
    for each in listened:
        signal.signal(each, _end)


def _settle_streams() -> None:
    """Gives every stream somebody to talk to: one that is closed is a null device, one of few signs escapes others."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, number)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
        elif number and hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
