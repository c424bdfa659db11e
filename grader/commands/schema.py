"""`grade schema`: the JSON Schema of rubrics."""

from __future__ import annotations

import json


def schema(*, as_json: bool, progress: str | None) -> int:
    """Prints the schema; `--json` changes nothing, it is JSON already."""
    from grader.rubric.schema import rubric_schema

    print(json.dumps(rubric_schema(), indent=2, ensure_ascii=False))
    return 0
