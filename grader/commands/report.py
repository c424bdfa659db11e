"""`grade report`: the pages again, from results.json and the arrays beside it."""

from __future__ import annotations

import json
from pathlib import Path

from grader.commands.browser import open_page


def report(*, out: Path, show: bool, as_json: bool, progress: str | None) -> int:
    """Writes the pages of a folder that `grade run` made; nothing is run."""
    from grader.kept.folder import claimed
    from grader.kept.results import read_results
    from grader.report.site import write_site

    results = read_results(out / "results.json")
    with claimed(out):
        write_site(out, results)
    if as_json:
        print(json.dumps({"index": str(out / "index.html"), "students": len(results.submissions)}))
    else:
        print(f"report {out / 'index.html'}    {len(results.submissions)} students")
    open_page(out / "index.html", show)
    return 0
