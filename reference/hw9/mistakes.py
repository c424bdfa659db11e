"""Known mistakes of hw9 and versions that are just as right. Secret: students read the hints, never the edits.

A mistake is an edit of a solved file; what it keeps of each part stands in rubrics/hw9.yaml. The first group of each
section is known from hand-ins and handouts; the second was found by breaking the reference until the probes saw it.
"""

from __future__ import annotations

from grader.authoring import Edit, Mistake, Variant

FACES, MODEL = "facenet.py", "summarize.py"

# --- question 1 -----------------------------------------------------------------------------------------------

UNIT = "(F.normalize(each, dim=1) for each in (anchor, positive, negative))"
LOSS = "(positive_m - negative_m + margin).clamp(min=0).mean()"
triplet_no_margin = Mistake(
    FACES,
    was="(positive_m - negative_m + margin).clamp",
    now="(positive_m - negative_m).clamp",
    hint="Ask for a margin between the two distances.",
)
triplet_no_hinge = Mistake(FACES, was=".clamp(min=0).mean()", now=".mean()", hint="A satisfied triplet costs nothing.")
triplet_swapped = Mistake(
    FACES,
    was="(positive_m - negative_m + margin)",
    now="(negative_m - positive_m + margin)",
    hint="The positive should be near, the negative far.",
)
triplet_not_squared = Mistake(
    FACES,
    was="positive_m = (anchor - positive).pow(2).sum(dim=1)",
    now="positive_m = (anchor - positive).norm(dim=1)",
    hint="Use squared distances.",
    also=(
        Edit(
            FACES,
            "negative_m = (anchor - negative).pow(2).sum(dim=1)",
            "negative_m = (anchor - negative).norm(dim=1)",
        ),
    ),
)
triplet_raw = Mistake(
    FACES,
    was=UNIT,
    now="(anchor, positive, negative)",
    hint="Put the embeddings on the unit sphere first.",
    public=True,
)
hardest_negative = Mistake(
    FACES,
    was="        semi_hard_n = semi_hard_n & (distances_nn[a] > distances_nn[a, p])\n",
    now="",
    hint="A semi-hard negative is farther than the positive.",
    public=True,
)
no_upper_margin = Mistake(
    FACES,
    was="        semi_hard_n = semi_hard_n & (distances_nn[a] < distances_nn[a, p] + margin)\n",
    now="",
    hint="A semi-hard negative still lies inside the margin.",
)
self_pairs = Mistake(
    FACES,
    was="    alike_nn = alike_nn & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)\n",
    now="",
    hint="An anchor is not its own positive.",
    public=True,
)
half_the_pairs = Mistake(
    FACES,
    was="return alike_nn.nonzero()",
    now="return alike_nn.triu(1).nonzero()",
    hint="Each pair counts in both directions.",
)

triplet_sum = Mistake(
    FACES, was=".clamp(min=0).mean()", now=".clamp(min=0).sum()", hint="The loss is the mean over the triplets."
)
triplet_mean_of_active = Mistake(
    FACES,
    was=f"    return {LOSS}\n",
    now="    losses_m = (positive_m - negative_m + margin).clamp(min=0)\n"
    "    return losses_m.sum() / losses_m.gt(0).sum().clamp(min=1)\n",
    hint="The mean is over all triplets, those that are satisfied too.",
)
triplet_hinge_of_mean = Mistake(
    FACES,
    was=".clamp(min=0).mean()",
    now=".mean().clamp(min=0)",
    hint="Each triplet has its own hinge; take the mean last.",
)
triplet_margin_fixed = Mistake(
    FACES,
    was="negative_m + margin).clamp",
    now="negative_m + 0.2).clamp",
    hint="Use the margin that the function is given.",
)
triplet_mean_of_channels = Mistake(
    FACES,
    was="positive_m = (anchor - positive).pow(2).sum(dim=1)",
    now="positive_m = (anchor - positive).pow(2).mean(dim=1)",
    hint="A squared distance is the sum over the channels.",
    also=(
        Edit(
            FACES,
            "negative_m = (anchor - negative).pow(2).sum(dim=1)",
            "negative_m = (anchor - negative).pow(2).mean(dim=1)",
        ),
    ),
)
triplet_unit_columns = Mistake(
    FACES,
    was="F.normalize(each, dim=1)",
    now="F.normalize(each, dim=0)",
    hint="Each embedding, that is each row, gets unit length.",
)
triplet_detached = Mistake(
    FACES,
    was="F.normalize(each, dim=1) for",
    now="F.normalize(each.detach(), dim=1).requires_grad_() for",
    hint="Stay in the graph, or nothing is trained.",
)
triplet_negative_detached = Mistake(
    FACES,
    was="(anchor - negative).pow(2)",
    now="(anchor - negative.detach()).pow(2)",
    hint="The negative is pushed away as well; leave it in the graph.",
)
triplet_soft = Mistake(
    FACES,
    was="(positive_m - negative_m + margin).clamp(min=0).mean()",
    now="F.softplus(positive_m - negative_m + margin).mean()",
    hint="The hinge is max(0, x), not its smooth form.",
)
triplet_from_positive = Mistake(
    FACES,
    was="(anchor - negative).pow(2)",
    now="(positive - negative).pow(2)",
    hint="Both distances are measured from the anchor.",
)
farthest_semi_hard = Mistake(
    FACES,
    was='candidates_n = distances_nn[a].masked_fill(~semi_hard_n, float("inf"))',
    now='candidates_n = -distances_nn[a].masked_fill(~semi_hard_n, float("-inf"))',
    hint="Of several semi-hard negatives take the nearest.",
)
negatives_of_own_label = Mistake(
    FACES,
    was="semi_hard_n = labels != labels[a]\n",
    now="semi_hard_n = torch.arange(len(labels)) != a\n",
    hint="A negative has another label.",
)
no_negative_dropped = Mistake(
    FACES,
    was="        rows.append([a, p, int(candidates_n.argmin()) if semi_hard_n.any() else -1])\n",
    now="        if semi_hard_n.any():\n            rows.append([a, p, int(candidates_n.argmin())])\n",
    hint="A pair without a semi-hard negative keeps its row, with -1.",
)
no_negative_is_first = Mistake(
    FACES,
    was="int(candidates_n.argmin()) if semi_hard_n.any() else -1",
    now="int(candidates_n.argmin())",
    hint="Where no negative is semi-hard write -1.",
)
mining_margin_fixed = Mistake(
    FACES,
    was="distances_nn[a, p] + margin)",
    now="distances_nn[a, p] + 0.2)",
    hint="Use the margin that the function is given.",
)
mining_from_positive = Mistake(
    FACES,
    was="candidates_n = distances_nn[a].masked",
    now="candidates_n = distances_nn[p].masked",
    hint="The nearest negative is the one nearest to the anchor.",
)
distances_not_squared = Mistake(
    FACES,
    was="- embeddings.unsqueeze(1)).pow(2).sum(dim=2)",
    now="- embeddings.unsqueeze(1)).norm(dim=2)",
    hint="The margin is one of squared distances.",
)
neighbours_only = Mistake(
    FACES,
    was="for n in range(len(labels)) if labels[n] != labels[a])",
    now="for n in range(a, len(labels)) if labels[n] != labels[a])",
    hint="Every face of another label is a negative, wherever it stands.",
)
negatives_of_any_label = Mistake(
    FACES,
    was="if labels[n] != labels[a])",
    now="if n not in (a, p))",
    hint="A negative has another label.",
)
share_of_satisfied = Mistake(
    FACES, was="(losses_m > 0)", now="(losses_m <= 0)", hint="Count the triplets that still teach something."
)
share_without_margin = Mistake(
    FACES,
    was="distances_nn[anchors, negatives] + margin",
    now="distances_nn[anchors, negatives]",
    hint="A triplet is satisfied only beyond the margin.",
)
share_is_count = Mistake(
    FACES,
    was="(losses_m > 0).float().mean().item()",
    now="(losses_m > 0).sum().item()",
    hint="Give the share, a number between 0 and 1.",
)

triplet_by_torch = Variant(
    (
        Edit(
            FACES,
            f"    return {LOSS}\n",
            "    distance = lambda x, y: (x - y).pow(2).sum(dim=1)\n"
            "    return F.triplet_margin_with_distance_loss(\n"
            "        anchor, positive, negative, distance_function=distance, margin=margin)\n",
        ),
    )
)
triplet_by_cosine = Variant(
    (
        Edit(FACES, "(anchor - positive).pow(2).sum(dim=1)", "2 - 2 * F.cosine_similarity(anchor, positive)"),
        Edit(FACES, "(anchor - negative).pow(2).sum(dim=1)", "2 - 2 * F.cosine_similarity(anchor, negative)"),
    )
)
triplet_by_loop = Variant(
    (
        Edit(
            FACES,
            f"    return {LOSS}\n",
            "    total = 0.0\n"
            "    for near, far in zip(positive_m, negative_m):\n"
            "        total = total + torch.max(torch.zeros(1), near - far + margin)\n"
            "    return total / len(anchor)\n",
        ),
    )
)
triplet_unit_by_hand = Variant(
    (Edit(FACES, "F.normalize(each, dim=1) for", "each / each.norm(p=2, dim=1, keepdim=True) for"),)
)
triplet_renamed = Variant(
    (
        Edit(
            FACES, "def triplet_loss(anchor, positive, negative, margin=0.2):", "def triplet_loss(a, p, n, alpha=0.2):"
        ),
        Edit(FACES, UNIT, "(F.normalize(each, dim=1) for each in (a, p, n))"),
        Edit(FACES, "negative_m + margin).clamp", "negative_m + alpha).clamp"),
    )
)
distances_by_cdist = Variant(
    (
        Edit(
            FACES,
            "(embeddings.unsqueeze(0) - embeddings.unsqueeze(1)).pow(2).sum(dim=2)",
            "torch.cdist(embeddings, embeddings).pow(2)",
        ),
    )
)
distances_by_products = Variant(
    (
        Edit(
            FACES,
            "return (embeddings.unsqueeze(0) - embeddings.unsqueeze(1)).pow(2).sum(dim=2)",
            "squares_n = embeddings.pow(2).sum(dim=1)\n"
            "    return (squares_n[:, None] + squares_n[None] - 2 * embeddings @ embeddings.T).clamp(min=0)",
        ),
    )
)
mining_normalises = Variant(
    (
        Edit(
            FACES,
            '"""Shapes: (n, d) -> (n, n)."""\n',
            '"""Shapes: (n, d) -> (n, n)."""\n    embeddings = F.normalize(embeddings, dim=1)\n',
        ),
    )
)
mining_rows_as_lists = Variant(
    (
        Edit(
            FACES,
            "if semi_hard_n.any() else -1])\n    return torch.tensor(rows, dtype=torch.long).reshape(-1, 3)",
            "if semi_hard_n.any() else -1])\n    return rows",
        ),
    )
)
triplets_as_numpy = Variant(
    (
        Edit(
            FACES,
            "for n in range(len(labels)) if labels[n] != labels[a])\n"
            "    return torch.tensor(rows, dtype=torch.long).reshape(-1, 3)",
            "for n in range(len(labels)) if labels[n] != labels[a])\n    return np.array(rows)",
        ),
        Edit(FACES, "import torch\n", "import numpy as np\nimport torch\n"),
        Edit(FACES, "all_triplets(labels).unbind(dim=1)", "all_triplets(labels).T"),
    )
)
triplets_as_tuples_backwards = Variant(
    (
        Edit(
            FACES,
            "for n in range(len(labels)) if labels[n] != labels[a])\n"
            "    return torch.tensor(rows, dtype=torch.long).reshape(-1, 3)",
            "for n in range(len(labels)) if labels[n] != labels[a])\n    return [tuple(row) for row in rows[::-1]]",
        ),
        Edit(FACES, "all_triplets(labels).unbind(dim=1)", "torch.tensor(all_triplets(labels)).T"),
    )
)
triplets_broadcast = Variant(
    (
        Edit(
            FACES,
            "    rows = []\n"
            "    for a, p in positive_pairs(labels).tolist():\n"
            "        rows.extend([a, p, n] for n in range(len(labels)) if labels[n] != labels[a])\n"
            "    return torch.tensor(rows, dtype=torch.long).reshape(-1, 3)",
            "    same = labels[:, None] == labels[None]\n"
            "    other = ~torch.eye(len(labels), dtype=torch.bool)\n"
            "    return ((same & other)[:, :, None] & ~same[:, None, :]).nonzero()",
        ),
    )
)
pairs_by_loops = Variant(
    (
        Edit(
            FACES,
            "    alike_nn = labels.unsqueeze(0) == labels.unsqueeze(1)\n"
            "    alike_nn = alike_nn & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)\n"
            "    return alike_nn.nonzero()",
            "    faces = range(len(labels))\n"
            "    return torch.tensor([(p, a) for a in faces for p in faces if a != p and labels[a] == labels[p]])",
        ),
    )
)
share_as_tensor = Variant((Edit(FACES, "(losses_m > 0).float().mean().item()", "(losses_m > 0).double().mean()"),))
share_as_numpy = Variant((Edit(FACES, "(losses_m > 0).float().mean().item()", "(losses_m > 0).numpy().mean()"),))
share_of_unsatisfied = Variant(
    (Edit(FACES, "(losses_m > 0).float().mean().item()", "1 - (losses_m <= 0).sum().item() / len(losses_m)"),)
)

# --- attention ------------------------------------------------------------------------------------------------

SCORES = "q @ k.transpose(1, 2) / math.sqrt(q.size(-1))"
PADS = 'scores_nts.masked_fill(key_padding_mask.bool().unsqueeze(1), float("-inf"))'
LATER = 'scores_nts.masked_fill(future_mask[:t, :s].bool().to(q.device), float("-inf"))'
SOFTMAX = "F.softmax(scores_nts, dim=-1, dtype=torch.float32).type_as(v)"
no_scale = Mistake(
    MODEL,
    was=SCORES,
    now="q @ k.transpose(1, 2)",
    hint="Divide the scores by the square root of the head size.",
    public=True,
)
scale_d = Mistake(
    MODEL,
    was="/ math.sqrt(q.size(-1))",
    now="/ q.size(-1)",
    hint="Divide the scores by the square root of the head size.",
)
no_pad_mask = Mistake(
    MODEL,
    was="    if key_padding_mask is not None:\n        scores_nts",
    now="    if False:\n        scores_nts",
    hint="Keys that are padding may not get any weight.",
)
pad_inverted = Mistake(
    MODEL,
    was="key_padding_mask.bool().unsqueeze(1)",
    now="key_padding_mask.eq(0).unsqueeze(1)",
    hint="In the mask, 1 means padding.",
    public=True,
)
mask_zero = Mistake(
    MODEL,
    was='key_padding_mask.bool().unsqueeze(1), float("-inf"))',
    now="key_padding_mask.bool().unsqueeze(1), 0.0)",
    hint="A score of zero still gets weight; make it minus infinity.",
    public=True,
)
no_causal = Mistake(
    MODEL,
    was="    if causal:\n",
    now="    if False:\n",
    hint="When causal is asked for, no query may see a later key.",
)
causal_diag0 = Mistake(
    MODEL,
    was="torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)",
    now="torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=0)",
    hint="A position may attend to itself.",
)
softmax_over_queries = Mistake(
    MODEL,
    was="F.softmax(scores_nts, dim=-1,",
    now="F.softmax(scores_nts, dim=1,",
    hint="For each query the weights over the keys sum to one.",
)
half_softmax = Mistake(
    MODEL,
    was=SOFTMAX,
    now="torch.exp(scores_nts) / torch.exp(scores_nts).sum(dim=-1, keepdim=True)",
    hint="Compute the softmax in single precision.",
)

scale_after_softmax = Mistake(
    MODEL,
    was=SCORES,
    now="q @ k.transpose(1, 2)",
    hint="Scale the scores before the softmax.",
    also=(Edit(MODEL, "return weights_nts @ v\n", "return weights_nts @ v / math.sqrt(q.size(-1))\n"),),
)
scale_by_keys = Mistake(
    MODEL, was="math.sqrt(q.size(-1))", now="math.sqrt(k.size(1))", hint="The scale is the size of a head."
)
pads_after_softmax = Mistake(
    MODEL,
    was=PADS,
    now="scores_nts",
    hint="Mask before the softmax, or the weights that are left do not sum to one.",
    also=(
        Edit(
            MODEL,
            "    return weights_nts @ v\n",
            "    if key_padding_mask is not None:\n"
            "        weights_nts = weights_nts * (1 - key_padding_mask).unsqueeze(1)\n"
            "    return weights_nts @ v\n",
        ),
    ),
)
mask_small = Mistake(
    MODEL,
    was='key_padding_mask.bool().unsqueeze(1), float("-inf"))',
    now="key_padding_mask.bool().unsqueeze(1), -5.0)",
    hint="Minus infinity shuts a key out; a small negative score does not.",
)
pads_of_queries = Mistake(
    MODEL,
    was="key_padding_mask.bool().unsqueeze(1)",
    now="key_padding_mask.bool().unsqueeze(2)",
    hint="The mask belongs to the keys, the last axis of the scores.",
)
first_mask_for_all = Mistake(
    MODEL,
    was="key_padding_mask.bool().unsqueeze(1)",
    now="key_padding_mask[:1].bool().unsqueeze(1)",
    hint="Each example has its own padding.",
)
one_mask_only = Mistake(
    MODEL, was="    if causal:\n", now="    elif causal:\n", hint="Both masks may be asked for at once."
)
always_causal = Mistake(
    MODEL,
    was="    if causal:\n",
    now="    if True:\n",
    hint="Hide later keys only when causal is asked for.",
)
causal_backwards = Mistake(
    MODEL,
    was="torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)",
    now="torch.tril(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=-1)",
    hint="Hide what is later, not what was before.",
)
causal_one_late = Mistake(
    MODEL,
    was="torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)",
    now="torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=2)",
    hint="The very next position is the future, too.",
)
causal_zero = Mistake(
    MODEL,
    was='future_mask[:t, :s].bool().to(q.device), float("-inf"))',
    now="future_mask[:t, :s].bool().to(q.device), 0.0)",
    hint="A score of zero still gets weight; make it minus infinity.",
)
causal_after_softmax = Mistake(
    MODEL,
    was="    weights_nts = F.softmax",
    now="    later_ts = future_mask[: q.size(1), : k.size(1)].bool()\n    weights_nts = F.softmax",
    hint="Mask before the softmax, or the weights that are left do not sum to one.",
    also=(
        Edit(MODEL, LATER, "scores_nts"),
        Edit(MODEL, "return weights_nts @ v\n", "return weights_nts * (~later_ts if causal else 1) @ v\n"),
    ),
)
softmax_over_examples = Mistake(
    MODEL,
    was="F.softmax(scores_nts, dim=-1,",
    now="F.softmax(scores_nts, dim=0,",
    hint="The softmax runs over the keys, the last axis.",
)
log_weights = Mistake(
    MODEL,
    was="F.softmax(scores_nts",
    now="F.log_softmax(scores_nts",
    hint="The weights are shares, not their logarithms.",
)
sigmoid_weights = Mistake(
    MODEL,
    was=SOFTMAX,
    now="torch.sigmoid(scores_nts)",
    hint="The weights of a query sum to one: take the softmax.",
)
weights_dropped = Mistake(
    MODEL,
    was="    return weights_nts @ v\n",
    now="    return F.dropout(weights_nts, 0.1) @ v\n",
    hint="No dropout belongs into attention, and F.dropout drops in eval mode, too.",
)
weights_detached = Mistake(
    MODEL,
    was="    return weights_nts @ v\n",
    now="    return weights_nts.detach() @ v\n",
    hint="Stay in the graph: queries and keys must be trained.",
)
hard_attention = Mistake(
    MODEL,
    was="    return weights_nts @ v\n",
    now="    weights_nts = F.one_hot(weights_nts.argmax(dim=-1), v.size(1)).type_as(v)\n    return weights_nts @ v\n",
    hint="Mix the values by their weights; do not pick one.",
)
queries_for_values = Mistake(
    MODEL,
    was="return weights_nts @ v\n",
    now="return weights_nts @ k\n",
    hint="The weights mix the values, not the keys.",
)
weights_rounded = Mistake(
    MODEL,
    was="dtype=torch.float32).type_as(v)\n",
    now="dtype=torch.float32).type_as(v)\n    weights_nts = weights_nts.bfloat16().type_as(v)\n",
    hint="Keep the weights in the precision of the values.",
)
batch_pads = Mistake(
    MODEL,
    was="key_padding_mask.bool().unsqueeze(1)",
    now="key_padding_mask.bool().any(dim=0).expand(k.shape[:2]).unsqueeze(1)",
    hint="Each example has its own padding.",
)

minus_1e9 = Variant(
    (
        Edit(
            MODEL, 'key_padding_mask.bool().unsqueeze(1), float("-inf"))', "key_padding_mask.bool().unsqueeze(1), -1e9)"
        ),
        Edit(MODEL, '.bool().to(q.device), float("-inf"))', ".bool().to(q.device), -1e9)"),
    )
)
minus_65504 = Variant(
    (
        Edit(
            MODEL,
            'key_padding_mask.bool().unsqueeze(1), float("-inf"))',
            "key_padding_mask.bool().unsqueeze(1), -65504)",
        ),
        Edit(MODEL, '.bool().to(q.device), float("-inf"))', ".bool().to(q.device), torch.finfo(q.dtype).min)"),
    )
)
rezero_after_softmax = Variant(
    (
        Edit(
            MODEL,
            "    return weights_nts @ v\n",
            "    if key_padding_mask is not None:\n"
            "        weights_nts = weights_nts * (1 - key_padding_mask).unsqueeze(1).type_as(v)\n"
            "    return weights_nts @ v\n",
        ),
    )
)
zeros_for_no_keys = Variant((Edit(MODEL, "return weights_nts @ v\n", "return torch.nan_to_num(weights_nts) @ v\n"),))
einsum = Variant(
    (
        Edit(MODEL, SCORES, 'torch.einsum("ntc,nsc->nts", q, k) * q.size(-1) ** -0.5'),
        Edit(MODEL, "return weights_nts @ v\n", 'return torch.einsum("nts,nsc->ntc", weights_nts, v)\n'),
    )
)
bmm = Variant(
    (
        Edit(MODEL, SCORES, "torch.bmm(q / q.shape[-1] ** 0.5, k.permute(0, 2, 1))"),
        Edit(MODEL, "return weights_nts @ v\n", "return torch.bmm(weights_nts, v)\n"),
    )
)
baddbmm = Variant(
    (Edit(MODEL, SCORES, "torch.baddbmm(q.new_zeros(1), q, k.mT, beta=0, alpha=1 / math.sqrt(q.size(-1)))"),)
)
keys_scaled = Variant((Edit(MODEL, SCORES, "q @ (k / math.sqrt(k.size(-1))).transpose(-2, -1)"),))
scaled_on_both_sides = Variant((Edit(MODEL, SCORES, "(q * k.size(-1) ** -0.25) @ (k * k.size(-1) ** -0.25).mT"),))
softmax_in_own_precision = Variant((Edit(MODEL, SOFTMAX, "torch.softmax(scores_nts, dim=2)"),))
softmax_by_hand = Variant(
    (
        Edit(
            MODEL,
            SOFTMAX,
            "torch.exp(scores_nts.float() - scores_nts.float().amax(dim=-1, keepdim=True))\n"
            "    weights_nts = (weights_nts / weights_nts.sum(dim=-1, keepdim=True)).to(v.dtype)",
        ),
    )
)
attention_in_single = Variant(
    (
        Edit(MODEL, SCORES, "q.float() @ k.float().transpose(1, 2) / math.sqrt(q.size(-1))"),
        Edit(MODEL, SOFTMAX, "F.softmax(scores_nts, dim=-1)"),
        Edit(MODEL, "return weights_nts @ v\n", "return weights_nts @ v.float()\n"),
    )
)
mask_in_place = Variant(
    (
        Edit(MODEL, f"scores_nts = {PADS}", 'scores_nts.masked_fill_(key_padding_mask[:, None, :], float("-inf"))'),
        Edit(
            MODEL,
            f"scores_nts = {LATER}",
            'scores_nts.masked_fill_(future_mask[:t, :s] == 1, float("-inf"))',
        ),
    )
)
mask_by_index = Variant(
    (
        Edit(
            MODEL,
            f"scores_nts = {PADS}",
            "scores_nts = scores_nts.clone()\n"
            '        scores_nts[key_padding_mask.unsqueeze(1).expand_as(scores_nts)] = float("-inf")',
        ),
    )
)
mask_by_where = Variant(
    (
        Edit(
            MODEL,
            PADS,
            'torch.where(key_padding_mask[:, None, :] == 1, torch.tensor(float("-inf"), dtype=q.dtype), scores_nts)',
        ),
        Edit(MODEL, LATER, 'torch.where(future_mask[:t, :s] > 0, float("-inf"), scores_nts)'),
    )
)
masks_added = Variant(
    (
        Edit(
            MODEL,
            "torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)",
            'torch.triu(torch.full((1024, 1024), float("-inf")), diagonal=1)',
        ),
        Edit(MODEL, LATER, "scores_nts + future_mask[:t, :s].type_as(scores_nts)"),
        Edit(MODEL, PADS, "scores_nts - 1e9 * key_padding_mask.unsqueeze(1).to(scores_nts)"),
    )
)
masks_joined = Variant(
    (
        Edit(
            MODEL,
            "    if key_padding_mask is not None:\n"
            f"        scores_nts = {PADS}\n"
            "    if causal:\n"
            "        t, s = scores_nts.shape[1:]\n"
            f"        scores_nts = {LATER}\n",
            "    shut = torch.zeros(scores_nts.shape, dtype=torch.uint8)\n"
            "    if key_padding_mask is not None:\n"
            "        shut = shut | key_padding_mask.unsqueeze(1)\n"
            "    if causal:\n"
            "        shut = shut | future_mask[: q.shape[1], : k.shape[1]]\n"
            '    scores_nts[shut.bool()] = -float("inf")\n',
        ),
    )
)
causal_by_arange = Variant(
    (
        Edit(
            MODEL,
            LATER,
            'scores_nts.masked_fill(torch.arange(s)[None, :] > torch.arange(t)[:, None], float("-inf"))',
        ),
        Edit(MODEL, "future_mask = torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)\n", ""),
    )
)
torch_attention = Variant(
    (
        Edit(
            MODEL,
            f"    scores_nts = {SCORES}\n",
            "    keep = torch.ones(q.size(1), k.size(1), dtype=torch.bool)\n"
            "    if causal:\n"
            "        keep = keep.tril()\n"
            "    if key_padding_mask is not None:\n"
            "        keep = keep & ~key_padding_mask.bool().unsqueeze(1)\n"
            "    return F.scaled_dot_product_attention(q, k, v, attn_mask=keep)\n\n\n"
            "def _not_used(q, k, v, key_padding_mask, causal):\n"
            f"    scores_nts = {SCORES}\n",
        ),
    )
)
attention_gives_weights = Variant(
    (
        Edit(MODEL, "return weights_nts @ v\n", "return weights_nts @ v, weights_nts\n"),
        Edit(MODEL, "heads_ntc = scaled_dot", "heads_ntc, _ = scaled_dot"),
    )
)
attention_renamed_arguments = Variant(
    (
        Edit(
            MODEL,
            "def scaled_dot_product_attention(q, k, v, key_padding_mask=None, causal=False):",
            "def scaled_dot_product_attention(query, key, value, pad_mask=None, is_causal=False):\n"
            "    q, k, v, key_padding_mask, causal = query, key, value, pad_mask, is_causal",
        ),
        Edit(
            MODEL,
            "(q_ntc, k_nsc, v_nsc, key_padding_mask, causal)",
            "(key=k_nsc, query=q_ntc, value=v_nsc, is_causal=causal, pad_mask=key_padding_mask)",
        ),
    )
)
attention_for_each_example = Variant(
    (
        Edit(
            MODEL,
            "    return weights_nts @ v\n",
            "    return torch.stack([weights @ values for weights, values in zip(weights_nts, v)])\n",
        ),
    )
)

# --- heads ----------------------------------------------------------------------------------------------------

SPLIT = "x_btd.reshape(b, t, self.n_heads, -1).transpose(1, 2).reshape(b * self.n_heads, t, -1)"
JOIN = "heads_bhtc.transpose(1, 2).reshape(n // self.n_heads, t, -1)"
REPEAT = "key_padding_mask = key_padding_mask.repeat_interleave(self.n_heads, dim=0)"
einops = Variant(
    (
        Edit(MODEL, f"return {SPLIT}", 'return rearrange(x_btd, "b t (h c) -> (b h) t c", h=self.n_heads)'),
        Edit(
            MODEL,
            f"        heads_bhtc = heads_ntc.reshape(n // self.n_heads, self.n_heads, t, c)\n        return {JOIN}",
            '        return rearrange(heads_ntc, "(b h) t c -> b t (h c)", h=self.n_heads)',
        ),
        Edit(MODEL, REPEAT, 'key_padding_mask = repeat(key_padding_mask, "b s -> (b h) s", h=self.n_heads)'),
        Edit(MODEL, "import math\n", "import math\n\nfrom einops import rearrange, repeat\n"),
    )
)
ATTEND = "scaled_dot_product_attention(q_ntc, k_nsc, v_nsc, key_padding_mask, causal)"
no_oproj = Mistake(
    MODEL,
    was="self.o_proj(self.join(heads_ntc))",
    now="self.join(heads_ntc)",
    hint="Project the joined heads once more.",
    public=True,
)

heads_by_reshape = Mistake(
    MODEL,
    was=SPLIT,
    now="x_btd.reshape(b * self.n_heads, t, -1)",
    hint="Bring the heads before the positions with a transpose; a reshape mixes them.",
)
join_by_reshape = Mistake(
    MODEL,
    was=JOIN,
    now="heads_bhtc.reshape(n // self.n_heads, t, -1)",
    hint="Bring the positions before the heads with a transpose; a reshape mixes them.",
)
heads_interleaved = Mistake(
    MODEL,
    was=SPLIT,
    now="x_btd.reshape(b, t, -1, self.n_heads).permute(0, 3, 1, 2).reshape(b * self.n_heads, t, -1)",
    hint="A head has channels that lie side by side.",
)
heads_before_examples = Mistake(
    MODEL,
    was=SPLIT,
    now="x_btd.reshape(b, t, self.n_heads, -1).permute(2, 0, 1, 3).reshape(b * self.n_heads, t, -1)",
    hint="Join the axes in the order in which you part them again.",
)
one_head = Mistake(
    MODEL,
    was="        self.n_heads = n_heads\n",
    now="        self.n_heads = 1\n",
    hint="Split the channels into as many heads as are asked for.",
)
masks_in_blocks = Mistake(
    MODEL,
    was=REPEAT,
    now="key_padding_mask = key_padding_mask.repeat(self.n_heads, 1)",
    hint="Each example's mask belongs to all of its heads, which lie side by side.",
)
heads_drop_mask = Mistake(
    MODEL, was=ATTEND, now="scaled_dot_product_attention(q_ntc, k_nsc, v_nsc, None, causal)", hint="Hand the mask on."
)
heads_drop_causal = Mistake(
    MODEL,
    was=ATTEND,
    now="scaled_dot_product_attention(q_ntc, k_nsc, v_nsc, key_padding_mask)",
    hint="Hand the flag for causal attention on.",
)
values_not_projected = Mistake(
    MODEL, was="self.split(self.v_proj(v))", now="self.split(v)", hint="Queries, keys and values are all projected."
)
values_by_k_proj = Mistake(
    MODEL, was="self.split(self.v_proj(v))", now="self.split(self.k_proj(v))", hint="Values have their own projection."
)
values_from_keys = Mistake(
    MODEL, was="self.v_proj(v)", now="self.v_proj(k)", hint="Values are made of v, even if it mostly equals k."
)
keys_and_values_swapped = Mistake(
    MODEL, was="(q_ntc, k_nsc, v_nsc,", now="(q_ntc, v_nsc, k_nsc,", hint="The order is queries, keys, values."
)
projected_per_head = Mistake(
    MODEL,
    was="self.o_proj(self.join(heads_ntc))",
    now="self.join(heads_ntc) @ self.o_proj.weight.T",
    hint="The last projection has a bias.",
)
heads_with_residual = Mistake(
    MODEL,
    was="self.o_proj(self.join(heads_ntc))",
    now="self.o_proj(self.join(heads_ntc)) + q",
    hint="The residual belongs to the layer, not to the heads.",
)
projections_without_bias = Mistake(
    MODEL,
    was="self.k_proj = nn.Linear(d_model, d_model)",
    now="self.k_proj = nn.Linear(d_model, d_model, bias=False)",
    hint="The projections have a bias.",
    also=(
        Edit(
            MODEL,
            "self.v_proj = nn.Linear(d_model, d_model)",
            "self.v_proj = nn.Linear(d_model, d_model, bias=False)",
        ),
    ),
)
heads_scaled_too = Mistake(
    MODEL,
    was="self.split(self.q_proj(q))",
    now="self.split(self.q_proj(q)) / math.sqrt(q.size(-1))",
    hint="The scores are scaled once, inside attention.",
)
heads_detached = Mistake(
    MODEL,
    was="self.split(self.k_proj(k))",
    now="self.split(self.k_proj(k).detach())",
    hint="Stay in the graph: the keys must be trained.",
)

heads_by_view = Variant(
    (
        Edit(
            MODEL,
            SPLIT,
            "x_btd.contiguous().view(b, t, self.n_heads, -1).permute(0, 2, 1, 3)"
            ".contiguous().view(b * self.n_heads, t, -1)",
        ),
        Edit(MODEL, JOIN, "heads_bhtc.permute(0, 2, 1, 3).contiguous().view(-1, t, c * self.n_heads)"),
    )
)
heads_by_chunk = Variant(
    (
        Edit(MODEL, f"return {SPLIT}", "return torch.stack(x_btd.chunk(self.n_heads, dim=-1), dim=1).flatten(0, 1)"),
        Edit(MODEL, f"return {JOIN}", "return torch.cat(heads_bhtc.unbind(1), dim=-1)"),
    )
)
heads_by_loop = Variant(
    (
        Edit(
            MODEL,
            "        q_ntc = self.split(self.q_proj(q))\n"
            "        k_nsc = self.split(self.k_proj(k))\n"
            "        v_nsc = self.split(self.v_proj(v))\n"
            "        if key_padding_mask is not None:\n"
            f"            {REPEAT}\n"
            f"        heads_ntc = {ATTEND}\n"
            "        return self.o_proj(self.join(heads_ntc))\n",
            "        q, k, v = self.q_proj(q), self.k_proj(k), self.v_proj(v)\n"
            "        size = q.size(-1) // self.n_heads\n"
            "        outputs = []\n"
            "        for j in range(self.n_heads):\n"
            "            part = slice(j * size, (j + 1) * size)\n"
            "            outputs.append(scaled_dot_product_attention(\n"
            "                q[..., part], k[..., part], v[..., part], key_padding_mask, causal=causal))\n"
            "        return self.o_proj(torch.cat(outputs, -1))\n",
        ),
    )
)
heads_first = Variant(
    (
        Edit(
            MODEL,
            SPLIT,
            "x_btd.reshape(b, t, self.n_heads, -1).permute(2, 0, 1, 3).reshape(b * self.n_heads, t, -1)",
        ),
        Edit(MODEL, REPEAT, "key_padding_mask = key_padding_mask.repeat(self.n_heads, 1)"),
        Edit(
            MODEL,
            "heads_bhtc = heads_ntc.reshape(n // self.n_heads, self.n_heads, t, c)",
            "heads_bhtc = heads_ntc.reshape(self.n_heads, n // self.n_heads, t, c).transpose(0, 1)",
        ),
    )
)
mask_by_expand = Variant(
    (Edit(MODEL, REPEAT, "key_padding_mask = key_padding_mask[:, None].expand(-1, self.n_heads, -1).flatten(0, 1)"),)
)
bool_mask = Variant((Edit(MODEL, REPEAT, f"{REPEAT}.bool()"),))
project_by_weights = Variant(
    (
        Edit(
            MODEL,
            "self.o_proj(self.join(heads_ntc))",
            "F.linear(self.join(heads_ntc), self.o_proj.weight, self.o_proj.bias)",
        ),
    )
)
attention_inside_heads = Variant(
    (
        Edit(
            MODEL,
            f"        heads_ntc = {ATTEND}\n",
            "        scores = torch.matmul(q_ntc, k_nsc.transpose(-1, -2)) / q_ntc.shape[-1] ** 0.5\n"
            "        if key_padding_mask is not None:\n"
            "            scores = scores.masked_fill(key_padding_mask.unsqueeze(1) == 1, -1e9)\n"
            "        if causal:\n"
            "            scores = scores + torch.full((q.size(1), k.size(1)), -1e9).triu(1)\n"
            "        heads_ntc = scores.softmax(dim=-1) @ v_nsc\n",
        ),
    )
)
heads_by_torch = Variant(
    (
        Edit(
            MODEL,
            "        q_ntc = self.split(self.q_proj(q))\n",
            "        output, _ = F.multi_head_attention_forward(\n"
            "            q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1), q.size(-1), self.n_heads,\n"
            "            None, torch.cat((self.q_proj.bias, self.k_proj.bias, self.v_proj.bias)),\n"
            "            None, None, False, 0.0, self.o_proj.weight, self.o_proj.bias,\n"
            "            key_padding_mask=None if key_padding_mask is None else key_padding_mask.bool(),\n"
            "            attn_mask=future_mask[: q.size(1), : k.size(1)].bool() if causal else None,\n"
            "            need_weights=False, use_separate_proj_weight=True, q_proj_weight=self.q_proj.weight,\n"
            "            k_proj_weight=self.k_proj.weight, v_proj_weight=self.v_proj.weight)\n"
            "        return output.transpose(0, 1)\n"
            "        q_ntc = self.split(self.q_proj(q))\n",
        ),
    )
)
heads_in_four_axes = Variant(
    (
        Edit(MODEL, SPLIT, "x_btd.reshape(b, t, self.n_heads, -1).transpose(1, 2)"),
        Edit(MODEL, REPEAT, "key_padding_mask = key_padding_mask.unsqueeze(1)"),
        Edit(
            MODEL,
            "        n, t, c = heads_ntc.shape\n"
            "        heads_bhtc = heads_ntc.reshape(n // self.n_heads, self.n_heads, t, c)\n"
            f"        return {JOIN}",
            "        return heads_ntc.transpose(1, 2).flatten(2)",
        ),
        Edit(MODEL, SCORES, "q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))"),
        Edit(MODEL, "key_padding_mask.bool().unsqueeze(1)", "key_padding_mask.bool().unsqueeze(-2)"),
        Edit(MODEL, "t, s = scores_nts.shape[1:]", "t, s = scores_nts.shape[-2:]"),
    )
)
heads_give_weights = Variant(
    (
        Edit(MODEL, "return self.o_proj(self.join(heads_ntc))", "return self.o_proj(self.join(heads_ntc)), None"),
        Edit(
            MODEL,
            "x = self.self_attn(x, x, x, padding_mask, causal=self.is_decoder)",
            "x, _ = self.self_attn(\n            x, x, x, padding_mask, causal=self.is_decoder)",
        ),
        Edit(MODEL, "x = self.cross_attn(x", "x, _ = self.cross_attn(x"),
    )
)
projections_after_splitting = Variant(
    (
        Edit(
            MODEL,
            "        self.o_proj = nn.Linear(d_model, d_model)\n",
            "        self.o_proj = nn.Linear(d_model, d_model, bias=True)\n"
            "        for layer in (self.q_proj, self.k_proj, self.v_proj, self.o_proj):\n"
            "            nn.init.xavier_uniform_(layer.weight)\n"
            "            nn.init.zeros_(layer.bias)\n",
        ),
    )
)

# --- layers ---------------------------------------------------------------------------------------------------

SELF = "x = self.self_attn(x, x, x, padding_mask, causal=self.is_decoder)"
CROSS = "x = self.cross_attn(x, encoder_out, encoder_out, encoder_padding_mask)"
SELF_PART = (
    "        residual = x\n"
    f"        {SELF}\n"
    "        x = self.self_attn_drop(x)\n"
    "        x = self.self_attn_ln(residual + x)\n"
)
CROSS_PART = (
    "            residual = x\n"
    f"            {CROSS}\n"
    "            x = self.cross_attn_drop(x)\n"
    "            x = self.cross_attn_ln(residual + x)\n"
)
FFN_PART = (
    "        residual = x\n"
    "        x = F.relu(self.fc1(x))\n"
    "        x = self.fc2(x)\n"
    "        x = self.ffn_drop(x)\n"
    "        return self.ffn_ln(residual + x)\n"
)
pre_ln = Mistake(
    MODEL,
    was=SELF,
    now="x = self.self_attn_ln(x)\n        x = self.self_attn(x, x, x, padding_mask, causal=self.is_decoder)",
    hint="Normalise after adding the residual.",
    public=True,
    also=(
        Edit(MODEL, "x = self.self_attn_ln(residual + x)", "x = residual + x"),
        Edit(MODEL, CROSS, CROSS.replace("self.cross_attn(x,", "self.cross_attn(self.cross_attn_ln(x),")),
        Edit(MODEL, "x = self.cross_attn_ln(residual + x)", "x = residual + x"),
        Edit(MODEL, "self.fc1(x)", "self.fc1(self.ffn_ln(x))"),
        Edit(MODEL, "return self.ffn_ln(residual + x)", "return residual + x"),
    ),
)
no_resid = Mistake(
    MODEL,
    was="self.self_attn_ln(residual + x)",
    now="self.self_attn_ln(x)",
    hint="Add each sub-layer's input to its output.",
)
gelu = Mistake(
    MODEL, was="F.relu(self.fc1(x))", now="F.gelu(self.fc1(x))", hint="Put ReLU between the two linear layers."
)
no_act = Mistake(MODEL, was="F.relu(self.fc1(x))", now="self.fc1(x)", hint="Put ReLU between the two linear layers.")
no_cross = Mistake(
    MODEL,
    was="        if self.is_decoder:\n            residual = x\n",
    now="        if False:\n            residual = x\n",
    hint="A decoder layer also attends to the encoder's output.",
)
cross_self = Mistake(
    MODEL,
    was=CROSS,
    now="x = self.cross_attn(x, x, x, padding_mask, causal=True)",
    hint="In cross attention keys and values come from the encoder.",
    public=True,
)
cross_no_mask = Mistake(
    MODEL,
    was=CROSS,
    now="x = self.cross_attn(x, encoder_out, encoder_out)",
    hint="Hand the encoder's padding mask to cross attention.",
)
no_dropout = Mistake(
    MODEL,
    was="        x = self.self_attn_drop(x)\n",
    now="",
    hint="Apply dropout to each sub-layer's output before the residual.",
    also=(
        Edit(MODEL, "            x = self.cross_attn_drop(x)\n", ""),
        Edit(MODEL, "        x = self.ffn_drop(x)\n", ""),
    ),
)

no_self_dropout = Mistake(
    MODEL, was="        x = self.self_attn_drop(x)\n", now="", hint="Self attention has a dropout of its own."
)
no_cross_dropout = Mistake(
    MODEL, was="            x = self.cross_attn_drop(x)\n", now="", hint="Cross attention has a dropout of its own."
)
no_ffn_dropout = Mistake(
    MODEL, was="        x = self.ffn_drop(x)\n", now="", hint="The feed-forward network has a dropout of its own."
)
dropout_after_residual = Mistake(
    MODEL,
    was="        x = self.ffn_drop(x)\n        return self.ffn_ln(residual + x)\n",
    now="        return self.ffn_ln(self.ffn_drop(residual + x))\n",
    hint="Drop parts of the sub-layer's output, not of the residual.",
)
dropout_last = Mistake(
    MODEL,
    was="        x = self.ffn_drop(x)\n        return self.ffn_ln(residual + x)\n",
    now="        return self.ffn_drop(self.ffn_ln(residual + x))\n",
    hint="Dropout comes before the residual is added.",
)
dropout_inside_ffn = Mistake(
    MODEL,
    was="        x = self.fc2(x)\n        x = self.ffn_drop(x)\n",
    now="        x = self.fc2(self.ffn_drop(x))\n",
    hint="Dropout comes after the second linear layer.",
)
dropout_twice = Mistake(
    MODEL,
    was="        x = self.fc2(x)\n",
    now="        x = self.fc2(self.ffn_drop(x))\n",
    hint="One dropout for each sub-layer, on its output.",
)
dropout_rate_fixed = Mistake(
    MODEL,
    was="self.ffn_drop = nn.Dropout(p_drop)",
    now="self.ffn_drop = nn.Dropout(0.1)",
    hint="Use the rate that the layer is given.",
)
dropout_keeps_rate = Mistake(
    MODEL,
    was="self.self_attn_drop = nn.Dropout(p_drop)",
    now="self.self_attn_drop = nn.Dropout(1 - p_drop)",
    hint="nn.Dropout is told what is dropped, not what is kept.",
)
dropout_rate_unsaid = Mistake(
    MODEL,
    was="x = self.ffn_drop(x)",
    now="x = F.dropout(x, training=self.training)",
    hint="F.dropout drops half unless it is told the rate.",
)
dropout_in_eval = Mistake(
    MODEL, was="x = self.ffn_drop(x)", now="x = F.dropout(x, 0.1)", hint="F.dropout drops in eval mode, too."
)
dropout_unscaled = Mistake(
    MODEL,
    was="x = self.ffn_drop(x)",
    now="x = x * (torch.rand(x.shape) > self.ffn_drop.p) if self.training else x",
    hint="What survives is scaled up, so that the mean stays.",
)
dropout_on_input = Mistake(
    MODEL,
    was="        residual = x\n        x = self.self_attn(",
    now="        x = F.dropout(x, self.ffn_drop.p, self.training)\n        residual = x\n        x = self.self_attn(",
    hint="Dropout belongs to the outputs of the sub-layers only.",
)
never_causal = Mistake(
    MODEL,
    was="causal=self.is_decoder)",
    now="causal=False)",
    hint="Self attention in a decoder is causal.",
)
encoder_causal = Mistake(
    MODEL,
    was="causal=self.is_decoder)",
    now="causal=True)",
    hint="Only a decoder may not look ahead.",
)
cross_causal = Mistake(
    MODEL,
    was="encoder_out, encoder_out, encoder_padding_mask)",
    now="encoder_out, encoder_out, encoder_padding_mask, True)",
    hint="A decoder sees all of the encoder's output.",
)
self_no_mask = Mistake(
    MODEL,
    was="self.self_attn(x, x, x, padding_mask, causal",
    now="self.self_attn(x, x, x, None, causal",
    hint="Hand the padding mask to self attention.",
)
cross_mask_of_decoder = Mistake(
    MODEL,
    was="encoder_out, encoder_out, encoder_padding_mask)",
    now="encoder_out, encoder_out, padding_mask)",
    hint="Cross attention needs the mask of the encoder's side.",
)
cross_self_open = Mistake(
    MODEL,
    was=CROSS,
    now="x = self.cross_attn(x, x, x, padding_mask)",
    hint="Keys and values of cross attention come from the encoder; this lets the decoder see its future.",
)
cross_keys_of_encoder_only = Mistake(
    MODEL,
    was="self.cross_attn(x, encoder_out, encoder_out, encoder_padding_mask)",
    now="self.cross_attn(encoder_out, encoder_out, encoder_out, encoder_padding_mask).mean(dim=1, keepdim=True)",
    hint="The decoder asks: queries come from its own side.",
)
cross_first = Mistake(
    MODEL,
    was=f"{SELF_PART}\n        if self.is_decoder:\n{CROSS_PART}",
    now=f"        if self.is_decoder:\n{CROSS_PART}\n{SELF_PART}",
    hint="Self attention comes before cross attention.",
)
one_norm = Mistake(
    MODEL,
    was="self.ffn_ln(residual + x)",
    now="self.self_attn_ln(residual + x)",
    hint="Every sub-layer has its own normalisation.",
)
no_last_norm = Mistake(
    MODEL,
    was="return self.ffn_ln(residual + x)",
    now="return residual + x",
    hint="Normalise after the feed-forward network, too.",
)
norm_before_residual = Mistake(
    MODEL,
    was="self.self_attn_ln(residual + x)",
    now="residual + self.self_attn_ln(x)",
    hint="Add the residual first, then normalise.",
)
ffn_no_residual = Mistake(
    MODEL,
    was="self.ffn_ln(residual + x)",
    now="self.ffn_ln(x)",
    hint="Add each sub-layer's input to its output.",
)
cross_no_residual = Mistake(
    MODEL,
    was="self.cross_attn_ln(residual + x)",
    now="self.cross_attn_ln(x)",
    hint="Add each sub-layer's input to its output.",
)
first_residual_everywhere = Mistake(
    MODEL,
    was="        residual = x\n        x = F.relu",
    now="        x = F.relu",
    hint="The residual is the input of the same sub-layer.",
)
act_at_the_end = Mistake(
    MODEL,
    was="        x = F.relu(self.fc1(x))\n        x = self.fc2(x)\n",
    now="        x = F.relu(self.fc2(self.fc1(x)))\n",
    hint="ReLU stands between the two linear layers.",
)
act_twice = Mistake(
    MODEL,
    was="        x = self.fc2(x)\n",
    now="        x = F.relu(self.fc2(x))\n",
    hint="Nothing follows the second linear layer but dropout.",
)
norm_over_time = Mistake(
    MODEL,
    was="self.self_attn_ln(residual + x)",
    now="self.self_attn_ln(residual + x - (residual + x).mean(dim=1, keepdim=True))",
    hint="Normalise each position by itself, over its channels.",
)
layer_detached = Mistake(
    MODEL,
    was="x = self.self_attn_ln(residual + x)",
    now="x = self.self_attn_ln(residual + x.detach())",
    hint="Stay in the graph, or self attention is never trained.",
)

functional_dropout = Variant(
    (
        Edit(MODEL, "x = self.self_attn_drop(x)", "x = F.dropout(x, p=self.p_drop, training=self.training)"),
        Edit(MODEL, "x = self.cross_attn_drop(x)", "x = F.dropout(x, self.p_drop, self.training)"),
        Edit(MODEL, "x = self.ffn_drop(x)", "x = F.dropout(x, self.p_drop, training=self.training)"),
        Edit(
            MODEL,
            "        self.is_decoder = is_decoder\n",
            "        self.is_decoder, self.p_drop = is_decoder, p_drop\n",
        ),
    )
)
dropout_by_hand = Variant(
    (
        Edit(
            MODEL,
            "x = self.ffn_drop(x)",
            "x = x * (torch.rand_like(x) > self.ffn_drop.p) / (1 - self.ffn_drop.p) if self.training else x",
        ),
    )
)
one_dropout_for_all = Variant(
    (
        Edit(MODEL, "x = self.self_attn_drop(x)", "x = self.ffn_drop(x)"),
        Edit(MODEL, "x = self.cross_attn_drop(x)", "x = self.ffn_drop(x)"),
    )
)
relu_as_layer = Variant(
    (
        Edit(MODEL, "F.relu(self.fc1(x))", "self.act(self.fc1(x))"),
        Edit(
            MODEL,
            "        self.ffn_drop = nn.Dropout(p_drop)\n",
            "        self.ffn_drop = nn.Dropout(p_drop)\n        self.act = nn.ReLU(inplace=True)\n",
        ),
    )
)
relu_by_clamp = Variant((Edit(MODEL, "F.relu(self.fc1(x))", "self.fc1(x).clamp(min=0)"),))
layer_in_one_line = Variant(
    (
        Edit(
            MODEL,
            FFN_PART,
            "        return self.ffn_ln(x + self.ffn_drop(self.fc2(torch.relu(self.fc1(x)))))\n",
        ),
        Edit(
            MODEL,
            CROSS_PART,
            "            x = self.cross_attn_ln(x + self.cross_attn_drop(\n"
            "                self.cross_attn(\n"
            "                    q=x, k=encoder_out, v=encoder_out, key_padding_mask=encoder_padding_mask)))\n",
        ),
        Edit(
            MODEL,
            SELF_PART,
            "        x = self.self_attn_ln(x + self.self_attn_drop(\n"
            "            self.self_attn(causal=self.is_decoder, q=x, v=x, k=x, key_padding_mask=padding_mask)))\n",
        ),
    )
)
residual_in_place = Variant(
    (Edit(MODEL, "x = self.self_attn_ln(residual + x)", "x += residual\n        x = self.self_attn_ln(x)"),)
)
norm_by_function = Variant(
    (
        Edit(
            MODEL,
            "return self.ffn_ln(residual + x)",
            "return F.layer_norm(residual + x, x.shape[-1:], self.ffn_ln.weight, self.ffn_ln.bias)",
        ),
    )
)
cross_by_what_is_there = Variant(
    (
        Edit(
            MODEL,
            "        if self.is_decoder:\n            residual",
            "        if encoder_out is not None:\n            residual",
        ),
    )
)
layers_renamed_arguments = Variant(
    (
        Edit(
            MODEL,
            "def forward(self, x, padding_mask, encoder_out=None, encoder_padding_mask=None):",
            "def forward(self, hidden, mask, memory=None, memory_mask=None):\n"
            "        x, padding_mask, encoder_out, encoder_padding_mask = hidden, mask, memory, memory_mask",
        ),
        Edit(
            MODEL,
            "def __init__(self, is_decoder, d_model, n_heads, d_ffn, p_drop):\n        super().__init__()\n",
            "def __init__(self, decoder, width, heads, inner, drop):\n        super().__init__()\n"
            "        is_decoder, d_model, n_heads, d_ffn, p_drop = decoder, width, heads, inner, drop\n",
        ),
    )
)

# --- positions ------------------------------------------------------------------------------------------------

COLUMNS = "torch.arange(input_ids.size(1), dtype=input_ids.dtype, device=input_ids.device)"
ROWS = "return columns_s.unsqueeze(0).repeat(input_ids.size(0), 1)"
positions_skip_pads = Mistake(
    MODEL,
    was=ROWS,
    now="words_bs = 1 - padding_mask.long()\n        return (words_bs.cumsum(dim=1) - 1) * words_bs",
    hint="Every row simply counts its columns.",
)
positions_from_one = Mistake(
    MODEL,
    was=ROWS,
    now="return columns_s.unsqueeze(0).repeat(input_ids.size(0), 1) + 1",
    hint="Positions start at zero.",
    public=True,
)
positions_one_row = Mistake(MODEL, was=ROWS, now="return columns_s", hint="Return one row for every sentence.")

positions_as_floats = Mistake(
    MODEL, was=COLUMNS, now="torch.arange(float(input_ids.size(1)))", hint="Positions are indices: whole numbers."
)
positions_all_zero = Mistake(MODEL, was=ROWS, now="return torch.zeros_like(input_ids)", hint="Count the columns.")
positions_by_row = Mistake(
    MODEL,
    was=ROWS,
    now="return torch.arange(len(input_ids)).unsqueeze(1).expand_as(input_ids)",
    hint="Count the columns, not the rows.",
)
positions_through_the_batch = Mistake(
    MODEL,
    was=ROWS,
    now="return torch.arange(input_ids.numel()).clamp(max=15).view_as(input_ids)",
    hint="Every row starts at zero again.",
)
positions_backwards = Mistake(
    MODEL,
    was=ROWS,
    now="return columns_s.flip(0).unsqueeze(0).repeat(input_ids.size(0), 1)",
    hint="Count from the left.",
)
positions_pad_is_id = Mistake(
    MODEL,
    was=ROWS,
    now="return columns_s.unsqueeze(0).repeat(input_ids.size(0), 1).masked_fill(padding_mask.bool(), self.pad_id)",
    hint="Pads are counted like words.",
)
positions_one_row_kept = Mistake(
    MODEL, was=ROWS, now="return columns_s.unsqueeze(0)", hint="Return one row for every sentence."
)

positions_by_expand = Variant((Edit(MODEL, ROWS, "return columns_s.expand_as(input_ids)"),))
positions_by_cumsum = Variant((Edit(MODEL, ROWS, "return torch.ones_like(input_ids).cumsum(dim=1) - 1"),))
positions_int32 = Variant((Edit(MODEL, "dtype=input_ids.dtype, device", "dtype=torch.int32, device"),))
positions_static = Variant(
    (Edit(MODEL, "    def make_positions(self, input_ids", "    @staticmethod\n    def make_positions(input_ids"),)
)
positions_by_loop = Variant(
    (Edit(MODEL, ROWS, "return torch.tensor([list(range(input_ids.shape[1])) for _ in input_ids])"),)
)
positions_in_place = Variant(
    (
        Edit(
            MODEL,
            ROWS,
            "for row in input_ids:\n            row.copy_(columns_s)\n        return input_ids",
        ),
        Edit(
            MODEL,
            "positions = self.make_positions(input_ids, padding_mask)",
            "positions = self.make_positions(input_ids.clone(), padding_mask)",
        ),
    )
)

# --- the whole model ------------------------------------------------------------------------------------------

head_untied = Mistake(
    MODEL,
    was="        self.lm_head.weight = self.embed_words.weight\n",
    now="",
    hint="The table of words is the last layer, too.",
)
starts_with_pad = Mistake(
    MODEL,
    was="torch.full_like(labels, self.eos_id)",
    now="torch.full_like(labels, self.pad_id)",
    hint="What the decoder reads begins with eos.",
)
not_shifted = Mistake(
    MODEL,
    was="shifted[:, 1:] = labels[:, :-1]",
    now="shifted = labels.clone()",
    hint="The decoder reads the labels shifted by one: else it sees what it should say.",
)
shifted_left = Mistake(
    MODEL,
    was="shifted[:, 1:] = labels[:, :-1]",
    now="shifted[:, :-1] = labels[:, 1:]",
    hint="Shift the labels to the right.",
)
loss_summed = Mistake(
    MODEL,
    was="ignore_index=-100)",
    now='ignore_index=-100, reduction="sum")',
    hint="The loss is the mean over the labels.",
)
loss_counts_pads = Mistake(
    MODEL,
    was="labels.reshape(-1), ignore_index=-100)",
    now="labels.reshape(-1).clamp(min=0))",
    hint="No loss is taken where a label is -100.",
)
attention_mask_inverted = Mistake(
    MODEL,
    was="attention_mask.eq(0).to",
    now="attention_mask.eq(1).to",
    hint="The attention mask has 1 at words, the padding mask at pads.",
)
no_encoder = Mistake(
    MODEL,
    was="            encoder_out = layer(encoder_out, padding_mask)\n",
    now="            layer(encoder_out, padding_mask)\n",
    hint="Each layer reads what the one before gave.",
)
last_layer_only = Mistake(
    MODEL,
    was="            x = layer(x, None, encoder_out, padding_mask)\n",
    now="            y = layer(x, None, encoder_out, padding_mask)\n        x = y\n",
    hint="Each layer reads what the one before gave.",
)
encoder_mask_forgotten = Mistake(
    MODEL,
    was="encoder_out = layer(encoder_out, padding_mask)",
    now="encoder_out = layer(encoder_out, None)",
    hint="The encoder may not read padding.",
)
positions_left_out = Mistake(
    MODEL,
    was="return self.embed_words(input_ids) + self.embed_positions(positions)",
    now="return self.embed_words(input_ids)",
    hint="Add the positions to the words.",
)
words_scaled = Mistake(
    MODEL,
    was="return self.embed_words(input_ids) +",
    now="return self.embed_words(input_ids) * self.embed_words.embedding_dim ** 0.5 +",
    hint="The words are not scaled here.",
)
logits_normalised = Mistake(
    MODEL,
    was="logits = self.lm_head(x)",
    now="logits = F.softmax(self.lm_head(x), dim=-1)",
    hint="Logits are given as they are; the loss takes the softmax.",
)
remembers_last_call = Mistake(
    MODEL,
    was="        logits = self.lm_head(x)\n",
    now="        x = x + 0.01 * getattr(self, 'last', 0.0)\n        self.last = float(x.mean())\n"
    "        logits = self.lm_head(x)\n",
    hint="Nothing may be kept from one call to the next.",
)
looks_across_the_batch = Mistake(
    MODEL,
    was="        logits = self.lm_head(x)\n",
    now="        x = x - x.mean(dim=0, keepdim=True)\n        logits = self.lm_head(x)\n",
    hint="An example may not depend on the others of its batch.",
)

output_as_dict = Variant(
    (Edit(MODEL, "Seq2SeqLMOutput(loss=loss, logits=logits)", '{"loss": loss, "logits": logits}'),)
)
output_as_tuple = Variant((Edit(MODEL, "Seq2SeqLMOutput(loss=loss, logits=logits)", "(loss, logits)"),))
decoder_mask_made = Variant(
    (
        Edit(
            MODEL,
            "            x = layer(x, None, encoder_out, padding_mask)\n",
            "            x = layer(x, labels.eq(-100).to(torch.uint8).roll(1, 1).index_fill(\n"
            "                1, torch.tensor(0), 0), encoder_out, padding_mask)\n",
        ),
    )
)
losses_in_another_file = Variant(
    (
        Edit(
            FACES,
            "import torch\nimport torch.nn.functional as F  # noqa: N812\n",
            "import torch\nfrom torch.nn import functional as F\n\nfrom summarize import future_mask\n",
        ),
    )
)
gpu_taken_for_granted = Variant(
    (
        Edit(
            MODEL,
            "torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)",
            'torch.triu(torch.ones(1024, 1024, dtype=torch.uint8, device="cuda"), diagonal=1)',
        ),
        Edit(MODEL, "future_mask[:t, :s].bool().to(q.device)", "future_mask[:t, :s].bool().cuda()"),
        Edit(MODEL, "columns_s.unsqueeze(0).repeat(input_ids.size(0), 1)", 'columns_s.expand_as(input_ids).to("cuda")'),
    )
)
