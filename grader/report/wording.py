"""How verdicts, points, times, sizes and margins are written on the pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from grader.nouns.plain import Level, Outcome

SIGNS: Mapping[Outcome, str] = {
    "passed": "✓",
    "failed": "✗",
    "crashed": "✗",
    "stopped": "◷",
    "skipped": "–",
    "void": "⊘",
    "pending": "…",
    "broken": "!",
}

MEANINGS: Mapping[Outcome, str] = {
    "passed": "does what was asked",
    "failed": "ran, but the result is not the expected one",
    "crashed": "the handed-in code raised an error or left before it answered",
    "stopped": "the handed-in code reached a limit of time, memory or output",
    "skipped": "nothing was handed in for it, or the handout's stub is unchanged",
    "void": "a leak was proved, so the result cannot count",
    "pending": "a person has to read it; its points are still open",
    "broken": "a fault of the grader: it costs no points and is run again",
}

LEVELS: Mapping[Level, str] = {
    "strict": "no network, no view of the course or of other people's work, nothing shared with another job",
    "container": "no network, only its own files to read and write; names of other processes and files could be seen",
    "open": "no jail at all: the code ran with all rights of the person who started the grader",
}

BEYOND = 1e30  # results.json has no inf: a margin without bounds is a very large number there
BAR_DECADES = 4  # a margin bar reaches from a ten-thousandth of the tolerance to ten thousand times the tolerance


def points(value: float) -> str:
    """Points as people write them: `3`, `2.5`, `0.33`."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def counted(count: float, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 point`, `2.5 points`, `1 try`, `2 tries`."""
    return f"{points(count)} {noun if count == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def number(value: float) -> str:
    """A measured value in at most four figures; a whole number stays whole."""
    if not math.isfinite(value):
        return {True: "inf", False: "-inf"}.get(value > 0, "nan") if not math.isnan(value) else "nan"
    if value == int(value) and abs(value) < 10_000:
        return str(int(value))
    return f"{value:.3g}"


def some(words: Sequence[str], most: int = 5) -> str:
    """Words as a list in a sentence, with the last ones only counted if there are many."""
    if len(words) <= most:
        return listed(words)
    return listed([*words[: most - 1], f"{len(words) - most + 1} more"])


def first_few(lines: Sequence[str], most: int) -> str:
    """Lines in one, with the last ones only counted if there are many."""
    more = f"; and {len(lines) - most} more" if len(lines) > most else ""
    return "; ".join(lines[:most]) + more


def share(got: float, out_of: float, pending: float = 0.0) -> str:
    """Points beside those that can be had: `5 / 8`; `– / 4` while none is decided, `no points` where there are none."""
    if not out_of:
        return "no points"
    return f"{points(got)} / {points(out_of)}" if pending < out_of else f"– / {points(out_of)}"


def seconds(value: float) -> str:
    """A duration: `0.42 s`, `3.1 s`, `2 min 5 s`."""
    if value < 1:
        return f"{value:.2f} s"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def memory(size_bytes: int) -> str:
    """A size in binary units: `12 KiB`, `310 MiB`, `2.0 GiB`."""
    if size_bytes < 1024**2:
        return f"{round(size_bytes / 1024)} KiB"
    if size_bytes < 1024**3:
        return f"{round(size_bytes / 1024**2)} MiB"
    return f"{size_bytes / 1024**3:.1f} GiB"


def margin(value: float) -> str:
    """How far a result is from the expected one: `0.02 of the tolerance`, `412 times the tolerance`."""
    if not value < BEYOND:
        return "beyond any tolerance"
    if value == 0:
        return "exactly as expected"
    if value <= 1:
        return f"{value:.2g} of the tolerance"
    return f"{value:,.0f} times the tolerance" if 10 <= value < 1e6 else f"{value:.2g} times the tolerance"


def margin_bar(value: float) -> float:
    """Length of a margin bar, 0 to 100 on a logarithmic scale; the tolerance itself stands at 50."""
    if not math.isfinite(value):
        return 100.0
    decades = math.log10(max(value, 10.0**-BAR_DECADES))
    return round(50 + 50 * min(decades, BAR_DECADES) / BAR_DECADES, 1)


def shape(sizes: Sequence[int], axes: str = "") -> str:
    """A shape, with the letters of its axes where they fit: `(4, 7, 6) = (b, s, 2h)`."""
    letters = axes.split()
    written = f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"
    return f"{written} = ({', '.join(letters)})" if len(letters) == len(sizes) > 0 else written


def cut(text: str, limit: int) -> str:
    """The text, or its beginning and a sentence that says how much is missing."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n[cut here: {len(text) - limit:,} of {len(text):,} characters are not shown]"
