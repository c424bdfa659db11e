"""The nouns of the house, as frozen dataclasses: no torch, no I/O, no rule that decides a point.

    asked     Rubric > Part > Case, Check, WrittenItem        what the author asks for; made by rubric/
    seen      Submission; Run -> Observation                  what was sent, and what it gave; made by intake/ and box/
    judged    Verdict < CheckResult < PartResult < SubmissionResult < Results        made by judge/ and marker.py

Units: seconds and bytes, unless the name says otherwise. Mappings are never changed once they are made.
Everybody imports them from here.
"""

from grader.nouns.asked import (
    Case,
    Check,
    Edition,
    Handout,
    Limits,
    Part,
    Plot,
    Rubric,
    Unit,
    WrittenItem,
)
from grader.nouns.judged import (
    CaseResult,
    CheckResult,
    Group,
    PartResult,
    Picture,
    Results,
    RubricMark,
    SubmissionResult,
    Verdict,
)
from grader.nouns.plain import (
    LEVELS,
    Array,
    Ended,
    Json,
    Level,
    Limit,
    Outcome,
    Place,
)
from grader.nouns.seen import (
    Fault,
    Frame,
    Observation,
    Run,
    Submission,
    Usage,
)

__all__ = [
    "LEVELS",
    "Array",
    "Case",
    "CaseResult",
    "Check",
    "CheckResult",
    "Edition",
    "Ended",
    "Fault",
    "Frame",
    "Group",
    "Handout",
    "Json",
    "Level",
    "Limit",
    "Limits",
    "Observation",
    "Outcome",
    "Part",
    "PartResult",
    "Picture",
    "Place",
    "Plot",
    "Results",
    "Rubric",
    "RubricMark",
    "Run",
    "Submission",
    "SubmissionResult",
    "Unit",
    "Usage",
    "Verdict",
    "WrittenItem",
]
