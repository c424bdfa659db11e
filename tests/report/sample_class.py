"""A class of twelve as it could hand in a4: every outcome, long Chinese text, hostile strings; arrays beside it.

Words that must not reach a student stand here as constants, so that tests can look for them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from grader.nouns.judged import (
    CaseResult,
    CheckResult,
    Group,
    PartResult,
    Picture,
    Results,
    RubricMark,
    Smallest,
    SubmissionResult,
)
from grader.nouns.plain import Array, Fault, Frame, Outcome, WrittenItem

HIDDEN_STDOUT = "hidden input 7311"
HIDDEN_MESSAGE = "hidden tensor 9822"
PUBLIC_STDOUT = "public shapes printed here"
STAFF_DETAIL = "detail 5150 for staff"
DIFF = "-        cell = self.c_projection(last_cell)\n+        cell = self.h_projection(last_cell)"
TRACEBACK = "Traceback (most recent call last): full traceback 6006"
GROUP = "group-77aa"
MISTAKE = "one_projection"
MISTAKE_HINT = "The cell state has its own layer, c_projection."
SEED = 42240017
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% include 'x' %}",
    "</style><style>*{display:none}</style>",
    "<!-- --><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "\u202eevil\u202c \x07\x1b[31m",
)
CHINESE = (
    "注意力机制把解码器的隐藏状态与编码器的每一个位置进行比较，得到的分数经过 softmax 之后成为权重。"
    "填充位置的分数在 softmax 之前被设为负无穷，所以它们的权重恰好为零，句子之间互不影响。"
)
ANSWER = f"""## Masks

{CHINESE * 3}

The scores at pads are $-\\infty$ *before* the softmax, so

$$\\alpha_{{t,i}} = \\frac{{\\exp e_{{t,i}}}}{{\\sum_j \\exp e_{{t,j}}}} = 0$$

1. pads take no weight
2. a translation does **not** depend on its neighbours

`enc_masks` is 1 at pads. {HOSTILE[0]}
[a link](javascript:alert(1)) $\\text{{<script>alert(1)</script>}}$ $\\frac{{a}}{{$
"""
TOLERANCE = "|a - b| <= 1e-05 + 0.0001 |b|"


def sample_results(*, reveal: str = "none", isolation: str = "strict") -> Results:
    """The results of the class."""
    people = tuple(_people())
    return Results(
        assignment="a4",
        title="Neural translation with attention",
        rubric=RubricMark("9f2c1d77" * 8, "rubrics/a4.yaml"),
        isolation=isolation,  # type: ignore[arg-type]
        versions={"grade": "0.1.0", "torch": "2.13.0", "python": "3.11"},
        seed=SEED,
        max=35.0,
        reveal=reveal,  # type: ignore[arg-type]
        submissions=people,
        groups=(Group(GROUP, "1d", "c0", ("chloé", "dmitri")),),
        mistake_hints={
            MISTAKE: MISTAKE_HINT,
            "mask_zero": "A score of zero still gets weight; make it minus infinity.",
        },
        part_titles={"1a": "Padding", "1d": "Encoder", "1e": "Decoder", "1f": "Step", "1g": "Masks", "1h": "BLEU"},
        seconds=58.2,
    )


def write_sample_arrays(out: Path) -> None:
    """The array files that the sample's pictures name; dmitri's is cut short, erin's is missing."""
    folder = out / "arrays"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    enc = random.standard_normal((4, 7, 6)).astype(np.float32)
    scores = random.standard_normal((4, 7)).astype(np.float32)
    for sentence, length in enumerate((7, 5, 3, 2)):
        scores[sentence, length:] = -np.inf
    weights = np.exp(3 * random.standard_normal((11, 7)))
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    c0 = random.standard_normal((4, 3)).astype(np.float32)
    loss = (4.2 * np.exp(-np.arange(150) / 40) + 0.4 + 0.05 * random.standard_normal(150)).astype(np.float32)
    expected = {"1d/ragged/enc_hiddens": enc, "1d/train/c0": c0, "1f/ragged/e_t": scores, "1f/ragged/weights": weights}
    distance = np.abs(np.subtract.outer(np.arange(600), np.arange(600)))
    similarity = (0.3 + 0.7 / (1 + distance / 20)).astype(np.float32)
    expected |= {"toy/train/loss": loss, "1f/positions/similarity": similarity}
    heads = np.tile(np.eye(7, dtype=np.float32), (3, 1, 1))
    expected |= {"1f/heads": heads, "1f/even": np.full((3, 7, 7), 1 / 7, np.float32)}
    save_file(expected, folder / "expected.safetensors")
    save_file(_plotted(similarity), folder / "anna.safetensors")
    wrong = enc.copy()
    wrong[2, 3:, :3] += 0.4 * random.standard_normal((4, 3)).astype(np.float32)
    unmasked = np.where(np.isinf(scores), 0.0, scores).astype(np.float32)
    flat = (0.6 * weights + 0.4 / 7).astype(np.float32)
    ben = {"1d/ragged/enc_hiddens": wrong, "1d/train/c0": c0 + 1, "1f/ragged/e_t": unmasked, "1f/ragged/weights": flat}
    save_file(ben | {"toy/train/loss": loss * 1.6 + 0.3}, folder / "ben.safetensors")
    chloe = {"1d/ragged/enc_hiddens": enc.transpose(1, 0, 2).copy(), "1d/train/c0": c0 * 2}
    save_file(chloe, folder / "chloe.safetensors")
    save_file(_leaking(), folder / "hugo.safetensors")
    whole = (folder / "ben.safetensors").read_bytes()
    (folder / "dmitri.safetensors").write_bytes(whole[: len(whole) // 3])


def _leaking() -> dict[str, Array]:
    """Who sees whom, with one position that sees a later one, and attention of three heads."""
    past = np.tril(np.ones((7, 7), np.float32))
    moves = 0.3 * past
    moves[2, 3] = 0.62
    heads = np.tile(past / past.sum(axis=1, keepdims=True), (3, 1, 1))
    even = np.full((3, 7, 7), 1 / 7, np.float32)
    return {"1f/moves": moves, "1f/allowed": past, "1f/heads": heads.copy(), "1f/even": even}


def _plotted(similarity: Array) -> dict[str, Array]:
    """A heat map with a blank row, norms of which two are marked, and a picture that was handed in."""
    drawn = similarity.copy()
    drawn[1], drawn[:, 1] = np.nan, np.nan
    norms = np.random.default_rng(11).uniform(0.2, 0.9, 2000)
    norms[[311, 1702]] = 46.2, 18.3
    handed_in = np.full((300, 400, 3), 255, np.uint8)
    handed_in[40:260, 120:124] = (30, 90, 160)
    return {
        "1f/positions/figures.0.0.0": drawn,
        "1f/own/norms": norms,
        "1f/own/figures.1.0.0": np.stack([np.arange(2000.0), norms], axis=1),
        "1f/own/figures.marks": np.array([[301.0, 40, 321, 50], [1702, 18.3, 1702, 18.3], [900, np.nan, 920, np.nan]]),
        "1f/own/figures.marked": np.array([311, 1702]),
        "1f/handed_in/picture": handed_in,
    }


# --- people -----------------------------------------------------------------------------------------------------------


def _people() -> list[SubmissionResult]:
    full = [padding(), encoder(), decoder(), step(), masks("Short, but right."), bleu()]
    people = [
        _person("anna", [*full[:3], plotted_step(), _read(full[4]), full[5]], arrays="anna.safetensors"),
        _person(
            "ben",
            [padding(), wrong_encoder(MISTAKE), decoder(), wrong_step(), masks(ANSWER), bleu()],
            arrays="ben.safetensors",
        ),
        _person(
            "chloé",
            [padding(), wrong_encoder(""), decoder(), step(), masks(CHINESE), bleu()],
            arrays="chloe.safetensors",
        ),
        _person(
            "dmitri",
            [padding(), wrong_encoder(""), crashed_decoder(hidden=False), step(), masks("?"), bleu()],
            arrays="dmitri.safetensors",
        ),
        _person("erin", import_error(), arrays="erin.safetensors"),
        _person(
            "farid", [padding(), encoder(), crashed_decoder(hidden=True), stopped_step(), masks("-"), missing_bleu()]
        ),
        _person("grace", [padding(), encoder(), broken_decoder(), step(), masks("ok"), bleu()]),
        _person("hugo", [*full[:3], leaking_step(), full[4], void(bleu())], arrays="hugo.safetensors"),
        _person("王小明", [*full[:4], masks(CHINESE * 20), full[5]], findings=("file nmt_model: 作业四/nmt_model.py",)),
        _person("ivan", hostile_parts(), findings=HOSTILE),
        _person(
            "julia",
            [padding(), wrong_encoder(MISTAKE), decoder(), step(), masks("yes"), missing_bleu()],
            findings=("repair float_beam_index: -1 points", "left out: evil.so: compiled code"),
        ),
        SubmissionResult(
            "kofi", "", 0.0, 35.0, 35.0, 0.0, False, error="kofi/a4.zip: the archive ends after 4,096 of 51,220 bytes"
        ),
    ]
    people[10] = replace(people[10], score=people[10].score - 1)
    return people


def _person(
    name: str, parts: list[PartResult], *, arrays: str = "", findings: tuple[str, ...] = ()
) -> SubmissionResult:
    return SubmissionResult(
        id=name,
        sha256=(name.encode().hex() + "5" * 64)[:64],
        score=sum(part.score for part in parts),
        max=sum(part.max for part in parts),
        pending=sum(part.pending for part in parts),
        seconds=2.4 + len(name),
        cached=name < "f",
        parts=tuple(parts),
        findings=findings,
        arrays=arrays,
    )


# --- parts ----------------------------------------------------------------------------------------------------------


def padding() -> PartResult:
    """1a with full marks."""
    return _part("1a", "Padding", "passed", 2, 2, checks=(_check("words", 1), _check("ids", 1)))


def encoder() -> PartResult:
    """1d with full marks."""
    checks = (
        _check("shape", 1, kind="shape", of=("enc_hiddens", "h0", "c0"), margin=None),
        _check("enc", 3, of=("enc_hiddens",), margin=0.0),
        _check("h0c0", 3, of=("h0", "c0"), margin=0.021),
        _check("robust", 1, kind="all", of=(), margin=None),
    )
    return _part("1d", "Encoder", "passed", 8, 8, checks=checks, cases=(_case("ragged"), _case("alone", public=True)))


def wrong_encoder(mistake: str) -> PartResult:
    """1d with a wrong cell state, explained by a mistake or by nothing."""
    reason = "c0 is wrong on the hidden case train: 12 of 12 values differ, worst 1.31 at [2, 0]"
    wrong = replace(
        _check("h0c0", 3, of=("h0", "c0"), margin=412.0),
        verdict="failed",
        points=0.0,
        reason=reason,
        code="E-CLOSE",
        case="train",
        output="c0",
        detail=STAFF_DETAIL,
        hint="Compare the two projections of the handout.",
    )
    return _part(
        "1d",
        "Encoder",
        "failed",
        5,
        8,
        reason=reason,
        checks=(encoder().checks[0], encoder().checks[1], wrong, encoder().checks[3]),
        cases=(
            _case("ragged", public=True, stdout=PUBLIC_STDOUT),
            _case("train", stdout=HIDDEN_STDOUT, stderr=HIDDEN_STDOUT),
        ),
        pictures=(
            Picture(
                "matrices",
                "enc_hiddens, case ragged",
                "ragged",
                "enc_hiddens",
                True,
                "1d/ragged/enc_hiddens",
                "1d/ragged/enc_hiddens",
                axes="b s 2h",
            ),
            Picture("matrices", "c0, case train", "train", "c0", False, "1d/train/c0", "1d/train/c0", axes="b h"),
        ),
        mistakes=(mistake,) if mistake else (),
        hint=MISTAKE_HINT if mistake else "",
        mistake_diff=DIFF if mistake else "",
        group="" if mistake else GROUP,
        remarks=("uses torch.nn.MultiheadAttention, which the handout advises against",),
    )


def decoder() -> PartResult:
    """1e with full marks."""
    return _part("1e", "Decoder", "passed", 8, 8, checks=(_check("outputs", 8, of=("combined_outputs",), margin=0.3),))


def crashed_decoder(*, hidden: bool) -> PartResult:
    """1e that raised, on a hidden case only or on a public one."""
    frames = (
        Frame(
            "nmt_model.py",
            210,
            "decode",
            (
                (209, "        for Y_t in torch.split(Y, 1):"),
                (210, "            dec_state, o_t, _ = self.step(Ybar_t, dec_state)"),
            ),
        ),
        Frame(
            "nmt_model.py",
            312,
            "step",
            (
                (310, "        dec_hidden, dec_cell = dec_state"),
                (311, "        # scores of every source position"),
                (312, "        e_t = torch.bmm(enc_hiddens_proj, dec_hidden.unsqueeze(1))"),
                (313, "        e_t = e_t.squeeze()"),
            ),
        ),
    )
    message = (
        HIDDEN_MESSAGE
        if hidden
        else "Expected size for first two dimensions of batch2 tensor to be: [4, 3] but got: [4, 1]."
    )
    fault = Fault("RuntimeError", message, frames, traceback=TRACEBACK)
    reason = f"RuntimeError: {message} (nmt_model.py:312)"
    check = replace(
        _check("outputs", 8, of=("combined_outputs",), margin=None),
        verdict="crashed",
        points=0.0,
        reason=reason,
        code="E-CRASH",
        case="ragged",
    )
    case = _case(
        "ragged",
        public=not hidden,
        ended="raised",
        fault=fault,
        stdout=HIDDEN_STDOUT if hidden else PUBLIC_STDOUT,
        reason=reason,
    )
    return _part("1e", "Decoder", "crashed", 0, 8, reason=reason, checks=(check,), cases=(case,))


def broken_decoder() -> PartResult:
    """1e that we could not run."""
    reason = "the box died twice"
    check = replace(_check("outputs", 8, margin=None), verdict="broken", points=0.0, reason=reason, code="E-BOX-DIED")
    return _part(
        "1e",
        "Decoder",
        "broken",
        0,
        8,
        pending=8,
        reason=reason,
        checks=(check,),
        cases=(_case("ragged", ended="broken", reason=reason),),
    )


def step() -> PartResult:
    """1f with full marks."""
    return _part(
        "1f",
        "Step",
        "passed",
        10,
        10,
        checks=(_check("scores", 4, of=("e_t",), margin=0.04), _check("output", 6, of=("O_t",), margin=0.4)),
    )


def plotted_step() -> PartResult:
    """1f with full marks, and what their own figures show."""
    image = Picture(
        kind="image",
        title="Similarity of positions",
        case="positions",
        output="figures.0.0.0",
        public=True,
        yours="1f/positions/figures.0.0.0",
        expected="1f/positions/similarity",
        x="position",
        y="position",
    )
    norms = Picture(
        kind="series",
        title="Gradient norm of every update",
        case="own",
        output="norms",
        public=True,
        yours="1f/own/norms",
        expected="",
        x="update",
        y="gradient norm",
        line="1f/own/figures.1.0.0",
        marks="1f/own/figures.marks",
        marked="1f/own/figures.marked",
        clip=1.0,
        pixels=("1f/handed_in/picture",),
    )
    return replace(step(), pictures=(image, norms))


def wrong_step() -> PartResult:
    """1f with unmasked scores, and pictures of every kind."""
    wrong = replace(
        _check("masked", 4, of=("e_t",), margin=41_000.0),
        verdict="failed",
        points=0.0,
        code="E-CLOSE",
        case="ragged",
        output="e_t",
        reason="e_t on case ragged: 11 of 28 values differ; 0 where -inf is expected, first at [1, 5]",
    )
    return _part(
        "1f",
        "Step",
        "failed",
        6,
        10,
        reason="e_t is 0 at padding, where -inf is expected",
        checks=(wrong, _check("output", 6, of=("O_t",), margin=0.88)),
        cases=(_case("ragged", public=True),),
        pictures=(
            Picture(
                "matrices", "e_t, case ragged", "ragged", "e_t", True, "1f/ragged/e_t", "1f/ragged/e_t", axes="b s"
            ),
            Picture(
                "heatmap",
                "Attention while decoding",
                "ragged",
                "weights",
                True,
                "1f/ragged/weights",
                "1f/ragged/weights",
                x="source word",
                y="step",
            ),
            Picture(
                "curve",
                "Toy training",
                "train",
                "loss",
                True,
                "toy/train/loss",
                "toy/train/loss",
                x="update",
                y="损失 loss",
            ),
        ),
        mistakes=("mask_zero",),
        hint="A score of zero still gets weight; make it minus infinity.",
        only="only with padding",
        smallest=Smallest({"lengths": [2, 1]}, "fails as soon as two sentences differ in length", ("lengths [1, 1]",)),
    )


def stopped_step() -> PartResult:
    """1f that used too much memory."""
    reason = "stopped (memory): allowed 2.0 GiB, used 2.1 GiB"
    check = replace(_check("scores", 10, margin=None), verdict="stopped", points=0.0, reason=reason, code="E-MEMORY")
    return _part(
        "1f",
        "Step",
        "stopped",
        0,
        10,
        reason=reason,
        checks=(check,),
        cases=(_case("ragged", ended="stopped", reason=reason),),
    )


def masks(answer: str) -> PartResult:
    """1g, waiting for a reader."""
    items = (
        WrittenItem(
            "effect", "Scores at pads are minus infinity before the softmax, so their weights are exactly 0.", 1
        ),
        WrittenItem("necessity", "Otherwise a translation depends on its neighbours' lengths.", 1),
    )
    return _part(
        "1g",
        "Masks",
        "pending",
        1,
        3,
        pending=2,
        checks=(_check("masks", 1, kind="equal"),),
        written=items,
        answer=answer,
    )


def _read(part: PartResult) -> PartResult:
    return replace(part, verdict="passed", score=part.max, pending=0.0)


def bleu() -> PartResult:
    """1h with full marks."""
    return _part("1h", "BLEU", "passed", 3, 3, checks=(_check("bleu", 3, kind="bleu", margin=None),))


def missing_bleu() -> PartResult:
    """1h that was not handed in."""
    reason = "outputs/test_outputs.txt is not there"
    check = replace(bleu().checks[0], verdict="skipped", points=0.0, reason=reason)
    return _part("1h", "BLEU", "skipped", 0, 3, reason=reason, checks=(check,))


def void(part: PartResult) -> PartResult:
    """The part with a proved leak."""
    reason = "void: part 1f proved a leak (position 3 sees 4: the model reads the future)"
    checks = tuple(replace(check, verdict="void", points=0.0, reason=reason) for check in part.checks)
    return replace(part, verdict="void", score=0.0, reason=reason, checks=checks)


def leaking_step() -> PartResult:
    """1f with a position that sees a later one, the proof of it, and attention head by head."""
    reason = "position 3 sees 4: the model reads the future"
    pictures = (
        Picture("heatmap", "Heads, trained", "ragged", "heads", True, "1f/heads", "1f/heads", x="key", y="query"),
        Picture("heatmap", "Heads, before", "ragged", "untrained_heads", True, "1f/even", "1f/even"),
        Picture(
            "influence", "Who sees whom", "window", "logits", True, "1f/moves", "1f/allowed", x="position", y="position"
        ),
    )
    checks = tuple(replace(check, check="causal", verdict="void", points=0.0, reason=reason) for check in step().checks)
    return replace(step(), verdict="void", score=0.0, reason=reason, checks=checks, pictures=pictures)


def import_error() -> list[PartResult]:
    """Every part of a hand-in that cannot be imported."""
    frame = Frame(
        "nmt_model.py", 3, "<module>", ((2, "import torch"), (3, "import torchtext.legacy as legacy"), (4, ""))
    )
    fault = Fault("ModuleNotFoundError", "No module named 'torchtext'", (frame,), traceback=TRACEBACK)
    reason = "import error: nmt_model.py:3: No module named 'torchtext'"
    parts = []
    for part in (encoder(), decoder(), step()):
        checks = tuple(
            replace(check, verdict="crashed", points=0.0, reason=reason, margin=None) for check in part.checks
        )
        case = _case("ragged", ended="import_error", fault=fault, reason=reason)
        parts.append(replace(part, verdict="crashed", score=0.0, reason=reason, checks=checks, cases=(case,)))
    return [padding(), *parts, masks(""), missing_bleu()]


def hostile_parts() -> list[PartResult]:
    """Parts in which every text is an attack."""
    text = "".join(HOSTILE)
    frame = Frame(text, 1, text, ((1, text),))
    fault = Fault("RuntimeError", text, (frame,), traceback=text)
    check = CheckResult(text, text, (text,), text, "crashed", 0.0, 8.0, text, text, text, text, 3.0, text, text)
    picture = Picture("matrices", text, text, text, True, text, text, axes=text, x=text, y=text)
    case = CaseResult(text, "raised", 1.0, 2, text, fault, text, text, True)
    drawn = [replace(picture, kind=kind, pixels=(text,), clip=1.0) for kind in ("image", "series", "pixels")]
    part = PartResult(
        id="1e",
        title=text,
        score=0.0,
        max=8.0,
        pending=2.0,
        verdict="crashed",
        reason=text,
        seconds=1.0,
        peak_bytes=1,
        mistakes=(text,),
        hint=text,
        mistake_diff=text,
        group=text,
        checks=(check,),
        cases=(case,),
        written=(WrittenItem(text, text, 2.0),),
        answer=text,
        answer_from=text,
        pictures=(picture, *drawn),
        remarks=(text,),
    )
    return [padding(), encoder(), part, step(), masks(ANSWER + text), bleu()]


def _part(
    part_id: str,
    title: str,
    verdict: Outcome,
    score: float,
    most: float,
    *,
    pending: float = 0.0,
    reason: str = "",
    **more: object,
) -> PartResult:
    return PartResult(part_id, title, score, most, pending, verdict, reason, 0.42, 310 * 1024**2, **more)  # type: ignore[arg-type]


def _check(
    check_id: str, points: float, *, kind: str = "close", of: tuple[str, ...] = ("padded",), margin: float | None = 0.02
) -> CheckResult:
    return CheckResult(
        check_id,
        kind,
        of,
        "",
        "passed",
        points,
        points,
        margin=margin,
        tolerance=TOLERANCE if margin is not None else "",
    )


def _case(
    name: str,
    *,
    public: bool = False,
    ended: str = "answered",
    stdout: str = "",
    stderr: str = "",
    reason: str = "",
    fault: Fault | None = None,
) -> CaseResult:
    return CaseResult(name, ended, 0.21, 300 * 1024**2, reason, fault, stdout, stderr, public)  # type: ignore[arg-type]
