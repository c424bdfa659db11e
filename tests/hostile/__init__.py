"""The hostile corpus: hand-ins that want more than to be graded, and faults of ours, each played for real."""
