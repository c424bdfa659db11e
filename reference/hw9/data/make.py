"""Writes all of this folder: the news that hw9 summarises, and two small models that have read them.

    python reference/hw9/data/make.py            takes two minutes on one core

    news.jsonl                  one item a line: text, summary, and both as token numbers
    words.txt                   a word a line; its number is its line, from 0
    causal.safetensors          reads from left to right and foretells the next word
    bidirectional.safetensors   reads both ways and fills in words that were masked

Both models are trained here and nowhere else: width 24, 3 heads, 2 layers after the handout's TransformerLayer, the
head tied to the embedding. Before its training each has the weights that `untrained` draws from names and a seed.

Axes: b items, s positions, v words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.torch import save
from torch import Tensor, nn

from grader import kit

FOLDER = Path(__file__).parent
PAD, EOS, MASK = "<pad>", "<eos>", "<mask>"
ITEMS, SEED = 500, 9
WIDTH, HEADS, INNER, LAYERS, LONGEST = 24, 3, 48, 2, 64
STEPS, BATCH, RATE = 2500, 32, 4e-3
HIDDEN_SHARE = 0.2  # of the words, for the model that fills them in
SPREAD = 0.1  # of the weights before training

TOWNS = (
    *("arlen", "birk", "corvale", "dunmere", "eastby", "fallow", "grenn", "holm"),
    *("ivar", "kessel", "lorne", "marsk", "norwick", "osten", "pell", "quarr"),
)
NAMES = ("ada", "bo", "cleo", "dev", "eli", "fay", "gus", "hana", "ivo", "june")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = (
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "twelve",
    "twenty",
    "thirty",
    "ninety",
)
THINGS: Mapping[str, list[str]] = {
    "storm": ["storm", "flood", "gale", "blizzard", "hailstorm"],
    "hurt": ["roofs", "boats", "fences", "barns", "cars", "trees"],
    "made": ["bridge", "library", "school", "station", "harbour", "museum"],
    "club": ["rovers", "united", "wanderers", "athletic"],
    "sold": ["bread", "milk", "coal", "wool", "wheat", "salt"],
    "taken": ["painting", "statue", "clock", "necklace", "violin"],
    "job": ["mayor", "doctor", "teacher", "farmer", "captain", "judge"],
    "beast": ["whale", "wolf", "bear", "eagle", "seal"],
}
# The text of an item, and its summary. A word in braces is the same wherever its name stands.
KINDS = (
    (
        "a {storm} hit the town of {town} late on {day} . {number} {hurt} were lost before the {storm} moved on . "
        "{job} {name} said that {she} had never seen such a {storm} in {town} . nobody in {town} was hurt .",
        "{storm} hits {town} and takes {number} {hurt}",
    ),
    (
        "after {number} years of work the new {made} of {town} was opened on {day} by {job} {name} . {she} thanked the "
        "people of {town} , who had paid for the {made} themselves . the old {made} will be closed .",
        "{town} opens its new {made} after {number} years",
    ),
    (
        "{town} {club} beat {other} {club2} by {number} goals on {day} . {name} scored the first and said that {she} "
        "was proud of {town} . {other} have now lost {number2} games , and {other} fans left early .",
        "{name} scores as {town} beat {other}",
    ),
    (
        "the price of {sold} in {town} rose to {number} crowns on {day} . shops in {other} still ask {number2} . "
        "{name} , a {job} , said that {she} could not pay so much for {sold} and would go to {other} .",
        "{sold} now costs {number} crowns in {town}",
    ),
    (
        "police in {town} look for a {taken} that was stolen on {day} . {job} {name} found the door open when {she} "
        "came home . the {taken} is worth {number} crowns . police ask who saw the {taken} in {other} .",
        "{taken} worth {number} crowns stolen in {town}",
    ),
    (
        "a {beast} was seen near {town} on {day} . {name} , a {job} from {other} , took {number} pictures before {she} "
        "ran away from the {beast} . the people of {town} were told to leave the {beast} alone .",
        "{job} meets {beast} near {town}",
    ),
    (
        "{name} was chosen as {job} of {town} on {day} with {number} votes . {she} comes from {other} and promised a "
        "{made} for every child in {town} . the last {job} of {town} had served {number2} years .",
        "{name} is the new {job} of {town}",
    ),
)


def news(random: Random) -> Iterator[tuple[str, str]]:
    """Text and summary of each item."""
    for _ in range(ITEMS):
        text, summary = random.choice(KINDS)
        (town, other), (number, number2) = random.sample(TOWNS, 2), random.sample(NUMBERS, 2)
        club, club2 = random.sample(THINGS["club"], 2)
        words = {name: random.choice(kinds) for name, kinds in THINGS.items()} | {
            "town": town,
            "other": other,
            "number": number,
            "number2": number2,
            "club": club,
            "club2": club2,
            "name": random.choice(NAMES),
            "day": random.choice(DAYS),
            "she": random.choice(("she", "he")),
        }
        yield text.format(**words), summary.format(**words)


# --- the models -------------------------------------------------------------------------------------------------------


def shapes(n_words: int) -> dict[str, tuple[int, ...]]:
    """The parameters of a model by name: (out, in) of every linear layer."""
    found: dict[str, tuple[int, ...]] = {
        "embed_words.weight": (n_words, WIDTH),
        "embed_positions.weight": (LONGEST, WIDTH),
    }
    for layer in range(LAYERS):
        sizes = {f"self_attn.{name}_proj": (WIDTH, WIDTH) for name in "qkvo"}
        sizes |= {"self_attn_ln": (WIDTH,), "fc1": (INNER, WIDTH), "fc2": (WIDTH, INNER), "ffn_ln": (WIDTH,)}
        for name, shape in sizes.items():
            found[f"layers.{layer}.{name}.weight"] = shape
            found[f"layers.{layer}.{name}.bias"] = shape[:1]
    return found


def untrained(n_words: int, seed: int) -> dict[str, Tensor]:
    """The weights before training: normal numbers from the names; biases zero, the weights of norms one."""
    weights = {name: kit.drawn(name, shape, seed, scale=SPREAD) for name, shape in shapes(n_words).items()}
    for name, weight in weights.items():
        if name.endswith("bias"):
            weight.zero_()
        elif "_ln." in name:
            weight.fill_(1)
    return weights


def logits(weights: Mapping[str, Tensor], ids_bs: Tensor, *, causal: bool) -> Tensor:
    """What the model says at every position: (b, s) -> (b, s, v)."""
    x_bsd = weights["embed_words.weight"][ids_bs] + weights["embed_positions.weight"][: ids_bs.size(1)]
    for layer in range(LAYERS):
        own = {
            name.removeprefix(f"layers.{layer}."): weight
            for name, weight in weights.items()
            if name.startswith(f"layers.{layer}.")
        }
        x_bsd = _normed(x_bsd + _attended(own, x_bsd, ids_bs != 0, causal=causal), own, "self_attn_ln")
        inner_bsf = F.relu(_linear(x_bsd, own, "fc1"))
        x_bsd = _normed(x_bsd + _linear(inner_bsf, own, "fc2"), own, "ffn_ln")
    return x_bsd @ weights["embed_words.weight"].T


def _attended(own: Mapping[str, Tensor], x_bsd: Tensor, words_bs: Tensor, *, causal: bool) -> Tensor:
    q_bhsc, k_bhsc, v_bhsc = (
        _linear(x_bsd, own, f"self_attn.{name}_proj").unflatten(-1, (HEADS, -1)).transpose(1, 2) for name in "qkv"
    )
    seen = words_bs[:, None, None, :].expand(-1, 1, words_bs.size(1), -1)
    if causal:
        seen = seen.tril()
    mixed_bhsc = F.scaled_dot_product_attention(q_bhsc, k_bhsc, v_bhsc, attn_mask=seen)
    return _linear(mixed_bhsc.transpose(1, 2).flatten(-2), own, "self_attn.o_proj")


def _linear(x: Tensor, own: Mapping[str, Tensor], name: str) -> Tensor:
    return F.linear(x, own[f"{name}.weight"], own[f"{name}.bias"])


def _normed(x_bsd: Tensor, own: Mapping[str, Tensor], name: str) -> Tensor:
    return F.layer_norm(x_bsd, (WIDTH,), own[f"{name}.weight"], own[f"{name}.bias"])


def trained(items_bs: Tensor, n_words: int, seed: int, *, causal: bool) -> dict[str, Tensor]:
    """The weights after training on items that begin with the end mark."""
    weights = {name: weight.requires_grad_() for name, weight in untrained(n_words, seed).items()}
    optimizer = torch.optim.AdamW(weights.values(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    chance = torch.Generator().manual_seed(seed)
    for step in range(STEPS):
        batch_bs = items_bs[torch.randint(len(items_bs), (BATCH,), generator=chance)]
        if causal:
            given_bs, wanted_bs = batch_bs[:, :-1], batch_bs[:, 1:].masked_fill(batch_bs[:, 1:] == 0, -100)
        else:
            hidden_bs = (torch.rand(batch_bs.shape, generator=chance) < HIDDEN_SHARE) & (batch_bs > 2)
            given_bs, wanted_bs = batch_bs.masked_fill(hidden_bs, 2), batch_bs.masked_fill(~hidden_bs, -100)
        loss = nn.functional.cross_entropy(logits(weights, given_bs, causal=causal).flatten(0, 1), wanted_bs.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 500 == 499:
            print(f"{'causal' if causal else 'bidirectional'}: step {step + 1}, loss {loss.item():.3f}")
    return {name: weight.detach() for name, weight in weights.items()}


def main() -> None:
    """Writes the four files."""
    torch.set_num_threads(1)  # with several the last digits depend on the machine
    items = list(news(Random(SEED)))
    words = [PAD, EOS, MASK, *sorted({word for item in items for text in item for word in text.split()})]
    number_of = {word: number for number, word in enumerate(words)}
    with (FOLDER / "news.jsonl").open("w", encoding="utf-8") as file:
        for text, summary in items:
            ids = {name: [number_of[word] for word in said.split()] for name, said in (("t", text), ("s", summary))}
            item = {"text": text, "summary": summary, "text_ids": ids["t"], "summary_ids": ids["s"]}
            print(json.dumps(item, separators=(",", ":")), file=file)
    (FOLDER / "words.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    rows = [torch.tensor([1, *(number_of[word] for word in text.split()), 1]) for text, _ in items]
    items_bs = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    for seed, name in enumerate(("causal", "bidirectional"), start=SEED):
        weights = trained(items_bs, len(words), seed, causal=name == "causal")
        ordered = {key: weights[key].contiguous() for key in sorted(weights)}
        (FOLDER / f"{name}.safetensors").write_bytes(save(ordered))


if __name__ == "__main__":
    main()
