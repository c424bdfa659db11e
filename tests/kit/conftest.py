"""A hand-in in a folder of its own, loaded in this process; what loading does to Python is undone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from grader.kit.handin import Handin
from tests.imports import undone

Load: TypeAlias = Callable[..., Handin]

UNITS = (
    {"name": "utils", "defines": ["pad_sents"]},
    {"name": "model_embeddings", "defines": ["ModelEmbeddings"]},
    {"name": "nmt_model", "defines": ["NMT"]},
)


@pytest.fixture
def clean_imports() -> Iterator[None]:
    """Undoes what the test does to `sys.modules`, `sys.meta_path` and the cache of lines."""
    with undone():
        yield


@pytest.fixture
def load(tmp_path: Path, clean_imports: None) -> Load:
    """Writes files, loads them as a hand-in, and gives it back; text is written as UTF-8, bytes as they are."""

    def loaded(
        files: Mapping[str, str | bytes],
        *,
        units: Sequence[Mapping[str, Any]] = UNITS,
        given: Mapping[str, str] | None = None,
        staff: Mapping[str, str] | None = None,
        blocked: Mapping[str, tuple[str, str]] | None = None,
        repairs: Sequence[str] = (),
        announce: Callable[[str], None] = str,
    ) -> Handin:
        for folder, texts in (("job", files), ("given", given or {}), ("staff", staff or {})):
            write_files(tmp_path / folder, texts)
        hw = Handin(
            root=tmp_path / "job",
            units=units,
            given=tmp_path / "given",
            staff_files=tmp_path / "staff",
            repairs=repairs,
            blocked=blocked or {},
            announce=announce,
        )
        hw.load_all()
        return hw

    return loaded


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Writes files below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
