"""Pages for people: results.json and array files in, self-contained HTML out.

    site     writes the files                          (the only module that touches the disk, with arrays)
    pages    frozen pages -> HTML by Jinja2            markup   the only module that calls text safe
    submission_page, class_page    what a page shows   audience what students and staff may see
    pictures, matrices, curves     arrays -> images    wording  verdicts, points, times and margins in words

Nothing in this room imports torch, runs student code or decodes a file that a student made.
"""
