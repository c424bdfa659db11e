"""Codes about hand-ins, the box, results and the command line: code -> (title, what it means and what to do)."""

from __future__ import annotations

from typing import Final

RUNNING: Final[dict[str, tuple[str, str]]] = {
    "E-SUBMISSIONS": (
        "There are no submissions there",
        """
        The path must be a folder that holds one folder, archive or file per student. If it holds a folder named as
        the assignment, the children of that one are the submissions.
        """,
    ),
    "E-ONLY": (
        "No submission has this id",
        """
        `--only` takes ids as they stand in the report: names of folders, or of archives without their ending. Give it
        several times for several students.
        """,
    ),
    "E-PART": (
        "The rubric has no such part",
        """
        `--part` takes ids of parts as they stand in the rubric, `1d` for example, not their titles. So does
        `grade check 1d 1e`; a word there that is no part must be a folder.
        """,
    ),
    "E-HOME": (
        "No homework folder here",
        """
        `grade check` and `grade pack` look for the student kit: the folder that the handout was unpacked into, known
        by its public.yaml. They begin where you are, or at the folder that you name, and look upwards.
        """,
    ),
    "E-TORCH": (
        "PyTorch, or a package of the homework, cannot be loaded",
        """
        Your code runs in a child process of the same Python as grade, and that Python has no torch (or matplotlib,
        einops: what the homework needs), or one that cannot be loaded. Install it in the environment in which grade
        is installed; the README of the kit has the line. In a notebook, use the terminal of the same environment.
        """,
    ),
    "E-ARCHIVE": (
        "An archive cannot be read",
        """
        The file is cut, damaged, encrypted, of an unknown kind, or more than the caps allow. It was opened in the
        jail, without student code. Nobody loses points by it: the submission counts as not graded, the others are.

        Ask for the file again, or unpack it yourself and put the folder in its place.
        """,
    ),
    "E-FILE": (
        "A submission cannot be read",
        """
        The entry is no regular file or folder (a symbolic link, a device, a socket), or may not be read. Links are
        never followed, since they may lead to the reference. Put the file itself there, or change its rights.
        """,
    ),
    "E-EMPTY": (
        "A submission holds nothing to grade",
        """
        No file is left: the folder is empty, or everything in it was left out by name (caches, compiled code, version
        control). The message lists what was left out.
        """,
    ),
    "E-PACK": (
        "The file to hand in cannot be written there",
        """
        `grade pack` writes one zip: `a4.zip` in the homework folder, or the file named with `-o`, whose name ends in
        `.zip`. It replaces only what it wrote itself; any other file of that name stays as it is. On Windows a zip that
        another program has open cannot be replaced: close it there first.
        """,
    ),
    "E-OPEN": (
        "Others' work is not graded without a jail",
        """
        At the level `open` student code runs with your rights: it can read and change all that you can. That is
        refused for more than one submission. `grade doctor` says what this machine lacks for `container` or `strict`.
        """,
    ),
    "E-BOX-LEVEL": (
        "This machine offers too little isolation",
        """
        `strict` needs bubblewrap and user namespaces, `container` needs Landlock and seccomp (Linux 5.13 or newer).
        Below `container` other people's work is not graded.

        Beside a part: it needs something that this level does not offer here. `needs: [shared_memory]` (DataLoader
        workers, locks of multiprocessing) is not there at `container` for an ordinary user, since others could see
        it. The part is not run, and its points stay open; grade at `strict`, or start `container` as root.

        `grade doctor` tries every layer, and names each lack with the command that cures it. In a container runtime,
        the level `strict` needs the right to make user namespaces.
        """,
    ),
    "E-BOX-START": (
        "The box does not start",
        """
        A slot could not be started: bubblewrap refused, Python could not be reached from inside, or the probes of the
        rubric raised while they were imported. The message holds the last words of the slot.

        Run `grade doctor`. If all its lines are well, import the probes by hand: the fault is there.
        """,
    ),
    "E-BOX-DIED": (
        "The box died",
        """
        A process of ours ended in mid-run, twice, or a canary, a job of our own between those of hand-ins, gave another
        answer than before. The verdict is `broken`: it costs nobody points, is not kept, and is tried again in
        the next run. The whole story is in the file under `out/log/` that terminal and staff page name. The
        kernel's out-of-memory killer is the usual cause; run with fewer workers (`-j 1`). If it stays, run
        `grade doctor`.
        """,
    ),
    "E-COMPARE": (
        "A comparison of ours failed",
        """
        A check raised an exception or looked at nothing. That is a fault of the grader or of the rubric, never of the
        student: the verdict is `broken`. Run `grade prove` on the rubric, and send us what it prints.
        """,
    ),
    "E-REFERENCE": (
        "The reference gives no answer",
        """
        A submission is compared with what the reference solution gives, and that is missing: it was stopped, it
        raised, or the probe does not return the output that a check names. Nobody loses points by it.

        `grade prove RUBRIC` runs the reference alone and shows where it ends.
        """,
    ),
    "E-STORE": (
        "What was seen cannot be kept",
        """
        The observations of a run are kept beside the report, so that what has not changed is not run again. Writing
        them failed: the disk is full, or the folder may not be written. Grading goes on, and its results are the
        same; only the next run takes as long as this one.
        """,
    ),
    "E-RESULTS": (
        "results.json cannot be read",
        """
        The file is cut, is no JSON, or a field is not what docs/results.md says. The message names the place. It is
        written in one step, so a run that was killed does not cut it; an editor or a copy may have. Grade again: what
        has not changed is not run again.
        """,
    ),
    "E-RESULTS-MISSING": (
        "There is no results.json",
        """
        `grade report` needs the folder that `grade run` has written, `out` unless `--out` named another one.
        """,
    ),
    "E-RESULTS-SCHEMA": (
        "results.json is of another version",
        """
        The file was written by a version of grade whose document has another form. Use that version, or grade again.
        """,
    ),
    "E-RESULTS-WRITE": (
        "The results cannot be written",
        """
        The disk is full, or the folder may not be written. What was observed is kept where it could be: after making
        room, or with another `--out`, the same command gives the results without running everything again.
        """,
    ),
    "E-OUT": (
        "A folder cannot be read or written",
        """
        The disk is full, or the rights forbid it; the message names the file. Nobody lost points by it. What was
        observed before is kept: after making room the same command goes on where it stopped.
        """,
    ),
    "E-SPENT": (
        "The machine has no more to give",
        """
        There were no more open files, processes or memory for our own side. The run ends with exit code 1, nobody lost
        points by it, and what was finished is kept: the same command goes on where it stopped.

        Every slot needs about 20 open files. Grade with fewer workers (`-j 1`), or raise the limit: `ulimit -n 4096`
        for open files, `ulimit -u` for processes.
        """,
    ),
    "E-OUT-BUSY": (
        "Another run is writing to this folder",
        """
        Two runs at once in one folder would mix their results, so the second one does nothing and ends with exit code
        2. The message names the process of the first. Wait for it, or give another folder with `--out`.

        The claim ends with its process, however that ends: there is no file to be removed by hand.
        """,
    ),
    "E-VERB": (
        "Neither a verb nor a folder",
        """
        The first word after `grade` is a verb, or the folder of submissions that `run` grades; this one is neither.
        `grade --help` lists the verbs.
        """,
    ),
    "E-CODE": (
        "No such code",
        """
        `grade explain` takes a code that stands in brackets at the end of a message, `E-SHAPE` for example, or a
        verdict.
        """,
    ),
    "E-INTERRUPTED": (
        "The run was interrupted",
        """
        Control-C, or the signal that the message names, ended the run; the exit code is 130. Every submission that was
        finished is kept. The same command goes on where it stopped.
        """,
    ),
    "E-BUG": (
        "A bug of ours",
        """
        An exception that nobody expected; the exit code is 3. The traceback stands in the file that the message
        names. Nobody lost points by it, and what was finished is kept. Please send us that file; look first whether
        it holds anything of a student.
        """,
    ),
    "E-KIT": (
        "The student kit is not whole",
        """
        `grade check` needs what lies beside your files: `public.yaml` and the folder `checks/`. One of these files is
        missing, was cut while it was copied, or was changed.

        Unpack the handout again and copy its `public.yaml` and `checks/` over yours. Your own files stay as they are;
        unpack into another folder first if you are not sure.
        """,
    ),
    "E-HANDOUT-OUT": (
        "The kit would be written over something else",
        """
        `grade handout` writes over an older kit of the same assignment, and over nothing else: no other file, no folder
        with other files, and no kit whose starter files somebody has changed, since that may be work.

        Name another path with -o, or move away what is there.
        """,
    ),
    "E-SETUP": (
        "Something that grading needs is not installed",
        """
        `make setup` found no Python 3.11, could not make an environment, or could not install a package of the system
        because it is not root. The second line is the command that helps; run `make setup` again after it.
        """,
    ),
}
