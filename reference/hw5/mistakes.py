"""Known mistakes of hw5 and versions that are just as right. Secret: students read the hints, never the edits.

A mistake is an edit of a solved file; what it keeps of each part stands in rubrics/hw5.yaml. The first group of each
section is known from real hand-ins; the second was found by breaking the reference until the probes saw it.
"""

from __future__ import annotations

from grader.authoring import Edit, Mistake, Variant

RATE, TABLE, MODEL, LOSS, TRAIN = "optimizer.py", "positions.py", "transformer.py", "criterion.py", "training.py"
SETTINGS, REPORT = "config.py", "report.py"

# --- P1 and P2 ------------------------------------------------------------------------------------------------

TABLE_READ = "positions = model.decoder.embed_positions.weights.detach().cpu()\n"
COSINES = "unit = F.normalize(positions, dim=1)\nsimilarity = unit @ unit.T\n"
nan_row = Mistake(
    REPORT,
    was="F.normalize(positions, dim=1)",
    now="positions / positions.norm(dim=1, keepdim=True)",
    hint="The padding row has length zero; guard the division.",
)
subset = Mistake(
    REPORT,
    was="model.decoder.embed_positions.weights.detach()",
    now="model.decoder.embed_positions.weights[:100].detach()",
    hint="Compare all positions with all positions.",
)
euclidean = Mistake(
    REPORT,
    was=COSINES,
    now="similarity = torch.cdist(positions, positions)\n",
    hint="Measure similarity by cosine; distance grows where similarity falls.",
)
encoder_table = Mistake(
    REPORT,
    was="model.decoder.embed_positions.weights",
    now="model.encoder.embed_positions.weights",
    hint="The question asks for the decoder's positions.",
)
learned_table = Mistake(
    REPORT,
    was="model.decoder.embed_positions.weights",
    now="model.decoder.embed_positions.weight",
    hint="Use the decoder's sinusoidal table.",
)
NORM_LINE = "plt.plot(norms, linewidth=0.8)"
CIRCLES = 'plt.plot(largest, [norms[step] for step in largest], "o", color="red", markersize=14, fillstyle="none")\n'
plots_loss = Mistake(
    REPORT,
    was=NORM_LINE,
    now="plt.plot([3 + 5 / (1 + epoch) for epoch in range(15)])",
    hint="Plot one gradient norm per update.",
)
circles_low = Mistake(
    REPORT,
    was="norms[step])[-2:]",
    now="norms[step])[:2]",
    hint="Mark two steps where clipping took effect, that is where the norm is above the limit.",
)
no_circles = Mistake(
    REPORT,
    was=CIRCLES,
    now="",
    hint="Mark the explosions: circle two steps where the norm is above the limit.",
)

dot_products = Mistake(
    REPORT,
    was="F.normalize(positions, dim=1)",
    now="positions",
    hint="Divide by the lengths of both rows: that makes it a cosine.",
)
cosine_distance = Mistake(
    REPORT,
    was="similarity = unit @ unit.T",
    now="similarity = 1 - unit @ unit.T",
    hint="Show the similarity, not the distance.",
)
channels_compared = Mistake(
    REPORT,
    was="unit @ unit.T",
    now="unit.T @ unit",
    hint="Compare positions with positions, not channels with channels.",
)
normalised_columns = Mistake(
    REPORT,
    was="F.normalize(positions, dim=1)",
    now="F.normalize(positions, dim=0)",
    hint="A position is a row: divide each row by its length.",
)
every_second_position = Mistake(
    REPORT,
    was="model.decoder.embed_positions.weights.detach()",
    now="model.decoder.embed_positions.weights[::2].detach()",
    hint="Leave no position out.",
)
table_drawn = Mistake(
    REPORT,
    was="plt.imshow(similarity.numpy()",
    now="plt.imshow(positions.numpy()",
    hint="Draw how alike the positions are, not the positions themselves.",
)
upper_half = Mistake(
    REPORT,
    was="plt.imshow(similarity.numpy()",
    now="plt.imshow(similarity.triu().numpy()",
    hint="Show both halves: every position with every other.",
)
word_table = Mistake(
    REPORT,
    was="model.decoder.embed_positions.weights",
    now="model.decoder.embed_tokens.weight",
    hint="Compare the positions, not the words.",
    also=(
        Edit(REPORT, "# %% Problem 1: how alike positions are\n", "# %% Problem 1\nmodel.decoder.embed_positions\n"),
    ),
)
similarity_as_line = Mistake(
    REPORT,
    was='plt.imshow(similarity.numpy(), cmap="viridis")',
    now="plt.plot(similarity[0].numpy())",
    hint="Draw a heat map of all pairs of positions.",
    also=(Edit(REPORT, "plt.colorbar()\n", ""),),
)

norms_cut = Mistake(
    REPORT,
    was=NORM_LINE,
    now="plt.plot([min(norm, 1.0) for norm in norms])",
    hint="Plot the norms as they were before clipping.",
)
norms_smoothed = Mistake(
    REPORT,
    was=NORM_LINE,
    now="plt.plot([sum(norms[max(0, at - 9) : at + 1]) / 10 for at in range(len(norms))])",
    hint="Plot the norms themselves, not a running mean.",
)
norms_thinned = Mistake(
    REPORT,
    was=NORM_LINE,
    now="plt.plot(norms[::10])",
    hint="Plot every update: explosions last for one.",
)
norms_sorted = Mistake(
    REPORT,
    was=NORM_LINE,
    now="plt.plot(sorted(norms))",
    hint="Plot the norms in the order of the updates.",
)
norms_added_up = Mistake(
    REPORT,
    was=NORM_LINE,
    now="plt.plot([sum(norms[: at + 1]) for at in range(len(norms))])",
    hint="Plot each norm, not their sum so far.",
)
one_circle = Mistake(
    REPORT,
    was="norms[step])[-2:]",
    now="norms[step])[-1:]",
    hint="Mark two explosions.",
)
circles_late = Mistake(
    REPORT,
    was="plt.plot(largest, [norms[step] for step in largest]",
    now="plt.plot([step + 10 for step in largest], [norms[step] for step in largest]",
    hint="Put the marks where the explosions are.",
)
circles_everywhere = Mistake(
    REPORT,
    was="plt.plot(largest, [norms[step] for step in largest]",
    now="plt.plot(range(0, len(norms), 3), norms[::3]",
    hint="Mark the explosions only.",
)

# --- rate -----------------------------------------------------------------------------------------------------

FORMULA = "d_model**-0.5 * min(step_num**-0.5, step_num * warmup_step**-1.5)"
constant_rate = Mistake(
    RATE,
    was=FORMULA,
    now="0.001",
    hint="Replace the constant by the warm-up formula.",
)
rate_max = Mistake(
    RATE,
    was="* min(step_num",
    now="* max(step_num",
    hint="Of the two terms the smaller one counts.",
    public=True,
)
rate_no_dim = Mistake(
    RATE,
    was="d_model**-0.5 * min(",
    now="min(",
    hint="The rate also shrinks with the model's width.",
    public=True,
)
rate_factor_twice = Mistake(
    RATE,
    was="return d_model**-0.5",
    now="return 2.0 * d_model**-0.5",
    hint="The optimiser already applies the factor.",
)

rate_no_decay = Mistake(
    RATE,
    was="min(step_num**-0.5, step_num * warmup_step**-1.5)",
    now="step_num * warmup_step**-1.5",
    hint="After the warm-up the rate falls again.",
)
rate_no_warmup = Mistake(
    RATE,
    was="min(step_num**-0.5, step_num * warmup_step**-1.5)",
    now="step_num**-0.5",
    hint="The rate starts small and grows until the warm-up ends.",
)
rate_dim_grows = Mistake(
    RATE,
    was="d_model**-0.5 * min(",
    now="d_model**0.5 * min(",
    hint="The width has a negative power: wide models learn slowly.",
)
rate_warmup_power = Mistake(
    RATE,
    was="warmup_step**-1.5",
    now="warmup_step**-0.5",
    hint="Both terms meet at the end of the warm-up: look at its power.",
)
rate_decay_power = Mistake(
    RATE,
    was="min(step_num**-0.5, ",
    now="min(step_num**-1.0, ",
    hint="The rate falls with the root of the step.",
)
rate_next_step = Mistake(
    RATE,
    was=f"    return {FORMULA}",
    now=f"    step_num += 1\n    return {FORMULA}",
    hint="The optimiser counts from 1; do not add another step.",
)

# --- arch -----------------------------------------------------------------------------------------------------

arch_widths_differ = Mistake(
    SETTINGS,
    was="decoder_embed_dim=256",
    now="decoder_embed_dim=512",
    hint="The decoder attends to the encoder's outputs: give both the same width.",
)
arch_heads_odd = Mistake(
    SETTINGS,
    was="args.encoder_attention_heads = 4",
    now="args.encoder_attention_heads = 6",
    hint="The width must be divisible by the number of heads.",
)
arch_learned = Mistake(
    SETTINGS,
    was='    args.activation_fn = "relu"\n',
    now='    args.activation_fn = "relu"\n    args.decoder_learned_pos = True\n',
    hint="The positions are sinusoidal, not learned.",
)
arch_no_dropout = Mistake(
    SETTINGS,
    was="    dropout=0.25,\n",
    now="",
    hint="Name the dropout rate in arch_args.",
)
arch_encoder_only = Mistake(
    SETTINGS,
    was="    decoder_ffn_embed_dim=1024,\n    decoder_layers=4,\n",
    now="",
    hint="The decoder has sizes of its own.",
)

# --- table ----------------------------------------------------------------------------------------------------

HALVES = "torch.cat((torch.sin(angles_nc), torch.cos(angles_nc)), dim=1)"
table_interleaved = Mistake(
    TABLE,
    was=HALVES,
    now="torch.stack((torch.sin(angles_nc), torch.cos(angles_nc)), dim=2).flatten(1)",
    hint="All sines come first, then all cosines.",
    public=True,
)
table_divisor = Mistake(
    TABLE,
    was="/ (half - 1) * steps",
    now="/ half * steps",
    hint="The last frequency is exactly 1/10000: divide by half the width less one.",
)
no_zero_row = Mistake(
    TABLE,
    was="    table_nc[padding_idx] = 0\n",
    now="",
    hint="Padding has no position: its row is zero.",
    public=True,
)
table_short = Mistake(
    TABLE,
    was="torch.arange(num_embeddings, dtype",
    now="torch.arange(num_embeddings - 2, dtype",
    hint="Leave room for the padding offset: two rows more than positions.",
)

table_cosines_first = Mistake(
    TABLE,
    was=HALVES,
    now="torch.cat((torch.cos(angles_nc), torch.sin(angles_nc)), dim=1)",
    hint="The sines come before the cosines.",
)
table_base = Mistake(
    TABLE,
    was="-math.log(10_000.0)",
    now="-math.log(1_000.0)",
    hint="The frequencies fall from 1 to 1/10000.",
)
table_from_one = Mistake(
    TABLE,
    was="torch.arange(num_embeddings, dtype=torch.float64)",
    now="torch.arange(1, num_embeddings + 1, dtype=torch.float64)",
    hint="Row 0 belongs to position 0.",
)
table_first_row_zero = Mistake(
    TABLE,
    was="table_nc[padding_idx] = 0",
    now="table_nc[0] = 0",
    hint="The row of zeros is that of padding_idx, whatever it is.",
)
table_transposed = Mistake(
    TABLE,
    was="    return table_nc\n",
    now="    return table_nc.T\n",
    hint="The table has a row for each position.",
)
table_scaled = Mistake(
    TABLE,
    was=f"{HALVES}.float()",
    now=f"{HALVES}.float() / embedding_dim**0.5",
    hint="Sines and cosines are not scaled.",
)
table_rounded = Mistake(
    TABLE,
    was="torch.exp(-math.log(10_000.0) / (half - 1) * steps)",
    now="10_000.0 ** -(steps / (half - 1)).round(decimals=1)",
    hint="Every column has a frequency of its own.",
)

# --- encoder and decoder --------------------------------------------------------------------------------------

mask_true_at_words = Mistake(
    MODEL,
    was="encoder_padding_mask = pads_bs.T",
    now="encoder_padding_mask = ~pads_bs.T",
    hint="The mask marks padding, not words.",
    public=True,
)
mask_batch_first = Mistake(
    MODEL,
    was="return self.layer_norm(x_sbc), None, encoder_padding_mask",
    now="return self.layer_norm(x_sbc), None, encoder_padding_mask.T",
    hint="The mask has the layout of the outputs: time first.",
)
no_embed_scale = Mistake(
    MODEL,
    was="math.sqrt(args.encoder_embed_dim)",
    now="1.0",
    hint="Scale the embeddings before adding positions.",
    also=(Edit(MODEL, "math.sqrt(args.decoder_embed_dim)", "1.0"),),
    public=True,
)
ENCODER_LAYER = """        normed_sbc = self.self_attn_layer_norm(x_sbc)
        x_sbc = x_sbc + self.dropout(self.self_attn(normed_sbc, normed_sbc, normed_sbc, pads_sb))
        normed_sbc = self.final_layer_norm(x_sbc)
        return x_sbc + self.dropout(self.fc2(F.relu(self.fc1(normed_sbc))))
"""
DECODER_LAYER = """        normed_tbc = self.self_attn_layer_norm(x_tbc)
        x_tbc = x_tbc + self.dropout(self.self_attn(normed_tbc, normed_tbc, normed_tbc, shut_qk=future_tt))
        normed_tbc = self.encoder_attn_layer_norm(x_tbc)
        x_tbc = x_tbc + self.dropout(self.encoder_attn(normed_tbc, encoded_sbc, encoded_sbc, pads_sb))
        normed_tbc = self.final_layer_norm(x_tbc)
        return x_tbc + self.dropout(self.fc2(F.relu(self.fc1(normed_tbc))))
"""
post_norm = Mistake(
    MODEL,
    was=ENCODER_LAYER,
    now="""        x_sbc = self.self_attn_layer_norm(x_sbc + self.dropout(self.self_attn(x_sbc, x_sbc, x_sbc, pads_sb)))
        return self.final_layer_norm(x_sbc + self.dropout(self.fc2(F.relu(self.fc1(x_sbc)))))
""",
    hint="The architecture asks for normalisation before each sub-layer.",
    also=(
        Edit(
            MODEL,
            DECODER_LAYER,
            """        mixed_tbc = self.self_attn(x_tbc, x_tbc, x_tbc, shut_qk=future_tt)
        x_tbc = self.self_attn_layer_norm(x_tbc + self.dropout(mixed_tbc))
        mixed_tbc = self.encoder_attn(x_tbc, encoded_sbc, encoded_sbc, pads_sb)
        x_tbc = self.encoder_attn_layer_norm(x_tbc + self.dropout(mixed_tbc))
        return self.final_layer_norm(x_tbc + self.dropout(self.fc2(F.relu(self.fc1(x_tbc)))))
""",
        ),
    ),
)
POSITIONS = "words_bt.long().cumsum(dim=1) * words_bt + self.padding_idx"
positions_from_zero = Mistake(
    TABLE,
    was=POSITIONS,
    now="(words_bt.long().cumsum(dim=1) - 1) * words_bt",
    hint="Positions start just after the padding index.",
)
no_causal_mask = Mistake(
    MODEL,
    was=".triu(1)",
    now=".triu(t)",
    hint="A decoder position may look only at itself and the past.",
    public=True,
)
CROSS = "(normed_tbc, encoded_sbc, encoded_sbc, pads_sb)"
cross_reads_pads = Mistake(
    MODEL,
    was=CROSS,
    now="(normed_tbc, encoded_sbc, encoded_sbc)",
    hint="Hand the encoder's padding mask to the cross attention.",
)
TIED = "        self.output_projection.weight = embed_tokens.weight\n"
untied_output = Mistake(
    MODEL,
    was=TIED,
    now="",
    hint="Input and output embedding share one matrix here.",
)

encoder_reads_pads = Mistake(
    MODEL,
    was="self.self_attn(normed_sbc, normed_sbc, normed_sbc, pads_sb)",
    now="self.self_attn(normed_sbc, normed_sbc, normed_sbc)",
    hint="The encoder's own attention needs the padding mask, too.",
)
mask_as_float = Mistake(
    MODEL,
    was="return self.layer_norm(x_sbc), None, encoder_padding_mask",
    now="return self.layer_norm(x_sbc), None, encoder_padding_mask.float()",
    hint="The padding mask holds truth values, not numbers.",
    also=(Edit(MODEL, "masked_fill(pads_kb.T", "masked_fill(pads_kb.bool().T"),),
)
no_encoder_norm = Mistake(
    MODEL,
    was="return self.layer_norm(x_sbc), None",
    now="return x_sbc, None",
    hint="With pre-norm the last residual needs a normalisation, too.",
)
no_decoder_norm = Mistake(
    MODEL,
    was="self.layer_norm(y_tbc).transpose(0, 1)",
    now="y_tbc.transpose(0, 1)",
    hint="The decoder normalises before it projects to words.",
)
encoder_gelu = Mistake(
    MODEL,
    was="F.relu(self.fc1(normed_sbc))",
    now="F.gelu(self.fc1(normed_sbc))",
    hint="The activation between the two linear layers is ReLU.",
)
decoder_no_activation = Mistake(
    MODEL,
    was="F.relu(self.fc1(normed_tbc))",
    now="self.fc1(normed_tbc)",
    hint="Something non-linear stands between the two linear layers.",
)
no_residual = Mistake(
    MODEL,
    was="return x_sbc + self.dropout(self.fc2(",
    now="return self.dropout(self.fc2(",
    hint="Add the input of each sub-layer to its output.",
)
residual_of_norm = Mistake(
    MODEL,
    was="return x_tbc + self.dropout(self.fc2(",
    now="return normed_tbc + self.dropout(self.fc2(",
    hint="The residual is what came before the normalisation.",
)
scores_not_scaled = Mistake(
    MODEL,
    was="self.q_proj(query) / math.sqrt(self.head_dim)",
    now="self.q_proj(query)",
    hint="Divide the scores by the root of the size of a head.",
)
scaled_by_width = Mistake(
    MODEL,
    was="/ math.sqrt(self.head_dim)",
    now="/ math.sqrt(c)",
    hint="The scale is that of one head, not of the whole width.",
)
heads_interleaved = Mistake(
    MODEL,
    was="tokens_kbc.view(k, b, self.num_heads, self.head_dim).permute(1, 2, 0, 3)",
    now="tokens_kbc.view(k, b, self.head_dim, self.num_heads).permute(1, 3, 0, 2)",
    hint="Each head takes channels that lie side by side.",
)
heads_joined_wrongly = Mistake(
    MODEL,
    was="mixed_bhqd.permute(2, 0, 1, 3).reshape(q, b, c)",
    now="mixed_bhqd.reshape(q, b, c)",
    hint="Bring the axes back into order before you join the heads.",
)
softmax_over_queries = Mistake(
    MODEL,
    was="torch.softmax(scores_bhqk, dim=-1)",
    now="torch.softmax(scores_bhqk, dim=-2)",
    hint="For each query the weights over the keys sum to one.",
)
no_out_proj = Mistake(
    MODEL,
    was="return self.out_proj(mixed_bhqd.permute(2, 0, 1, 3).reshape(q, b, c))",
    now="return mixed_bhqd.permute(2, 0, 1, 3).reshape(q, b, c)",
    hint="Project the joined heads once more.",
)
masked_scores_zero = Mistake(
    MODEL,
    was="masked_fill(pads_kb.T[:, None, None, :], -math.inf)",
    now="masked_fill(pads_kb.T[:, None, None, :], 0.0)",
    hint="A score of zero still gets weight; make it minus infinity.",
)
encoder_without_positions = Mistake(
    MODEL,
    was="self.embed_tokens(src_tokens) + self.embed_positions(src_tokens)",
    now="self.embed_tokens(src_tokens)",
    hint="Add the positions to the embeddings of the source.",
)
decoder_without_positions = Mistake(
    MODEL,
    was="self.embed_tokens(prev_output_tokens) + self.embed_positions(prev_output_tokens)",
    now="self.embed_tokens(prev_output_tokens)",
    hint="Add the positions to the embeddings of the target.",
)
positions_scaled = Mistake(
    MODEL,
    was="self.embed_scale * self.embed_tokens(src_tokens) + self.embed_positions(src_tokens)",
    now="self.embed_scale * (self.embed_tokens(src_tokens) + self.embed_positions(src_tokens))",
    hint="The scale belongs to the embeddings, not to the positions.",
)
one_layer = Mistake(
    MODEL,
    was="for _ in range(args.encoder_layers)",
    now="for _ in range(1)",
    hint="Make as many layers as the arguments say.",
)
first_layer_only = Mistake(
    MODEL,
    was="            y_tbc = layer(y_tbc, encoded_sbc, pads_sb, future_tt)\n",
    now="            z_tbc = layer(y_tbc, encoded_sbc, pads_sb, future_tt)\n        y_tbc = z_tbc\n",
    hint="Each layer reads what the layer before it gave.",
)
cross_left_out = Mistake(
    MODEL,
    was=f"        x_tbc = x_tbc + self.dropout(self.encoder_attn{CROSS})\n",
    now="",
    hint="A decoder layer also attends to the encoder's outputs.",
)
cross_norm_first = Mistake(
    MODEL,
    was=CROSS,
    now="(normed_tbc, self.encoder_attn_layer_norm(encoded_sbc), encoded_sbc, pads_sb)",
    hint="The encoder's outputs are normalised already.",
)
causal_shuts_itself = Mistake(
    MODEL,
    was=".triu(1)",
    now=".triu(0)",
    hint="A position may look at itself; the first one has nothing else.",
)
causal_one_late = Mistake(
    MODEL,
    was=".triu(1)",
    now=".triu(2)",
    hint="Even the next word belongs to the future.",
)
causal_backwards = Mistake(
    MODEL,
    was=".triu(1)",
    now=".tril(-1)",
    hint="Shut the later positions, not the earlier ones.",
)
centred_over_time = Mistake(
    MODEL,
    was="y_tbc = self.dropout(y_btc).transpose(0, 1)",
    now="y_tbc = self.dropout(y_btc - y_btc.mean(dim=1, keepdim=True)).transpose(0, 1)",
    hint="No mean may be taken over positions: it holds the future.",
)
logits_time_first = Mistake(
    MODEL,
    was="self.output_projection(self.layer_norm(y_tbc).transpose(0, 1))",
    now="self.output_projection(self.layer_norm(y_tbc))",
    hint="The logits have the batch first.",
)
logits_normalised = Mistake(
    MODEL,
    was="return logits_btv, {}",
    now="return F.log_softmax(logits_btv, dim=-1), {}",
    hint="Give logits; the trainer takes their log-softmax.",
)
output_bias = Mistake(
    MODEL,
    was="len(dictionary), bias=False)",
    now="len(dictionary))",
    hint="The output projection has no bias.",
)

# --- loss -----------------------------------------------------------------------------------------------------

SMOOTHED = "(1.0 - self.smoothing) * nll_n1 + self.smoothing / lprobs.size(-1) * smooth_n1"
loss_counts_pads = Mistake(
    LOSS,
    was="if self.ignore_index is not None:",
    now="if self.ignore_index is None:",
    hint="Leave padding out of both terms.",
    public=True,
)
loss_mean = Mistake(
    LOSS,
    was="nll_n1.sum(), smooth_n1.sum()",
    now="nll_n1.mean(), smooth_n1.mean()",
    hint="The loss is a sum; the trainer divides by the tokens.",
    public=True,
)
smooth_others_only = Mistake(
    LOSS,
    was="self.smoothing / lprobs.size(-1) * smooth_n1",
    now="self.smoothing / (lprobs.size(-1) - 1) * (smooth_n1 - nll_n1)",
    hint="The smoothing mass is spread over all labels, the right one included.",
)

loss_pads_in_smoothing = Mistake(
    LOSS,
    was="            smooth_n1 = smooth_n1.masked_fill(pads_n1, 0.0)\n",
    now="",
    hint="Padding must be left out of the smoothing term, too.",
)
loss_not_smoothed = Mistake(
    LOSS,
    was=SMOOTHED,
    now="nll_n1",
    hint="Give every label its share of the smoothing.",
)
loss_smoothing_too_large = Mistake(
    LOSS,
    was="self.smoothing / lprobs.size(-1) * smooth_n1",
    now="self.smoothing * smooth_n1",
    hint="The smoothing is shared by all labels: divide it by their number.",
)
loss_weights_swapped = Mistake(
    LOSS,
    was=SMOOTHED,
    now="self.smoothing * nll_n1 + (1.0 - self.smoothing) / lprobs.size(-1) * smooth_n1",
    hint="Most of the mass stays with the right label.",
)
loss_added_on_top = Mistake(
    LOSS,
    was="(1.0 - self.smoothing) * nll_n1",
    now="nll_n1",
    hint="What the others get is taken from the right label.",
)
loss_sign = Mistake(
    LOSS,
    was=f"return {SMOOTHED}",
    now=f"return -({SMOOTHED})",
    hint="A loss grows where the right label is unlikely.",
)
loss_detached = Mistake(
    LOSS,
    was=f"return {SMOOTHED}",
    now=f"return ({SMOOTHED}).detach()",
    hint="The loss must keep its graph.",
)

# --- gnorm ----------------------------------------------------------------------------------------------------

CLIPPING = "        gnorm = nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)\n"
UNSCALING = "        scaler.unscale_(optimizer)\n        optimizer.multiply_grads(1 / (sample_size or 1.0))\n"
BACKWARD = "            scaler.scale(loss).backward()\n"
MEASURED = "            gnorm = torch.stack([each.grad.norm() for each in model.parameters()]).norm()"
RECORD = '        stats["gnorm"].append(gnorm.item())\n'
gnorm_after_clip = Mistake(
    TRAIN,
    was=CLIPPING,
    now=CLIPPING.replace("gnorm = ", "")
    + "        gnorm = torch.stack([each.grad.norm() for each in model.parameters()]).norm()\n",
    hint="Record what the clipping call returns, not the norm afterwards.",
    public=True,
)
gnorm_before_unscale = Mistake(
    TRAIN,
    was=UNSCALING + CLIPPING,
    now=CLIPPING + UNSCALING,
    hint="Unscale the gradients before you measure them.",
)

gnorm_per_batch = Mistake(
    TRAIN,
    was=BACKWARD,
    now=BACKWARD + f"{MEASURED} / 65536\n    {RECORD}",
    hint="Record one norm for each update, not for each batch.",
    also=(Edit(TRAIN, CLIPPING + RECORD, CLIPPING),),
)
gnorm_not_divided = Mistake(
    TRAIN,
    was="        optimizer.multiply_grads(1 / (sample_size or 1.0))\n",
    now="",
    hint="Divide the gradients by the number of tokens before you clip them.",
)
gnorm_divided_by_batches = Mistake(
    TRAIN,
    was="1 / (sample_size or 1.0)",
    now="1 / accum_steps",
    hint="Divide by the tokens of the update, not by its batches.",
)
gnorm_last_only = Mistake(
    TRAIN,
    was='stats["gnorm"].append(gnorm.item())',
    now='stats["gnorm"] = [gnorm.item()]',
    hint="Keep every update, not the last one alone.",
)
gnorm_squared = Mistake(
    TRAIN,
    was="append(gnorm.item())",
    now="append(gnorm.item() ** 2)",
    hint="The norm is the root of the sum of squares.",
)
gnorm_of_weights = Mistake(
    TRAIN,
    was=RECORD,
    now='        stats["gnorm"].append(torch.stack([each.norm() for each in model.parameters()]).norm().item())\n',
    hint="Measure the gradients, not the weights.",
)
gnorm_of_last_layer = Mistake(
    TRAIN,
    was=RECORD,
    now='        stats["gnorm"].append([*model.parameters()][-1].grad.norm().item())\n',
    hint="The norm is that of all gradients together.",
)
gnorm_is_loss = Mistake(
    TRAIN,
    was="append(gnorm.item())",
    now="append(accum_loss / sample_size)",
    hint="Record the gradient norm, not the loss.",
)
gnorm_no_step = Mistake(
    TRAIN,
    was="        scaler.step(optimizer)\n",
    now="",
    hint="Without a step of the optimiser nothing is learned.",
)
gnorm_not_recorded = Mistake(
    TRAIN,
    was=RECORD,
    now="",
    hint="Record the gradient norm of every update.",
)

# --- just as right: P1 and P2 ---------------------------------------------------------------------------------

similarity_broadcast = Variant(
    (
        Edit(
            REPORT,
            COSINES,
            "similarity = F.cosine_similarity(positions.unsqueeze(1), positions.unsqueeze(0), dim=-1)\n",
        ),
    )
)
similarity_double_loop = Variant(
    (
        Edit(
            REPORT,
            COSINES,
            """similarity = torch.zeros(len(positions), len(positions))
for i in range(len(positions)):
    for j in range(len(positions)):
        similarity[i][j] = F.cosine_similarity(positions[i], positions[j], dim=0).item()
""",
        ),
        Edit(REPORT, "import torch\n", 'import matplotlib\nimport torch\n\nmatplotlib.use("TkAgg")\n'),
    )
)
similarity_by_rows = Variant(
    (
        Edit(
            REPORT,
            COSINES,
            """cosine = nn.CosineSimilarity(dim=1)
rows = [cosine(positions[at].unsqueeze(0), positions) for at in range(positions.size(0))]
similarity = torch.stack(rows)
""",
        ),
        Edit(REPORT, 'plt.savefig("similarity.png")\nplt.close()\n', "plt.show()\n"),
    )
)
similarity_in_numpy = Variant(
    (
        Edit(
            REPORT,
            COSINES,
            """import numpy as np

table = positions.numpy()
lengths = np.linalg.norm(table, axis=1, keepdims=True)
similarity = torch.from_numpy(table @ table.T / (lengths @ lengths.T + 1e-8))
""",
        ),
    )
)
similarity_matshow = Variant(
    (Edit(REPORT, 'plt.imshow(similarity.numpy(), cmap="viridis")', "plt.matshow(similarity)"),)
)
similarity_pcolormesh = Variant(
    (
        Edit(
            REPORT,
            'plt.imshow(similarity.numpy(), cmap="viridis")',
            'plt.pcolormesh(similarity.numpy(), cmap="hot", shading="auto")',
        ),
    )
)
similarity_seaborn = Variant(
    (
        Edit(REPORT, "import torch\n", "import seaborn as sns\nimport torch\n"),
        Edit(
            REPORT,
            'plt.imshow(similarity.numpy(), cmap="viridis")',
            "sns.heatmap(similarity.numpy(), xticklabels=100, yticklabels=100)",
        ),
        Edit(REPORT, "plt.colorbar()\n", ""),
    )
)
similarity_of_words_only = Variant((Edit(REPORT, TABLE_READ, TABLE_READ.replace("weights", "weights[2:]")),))
similarity_without_padding = Variant(
    (Edit(REPORT, TABLE_READ, TABLE_READ + "positions = torch.cat((positions[:1], positions[2:]))\n"),)
)
similarity_from_below = Variant((Edit(REPORT, 'cmap="viridis")', 'cmap="gray", origin="lower", vmin=-1, vmax=1)'),))
two_figures_one_empty = Variant(
    (
        Edit(REPORT, "plt.figure(figsize=(6, 5))\n", "plt.figure()\nplt.figure(figsize=(6, 5))\n"),
        Edit(REPORT, 'plt.savefig("similarity.png")\nplt.close()\n', ""),
    )
)
similarity_in_a_function = Variant(
    (
        Edit(REPORT, TABLE_READ, "def draw(trained):\n    " + TABLE_READ.replace("model.", "trained.")),
        Edit(REPORT, COSINES, "    " + COSINES.replace("\nsim", "\n    sim")),
        Edit(
            REPORT,
            """plt.figure(figsize=(6, 5))
plt.imshow(similarity.numpy(), cmap="viridis")
plt.title("Cosine similarity of the decoder's positions")
plt.xlabel("position")
plt.ylabel("position")
plt.colorbar()
plt.savefig("similarity.png")
plt.close()
""",
            """    fig, axes = plt.subplots()
    fig.colorbar(axes.imshow(similarity))
    fig.savefig("similarity.png")


draw(model)
""",
        ),
    )
)
PROBLEM_1, PROBLEM_2 = "# %% Problem 1: how alike positions are\n", "# %% Problem 2: gradient norms\n"
table_shown_first = Variant(
    (
        Edit(
            REPORT,
            PROBLEM_1,
            "# %% the table itself\nplt.matshow(model.decoder.embed_positions.weights.numpy()[:64])\n\n" + PROBLEM_1,
        ),
    )
)
losses_plotted_first = Variant(
    (
        Edit(
            REPORT,
            PROBLEM_2,
            """# %% the loss, beside the norms of the weights
losses, weight_norms = load_history()
plt.plot(losses)
plt.plot(weight_norms)

"""
            + PROBLEM_2,
        ),
    )
)
norms_with_arrows = Variant(
    (
        Edit(
            REPORT,
            CIRCLES,
            """for step in largest:
    plt.annotate("explosion", (step, norms[step]), (step + 40, norms[step] * 0.9), arrowprops={"arrowstyle": "->"})
""",
        ),
    )
)
norms_with_ellipses = Variant(
    (
        Edit(
            REPORT,
            CIRCLES,
            """from matplotlib.patches import Ellipse

for step in largest:
    plt.gca().add_patch(Ellipse((step, norms[step]), width=30, height=2, fill=False, color="red"))
""",
        ),
    )
)
norms_with_all_explosions = Variant(
    (
        Edit(
            REPORT,
            CIRCLES,
            """over = [step for step, norm in enumerate(norms) if norm > 1.0]
plt.scatter(over, [norms[step] for step in over], s=120, facecolors="none", edgecolors="r")
""",
        ),
    )
)
norms_on_log_axis = Variant((Edit(REPORT, NORM_LINE, "plt.semilogy(range(1, len(norms) + 1), norms)"),))
norms_converted_in_place = Variant(
    (
        Edit(
            REPORT,
            "norms = [float(norm) for norm in gnorms]\n",
            "for at in range(len(gnorms)):\n    gnorms[at] = gnorms[at].item()\nnorms = gnorms\n",
        ),
        Edit(REPORT, 'gnorms = json.loads(Path("gnorm.json").read_text())\n', "gnorms = train(model)\n"),
    )
)
norms_from_stats = Variant(
    (
        Edit(REPORT, 'gnorms = json.loads(Path("gnorm.json").read_text())\n', 'stats = torch.load("stats.pt")\n'),
        Edit(REPORT, "for norm in gnorms]", 'for norm in stats["gnorm"]]'),
    )
)
norms_as_dots = Variant((Edit(REPORT, NORM_LINE, 'plt.plot(norms, ".")'),))

# --- just as right: rate, arch, table -------------------------------------------------------------------------

rate_by_cases = Variant(
    (
        Edit(
            RATE,
            f"    return {FORMULA}\n",
            """    if step_num <= warmup_step:
        return step_num / (d_model**0.5 * warmup_step**1.5)
    return (d_model * step_num) ** -0.5
""",
        ),
    )
)
rate_as_tensor = Variant((Edit(RATE, f"return {FORMULA}", f"return torch.tensor({FORMULA}, dtype=torch.float64)"),))
rate_renamed_arguments = Variant(
    (
        Edit(
            RATE,
            "get_rate(d_model: int, step_num: int, warmup_step: int)",
            "get_rate(width: int, n: int, w: int)",
        ),
        Edit(RATE, FORMULA, "width**-0.5 * min(n**-0.5, n * w**-1.5)"),
    )
)
ARCH = """arch_args = Namespace(
    encoder_embed_dim=256,
    encoder_ffn_embed_dim=1024,
    encoder_layers=4,
    decoder_embed_dim=256,
    decoder_ffn_embed_dim=1024,
    decoder_layers=4,
    share_decoder_input_output_embed=True,
    dropout=0.25,
)
"""
arch_later = Variant(
    (
        Edit(
            SETTINGS,
            ARCH,
            """WIDTH = 64 * 4
arch_args = Namespace()
for side in ("encoder", "decoder"):
    setattr(arch_args, f"{side}_embed_dim", WIDTH)
    setattr(arch_args, f"{side}_ffn_embed_dim", 4 * WIDTH)
    setattr(arch_args, f"{side}_layers", 4)
arch_args.share_decoder_input_output_embed = True
arch_args.dropout = 0.25
""",
        ),
    )
)
arch_nested = Variant(
    (
        Edit(
            SETTINGS,
            ARCH,
            """arch_args = Namespace(
    encoder=Namespace(embed_dim=256, ffn_embed_dim=1024, layers=4),
    decoder=Namespace(embed_dim=256, ffn_embed_dim=1024, layers=4),
)
arch_args.share_decoder_input_output_embed, arch_args.dropout = True, 0.25
""",
        ),
    )
)
arch_by_argparse = Variant(
    (
        Edit(
            SETTINGS,
            ARCH,
            """import argparse

parser = argparse.ArgumentParser()
for name in ("encoder", "decoder"):
    parser.add_argument(f"--{name}-embed-dim", type=int, default=256)
    parser.add_argument(f"--{name}-ffn-embed-dim", type=int, default=1024)
    parser.add_argument(f"--{name}-layers", type=int, default=4)
parser.add_argument("--share-decoder-input-output-embed", action="store_true")
parser.add_argument("--dropout", "-d", type=float, default=0.25)
arch_args = parser.parse_args([])
""",
        ),
    )
)
table_by_loop = Variant(
    (
        Edit(
            TABLE,
            f"    table_nc = {HALVES}.float()\n",
            """    table_nc = torch.zeros(num_embeddings, embedding_dim)
    for position in range(num_embeddings):
        table_nc[position, :half] = angles_nc[position].sin()
        table_nc[position, half:] = angles_nc[position].cos()
""",
        ),
    )
)
table_in_single = Variant(
    (
        Edit(TABLE, "steps = torch.arange(half, dtype=torch.float64)", "steps = torch.arange(half, dtype=torch.float)"),
        Edit(TABLE, "torch.arange(num_embeddings, dtype=torch.float64)", "torch.arange(num_embeddings).float()"),
    )
)
table_in_double = Variant(
    (Edit(TABLE, f"{HALVES}.float()", HALVES), Edit(TABLE, "self.weights[", "self.weights.float()["))
)
table_looked_up_anew = Variant(
    (
        Edit(
            TABLE,
            "        return self.weights[positions_bt]\n",
            """        rows, width = self.weights.shape
        return sinusoidal_table(rows, width, self.padding_idx)[positions_bt]
""",
        ),
    )
)
table_as_frozen_embedding = Variant(
    (
        Edit(
            TABLE,
            """        self.register_buffer(
            "weights", sinusoidal_table(init_size + padding_idx + 1, embedding_dim, padding_idx), persistent=False
        )
""",
            """        self.table = nn.Embedding.from_pretrained(
            sinusoidal_table(init_size + padding_idx + 1, embedding_dim, padding_idx), padding_idx=padding_idx
        )
        self.weights = self.table.weight
""",
        ),
        Edit(TABLE, "self.weights[positions_bt]", "self.table(positions_bt)"),
    )
)
positions_by_column = Variant(
    (
        Edit(
            TABLE,
            POSITIONS,
            "torch.arange(1, tokens_bt.size(1) + 1, device=tokens_bt.device) * words_bt + self.padding_idx",
        ),
    )
)
positions_on_pads = Variant((Edit(TABLE, POSITIONS, "torch.ones_like(tokens_bt).cumsum(dim=1) + self.padding_idx"),))

# --- just as right: encoder and decoder -----------------------------------------------------------------------

GIVES = "return self.layer_norm(x_sbc), None, encoder_padding_mask"
TAKES = "encoded_sbc, _, pads_sb = encoder_out"
encoder_gives_dict = Variant(
    (
        Edit(MODEL, GIVES, 'return {"out": self.layer_norm(x_sbc), "pads": encoder_padding_mask}'),
        Edit(MODEL, TAKES, 'encoded_sbc, pads_sb = encoder_out["out"], encoder_out["pads"]'),
    )
)
encoder_gives_lists = Variant(
    (
        Edit(
            MODEL,
            GIVES,
            """return {
            "encoder_out": [self.layer_norm(x_sbc)],
            "encoder_padding_mask": [encoder_padding_mask],
            "encoder_embedding": [x_bsc],
            "encoder_states": [],
            "src_tokens": [src_tokens],
        }""",
        ),
        Edit(
            MODEL,
            TAKES,
            'encoded_sbc, pads_sb = encoder_out["encoder_out"][0], encoder_out["encoder_padding_mask"][0]',
        ),
    )
)
encoder_gives_named_tuple = Variant(
    (
        Edit(
            MODEL,
            "class TransformerEncoder(nn.Module):\n",
            'Encoded = namedtuple("Encoded", ["mask", "outputs"])\n\n\nclass TransformerEncoder(nn.Module):\n',
        ),
        Edit(MODEL, "import math\n", "import math\nfrom collections import namedtuple\n"),
        Edit(MODEL, GIVES, "return Encoded(encoder_padding_mask, self.layer_norm(x_sbc))"),
        Edit(MODEL, TAKES, "encoded_sbc, pads_sb = encoder_out.outputs, encoder_out.mask"),
    )
)
encoder_gives_dataclass = Variant(
    (
        Edit(
            MODEL,
            "class TransformerEncoder(nn.Module):\n",
            """@dataclass
class Encoded:
    outputs: Tensor
    mask: Tensor


class TransformerEncoder(nn.Module):
""",
        ),
        Edit(MODEL, "import math\n", "import math\nfrom dataclasses import dataclass\n"),
        Edit(MODEL, GIVES, "return Encoded(self.layer_norm(x_sbc), encoder_padding_mask)"),
        Edit(MODEL, TAKES, "encoded_sbc, pads_sb = encoder_out.outputs, encoder_out.mask"),
    )
)
no_mask_without_pads = Variant(
    (Edit(MODEL, GIVES, "return self.layer_norm(x_sbc), None, encoder_padding_mask if pads_bs.any() else None"),)
)
mask_minus_1e9 = Variant(
    (
        Edit(MODEL, "masked_fill(shut_qk, -math.inf)", "masked_fill(shut_qk, -1e9)"),
        Edit(MODEL, "[:, None, None, :], -math.inf)", "[:, None, None, :], -1e9)"),
    )
)
masks_added = Variant(
    (
        Edit(
            MODEL,
            "scores_bhqk = scores_bhqk.masked_fill(shut_qk, -math.inf)",
            "scores_bhqk = scores_bhqk + torch.zeros_like(shut_qk, dtype=torch.float).masked_fill(shut_qk, -math.inf)",
        ),
    )
)
zeros_at_pads = Variant(
    (
        Edit(
            MODEL,
            "        x_sbc = self.dropout(x_bsc).transpose(0, 1)\n",
            "        x_sbc = (self.dropout(x_bsc) * ~pads_bs.unsqueeze(2)).transpose(0, 1)\n",
        ),
    )
)
MIXED = "mixed_bhqd = torch.softmax(scores_bhqk, dim=-1) @ values_bhkd"
einsum_attention = Variant(
    (
        Edit(
            MODEL,
            "queries_bhqd @ keys_bhkd.transpose(2, 3)",
            'torch.einsum("bhqd,bhkd->bhqk", queries_bhqd, keys_bhkd)',
        ),
        Edit(
            MODEL,
            MIXED,
            'mixed_bhqd = torch.einsum("bhqk,bhkd->bhqd", scores_bhqk.softmax(-1), values_bhkd)',
        ),
    )
)
ATTENTION = """        q, b, c = query.shape
        queries_bhqd = self._heads(self.q_proj(query) / math.sqrt(self.head_dim))
"""
torch_scaled_dot_product = Variant(
    (
        Edit(
            MODEL,
            ATTENTION,
            """        q, b, c = query.shape
        allowed = torch.ones(1, 1, q, key.size(0), dtype=torch.bool)
        if shut_qk is not None:
            allowed = allowed & ~shut_qk
        if pads_kb is not None:
            allowed = allowed & ~pads_kb.T[:, None, None, :]
        mixed = F.scaled_dot_product_attention(
            self._heads(self.q_proj(query)), self._heads(self.k_proj(key)), self._heads(self.v_proj(value)), allowed
        )
        return self.out_proj(mixed.permute(2, 0, 1, 3).reshape(q, b, c))
        queries_bhqd = self._heads(self.q_proj(query) / math.sqrt(self.head_dim))
""",
        ),
    )
)
torch_functional_attention = Variant(
    (
        Edit(
            MODEL,
            ATTENTION,
            """        q, b, c = query.shape
        return F.multi_head_attention_forward(
            query, key, value, c, self.num_heads, None,
            torch.cat((self.q_proj.bias, self.k_proj.bias, self.v_proj.bias)),
            None, None, False, 0.0, self.out_proj.weight, self.out_proj.bias,
            training=self.training,
            key_padding_mask=None if pads_kb is None else pads_kb.T,
            need_weights=False,
            attn_mask=shut_qk,
            use_separate_proj_weight=True,
            q_proj_weight=self.q_proj.weight, k_proj_weight=self.k_proj.weight, v_proj_weight=self.v_proj.weight,
        )[0]
        queries_bhqd = self._heads(self.q_proj(query) / math.sqrt(self.head_dim))
""",
        ),
    )
)
torch_attention = Variant(
    (
        Edit(MODEL, "class MultiheadAttention(nn.Module):\n", "class HandMade(nn.Module):\n"),
        Edit(
            MODEL,
            "class TransformerEncoderLayer(nn.Module):\n",
            """class MultiheadAttention(nn.MultiheadAttention):
    def forward(self, query, key, value, pads_kb=None, shut_qk=None):
        pads_bk = None if pads_kb is None else pads_kb.T
        return super().forward(query, key, value, key_padding_mask=pads_bk, attn_mask=shut_qk, need_weights=False)[0]


class TransformerEncoderLayer(nn.Module):
""",
        ),
    )
)
torch_encoder_layers = Variant(
    (
        Edit(
            MODEL,
            "nn.ModuleList(TransformerEncoderLayer(args) for _ in range(args.encoder_layers))",
            """nn.ModuleList(
            nn.TransformerEncoderLayer(
                args.encoder_embed_dim,
                args.encoder_attention_heads,
                args.encoder_ffn_embed_dim,
                args.dropout,
                norm_first=True,
            )
            for _ in range(args.encoder_layers)
        )""",
        ),
        Edit(
            MODEL,
            "x_sbc = layer(x_sbc, encoder_padding_mask)",
            "x_sbc = layer(x_sbc, src_key_padding_mask=pads_bs)",
        ),
    )
)
torch_decoder = Variant(
    (
        Edit(
            MODEL,
            "nn.ModuleList(TransformerDecoderLayer(args) for _ in range(args.decoder_layers))",
            """nn.TransformerDecoder(
            nn.TransformerDecoderLayer(
                args.decoder_embed_dim,
                args.decoder_attention_heads,
                args.decoder_ffn_embed_dim,
                args.dropout,
                norm_first=True,
            ),
            args.decoder_layers,
            norm=nn.LayerNorm(args.decoder_embed_dim),
        )""",
        ),
        Edit(
            MODEL,
            """        for layer in self.layers:
            y_tbc = layer(y_tbc, encoded_sbc, pads_sb, future_tt)
        logits_btv = self.output_projection(self.layer_norm(y_tbc).transpose(0, 1))
""",
            """        pads_bs = None if pads_sb is None else pads_sb.T
        y_tbc = self.layers(y_tbc, encoded_sbc, tgt_mask=future_tt, memory_key_padding_mask=pads_bs)
        logits_btv = self.output_projection(y_tbc.transpose(0, 1))
""",
        ),
    )
)
layers_batch_first = Variant(
    (
        Edit(
            MODEL,
            ATTENTION,
            """        inputs = [each.transpose(0, 1).contiguous() for each in (query, key, value)]
        query, key, value = (each.transpose(0, 1) for each in inputs)
"""
            + ATTENTION,
        ),
        Edit(MODEL, "tokens_kbc.view(k, b,", "tokens_kbc.reshape(k, b,"),
    )
)
tied_by_function = Variant(
    (
        Edit(
            MODEL,
            "        self.output_projection = nn.Linear(args.decoder_embed_dim, len(dictionary), bias=False)\n" + TIED,
            "",
        ),
        Edit(
            MODEL,
            "self.output_projection(self.layer_norm(y_tbc).transpose(0, 1))",
            "F.linear(self.layer_norm(y_tbc).transpose(0, 1), self.embed_tokens.weight)",
        ),
    )
)
causal_mask_kept = Variant(
    (
        Edit(
            MODEL,
            "        future_tt = torch.ones(t, t, dtype=torch.bool, device=prev_output_tokens.device).triu(1)\n",
            """        if getattr(self, "_future", None) is None or self._future.size(0) < t:
            self._future = torch.ones(t, t, dtype=torch.bool).triu(1)
        future_tt = self._future[:t, :t]
""",
        ),
    )
)
target_pads_shut = Variant(
    (
        Edit(
            MODEL,
            "self.self_attn(normed_tbc, normed_tbc, normed_tbc, shut_qk=future_tt)",
            "self.self_attn(normed_tbc, normed_tbc, normed_tbc, own_pads, future_tt)",
        ),
        Edit(
            MODEL,
            "pads_sb: Tensor | None, future_tt: Tensor) -> Tensor:",
            "pads_sb: Tensor | None, future_tt: Tensor, own_pads=None) -> Tensor:",
        ),
        Edit(
            MODEL,
            "layer(y_tbc, encoded_sbc, pads_sb, future_tt)",
            "layer(y_tbc, encoded_sbc, pads_sb, future_tt, prev_output_tokens.eq(self.padding_idx).T)",
        ),
    )
)
own_embedding = Variant(
    (
        Edit(
            MODEL,
            """        self.embed_tokens = embed_tokens
        self.embed_scale = math.sqrt(args.encoder_embed_dim)
""",
            """        self.embed_tokens = nn.Embedding(len(dictionary), args.encoder_embed_dim, padding_idx=1)
        self.embed_scale = args.encoder.embed_dim**0.5
""",
        ),
    )
)
no_keywords_taken = Variant(
    (
        Edit(MODEL, "src_tokens: Tensor, src_lengths: Tensor | None = None, **unused: Any", "src_tokens: Tensor"),
        Edit(
            MODEL,
            "encoder_out: tuple[Tensor, None, Tensor | None], **unused: Any",
            "memory: tuple[Tensor, None, Tensor | None]",
        ),
        Edit(MODEL, TAKES, TAKES.replace("encoder_out", "memory")),
    )
)
logits_alone = Variant((Edit(MODEL, "return logits_btv, {}", "return logits_btv"),))
settings_asked_for = Variant(
    (
        Edit(
            MODEL,
            "        self.padding_idx = dictionary.pad()\n        self.embed_tokens = embed_tokens\n"
            "        self.embed_scale = math.sqrt(args.decoder_embed_dim)\n",
            """        self.padding_idx = dictionary.pad_index
        self.embed_tokens = embed_tokens
        self.rate = args.lr_of_mine
        self.learned = getattr(args, "decoder_learned_pos", False)
        self.embed_scale = math.sqrt(args.decoder_embed_dim)
""",
        ),
        Edit(
            SETTINGS,
            '    args.activation_fn = "relu"\n',
            '    args.activation_fn = "relu"\n    args.lr_of_mine = 2.0\n',
        ),
    )
)

# --- just as right: loss, gnorm -------------------------------------------------------------------------------

torch_smoothing = Variant(
    (
        Edit(
            LOSS,
            f"        return {SMOOTHED}\n",
            """        return F.cross_entropy(
            lprobs,
            target.squeeze(-1),
            ignore_index=self.ignore_index,
            label_smoothing=self.smoothing,
            reduction="sum",
        )
""",
        ),
        Edit(LOSS, "from torch import Tensor, nn\n", "import torch.nn.functional as F\nfrom torch import Tensor, nn\n"),
    )
)
loss_changed_in_place = Variant(
    (
        Edit(LOSS, "nll_n1 = nll_n1.masked_fill(", "nll_n1.masked_fill_("),
        Edit(LOSS, "smooth_n1 = smooth_n1.masked_fill(", "smooth_n1.masked_fill_("),
    )
)
loss_of_words_only = Variant(
    (
        Edit(
            LOSS,
            "        nll_n1 = -lprobs.gather(",
            """        if self.ignore_index is not None:
            words = target.squeeze(-1).ne(self.ignore_index)
            lprobs, target = lprobs[words], target[words]
        nll_n1 = -lprobs.gather(""",
        ),
    )
)
norms_under_another_key = Variant(
    (Edit(TRAIN, '"gnorm": []}', '"grad_norms": []}'), Edit(TRAIN, 'stats["gnorm"]', 'stats["grad_norms"]'))
)
norms_in_a_list = Variant(
    (
        Edit(TRAIN, RECORD, "        all_norms.append(gnorm.item())\n"),
        Edit(TRAIN, ', "gnorm": []}', "}"),
        Edit(TRAIN, "\n\ndef grouped(", "\nall_norms: list[float] = []\n\n\ndef grouped("),
    )
)
norms_as_tensors = Variant((Edit(TRAIN, "append(gnorm.item())", "append(gnorm.detach().cpu())"),))
norms_as_text_and_numbers = Variant((Edit(TRAIN, "return stats\n", "return stats, float(stats['loss'][-1])\n"),))
norms_measured_by_hand = Variant(
    (
        Edit(
            TRAIN,
            CLIPPING,
            "        gnorm = sum((each.grad**2).sum() for each in model.parameters()) ** 0.5\n"
            + CLIPPING.replace("gnorm = ", ""),
        ),
    )
)
batches_by_hand = Variant(
    (
        Edit(
            TRAIN,
            "for samples in grouped(epoch_itr.next_epoch_itr(shuffle=True), accum_steps):",
            "batches = list(epoch_itr.next_epoch_itr(shuffle=True))\n"
            "    for samples in [batches[at : at + accum_steps] for at in range(0, len(batches), accum_steps)]:",
        ),
    )
)
no_scaler = Variant(
    (
        Edit(TRAIN, "scaler.scale(loss).backward()", "loss.backward()"),
        Edit(TRAIN, "        scaler.unscale_(optimizer)\n", ""),
        Edit(TRAIN, "        scaler.step(optimizer)\n        scaler.update()\n", "        optimizer.step()\n"),
    )
)
scaler_of_the_module = Variant(
    (
        Edit(TRAIN, "    scaler = GradScaler(device)\n", ""),
        Edit(TRAIN, "from torch.amp import GradScaler\n", "from torch.cuda.amp import GradScaler\n"),
        Edit(TRAIN, "\n\ndef grouped(", "\nscaler = GradScaler(enabled=False)\n\n\ndef grouped("),
    )
)
half_precision_on_cpu = Variant(
    (Edit(TRAIN, 'torch.autocast(device, enabled=device == "cuda")', "torch.autocast(device, dtype=torch.bfloat16)"),)
)
IMPORTS = """from fairseq import utils
from fairseq.data import iterators
"""
MOVED = """            sample = utils.move_to_cuda(sample, device=device)
"""
fairseq_iterators = Variant(
    (
        Edit(TRAIN, "import torch\n", "import torch\n" + IMPORTS),
        Edit(TRAIN, "grouped(epoch_itr.next_epoch", "iterators.GroupedIterator(epoch_itr.next_epoch"),
        Edit(TRAIN, "for sample in map(to_device, samples):\n", "for sample in samples:\n" + MOVED),
    )
)
gpu_taken_for_granted = Variant(
    (
        Edit(TRAIN, '"cuda" if torch.cuda.is_available() else "cpu"', '"cuda:0"'),
        Edit(TRAIN, 'torch.autocast(device, enabled=device == "cuda")', 'torch.autocast("cuda")'),
        Edit(MODEL, "device=prev_output_tokens.device).triu(1)", 'device="cuda:0").triu(1)'),
    )
)
another_clip_norm = Variant((Edit(SETTINGS, "clip_norm=1.0", "clip_norm=5.0"),))
