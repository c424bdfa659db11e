"""The slots that a test module has started: threads of pools, those of pools that other modules keep not counted."""

from __future__ import annotations

import threading

import pytest

_elsewhere: set[int | None] = set()


@pytest.fixture(scope="module", autouse=True)
def slots_elsewhere() -> None:
    """Notes, before anything of this module runs, which slots other modules keep for the whole session."""
    _elsewhere.clear()
    _elsewhere.update(_running())


def slots() -> list[int | None]:
    """The threads of the slots that run now and did not when this module began."""
    return [ident for ident in _running() if ident not in _elsewhere]


def _running() -> list[int | None]:
    return [thread.ident for thread in threading.enumerate() if thread.name.startswith("slot-")]
