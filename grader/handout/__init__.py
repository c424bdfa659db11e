"""The student kit: what a course hands out, made from the rubric and its reference folder, on the staff's machine.

    public      Rubric -> public.yaml: public cases and the checks on them       written: how a mapping is put down
    starter     solved files -> starter files, with the answers cut out
    known       mistakes marked public -> hints and coarse prints
    build       all of it, with what the reference gives on public cases -> Kit
    readme      the README.md of a kit                                           parcel: a kit as a zip or a folder

Nothing of the answers, hidden cases, secret seed or mistakes may get into a kit; tests/handout/test_secrecy.py looks.
"""
