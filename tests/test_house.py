"""The walls and budgets of the house hold."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import house


def test_imports_go_only_downward() -> None:
    assert house.broken_walls() == []


def test_every_room_has_its_doors_written_down() -> None:
    nowhere = [module for module in house.modules() if module and not house.room(module)]

    assert nowhere == []


def test_no_imports_run_in_a_circle() -> None:
    assert house.floors() <= house.MAX_FLOORS


def test_every_budget_is_kept() -> None:
    over = [f"{what}: {measured}, allowed {budget}" for what, measured, budget in house.figures() if measured > budget]

    assert over == []


def test_every_public_name_says_what_it_is() -> None:
    assert house.without_docstring() == []


def test_every_function_is_typed() -> None:
    bare = [
        f"{path}:{node.lineno}: {node.name}"
        for path, node, _ in house.functions()
        if node.returns is None
        or any(
            argument.annotation is None
            for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if argument.arg not in ("self", "cls")
        )
    ]

    assert bare == []


HEAVY = ["torch", "numpy", "matplotlib", "nbconvert", "yaml", "pydantic", "rich", "jinja2"]


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nsys.argv = ['grade', '--help']\nfrom grader.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "HEAVY []"


TRUSTED = [
    "grader.pipeline",
    "grader.marker",
    "grader.proof",
    "grader.report.site",
    "grader.judge.part",
    "grader.kept.results",
]


@pytest.mark.parametrize("module", TRUSTED)
def test_the_trusted_side_never_imports_torch(module: str) -> None:
    program = f"import sys, {module}; print('torch' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
