"""Grades PyTorch homework: runs every hand-in in a jail and compares what it computes with a reference."""

__version__ = "0.1.0"
