"""A process can import all that snippets need before it forks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

NEEDED = ("grader.kit.collection", "grader.kit.played", "IPython")


def test_afterwards_nothing_is_left_to_import() -> None:
    told = (
        "import sys\nfrom grader import kit\nkit.drawn\n"
        "import os\nthreads = lambda: len(os.listdir('/proc/self/task'))\nbefore = threads()\n"
        f"print(*(name in sys.modules for name in {NEEDED}))\nkit.ready_for_snippets()\n"
        f"print(*(name in sys.modules for name in {NEEDED}))\n"
        "print(threads() - before)"
    )

    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    before, after, threads = ran.stdout.splitlines()
    assert (before, after) == ("False False False", "True True True")
    assert threads == "0", "forking needs a single thread"


@pytest.mark.parametrize(("at_home", "loaded"), [("", "True 0"), ("1", "False 0")])
def test_the_first_optimizer_has_nothing_to_import_but_at_home(at_home: str, loaded: str) -> None:
    told = (
        "import os, sys, torch\ntorch.set_num_threads(1)\nfrom grader import kit\n"
        "threads = lambda: len(os.listdir('/proc/self/task'))\nbefore = threads()\nkit.ready_to_train()\n"
        "print('torch._dynamo' in sys.modules, threads() - before)"
    )
    around = {**os.environ, "OMP_NUM_THREADS": "1"} | ({"GRADE_AT_HOME": at_home} if at_home else {})

    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=around)

    assert ran.stdout.strip() == loaded
