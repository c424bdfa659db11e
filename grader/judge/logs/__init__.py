"""Training logs: found among the files of a hand-in, read into series, and checked by their own arithmetic.

    find           which texts may be logs, which of their lines are worth a look; every cost is bounded
    series         lines, printed numbers with what rounding may have taken, series
    a4 (a4_runs), hw5, hw9 (trainer_state), hw12, bleu        one format each: reading, rules, facts
    events         series from event files of TensorBoard, as the jail reads them
    together       `training_log`: what the formats of a rubric make of one hand-in

Whoever edits a number breaks a sum that other numbers of the log still tell. What is found is evidence for a person,
worded "does not add up": it never changes a point. What rounding, a resumed or a repeated training, an excerpt or
another program can explain is not found.
"""
