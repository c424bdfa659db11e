"""What every message code and every verdict means, and what to do: the long form behind `grade explain`.

verdicts    the eight words that stand beside a check
states      words of `grade check` that are no verdicts
findings    codes in reasons that students read
running     codes about hand-ins, the box, results and the command line
authoring   codes about rubrics, mistakes and proofs
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grader.codes.authoring import AUTHORING
from grader.codes.findings import FINDINGS
from grader.codes.running import RUNNING
from grader.codes.states import STATES
from grader.codes.verdicts import VERDICTS

CODES: Final[Mapping[str, tuple[str, str]]] = {**VERDICTS, **STATES, **FINDINGS, **RUNNING, **AUTHORING}

__all__ = ["CODES"]
