"""One file per verb; each has one function that returns the exit code."""
