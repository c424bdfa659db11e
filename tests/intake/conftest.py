"""Folders of submissions, and an opener of archives that runs in this process."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.intake import Unpack
from grader.kit import archives
from grader.nouns.seen import Observation


@pytest.fixture
def unpack(tmp_path_factory: pytest.TempPathFactory) -> Unpack:
    """What the job in the jail does, without the jail."""

    def opened(data: bytes, name: str) -> Observation:
        root = tmp_path_factory.mktemp("job")
        (root / "archive").write_bytes(data)
        answer = archives.unpack(SimpleNamespace(root=root), seed=0, name=name)
        return Observation("answered", answer)

    return opened


@pytest.fixture
def zipped() -> Callable[[Mapping[str, bytes | str]], bytes]:
    """Makes a zip."""

    def made(files: Mapping[str, bytes | str]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    return made


@pytest.fixture
def put(tmp_path: Path) -> Callable[[Mapping[str, bytes | str]], Path]:
    """Writes files below a folder of submissions, and gives that folder."""

    def written(files: Mapping[str, bytes | str]) -> Path:
        root = tmp_path / "submissions"
        root.mkdir(exist_ok=True)
        for path, content in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return written
