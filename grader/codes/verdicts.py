"""The verdicts: word -> (title, what it means and what to do)."""

from __future__ import annotations

from typing import Final

VERDICTS: Final[dict[str, tuple[str, str]]] = {
    "passed": (
        "The check holds",
        """
        The check holds on every case that it names, and its points are given.

        The margin beside it says how far inside the tolerance the worst value lies: 0 is equal, 1 is just at the
        edge.
        """,
    ),
    "failed": (
        "The check does not hold",
        """
        The code ran and answered, but the answer is not the one that was asked for. The reason says which output, in
        which way and where; `grade explain` on the code behind it says more.

        A check gives all of its points or none. Other checks of the part, and other parts, are judged on their own:
        every part is graded from the reference's inputs, so an earlier mistake does not drag a later part down.
        """,
    ),
    "crashed": (
        "Their code raised, or left",
        """
        The code raised an exception, could not be imported, or its process ended before it had answered. The reason
        names the type and, where there is one, the last line in the hand-in's own files.

        Run the public cases at home with `grade check`: they run through the same worker.
        """,
    ),
    "stopped": (
        "A limit was reached",
        """
        The case used more time, memory, output or processes than the part allows, and was ended. The reason says
        which limit, how much was allowed and how much was used.

        Limits are set from measured right answers with room to spare. A loop that does not end, a loop over single
        elements, and a tensor that grows with the square of the batch are the usual causes.
        """,
    ),
    "skipped": (
        "There was nothing to run",
        """
        Nothing was handed in for this part, the handout's stub is unchanged, or the part needs another one that is
        not there. It gives no points, but it is not called a failure.
        """,
    ),
    "void": (
        "A proved leak",
        """
        An output that must not depend on something was shown to depend on it: the input was changed, and the output
        moved. A number that rests on such a leak, a perplexity for example, says nothing and gives no points.

        The proof stands beside the verdict. A person decides what follows from it.
        """,
    ),
    "pending": (
        "A person will read this",
        """
        The points wait for a reader: written answers, pictures, and numbers that no program could find. They are
        neither given nor lost, and stand apart from the score.
        """,
    ),
    "broken": (
        "Our fault",
        """
        Something of ours failed: the box, a comparison, or the reference. It costs nobody points: those of the check
        stay open as pending ones do, nothing of it is kept, and the next run tries again.

        The exit code of the run is 1 until nothing is broken any more. If it happens twice, run `grade doctor`, then
        run again with fewer workers (`-j 1`), and send us what is printed.
        """,
    ),
}
