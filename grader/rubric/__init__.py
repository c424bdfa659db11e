"""Rubrics: from YAML and the reference folder to nouns. Every message about a rubric lives here.

strict_yaml   bytes -> plain data and the place of every key and value
schema        the form of a rubric; what `grade schema` prints
load          YAML -> schema -> cross checks -> Rubric; all faults are told together
outline       what probes.py and mistakes.py define, read without running them
versions      the solved files, the known mistakes and variants, and what can be proved of them unseen
handout       what may enter the jail beside a hand-in
find          which file is meant by a name on the command line
"""
