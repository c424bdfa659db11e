"""Codes about rubrics, mistakes and proofs: code -> (title, what it means and what to do)."""

from __future__ import annotations

from typing import Final

AUTHORING: Final[dict[str, tuple[str, str]]] = {
    "E-CHECK-NAME": (
        "There is no check of this name",
        """
        The kind of a check is the key that says what is checked: shape, close, equal, below, above, finite, same,
        gradient, parameters, dropout, raises, number, lines, bleu, all. The message lists what is known, and the one
        that is closest.
        """,
    ),
    "E-CHECK-KIND": (
        "A check says nothing, or two things",
        """
        Every check has exactly one kind: `{close: h0, points: 3}`. Two kinds are two checks, with points of their
        own, or an `all`, which pays only if everything in it holds.
        """,
    ),
    "E-CHECK-OPTION": (
        "An option that this check does not take",
        """
        `rtol` and `atol` belong to checks that measure, `tokenize` to bleu, and so on. `same` takes no `cases`, since
        its operands name them.
        """,
    ),
    "E-CHECK-SOURCE": (
        "A check has nothing to look at in this part",
        """
        `number` needs `answers: true`, `lines` and `bleu` need `reads: FILE`, everything else a `probe`. Add it to
        the part, or move the check to the part it belongs to.
        """,
    ),
    "E-AXES": (
        "Axes do not fit the reference",
        """
        The axes of an output are letters, numbers, or both with a shift: `b s 2h`, `b t-1 3`. Each letter must have
        one size in all outputs of a case, as the reference gives them. Mend the axes, or what the probe returns.
        """,
    ),
    "E-RUBRIC-FILE": (
        "The rubric cannot be read",
        """
        There is no such file, it is a folder, it is empty, larger than 1 MiB, or may not be read. docs/rubric.md
        holds a small rubric to begin with.
        """,
    ),
    "E-RUBRIC-FIND": (
        "There is no such rubric",
        """
        `--rubric` takes a path, or the name of a file in `rubrics/` beside the submissions or in the working folder.
        The message lists those that were found.
        """,
    ),
    "E-RUBRIC-ENCODING": (
        "The rubric holds bytes that are no text",
        """
        A rubric is UTF-8 without invisible characters. The place names the first byte or character that is not;
        delete it, or save the file again as UTF-8.
        """,
    ),
    "E-RUBRIC-YAML": (
        "The YAML cannot be read",
        """
        Rubrics are YAML 1.2 without surprises: 1e-4 is a number, `no` and `on` are words, keys are always text, tags,
        anchors and aliases are refused. The place is where reading stopped; the cause is often one line above: a
        missing colon, a tab, an open bracket or quote.
        """,
    ),
    "E-RUBRIC-TWICE": (
        "A key or id stands there twice",
        """
        YAML would let the last one win in silence. Keep one of the two. Ids of checks and written items must differ
        within a part.
        """,
    ),
    "E-RUBRIC-KEY": (
        "There is no such key",
        """
        The message lists the keys that are known at this place, and the closest one. `grade schema` prints the JSON
        Schema, with which an editor completes keys and marks unknown ones.
        """,
    ),
    "E-RUBRIC-MISSING": (
        "A key is missing",
        """
        The key is needed at this place; the message says what it means.
        """,
    ),
    "E-RUBRIC-TYPE": (
        "A value is not what belongs there",
        """
        A text stands where a number belongs, a list where a mapping belongs, a name has signs that no name has, or
        there is no value behind the colon. The message says what is allowed.
        """,
    ),
    "E-RUBRIC-EMPTY": (
        "A part has nothing to judge",
        """
        A part needs checks, written items or plots. Remove it, or say what its points are for.
        """,
    ),
    "E-RUBRIC-POINTS": (
        "The points do not add up",
        """
        `points` of the rubric are the sum of its parts, and `points` of a part the sum of its checks and written
        items. A mistake keeps at most what the checks of the part are worth: points for written answers are not
        counted there.
        """,
    ),
    "E-RUBRIC-SOURCE": (
        "A part has two sources",
        """
        A part is observed by a `probe`, `reads` a file, or takes `answers` from answers.md. Make two parts of it.
        """,
    ),
    "E-RUBRIC-PUBLIC": (
        "Points rest on public cases alone",
        """
        Students have the public cases, with what the reference gives there: who stores those answers would get the
        points. So every check with points, and every one under its `all`, that looks at a public case of a probe also
        looks at a hidden one with other arguments. Add such a case, or make the public one hidden. `of` stands only in
        the public.yaml that `grade handout` writes.
        """,
    ),
    "E-RUBRIC-AFTER": (
        "The order of the parts is none",
        """
        `after` names parts of the same rubric whose answers this one builds on, so that `grade check` can name the one
        to mend first. A part cannot come after itself, by itself or by way of others.
        """,
    ),
    "E-RUBRIC-SMALLEST": (
        "Small inputs cannot be made",
        """
        `smallest` needs a public case of the part that is not varied and whose checks mean something to inputs of any
        size, and for each argument in `over` a list of values, or `{rows: 3, most: 4}` for lists of whole numbers. From
        2 to 100 inputs are made of them. Each is run for every hand-in that fails the part, and at home.
        """,
    ),
    "E-RUBRIC-MEANS": (
        "It is not said what a case means",
        """
        `means` is a line that tells students what sets a case apart, and that can follow "only with": a batch of one,
        sentences of equal length; also "train mode" and "in half precision". It is told of hidden cases too.
        """,
    ),
    "E-RUBRIC-CASE": (
        "Cases and probe do not fit",
        """
        A probe needs at least one case, cases need a probe, and a check or plot may only name cases of its own part.
        """,
    ),
    "E-RUBRIC-PLOT": (
        "A plot is not one of heatmap, curve, image and series",
        """
        A plot draws one output of one case: `{heatmap: weights, case: ragged, title: ...}` or `{curve: loss, ...}`; or
        what the student's own figures show: `{image: figures, ...}`, which takes `beside`, and `{series: gnorm, ...}`,
        which takes `figures` and `clip`.
        """,
    ),
    "E-RUBRIC-SNIPPET": (
        "A snippet cannot be looked for",
        """
        A snippet that is picked is found by what it `reads` or `calls`: `{reads: [embed_positions], take: pick}`. A
        snippet that is run may do without: then every notebook and script counts.
        """,
    ),
    "E-RUBRIC-OPERAND": (
        "An operand is no output of a case",
        """
        `same` takes two operands, each `case.output` or `case.output[slices]`, as in `ragged.h0[0:1]`.
        """,
    ),
    "E-RUBRIC-AXES": (
        "The axes of an output cannot be read",
        """
        Axes are separated by blanks: letters, numbers, or both with a shift, `b s 2h`, `b t-1 3`.
        """,
    ),
    "E-RUBRIC-LIMIT": (
        "A limit cannot be read",
        """
        Times are seconds (`wall_s: 10`), sizes are numbers with a unit (`memory: 2 GiB`, `answer: 64 MiB`). Take them
        from measured right answers, with room to spare: honest answers are heavy.
        """,
    ),
    "E-RUBRIC-UNIT": (
        "A name leads to no unit",
        """
        `fills` names what students write, as `unit.function` or `unit.Class.function`, and the unit must stand under
        `units`. What is untouched there is `skipped`.
        """,
    ),
    "E-RUBRIC-PROBE": (
        "There is no such probe",
        """
        A probe is a function in probes.py of the reference folder: `def encode(hw, *, lengths, seed)`. It takes the
        hand-in first, the arguments of its cases by name, and a seed.
        """,
    ),
    "E-RUBRIC-ARGUMENT": (
        "A case does not fit its probe",
        """
        All keys of a case but `public` and `apart` are arguments of the probe. One is missing, unknown, or given by
        the grader itself, as the seed is.
        """,
    ),
    "E-RUBRIC-REFERENCE": (
        "A file of the reference is missing or cannot be read",
        """
        The folder reference/ID/ beside the rubric holds the solved files, probes.py, mistakes.py, and whatever the
        rubric names. The message says which file, and those of nearly the same name.
        """,
    ),
    "E-RUBRIC-SECRET": (
        "A secret file would be given to students",
        """
        Stand-ins and staff files lie beside the hand-in in the jail, where student code can read them, and go into
        the handout. So they may not come from solved/, be mistakes.py, or lead out of the reference folder by a link.
        Put a file made for students into stand_ins/, staff/ or data/.
        """,
    ),
    "E-RUBRIC-VARY": (
        "What is changed in a case is not said well",
        """
        `vary: {position: 7, column: 3}` under a case names what of its input is changed, and how many places it has: a
        whole number from 1 to 64. The case is run once more on the same input, then once for each place, and once for
        each place with all that follow it. Its probe takes `change=None` and does what it is told, with `kit.varied`.
        """,
    ),
    "E-RUBRIC-CAUSAL": (
        "A causal check does not say who may see whom",
        """
        `causal` watches one output (`of`) while one thing of the input is changed (`changed`, a key of the case's
        `vary`). It says which changed places may move a place (`allowed`), or which must (`needed`), not both: `past`,
        `before`, `same`, and `none` or `all`. The first three ask for places, so `along` says on which axis of the
        output they lie, by a letter of `axes`. `label: true` calls the next place the label of a place.
        """,
    ),
    "E-RUBRIC-VOIDS": (
        "What a leak voids is not said well",
        """
        `voids: [3c, 3d]` names parts that get no points once this check has proved a leak. It stands beside a `causal`
        check with `allowed`, or a `perplexity` with a floor, never under `all`, and names other parts of the rubric.
        """,
    ),
    "E-RUBRIC-PERPLEXITY": (
        "A perplexity without labels, or without a bound",
        """
        A `perplexity` needs its labels from exactly one place: `labels` names an output of the reference, `labels_in`
        a file of the reference folder that never enters the jail. It is judged by one or more of `below` (a number, or
        {times: 1.35} of the reference's), `unigram` (a file of token numbers) and `floor` (how many there are, where
        labels are drawn evenly).
        """,
    ),
    "E-RUBRIC-PYTHON": (
        "probes.py or mistakes.py is not right",
        """
        The file is no Python, cannot be read, or raises when it is run. The place is its own line.
        """,
    ),
    "E-RUBRIC-MISTAKE": (
        "Rubric and mistakes.py do not name the same",
        """
        A mistake in the rubric must be a `Mistake` in mistakes.py, a name under `accept` a `Variant`; and everything
        in mistakes.py must stand in the rubric, or it would never be proved.
        """,
    ),
    "E-MISTAKE-EDIT": (
        "An edit does not apply",
        """
        `was` must stand in the solved file exactly once, and the file must still be Python afterwards. Take a longer
        piece of the line if it stands there twice; after changing the reference, change the edit with it.
        """,
    ),
    "E-MISTAKE-HINT": (
        "A hint is no sentence",
        """
        Students read the hint as it is: one short sentence with a full stop, about what is right, never a line of the
        reference.
        """,
    ),
    "E-MISTAKE-POINTS": (
        "A mistake that loses nothing",
        """
        The rubric says that this mistake keeps all points in every part that names it. Then it is a `Variant`, or the
        rubric should say what it loses.
        """,
    ),
    "E-PROOF-POINTS": (
        "Other points than the rubric promises",
        """
        The reference and every variant must keep all points, every mistake those written beside it. Here it kept
        others; the message says what was seen.

        If the points seen are right, correct the number. If they are too many, the cases do not tell the two apart:
        other sizes, padding, a batch of one, train mode or a backward pass may. If a variant loses points, a check
        asks for more than the handout does.
        """,
    ),
    "E-PROOF-NAME": (
        "A mistake is not known by its own name",
        """
        Its outputs are equal to those of another mistake, so a student could not be told which it is. Merge the two,
        or add a case in which they differ.
        """,
    ),
    "E-PROOF-UNSEEN": (
        "A mistake that nothing sees",
        """
        It keeps full marks in every part. Either it is just as right, then make it a `Variant`; or no case shows it,
        then add a case or a check that does.
        """,
    ),
    "E-HANDOUT": (
        "No kit can be made for students",
        """
        What students write stands in the solved files between `### BEGIN ANSWER 1d` and `### END ANSWER`, each on a
        line of its own, around whole statements; `#:` begins a line of the answer that stays, as what to do. What is
        left must be Python, and every function that the rubric names under `fills` must count as not yet written: no
        loop, call or sum is left in it.

        A kit holds the starter files, the probes, and those files of `data` that `handout.files` puts into it
        (`checks/data/words.txt: data/words.txt`). The reference is run beside these alone; if it does not answer, a
        file is missing. Written answers, mistakes.py, labels and reference texts are never handed out.
        """,
    ),
    "E-PROOF-SPREAD": (
        "A bound of perplexity is too near to the reference",
        """
        The reference was trained with other seeds: other weights to begin with, other batches. Its perplexities lie
        around their mean with the standard deviation that the message names, and the bound (or the floor) is less than
        three of them away. So a right hand-in may be refused by bad luck.

        Raise the bound, give the training more updates, or hold out more text. A floor that is too near means that
        the labels are not drawn evenly, or that the training has seen them.
        """,
    ),
}
