"""Archives: opened in the jail by a job without student code; its list is a claim and meets the rules again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from grader.errors import IntakeError, Message
from grader.intake.rules import Gathering, priority
from grader.nouns.asked import Handout
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation, Run
from grader.safetext import safe_line

# From the bytes of an archive and its name to what the job in the jail answered.
Unpack: TypeAlias = Callable[[bytes, str], Observation]
ARCHIVE_LIMITS = Limits(
    wall_s=20.0, cpu_s=20.0, memory_bytes=3 * 1024**3, answer_bytes=272 * 1024**2, output_bytes=64 * 1024
)
OPENER = Path(__file__).parents[1] / "kit" / "archives.py"  # text for the jail; never imported here
MOST_LISTING = 8 * 1024**2  # bytes of the list, which is a stranger's until it is read
ARCHIVE_FILE = "archive"  # the one file of the job's hand-in


def archive_handout() -> Handout:
    """What the slot that opens archives is given: the opener as its probes, and nothing of a course."""
    return Handout(probes=OPENER.read_text(encoding="utf-8"), units=())


def archive_run(name: str) -> Run:
    """The run that opens the job's one file; `name` stands in its messages."""
    return Run("archive", "unpack", "unpack", {"name": name}, seed=0, limits=ARCHIVE_LIMITS)


def gather_archive(data: bytes, name: str, gathering: Gathering, unpack: Unpack) -> None:
    """Opens an archive in the jail and takes its files into `gathering`.

    Raises: IntakeError [E-ARCHIVE] for an archive that is cut, broken, or breaks a limit.
    """
    observation = unpack(data, name)
    if observation.ended == "broken":
        raise _not_opened(name, observation.reason)
    if observation.ended != "answered":
        raise archive_error(name, observation.reason or f"opening it ended as '{observation.ended}'")
    try:
        listing, content = _answer(observation)
        for path, why in _refused(listing):
            gathering.leave_out(path, why)
        if listing["fault"]:
            raise archive_error(name, safe_line(str(listing["fault"])))
        spans = sorted(_spans(listing, len(content)), key=lambda span: priority(span[0]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise archive_error(name, f"its list cannot be read ({type(error).__name__})") from error
    for path, start, stop in spans:
        if gathering.admits(path, stop - start):
            gathering.add(path, content[start:stop])


def archive_error(name: str, fact: str) -> IntakeError:
    """The error for an archive that cannot be graded."""
    return IntakeError(
        Message(
            place=safe_line(name),
            fact=fact,
            code="E-ARCHIVE",
            allowed="a whole zip or tar file, or a folder",
            help="ask for the file again, or put the unpacked folder in its place",
        )
    )


def _not_opened(name: str, reason: str) -> IntakeError:
    return IntakeError(
        Message(
            place=safe_line(name),
            fact=f"it could not be opened, by a fault of ours: {reason}",
            code="E-BOX-DIED",
            allowed="nobody loses points by it",
            label="kept",
            help="give the same command again; it is tried once more",
        )
    )


def _answer(observation: Observation) -> tuple[dict[str, Any], bytes]:
    data = observation.tensors["listing"].tobytes()
    if len(data) > MOST_LISTING:
        raise ValueError("the list is too long")
    listing = json.loads(data, object_pairs_hook=_without_repeats)
    if not isinstance(listing, dict) or set(listing) != {"files", "refused", "fault"}:
        raise ValueError("the list has other keys")
    return listing, observation.tensors["bytes"].tobytes()


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is repeated")
    return dict(pairs)


def _refused(listing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, why in listing["refused"]:
        yield str(path), safe_line(str(why))


def _spans(listing: dict[str, Any], size: int) -> Iterator[tuple[str, int, int]]:
    """Path, start and stop of each file, in order and without a gap: any other list is not ours."""
    end = 0
    for path, length in listing["files"]:
        if not isinstance(path, str) or type(length) is not int or not 0 <= length <= size - end:
            raise ValueError("a file of the list lies outside of the bytes")
        yield path, end, end + length
        end += length
    if end != size:
        raise ValueError("bytes that belong to no file")
