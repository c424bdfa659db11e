"""The room that decides: observations beside the reference's become verdicts, points and groups.

Everything here is a function of values; nothing starts a process, and nothing of a student is run or imported.
"""
