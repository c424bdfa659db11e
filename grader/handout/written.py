"""Puts a rubric down as YAML that people like to read: one line for a case or a check, where it fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.nouns.plain import Json

WIDTH = 118
BELOW = ("cases", "checks", "units", "snippets", "expects")  # each entry of these has a line of its own


def flow(value: Json) -> str:
    """A value on one line: `{lengths: [3, 2], words: true}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _scalar(value)


def lines(mapping: Mapping[str, Json], indent: int = 0) -> Iterator[str]:
    """The lines of a mapping: a value stands beside its key if it fits, else below it."""
    for key, value in mapping.items():
        start = f"{' ' * indent}{flow(key)}:"
        line = f"{start} {flow(value)}"
        if _stands_beside(key, value, line):
            yield line
            continue
        yield start
        if isinstance(value, Mapping):
            yield from lines(value, indent + 2)
        else:
            for item in value:
                yield from _item(item, indent + 2)


def _stands_beside(key: str, value: Json, line: str) -> bool:
    if isinstance(value, str | int | float) or not value:
        return True
    return len(line) <= WIDTH and not (key in BELOW or any(name in value for name in BELOW))


def _item(item: Json, indent: int) -> Iterator[str]:
    line = f"{' ' * indent}- {flow(item)}"
    if len(line) <= WIDTH or not isinstance(item, Mapping):
        yield line
        return
    first, *rest = lines(item, indent + 2)
    yield f"{' ' * indent}- {first.lstrip()}"
    yield from rest


def _scalar(value: Json) -> str:
    import yaml

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, str) and any(sign in value for sign in ",;:'\"{}[]#*\n"):
        return str(yaml.safe_dump(value, default_style='"', width=10**9, allow_unicode=True)).strip()
    listed = yaml.safe_dump([value], default_flow_style=True, width=10**9, allow_unicode=True)
    return str(listed).strip()[1:-1]  # in a list: what needs no quotes by itself may need them there
