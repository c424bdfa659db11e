"""The student's side: public checks on one's own machine, without a jail, a reference or a network.

    folder    the student kit around a folder: its rubric, what the reference gave, hints
    files     the homework files, by the same rules as at hand-in
    session   a child process with torch loaded, which runs probes on a copy of the files
    checker   files -> observations -> the judge of `grade` -> a record
    states    in which order parts are told, and which one comes first

Nothing here needs more than Windows, macOS or Linux have.
"""
