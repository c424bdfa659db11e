"""What is kept in `out/`: the folder, results, logs of faults of ours, and what tells that nothing has changed."""
