"""What runs in the child process beside one's own code."""
