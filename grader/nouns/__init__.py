"""The nouns of the house, as frozen dataclasses: no torch, no I/O, no rule that decides a point.

    plain     outcomes, levels, limits, places, faults        the words that the others are made of
    asked     Rubric > Part > Case, Check                     what the author asks for; made by rubric/
    seen      Submission; Run -> Observation                  what was sent, and what it gave; made by intake/ and box/
    judged    Verdict < CheckResult < PartResult < SubmissionResult < Results        made by judge/ and marker.py

Units: seconds and bytes, unless the name says otherwise. Mappings are never changed once they are made.
"""
