"""The kit says what probes may use, and stands on torch, numpy and the standard library."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from grader import kit

MODULES = sorted(Path(kit.__file__).parent.rglob("*.py"))
# What few probes need, and what makes documents fit to be shown for staff; it is imported where it is needed.
BESIDES = {
    "pixels": {"PIL", "pypdfium2"},
    "rendered": {"nbconvert", "nbformat", "latex2mathml"},
    "checkpoints": {"safetensors"},
}


def imported(path: Path) -> set[str]:
    """The first names of all absolute imports of a file."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {name.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for name in node.names}
    of = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return plain | {name.split(".")[0] for name in of}


@pytest.mark.parametrize("name", kit.__all__)
def test_every_name_for_probes_is_there(name: str) -> None:
    assert hasattr(kit, name)


def test_names_for_probes_are_sorted_and_told_once() -> None:
    assert sorted(set(kit.__all__)) == kit.__all__


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_kit_imports_torch_numpy_and_the_standard_library_only(path: Path) -> None:
    assert imported(path) <= {"torch", "numpy", *sys.stdlib_module_names} | BESIDES.get(path.stem, set())
