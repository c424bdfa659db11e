"""A process can import all that snippets need before it forks."""

from __future__ import annotations

import subprocess
import sys

NEEDED = ("grader.kit.collection", "grader.kit.played", "IPython")


def test_afterwards_nothing_is_left_to_import() -> None:
    told = (
        "import sys\nfrom grader import kit\n"
        "import os\nthreads = lambda: len(os.listdir('/proc/self/task'))\nbefore = threads()\n"
        f"print(*(name in sys.modules for name in {NEEDED}))\nkit.ready_for_snippets()\n"
        f"print(*(name in sys.modules for name in {NEEDED}))\n"
        "print(threads() - before)"
    )

    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    before, after, threads = ran.stdout.splitlines()
    assert (before, after) == ("False False False", "True True True")
    assert threads == "0", "forking needs a single thread"
