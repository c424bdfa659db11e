"""What `grade check --json` prints: the record as it is, every number finite."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

from grader.nouns.checked import Checked
from grader.nouns.plain import Json


def checked_json(checked: Checked) -> str:
    """The record of a check as one line of JSON, its schema first; a number that is not finite is null."""
    fields = asdict(checked)
    return json.dumps(_finite({"schema": fields.pop("schema"), **fields}), ensure_ascii=False, allow_nan=False)


def _finite(value: Json) -> Json:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
