"""Codes in reasons that students read: code -> (title, what it means and what to do)."""

from __future__ import annotations

from typing import Final

FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "E-SHAPE": (
        "The shape is another one",
        """
        The output has other sizes than expected. All sizes of a case differ from each other, so an axis can be named:
        `got (7, 4, 6) = (s, b, 2h), expected (4, 7, 6) = (b, s, 2h)` says that the first two axes are swapped.

        Look for `transpose`, `permute`, `squeeze` and `batch_first`. `squeeze()` without an axis also removes the
        batch where the batch is 1; write `squeeze(axis)`. A shape is never broadcast before it is compared.
        """,
    ),
    "E-DTYPE": (
        "The numbers are of another type",
        """
        Floats were expected and integers or truth values came, or the other way round; in some parts the width counts
        too. Look for `//`, `.long()`, `==` and `torch.tensor` of a list without `dtype=`.
        """,
    ),
    "E-VALUE": (
        "The values differ",
        """
        Shape and type are right, but values differ by more than the tolerance, |got - expected| <= atol + rtol
        |expected|. The reason says how many differ, how much at worst, at which place, and in which way where that
        can be seen: a factor, a shift, swapped halves, only the first row.

        "Consistent with a known mistake" means that the same wrong numbers come out of that mistake. It is no proof
        of what was written.
        """,
    ),
    "E-NONFINITE": (
        "NaN, infinity, or no values at all",
        """
        The output holds NaN or infinity where finite numbers belong, or no values. The usual causes are a softmax
        over a row that is masked everywhere, a logarithm or a division of zero, and a mask of `-inf` added twice.
        """,
    ),
    "E-FIGURE": (
        "The figure shows something else",
        """
        What matplotlib was given is compared, not the picture: the array behind an image, the points of a line. None
        of what was drawn is what was asked for, and the reason tells of the one that comes nearest: how many cells or
        points differ, where the worst is, and what it is instead where that can be seen.

        Colours, sizes, titles and names do not matter, nor whether the figure was shown, saved or left open. NaN in an
        image comes from a division by zero, most often by the length of a row of zeros.
        """,
    ),
    "E-MARKS": (
        "Nothing is marked where it was asked for",
        """
        Circles, boxes, arrows, notes, points, vertical rules, spans and texts count as marks. Each stands for the step
        at its x, read off the curve under it: the middle of a circle, the place that an arrow points at.

        Marks that are drawn together and mostly miss count for nothing, such as a rule at every epoch.
        """,
    ),
    "E-PASTED": (
        "A picture was handed in, and no code that draws it",
        """
        The part asks for a figure that code draws. None was seen, but a picture was handed in: a file, a page of a PDF,
        or the saved output of a notebook. A picture proves nothing to a program, so a person looks at it, and the
        points that the checks could not give stay open until then.

        To have it judged at once, hand in the cell or script that draws it; it is run with values of ours.
        """,
    ),
    "E-SERIES": (
        "The series behind a figure is not there",
        """
        Marks are judged on the series that was handed in with the figure. Without it, or if it never rises above the
        limit, a person looks at the figure, and the points stay open until then.
        """,
    ),
    "E-OUTPUT": (
        "An output is missing or of another kind",
        """
        The part looks for an output of this name, and it is not there, or is a text where numbers belong. Return what
        the handout asks for, in its order.
        """,
    ),
    "E-UNSTABLE": (
        "It answers otherwise when it is run again",
        """
        The part was run again: same inputs, same seeds of `random`, numpy and torch, another process. The answer was
        another one. So the code draws on something that no seed reaches: the time, a process number, a generator made
        without a seed (`numpy.random.default_rng()`), the order of a set, memory that was never filled
        (`torch.empty`), or threads that race.

        The rubric says what follows: the part is graded on what it did most often, or a person grades it and its
        points stay open until then. `grade explain pending` tells about open points.
        """,
    ),
    "E-NAME": (
        "A file, class or function is not there",
        """
        The hand-in is searched for the names of the handout, whatever the files are called. This one was not found in
        any of them. Give it its handout name again, and look whether the file was handed in and can be imported.
        """,
    ),
    "E-STUB": (
        "The stub is unchanged",
        """
        The function still is as the handout gave it. If it was written elsewhere, in a copy or in a notebook, hand
        that file in as well.
        """,
    ),
    "E-IMPORT": (
        "A file cannot be imported",
        """
        The file raised while it was imported: a syntax error, a package that is not there, or code that runs at
        import and needs something of your machine. Every part that needs the file waits for it; the others are
        graded.

        Put what trains, downloads or opens files below `if __name__ == "__main__":`.
        """,
    ),
    "E-RAISED": (
        "The code raised an exception",
        """
        The type stands in the reason, and for public cases the message and the last line in your own files too. Of
        hidden cases the message goes to staff only, since it could show hidden inputs.

        Cases differ in batch size and lengths, and one has a batch of one: a size written as a number breaks there.
        """,
    ),
    "E-LEFT": (
        "The process ended before it answered",
        """
        `sys.exit`, `os._exit`, a crash in compiled code, or a signal ended the process. What it had printed or
        computed by then does not count. Remove calls that end the program from everything but the main file.
        """,
    ),
    "E-LIMIT": (
        "A limit was reached",
        """
        The case used more wall time, CPU time, memory, output, answer or processes than the part allows. The reason
        says which, how much was allowed and, where it was measured, used.

        Loops over single elements, tensors with a needless axis, prints in an inner loop and work at import are the
        usual causes.
        """,
    ),
    "E-UNREADABLE": (
        "The answer is not readable",
        """
        What came out of the process breaks a rule of the format, which the reason names. The answer is written by the
        grader's own worker; it becomes unreadable when something else writes to its file descriptor, or when the
        process is ended while it writes. Do not write to descriptors that you have not opened.
        """,
    ),
    "E-GRADIENT": (
        "No gradient arrives, or it is not finite",
        """
        After one backward pass the gradient of this parameter is missing, zero everywhere, NaN or infinite. `detach`,
        `.data`, `.item()`, `torch.tensor(...)` of a tensor, `argmax`, numpy and `no_grad` cut the way back; so does a
        layer that was made but is not used.
        """,
    ),
    "E-PARAMETERS": (
        "The parameters are not those asked for",
        """
        A parameter is missing, has another shape, or is not expected. Compare the names and sizes of the layers with
        the handout, and look at `bias=`: a layer with a bias has one parameter more. Order does not matter.
        """,
    ),
    "E-DROPOUT": (
        "Dropout does not work as it should",
        """
        In train mode about the given share of the values must be 0, and those that survive must be the values of eval
        mode divided by (1 - rate), each value by itself; in eval mode nothing is dropped. `nn.Dropout` does all of it,
        once, at the place that the handout names; `nn.Dropout1d` drops whole rows.
        """,
    ),
    "E-RAISES": (
        "An exception was expected",
        """
        The case gives an input that must be refused with an exception of the named type, and none, or another one,
        was raised. An `assert` raises AssertionError; a check that only prints raises nothing.
        """,
    ),
    "E-BOUND": (
        "A value is beyond its bound",
        """
        Values are not below or above the bound that the part sets. NaN is on neither side, and nothing at all does
        not pass.
        """,
    ),
    "E-ANSWER": (
        "A formula gives other values",
        """
        The formula was read and evaluated at random points, and at some of them its value is not that of the right
        answer. The reason names the point where it is furthest off, with both values, so that you can put in the
        numbers yourself. Every equal form gives the same values; how it is written does not matter.

        Where the values are a fixed multiple of the right ones, or those of another answer of the part, it says so.
        """,
    ),
    "E-FORMULA": (
        "A formula without a value",
        """
        The answer was found and has no value at the points.

        - `v is not one of u1, u2, w`: write it in the names of the handout. What you define yourself in a line of its
          own, as in `t = w u1 + u2`, may be used too.
        - `it gives no finite number at ...`: a division by zero, a root of a negative number, or far too large.
        - `raised`, `did not end`: your function, called with these numbers.
        - `a person will read it`: it is written in a way that the program does not read, or in a PDF or a photo.
          Nothing is lost, but a line `name = expression` in answers.md is judged at once.

        Read are Python, sympy and LaTeX: `3*w**2*u1`, `3 w^2 u_1`, `\\frac{w}{2}`, `\\odot` and `diag(x) y` for
        products of each component, `\\tanh^2(C_{t-1})`. Several sides, as in `dy/dw = ... = ...`, are fine: the last
        one that has a value counts. Nothing of the text is run as a program.
        """,
    ),
    "E-NUMBER": (
        "A number in answers.md",
        """
        The number is read from a line `name = number` of answers.md; 4/9, 0.444, 44.4 % and a decimal comma are all
        understood. If no such line is found, a person looks for it and nothing is lost. If it is found and lies
        outside the tolerance, it is wrong.

        In a rubric the same code says that the expected value itself is no number: mend it there.
        """,
    ),
    "E-LINES": (
        "The file has another number of lines",
        """
        The file must have one line for every line of the reference text, in its order; an empty line stands for a
        sentence without translation. A run that was interrupted leaves lines out; writing with `print` in two places
        doubles them.
        """,
    ),
    "E-BLEU": (
        "BLEU is not above the bar",
        """
        BLEU was computed again from the file that was handed in, with sacrebleu and the tokenization that the handout
        names. The bar lies well below what a right model reaches; train longer, and look whether the file belongs to
        the last checkpoint and whether its lines are in the order of the source.
        """,
    ),
    "E-ROWS": (
        "A perplexity is not exp of the loss beside it",
        """
        Perplexity is exp of the mean loss per word. Each row of the curves was computed again from its own loss, and
        the digits that were printed were given their full unit of room. Where it is far too large, the loss was
        summed and not averaged before the exponential; where all rows are a little off, means of perplexities were
        taken instead of the perplexity of the mean. Losses in bits, with two to their power beside them, are right,
        too.
        """,
    ),
    "E-EPOCHS": (
        "A curve is too short",
        """
        The curves of training and validation need a row for each epoch, and as many as the part asks for. They are read
        from the table that the handout names, from another table with a loss or perplexity in its columns, or from the
        lines of a log, whichever is there first.
        """,
    ),
    "E-TRAINED": (
        "The Trainer's log",
        """
        The part asks for a training that ran to its end, and for its validation loss. Both are read from what the
        Trainer printed or kept: a log file, the output of a notebook's cell, or trainer_state.json, under whatever
        name. Of several trainings the best counts.

        A loss far below the range mostly means that the model sees what it should predict: look at the causal mask
        and at the shift of the labels. A loss above it, that something does not learn, or that too few epochs were
        done.
        """,
    ),
    "E-CURVES": (
        "The curves cannot be read",
        """
        A file was handed in, but no row of it has a loss and a perplexity that could be read. Nothing is taken off; a
        person looks at it. What is read: a table with `epoch,train_loss,train_ppl,valid_loss,valid_ppl` in its head, in
        any order and spelling, or lines such as `valid loss 4.92 | valid ppl 137.5`.
        """,
    ),
    "E-LEAK": (
        "It depends on what it may not see",
        """
        The same program was given the same input, but for one change, each time in a process of its own; an output that
        may not depend on what was changed has moved. Places are counted from 1: `position 5 sees 6: its own label` says
        that the scores at position 5 change with the token at position 6, which is what they must predict.

        The usual causes are a mask that is missing in one of the attentions (source, target, memory), a mask with its
        sides swapped or one place too wide, a state that is kept from the last call, statistics over the batch or over
        all positions, and a softmax or a mean over the wrong axis. What the code looks like plays no part in it. Where
        a perplexity rests on this output, it means nothing, and the parts that the rubric names are void.
        """,
    ),
    "E-BLIND": (
        "It does not depend on what it must see",
        """
        The input was changed at every place that this output should depend on, one by one, and nothing has moved. The
        usual causes are a mask with its sides swapped, a mask that shuts everything, an input that is never used, and a
        state that is not handed on. Of positions only the second half is asked, since early ones have little to see.
        """,
    ),
    "E-UNSTEADY": (
        "Two runs on the same input differ",
        """
        The same weights and the same input gave two answers in eval mode, where nothing is random. Look for a dropout
        that is on in eval mode (`F.dropout` without `training=self.training`), random numbers that are drawn in
        `forward`, and answers that depend on the clock.

        It is no leak and not called one; but nothing can be proved of such an output, so the check does not hold.
        """,
    ),
    "E-VOID": (
        "A leak in another part has voided this one",
        """
        Another part proved that the model sees what it must predict, or what it may not see at all. A number that rests
        on such a model, a perplexity for example, says nothing and gives no points, however good it looks. The part
        that holds the proof is named beside it; what this one said by itself is kept for the staff.
        """,
    ),
    "E-PERPLEXITY": (
        "The perplexity is not below its bound",
        """
        The perplexity is exp of the mean of -ln p over the held-out words, and p comes from the logits that your model
        returns: log-softmax is applied by us, in double precision, so it makes no difference whether the model returns
        logits or their log-softmax. Probabilities in the place of logits are nearly flat after it, and cost most of
        what was learned.

        Where the model is trained by us, everybody has the same text, the same number of updates and the same
        optimizer, and the bound is a multiple of what the reference reaches so. A model far above it does not learn
        what it should: look at the masks, at the positions, and at what is handed from one position to the next.
        """,
    ),
    "E-FLOOR": (
        "Better than is possible without seeing the labels",
        """
        The words were drawn evenly and independently, so nothing in the past says anything about the next one. No
        model that sees only the past gets a perplexity below their number, but for luck, and how rare that luck is
        stands beside the number: with n labels drawn from v, n (ln v - mean loss) is above x with a chance of at most
        e^-x, for every model whatever. A model below the floor was shown its labels: a mask that lets later
        positions in, or targets that are fed at the place that must predict them.

        The part is void, and so are those that the rubric names: a perplexity of this model means nothing.
        """,
    ),
}
