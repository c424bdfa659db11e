"""Probes of a4: each runs one part of a hand-in on inputs of its own, and says what came out. No answers stand here.

Axes: b sentences, s source positions, t target positions, e embedding, h hidden, v target words.

The layers of a model get their weights from their names, all biases zero. Parts do not see each other: `decode` meets a
recorder in the place of `step`, `step` meets inputs drawn for it, and both meet given embedding tables. Either order of
[h ; a] in u_t is right: `order_u_t` lays the columns of the output projection out in the order that the hand-in uses.
What compares a batch of one with a batch of four does both within one case, because it needs the same weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from grader import kit

EMBED, HIDDEN, SRC_WORDS, TGT_WORDS = 5, 3, 29, 31
PROJECTIONS = [f"{name}_projection" for name in ("h", "c", "att", "combined_output", "target_vocab")]
TABLES = ("source", "target")
LAYERS = ("post_embed_cnn", "encoder", "decoder", *PROJECTIONS, *(f"model_embeddings.{name}" for name in TABLES))
STEP = ("Ybar_t", "dec_state", "enc_hiddens", "enc_hiddens_proj", "enc_masks")
WATCHED = ("outputs", "ybar", "fed_hidden", "fed_cell")  # what `decode` makes for one sentence, whatever its neighbours
FED = ("fed_enc_hiddens", "fed_projection", "fed_mask")  # what `decode` hands to each step beside them
SHUT = -1e8  # a score at or below this gets the weight zero in float32
DRAWS = 40

Answers = dict[str, kit.Answer]


def pad(hw: Any, *, lengths: Sequence[int], words: bool, seed: int) -> Answers:
    """1a: sentences of these lengths after padding, as indices; anything but a word or the pad is -1."""
    lexicon = kit.Words(90, 90).src
    sents = kit.sentences(lengths, len(lexicon), seed)
    if words:
        return {"padded": kit.rectangle(hw.utils.pad_sents(sents, "<pad>"), lexicon.word2id)}
    padded = hw.utils.pad_sents([lexicon.words2indices(sent) for sent in sents], 0)
    return {"padded": kit.rectangle(padded, {index: index for index in lexicon.id2word})}


def embeddings(hw: Any, *, seed: int, embed_size: int = EMBED) -> Answers:
    """1b: sizes of the two tables, their padding indices (-1 for none), and the rows that some words get."""
    vocab = kit.Words(SRC_WORDS, TGT_WORDS, known_to=hw.model_embeddings)
    model = hw.model_embeddings.ModelEmbeddings(embed_size, vocab)
    kit.randomize(model, seed, biases="zero", layers=TABLES).eval()
    tables = {side: getattr(model, side, None) for side in TABLES}
    indices = [getattr(table, "padding_idx", None) for table in tables.values()]
    found: Answers = {name: torch.tensor(shape) for name, shape in kit.shapes_of(model, TABLES).items()}
    found["padding"] = torch.tensor([-1 if index is None else int(index) for index in indices])
    for side, size in (("source", SRC_WORDS), ("target", TGT_WORDS)):
        found[f"{side}_rows"] = _rows(tables[side], kit.ragged([6, 4], size, seed, name=side))
        weight = kit.parameter_named(model, f"{side}.weight")
        found[f"grad_{side}"] = kit.gradients(None if weight is None else weight.sum(), {side: weight}, seed)[side]
    return found


def _rows(table: Any, ids_sb: Tensor) -> kit.Answer:
    try:
        return kit.plain(table(ids_sb))
    except (IndexError, TypeError) as error:  # too small, or no table; the other one is still judged
        return f"{type(error).__name__} when words are looked up"


def layers(hw: Any, *, dropout_rate: float, seed: int, embed_size: int = EMBED, hidden_size: int = HIDDEN) -> Answers:
    """1c: the shape of every parameter by its name, how many projections there are, and the dropout rate in force."""
    model = _model(hw, seed, dropout_rate, embed_size, hidden_size)
    found: Answers = {name: torch.tensor(shape) for name, shape in kit.shapes_of(model, LAYERS).items()}
    found["projections_made"] = torch.tensor(sum(getattr(model, name, None) is not None for name in PROJECTIONS))
    found["dropout_rate"] = kit.plain(_rate_of_layer(model, dropout_rate))
    return found


def _rate_of_layer(model: Any, near: float) -> float:
    """Of the dropout layer, of several the one with this rate; without a layer, what the constructor noted."""
    layers = [getattr(model, "dropout", None), *model.modules()]
    rates = [layer.p for layer in layers if isinstance(layer, nn.Dropout)] or [getattr(model, "dropout_rate", -1.0)]
    return float(min(rates, key=lambda rate: abs(rate - near)))


def encode(hw: Any, *, lengths: Sequence[int], seed: int, compare: str = "") -> Answers:
    """1d: what the encoder hands to the decoder, for sentences of these lengths.

    `compare`: `alone` adds the first sentence by itself, `train` what train mode gives, and gradients.
    """
    model = _model(hw, seed, 0.5)
    source_sb = kit.ragged(lengths, SRC_WORDS, seed)
    quiet = _encoded(model.eval(), source_sb, lengths)
    if compare == "alone":
        return kit.shares(_encoded(model, source_sb[:, :1], lengths[:1]), quiet)
    if compare == "train":
        (loud,) = kit.draws(lambda: _encoded(model.train(), source_sb, lengths), 1, seed)
        beside_it = {f"{name}_eval": value for name, value in quiet.items()}
        return kit.plain_all(loud | beside_it) | _encoder_gradients(model, loud, seed)
    return kit.plain_all(quiet)


def _encoded(model: Any, source_sb: Tensor, lengths: Sequence[int]) -> dict[str, Any]:
    answer = model.encode(source_sb.clone(), list(lengths))
    return {"enc_hiddens": kit.pick(answer, 0), "h0": kit.pick(answer, 1, 0), "c0": kit.pick(answer, 1, 1)}


def _encoder_gradients(model: Any, answer: Mapping[str, Any], seed: int) -> Answers:
    sources = {
        "embedding": kit.parameter_named(model, "model_embeddings.source.weight"),
        "cnn": kit.parameter_named(model, "post_embed_cnn.weight"),
        "forward": kit.parameter_named(model, "encoder.weight_ih_l0"),
        "backward": kit.parameter_named(model, "encoder.weight_ih_l0_reverse"),
    }
    return {
        f"grad_{output}_{source}": gradient
        for output, value in answer.items()
        for source, gradient in kit.gradients(value, sources, seed).items()
    }


def decode(hw: Any, *, lengths: Sequence[int], target_lengths: Sequence[int], seed: int, compare: str = "") -> Answers:
    """1e: what the decoder gives, and what it feeds to `step`, whose answers are prescribed.

    `compare`: `alone` adds the first sentence by itself, the longest in both languages; `train` what train mode
    feeds, and whether that hangs together with what it was made from.
    """
    model = _model(hw, seed, 0.5).eval()
    inputs = _decoder_inputs(lengths, target_lengths, seed)
    found = inputs.decoded_by(model)
    if compare == "train":
        (loud,) = kit.draws(lambda: inputs.decoded_by(model.train()), 1, seed)
        return _beside_eval(found, loud) | _decoder_gradients(model, inputs, loud, seed)
    if compare == "alone":
        alone = inputs.of_the_first().decoded_by(model)
        return kit.shares({name: alone[name] for name in WATCHED}, found)
    return kit.plain_all(found)


def _beside_eval(quiet: Mapping[str, Any], loud: Mapping[str, Any]) -> Answers:
    """What train mode gave, and as `NAME_eval` what eval mode gave.

    What `step` was fed in neither mode costs its points where eval mode is judged: here both are 0.
    """
    pairs = {name: (loud[name], quiet[name]) for name in (*WATCHED, *FED)}
    lacking = {name for name in FED if not any(isinstance(each, Tensor) for each in pairs[name])}
    pairs |= dict.fromkeys(lacking, (torch.tensor(0), torch.tensor(0)))
    return kit.plain_all(
        {name: each for name, (each, _) in pairs.items()} | {f"{name}_eval": each for name, (_, each) in pairs.items()}
    )


@dataclass(frozen=True)
class _DecoderInputs:
    """What `decode` is given, and what `step` answers at each t: leaves, so that gradients can be asked for."""

    lengths: list[int]
    target_tb: Tensor
    enc_hiddens: Tensor
    state: list[Tensor]
    answers: dict[str, list[Tensor]]  # h, c, o and e of every step

    def of_the_first(self) -> _DecoderInputs:
        """The same for the first sentence alone."""
        answers = {name: [each[:1] for each in values] for name, values in self.answers.items()}
        state = [each[:1] for each in self.state]
        return _DecoderInputs(self.lengths[:1], self.target_tb[:, :1], self.enc_hiddens[:1], state, answers)

    def decoded_by(self, model: Any) -> dict[str, Any]:
        """Outputs, and for each step that the targets ask for what it was fed; the graph is kept."""
        recorder, steps = kit.Recorder(STEP, self._answer), len(self.target_tb) - 1
        masks = _masks(model, self.enc_hiddens, self.lengths)
        state = (self.state[0].clone(), self.state[1].clone())
        with kit.replaced(model, "step", recorder):
            outputs = model.decode(self.enc_hiddens.clone(), masks, state, self.target_tb.clone())
        states = recorder.values("dec_state", steps)
        return {
            "outputs": outputs,
            "ybar": kit.stacked(recorder.values("Ybar_t", steps)),
            "fed_hidden": kit.stacked([kit.pick(each, 0) for each in states]),
            "fed_cell": kit.stacked([kit.pick(each, 1) for each in states]),
            "fed_enc_hiddens": kit.stacked(recorder.values("enc_hiddens", steps)),
            "fed_projection": kit.stacked(recorder.values("enc_hiddens_proj", steps)),
            "fed_mask": kit.stacked([_truth(mask) for mask in recorder.values("enc_masks", steps)]),
        }

    def _answer(self, call: int) -> Any:
        h, c, o, e = (self.answers[name][call % len(self.target_tb[1:])] for name in "hcoe")
        return (h, c), o, e


def _decoder_inputs(lengths: Sequence[int], target_lengths: Sequence[int], seed: int) -> _DecoderInputs:
    b, s = len(lengths), max(lengths)
    shapes = {"h": (b, HIDDEN), "c": (b, HIDDEN), "o": (b, HIDDEN), "e": (b, s)}
    return _DecoderInputs(
        list(lengths),
        kit.ragged(target_lengths, SRC_WORDS, seed, name="target"),  # the source table knows these words too
        kit.leaf("enc_hiddens", (b, s, 2 * HIDDEN), seed),
        [kit.leaf(name, (b, HIDDEN), seed) for name in ("h0", "c0")],
        {
            name: [kit.leaf(f"{name} at {t}", shape, seed) for t in range(max(target_lengths) - 1)]
            for name, shape in shapes.items()
        },
    )


def _decoder_gradients(model: Any, inputs: _DecoderInputs, fed: Mapping[str, Any], seed: int) -> Answers:
    asked = {
        "embedding": ("ybar", kit.parameter_named(model, "model_embeddings.target.weight")),
        "att_projection": ("fed_projection", kit.parameter_named(model, "att_projection.weight")),
        "enc_hiddens": ("fed_enc_hiddens", inputs.enc_hiddens),
        "projected": ("fed_projection", inputs.enc_hiddens),
        "h0": ("fed_hidden", inputs.state[0]),
        "c0": ("fed_cell", inputs.state[1]),
    }
    found: Answers = {
        f"grad_{name}": kit.gradients(fed[output], {name: source}, seed)[name]
        for name, (output, source) in asked.items()
    }
    fed = {**fed, **{name: fed[name][1:] for name in WATCHED[1:] if isinstance(fed[name], Tensor)}}
    for name, output in (("o", "ybar"), ("h", "fed_hidden"), ("c", "fed_cell")):
        found |= kit.handed_on(name, fed[output], inputs.answers[name][:-1], seed)
    return found | kit.handed_on("given", fed["outputs"], inputs.answers["o"], seed)


def step(hw: Any, *, lengths: Sequence[int], seed: int, compare: str = "") -> Answers:
    """1f: the new state, the output, the scores at the words (0 elsewhere), and which positions are shut.

    `compare`: `alone` adds the first sentence by itself, without a mask; `train` the output drawn many times in
    train mode, the rate of dropout, gradients and slopes.
    """
    model = _model(hw, seed, 0.5).eval()
    inputs = _step_inputs(model, lengths, seed)
    order_u_t(model, seed)
    found = _stepped(model, inputs)
    if compare == "train":
        return _step_in_training(model, inputs, found, seed) | _rates(_model(hw, seed, 0.3), inputs, seed)
    if compare == "alone":
        alone = [(each[0][:1], each[1][:1]) if isinstance(each, tuple) else each[:1] for each in inputs[:4]]
        return kit.shares(_stepped(model, [*alone, None]), found)
    e_t, pads_bs = found["e_t"], inputs[4] != 0
    if isinstance(e_t, Tensor) and e_t.shape == pads_bs.shape:
        found["scores"] = e_t.masked_fill(pads_bs, 0)
        found["shut"] = e_t <= SHUT
        found["weights"] = torch.softmax(e_t, dim=1)
    else:
        found |= dict.fromkeys(("scores", "shut", "weights"), "e_t is not a score for every position")
    return kit.plain_all(found)


def order_u_t(model: Any, seed: int) -> None:
    """Lays the columns of the output projection out for [a ; h], if that is the order in which `step` joins them.

    Which order it is shows when only the first h columns count: with [h ; a] the output then does not depend
    on what is attended to. A model that cannot tell keeps the columns as they are.
    """
    weight = kit.parameter_named(model, "combined_output_projection.weight")
    if weight is None or weight.dim() != 2 or weight.size(1) != 3 * weight.size(0):
        return
    h = weight.size(0)
    kept = weight.detach().clone()
    first_only = torch.cat((kept[:, :h], torch.zeros(h, 2 * h)), dim=1)
    attention_first = torch.cat((kept[:, h:], kept[:, :h]), dim=1)
    with torch.no_grad():
        weight.copy_(first_only)
        weight.copy_(attention_first if _output_follows_attention(model, seed) else kept)


def _output_follows_attention(model: Any, seed: int) -> bool:
    """Whether O_t changes with the hidden states attended to, while everything else stays the same."""
    training = model.training
    try:
        ybar, state, enc_hiddens, projection, mask = _step_inputs(model.eval(), [4, 2], seed)
        other = kit.drawn("other enc_hiddens", tuple(enc_hiddens.shape), seed)
        outputs = [
            kit.pick(model.step(*kit.fresh(ybar, state, hiddens, projection, mask)), 1).detach()
            for hiddens in (enc_hiddens.detach(), other)
        ]
        return bool((outputs[0] - outputs[1]).abs().max() > 1e-6)
    except Exception:  # half-done work; whoever asked calls `step` next and meets the same
        return False
    finally:
        model.train(training)


def _step_inputs(model: Any, lengths: Sequence[int], seed: int) -> list[Any]:
    """What `step` is given, all leaves; the projection is the one that att_projection's weights would give."""
    b, s = len(lengths), max(lengths)
    weight_hd = kit.drawn("att_projection.weight", (HIDDEN, 2 * HIDDEN), seed, scale=0.5)
    enc_hiddens = kit.leaf("enc_hiddens", (b, s, 2 * HIDDEN), seed)
    projection = (enc_hiddens.detach() @ weight_hd.T).requires_grad_()
    state = (kit.leaf("h", (b, HIDDEN), seed), kit.leaf("c", (b, HIDDEN), seed))
    masks = _masks(model, enc_hiddens, lengths)
    return [kit.leaf("Ybar_t", (b, EMBED + HIDDEN), seed), state, enc_hiddens, projection, masks]


def _stepped(model: Any, inputs: Sequence[Any]) -> dict[str, Any]:
    ybar, state, enc_hiddens, projection, mask = inputs
    answer = model.step(
        ybar.clone(),
        (state[0].clone(), state[1].clone()),
        enc_hiddens.clone(),
        projection.clone(),
        None if mask is None else mask.clone(),
    )
    return {
        "h": kit.pick(answer, 0, 0),
        "c": kit.pick(answer, 0, 1),
        "O_t": kit.pick(answer, 1),
        "e_t": kit.pick(answer, 2),
    }


def _step_in_training(model: Any, inputs: Sequence[Any], quiet: Mapping[str, Any], seed: int) -> Answers:
    loud = kit.draws(lambda: _stepped(model.train(), inputs), DRAWS, seed)
    outputs = kit.stacked([answer["O_t"] for answer in loud])
    ybar, (h, c), enc_hiddens, projection, _ = inputs
    leaves = {"Ybar_t": ybar, "h": h, "c": c, "enc_hiddens": enc_hiddens, "projection": projection}
    layers = {
        "att_projection": kit.parameter_named(model, "att_projection.weight"),
        "decoder": kit.parameter_named(model, "decoder.weight_ih"),
        "combined": kit.parameter_named(model, "combined_output_projection.weight"),
    }
    of_output = kit.gradients(outputs, {**leaves, **layers}, seed)
    through_scores = (of_output.pop("projection"), of_output.pop("att_projection"))  # some project once more
    found: Answers = {f"grad_{name}": gradient for name, gradient in of_output.items()}
    found["grad_scores"] = torch.cat([gradient.flatten() for gradient in through_scores])
    for name in ("h", "c"):
        found[f"grad_new_{name}"] = kit.gradients(loud[0][name], {"Ybar_t": ybar}, seed)["Ybar_t"]
    found |= {f"slope_{name}": slope for name, slope in _step_slopes(model.eval(), leaves, seed).items()}
    states = {name: value for name, value in loud[0].items() if name != "O_t"}
    beside_it = {f"{name}_eval": value for name, value in quiet.items()}
    return found | kit.plain_all({"O_t_train": outputs, **states, **beside_it})


def _rates(model: Any, inputs: Sequence[Any], seed: int) -> Answers:
    """The rate at which `step` drops, and the rate that it should use; equal where the first cannot be told."""
    quiet = _stepped(model.eval(), inputs)["O_t"]
    in_force = kit.dropped_share(quiet, kit.draws(lambda: _stepped(model.train(), inputs)["O_t"], DRAWS, seed))
    of_layer = _rate_of_layer(model, 0.3 if in_force is None else in_force)
    return {
        "rate_in_force": kit.plain(of_layer if in_force is None else in_force),
        "rate_of_layer": kit.plain(of_layer),
    }


def _step_slopes(model: Any, leaves: Mapping[str, Tensor], seed: int) -> dict[str, Tensor]:
    b, s, _ = leaves["enc_hiddens"].shape
    mask = _masks(model, leaves["enc_hiddens"], [s] * b)  # a fill in place hides from the graph what it shuts

    def call(at: Mapping[str, Tensor]) -> list[Any]:
        state = (at["h"], at["c"])
        answer = _stepped(model, [at["Ybar_t"], state, at["enc_hiddens"], at["projection"], mask])
        return [answer["O_t"], answer["h"], answer["c"]]

    return kit.slopes(call, leaves, seed)


def masks(hw: Any, *, lengths: Sequence[int], seed: int) -> Answers:
    """1g: where the masks of a batch of these lengths are not zero."""
    model = _model(hw, seed, 0.5).eval()
    enc_hiddens = kit.drawn("enc_hiddens", (len(lengths), max(lengths), 2 * HIDDEN), seed)
    return {"masks": kit.plain(_truth(model.generate_sent_masks(enc_hiddens, list(lengths))))}


def forward(hw: Any, *, lengths: Sequence[int], target_lengths: Sequence[int], seed: int) -> Answers:
    """All parts together: the log-probability of each target sentence."""
    model = _model(hw, seed, 0.5).eval()
    order_u_t(model, seed)
    source = kit.sentences(lengths, SRC_WORDS, seed)
    return {"scores": kit.plain(model(source, kit.sentences(target_lengths, TGT_WORDS, seed, name="target")))}


def beam(hw: Any, *, length: int, beam_size: int, longest: int, seed: int) -> Answers:
    """Beam search, which the handout gives: the translations of one sentence as indices (-1 after the end)."""
    model = _model(hw, seed, 0.5).eval()
    order_u_t(model, seed)
    (source,) = kit.sentences([length], SRC_WORDS, seed)
    found = model.beam_search(source, beam_size=beam_size, max_decoding_time_step=longest)
    rows = [[model.vocab.tgt[word] for word in hypothesis.value] for hypothesis in found]
    return {
        "translations": torch.tensor([row + [-1] * (longest - len(row)) for row in rows]),
        "scores": torch.tensor([float(hypothesis.score) for hypothesis in found]),
    }


def toy_training(hw: Any, *, updates: int, pairs: int, seed: int) -> Answers:
    """Perplexity per word, each the mean of ten updates, while a small model learns to copy sentences."""
    model = _shaped(hw.nmt_model.NMT(16, 12, kit.Words(12, 12, known_to=hw.nmt_model), 0.1), 12, seed).train()
    kit.randomize(model, seed, scale=0.15, biases="zero", layers=LAYERS)
    lengths = (3 + kit.drawn("lengths", (pairs,), seed).abs() * 2).int().clamp(max=8).tolist()
    source = kit.sentences(lengths, 12, seed)

    def loss_nats_per_word(update: int) -> Tensor:
        batch = sorted((source[(update * 16 + place) % pairs] for place in range(16)), key=len, reverse=True)
        scores = model(kit.fresh(batch)[0], [["<s>", *sent, "</s>"] for sent in batch])
        return -scores.sum() / sum(len(sent) + 1 for sent in batch)

    curve = kit.training_losses(model, loss_nats_per_word, updates, seed).unflatten(0, (-1, 10)).mean(1).exp()
    return {"perplexity": curve, "last_perplexity": curve[-1]}


def _model(hw: Any, seed: int, dropout_rate: float, embed_size: int = EMBED, hidden_size: int = HIDDEN) -> Any:
    vocab = kit.Words(SRC_WORDS, TGT_WORDS, known_to=hw.nmt_model)
    model = _shaped(hw.nmt_model.NMT(embed_size, hidden_size, vocab, dropout_rate), SRC_WORDS, seed)
    return kit.randomize(model, seed, biases="zero", layers=LAYERS)


@torch.no_grad()
def _shaped(model: Any, words: int, seed: int) -> Any:
    """The same model; lazy layers have their shapes from one call of the whole, as far as that gets."""
    if any(is_lazy(parameter) for parameter in model.parameters()):
        with suppress(Exception):  # half-done work: what was called has its shape, what was not is judged without
            model(kit.sentences([3, 2], words, seed), kit.sentences([4, 3], words, seed, name="target"))
    return model


def _masks(model: Any, enc_hiddens: Tensor, lengths: Sequence[int]) -> Tensor:
    """1 at pads, in the type of the hand-in's own masks: a step made for bool masks is right with them."""
    pads_bs = torch.arange(max(lengths)) >= torch.tensor(list(lengths)).unsqueeze(1)
    try:
        return pads_bs.to(model.generate_sent_masks(enc_hiddens.detach().clone(), list(lengths)).dtype)
    except Exception:  # part 1g says what is wrong with it
        return pads_bs.float()


def _truth(mask: Any) -> Any:
    return mask != 0 if isinstance(mask, Tensor) else mask
