"""Formulas of theirs, in Python, sympy or LaTeX: found, read by a grammar of their own, and evaluated at points."""
