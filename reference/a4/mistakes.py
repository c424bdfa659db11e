"""Known mistakes of a4 and versions that are just as right. Secret: students read the hints, never the edits.

A mistake is an edit of a solved file; what it keeps of each part stands in rubrics/a4.yaml. The first group is known
from real hand-ins; the second was found by breaking the reference until the probes saw it.
"""

from __future__ import annotations

from grader.authoring import Edit, Mistake, Variant

UTILS, EMBEDDINGS, MODEL = "utils.py", "model_embeddings.py", "nmt_model.py"

# --- 1a and 1b ------------------------------------------------------------------------------------------------

pads_front = Mistake(
    UTILS,
    was="sent + [pad_token] * (longest - len(sent))",
    now="[pad_token] * (longest - len(sent)) + sent",
    hint="Padding goes after the words.",
    public=True,
)
tgt_uses_src_vocab = Mistake(
    EMBEDDINGS,
    was="nn.Embedding(len(vocab.tgt)",
    now="nn.Embedding(len(vocab.src)",
    hint="Size each embedding by its own vocabulary.",
)
no_padding_idx = Mistake(
    EMBEDDINGS,
    was=", padding_idx=src_pad_token_idx",
    now="",
    hint="Tell each embedding which index is padding.",
    also=(Edit(EMBEDDINGS, ", padding_idx=tgt_pad_token_idx", ""),),
    public=True,
)

# --- 1c -------------------------------------------------------------------------------------------------------

enc_no_bias = Mistake(
    MODEL,
    was="hidden_size, bidirectional=True)",
    now="hidden_size, bias=False, bidirectional=True)",
    hint="The encoder keeps its bias; only the projections have none.",
)
vocab_proj_src_size = Mistake(
    MODEL,
    was="len(vocab.tgt), bias=False)",
    now="len(vocab.src), bias=False)",
    hint="The last projection scores target words.",
)
h_bias = Mistake(
    MODEL,
    was="self.h_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)",
    now="self.h_projection = nn.Linear(2 * hidden_size, hidden_size)",
    hint="The projections have no bias.",
)
comb_bias = Mistake(
    MODEL,
    was="nn.Linear(3 * hidden_size, hidden_size, bias=False)",
    now="nn.Linear(3 * hidden_size, hidden_size)",
    hint="The projections have no bias.",
)
vocab_bias = Mistake(
    MODEL,
    was="len(vocab.tgt), bias=False)",
    now="len(vocab.tgt))",
    hint="The projections have no bias.",
)
dropout_default = Mistake(
    MODEL,
    was="nn.Dropout(dropout_rate)",
    now="nn.Dropout()",
    hint="Use the rate that the constructor is given.",
    public=True,
)

# --- 1d -------------------------------------------------------------------------------------------------------

one_projection = Mistake(
    MODEL,
    was="self.c_projection(torch.cat",
    now="self.h_projection(torch.cat",
    hint="The cell state has its own layer, c_projection.",
    public=True,
)
swapped_halves = Mistake(
    MODEL,
    was="torch.cat((last_hidden[0], last_hidden[1]), dim=1)",
    now="torch.cat((last_hidden[1], last_hidden[0]), dim=1)",
    hint="Put the forward direction first when you join the two.",
    also=(
        Edit(
            MODEL,
            "torch.cat((last_cell[0], last_cell[1]), dim=1)",
            "torch.cat((last_cell[1], last_cell[0]), dim=1)",
        ),
    ),
)
c_from_hidden = Mistake(
    MODEL,
    was="torch.cat((last_cell[0], last_cell[1]), dim=1)",
    now="torch.cat((last_hidden[0], last_hidden[1]), dim=1)",
    hint="Start the decoder's cell from the encoder's last cell.",
)
last_step = Mistake(
    MODEL,
    was="self.h_projection(torch.cat((last_hidden[0], last_hidden[1]), dim=1))",
    now="self.h_projection(enc_hiddens[:, -1])",
    hint="Use the LSTM's final states; the last column is padding for short sentences.",
)
init_tanh = Mistake(
    MODEL,
    was="self.h_projection(torch.cat((last_hidden[0], last_hidden[1]), dim=1))",
    now="torch.tanh(self.h_projection(torch.cat((last_hidden[0], last_hidden[1]), dim=1)))",
    hint="The initial state is a plain linear projection.",
)
reads_padding = Mistake(
    MODEL,
    was="packed_hiddens, (last_hidden, last_cell) = self.encoder(packed)",
    now="hiddens_sbd, (last_hidden, last_cell) = self.encoder(mixed_sbe)",
    hint="Pack the sequences so that the LSTM never reads padding.",
    also=(Edit(MODEL, "        hiddens_sbd, _ = pad_packed_sequence(packed_hiddens)\n", ""),),
    public=True,
)
pads_both_ends = Mistake(
    MODEL,
    was='kernel_size=2, padding="same")',
    now="kernel_size=2, padding=1)",
    hint='Keep the length with "same" padding, which pads on the right for width 2.',
    also=(Edit(MODEL, ".permute(2, 0, 1)\n", "[:, :, :-1].permute(2, 0, 1)\n"),),
)
cnn_relu = Mistake(
    MODEL,
    was="self.post_embed_cnn(embedded_sbe.permute(1, 2, 0))",
    now="F.relu(self.post_embed_cnn(embedded_sbe.permute(1, 2, 0)))",
    hint="No activation follows the convolution.",
)
no_cnn = Mistake(
    MODEL,
    was="mixed_sbe = self.post_embed_cnn(embedded_sbe.permute(1, 2, 0)).permute(2, 0, 1)",
    now="mixed_sbe = embedded_sbe",
    hint="Send the embeddings through post_embed_cnn before the LSTM.",
    public=True,
)
graph_cut_src = Mistake(
    MODEL,
    was="embedded_sbe = self.model_embeddings.source(source_padded)",
    now="embedded_sbe = torch.tensor(self.model_embeddings.source(source_padded).tolist())",
    hint="Stay in tensors from the embedding on, or it will never be trained.",
)
emb_dropout = Mistake(
    MODEL,
    was="embedded_sbe = self.model_embeddings.source(source_padded)",
    now="embedded_sbe = self.dropout(self.model_embeddings.source(source_padded))",
    hint="Dropout belongs to the combined output only.",
)

# --- 1e -------------------------------------------------------------------------------------------------------

no_carry = Mistake(
    MODEL,
    was="dec_state, o_t, _ = self.step(",
    now="_, o_t, _ = self.step(",
    hint="Hand each new state to the next step.",
    public=True,
)
ybar_swap = Mistake(
    MODEL,
    was="torch.cat((Y_t.squeeze(0), o_prev), dim=1)",
    now="torch.cat((o_prev, Y_t.squeeze(0)), dim=1)",
    hint="The embedding comes first, the previous output second, as in beam search.",
    public=True,
)
o_prev_zero = Mistake(
    MODEL,
    was="            o_prev = o_t\n",
    now="",
    hint="Feed each step the previous combined output.",
)
mask_not_passed = Mistake(
    MODEL,
    was="enc_hiddens_proj, enc_masks)\n            combined",
    now="enc_hiddens_proj, None)\n            combined",
    hint="Pass the masks on to every step.",
)
batch_first_out = Mistake(
    MODEL,
    was="torch.stack(combined_outputs, dim=0)",
    now="torch.stack(combined_outputs, dim=1)",
    hint="Stack the outputs along time first.",
    public=True,
)
bare_squeeze = Mistake(
    MODEL,
    was="Y_t.squeeze(0)",
    now="Y_t.squeeze()",
    hint="Name the dimension you squeeze; a batch may hold one sentence.",
)

# --- 1f and 1g ------------------------------------------------------------------------------------------------

attend_cell = Mistake(
    MODEL,
    was="dec_hidden.unsqueeze(2)",
    now="dec_state[1].unsqueeze(2)",
    hint="Attention compares with the decoder's hidden state.",
)
state_swapped = Mistake(
    MODEL,
    was="return dec_state, combined_output, e_t",
    now="return (dec_state[1], dec_state[0]), combined_output, e_t",
    hint="Return the state as the cell gave it: hidden first.",
)
no_tanh = Mistake(
    MODEL,
    was="self.dropout(torch.tanh(V_t))",
    now="self.dropout(V_t)",
    hint="The combined output passes through tanh, then dropout.",
)
dropout_before_tanh = Mistake(
    MODEL,
    was="self.dropout(torch.tanh(V_t))",
    now="torch.tanh(self.dropout(V_t))",
    hint="Dropout comes last, after tanh.",
)
no_dropout = Mistake(
    MODEL,
    was="self.dropout(torch.tanh(V_t))",
    now="torch.tanh(V_t)",
    hint="Apply dropout to the combined output in training.",
)
mask_missing = Mistake(
    MODEL,
    was='            e_t.data.masked_fill_(enc_masks.bool(), -float("inf"))\n',
    now="            pass\n",
    hint="Use enc_masks: padded positions may not get any weight.",
)
mask_inverted = Mistake(
    MODEL,
    was="masked_fill_(enc_masks.bool()",
    now="masked_fill_(~enc_masks.bool()",
    hint="The mask is 1 at padding; those are the positions to shut.",
)
mask_zero = Mistake(
    MODEL,
    was='masked_fill_(enc_masks.bool(), -float("inf"))',
    now="masked_fill_(enc_masks.bool(), 0.0)",
    hint="A score of zero still gets weight; make it minus infinity.",
    public=True,
)
mask_after_softmax = Mistake(
    MODEL,
    was='        if enc_masks is not None:\n            e_t.data.masked_fill_(enc_masks.bool(), -float("inf"))\n',
    now="",
    hint="Mask before the softmax.",
    also=(
        Edit(
            MODEL,
            "        alpha_t = F.softmax(e_t, dim=1)\n",
            "        alpha_t = F.softmax(e_t, dim=1)\n"
            "        if enc_masks is not None:\n"
            "            alpha_t = alpha_t.masked_fill(enc_masks.bool(), 0.0)\n"
            '            e_t = e_t.masked_fill(enc_masks.bool(), -float("inf"))\n',
        ),
    ),
)
bare_squeeze_step = Mistake(
    MODEL,
    was="dec_hidden.unsqueeze(2)).squeeze(2)",
    now="dec_hidden.unsqueeze(2)).squeeze()",
    hint="Name the dimension you squeeze; a batch may hold one sentence.",
    public=True,
)
mask_flip = Mistake(
    MODEL,
    was="enc_masks[row, length:] = 1",
    now="enc_masks[row, :length] = 1",
    hint="The mask is 1 at padding and 0 at words.",
)

# --- found by breaking the reference --------------------------------------------------------------------------

first_is_longest = Mistake(
    UTILS,
    was="longest = max((len(sent) for sent in sents), default=0)",
    now="longest = len(sents[0])",
    hint="The longest sentence need not come first: look at all of them.",
)
last_not_looked_at = Mistake(
    UTILS,
    was="for sent in sents), default=0)",
    now="for sent in sents[:-1]), default=0)",
    hint="The longest sentence may come last: look at all of them.",
)
pad_token_fixed = Mistake(
    UTILS,
    was="sent + [pad_token] *",
    now='sent + ["<pad>"] *',
    hint="Use the pad_token that is given: it is 0 when sentences are made of indices.",
)
empty_dropped = Mistake(
    UTILS,
    was="    for sent in sents:\n",
    now="    for sent in filter(None, sents):\n",
    hint="An empty sentence is a sentence too: it becomes padding alone.",
)
src_uses_tgt_vocab = Mistake(
    EMBEDDINGS,
    was="nn.Embedding(len(vocab.src)",
    now="nn.Embedding(len(vocab.tgt)",
    hint="Size each embedding by its own vocabulary.",
)
one_table = Mistake(
    EMBEDDINGS,
    was="self.target = nn.Embedding(len(vocab.tgt), embed_size, padding_idx=tgt_pad_token_idx)",
    now="self.target = self.source",
    hint="Each language has a table of its own.",
)
padding_of_source_only = Mistake(
    EMBEDDINGS,
    was=", padding_idx=tgt_pad_token_idx",
    now="",
    hint="Tell each embedding which index is padding.",
)
one_direction = Mistake(
    MODEL,
    was="hidden_size, bidirectional=True)",
    now="hidden_size)",
    hint="The encoder reads in both directions.",
)
two_layers = Mistake(
    MODEL,
    was="hidden_size, bidirectional=True)",
    now="hidden_size, num_layers=2, bidirectional=True)",
    hint="The encoder has one layer.",
)
decoder_no_bias = Mistake(
    MODEL,
    was="nn.LSTMCell(embed_size + hidden_size, hidden_size)",
    now="nn.LSTMCell(embed_size + hidden_size, hidden_size, bias=False)",
    hint="The decoder keeps its bias; only the projections have none.",
)
decoder_reads_words_only = Mistake(
    MODEL,
    was="nn.LSTMCell(embed_size + hidden_size, hidden_size)",
    now="nn.LSTMCell(embed_size, hidden_size)",
    hint="The decoder reads the embedding and the previous output together.",
)
att_hidden_only = Mistake(
    MODEL,
    was="self.att_projection = nn.Linear(2 * hidden_size,",
    now="self.att_projection = nn.Linear(hidden_size,",
    hint="The hidden states of the encoder have two directions: 2h numbers each.",
)
att_bias = Mistake(
    MODEL,
    was="self.att_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)",
    now="self.att_projection = nn.Linear(2 * hidden_size, hidden_size)",
    hint="The projections have no bias.",
)
wide_kernel = Mistake(
    MODEL,
    was="kernel_size=2",
    now="kernel_size=3",
    hint="The convolution is two characters wide.",
)
dropout_is_kept_share = Mistake(
    MODEL,
    was="nn.Dropout(dropout_rate)",
    now="nn.Dropout(1 - dropout_rate)",
    hint="nn.Dropout takes the share that is dropped, not the share that is kept.",
)
cnn_across_batch = Mistake(
    MODEL,
    was="self.post_embed_cnn(embedded_sbe.permute(1, 2, 0)).permute(2, 0, 1)",
    now="self.post_embed_cnn(embedded_sbe.permute(0, 2, 1)).permute(0, 2, 1)",
    hint="The last axis of Conv1d is the one it moves along: source positions, not sentences.",
)
cnn_by_view = Mistake(
    MODEL,
    was="embedded_sbe.permute(1, 2, 0)",
    now="embedded_sbe.reshape(embedded_sbe.size(1), embedded_sbe.size(2), -1)",
    hint="view and reshape do not move axes; use permute.",
)
cnn_residual = Mistake(
    MODEL,
    was=".permute(2, 0, 1)\n",
    now=".permute(2, 0, 1) + embedded_sbe\n",
    hint="The output of the convolution takes the place of the embeddings.",
)
source_by_target_table = Mistake(
    MODEL,
    was="self.model_embeddings.source(source_padded)",
    now="self.model_embeddings.target(source_padded)",
    hint="Source words have their own embeddings.",
)
enc_time_first = Mistake(
    MODEL,
    was="enc_hiddens = hiddens_sbd.permute(1, 0, 2)",
    now="enc_hiddens = hiddens_sbd",
    hint="Move the batch to the front: (b, s, 2h).",
)
state_by_view = Mistake(
    MODEL,
    was="torch.cat((last_hidden[0], last_hidden[1]), dim=1)",
    now="last_hidden.reshape(last_hidden.size(1), -1)",
    hint="view and reshape do not join the two directions of one sentence; use cat.",
    also=(Edit(MODEL, "torch.cat((last_cell[0], last_cell[1]), dim=1)", "last_cell.reshape(last_cell.size(1), -1)"),),
)
forward_twice = Mistake(
    MODEL,
    was="torch.cat((last_hidden[0], last_hidden[1]), dim=1)",
    now="torch.cat((last_hidden[0], last_hidden[0]), dim=1)",
    hint="Join the forward and the backward state.",
)
init_state_swapped = Mistake(
    MODEL,
    was="(init_hidden_bh, init_cell_bh)",
    now="(init_cell_bh, init_hidden_bh)",
    hint="The hidden state comes first, the cell second.",
)
init_detached = Mistake(
    MODEL,
    was="(init_hidden_bh, init_cell_bh)",
    now="(init_hidden_bh.detach(), init_cell_bh.detach())",
    hint="Do not detach the first state: the encoder learns through it.",
)
encode_no_grad = Mistake(
    MODEL,
    was="        enc_hiddens, dec_init_state = None, None\n",
    now="        enc_hiddens, dec_init_state = None, None\n        torch.set_grad_enabled(False)\n",
    hint="Gradients are switched off in encode; nothing in it would ever be trained.",
    also=(
        Edit(
            MODEL,
            "        dec_init_state = (init_hidden_bh, init_cell_bh)\n",
            "        dec_init_state = (init_hidden_bh, init_cell_bh)\n        torch.set_grad_enabled(True)\n",
        ),
    ),
)
last_word_kept = Mistake(
    MODEL,
    was="target_padded = target_padded[:-1]",
    now="target_padded = target_padded[:]",
    hint="Nothing is predicted from the last word: drop the last row of target_padded.",
)
fed_the_answer = Mistake(
    MODEL,
    was="target_padded = target_padded[:-1]",
    now="target_padded = target_padded[1:]",
    hint="Each step is fed the word before the one it predicts.",
)
target_by_source_table = Mistake(
    MODEL,
    was="self.model_embeddings.target(target_padded)",
    now="self.model_embeddings.source(target_padded)",
    hint="Target words have their own embeddings.",
)
o_prev_is_hidden = Mistake(
    MODEL,
    was="o_prev = o_t",
    now="o_prev = dec_state[0]",
    hint="Feed the combined output of the step before, not the hidden state.",
)
o_prev_ones = Mistake(
    MODEL,
    was="o_prev = torch.zeros(",
    now="o_prev = torch.ones(",
    hint="The output before the first step is zero.",
)
o_prev_detached = Mistake(
    MODEL,
    was="o_prev = o_t",
    now="o_prev = o_t.detach()",
    hint="Do not detach the previous output: gradients flow back through all steps.",
)
state_detached = Mistake(
    MODEL,
    was="            o_prev = o_t\n",
    now="            o_prev = o_t\n            dec_state = (dec_state[0].detach(), dec_state[1].detach())\n",
    hint="Do not detach the state: gradients flow back through all steps.",
)
state_in_outputs = Mistake(
    MODEL,
    was="combined_outputs.append(o_t)",
    now="combined_outputs.append(dec_state[0])",
    hint="Collect the combined outputs, not the hidden states.",
)
outputs_joined = Mistake(
    MODEL,
    was="torch.stack(combined_outputs, dim=0)",
    now="torch.cat(combined_outputs, dim=0)",
    hint="stack makes a new axis for time; cat does not.",
)
outputs_a_list = Mistake(
    MODEL,
    was="        combined_outputs = torch.stack(combined_outputs, dim=0)\n",
    now="",
    hint="Make one tensor of the list of outputs.",
)
projection_of_state = Mistake(
    MODEL,
    was="self.att_projection(enc_hiddens)\n        embedded",
    now="self.h_projection(enc_hiddens)\n        embedded",
    hint="The hidden states are projected by att_projection.",
)
mask_turned_over = Mistake(
    MODEL,
    was="enc_hiddens_proj, enc_masks)\n            combined",
    now="enc_hiddens_proj, 1 - enc_masks.float())\n            combined",
    hint="Hand the masks on as they are: 1 at padding.",
)
state_ignored = Mistake(
    MODEL,
    was="self.decoder(Ybar_t, dec_state)",
    now="self.decoder(Ybar_t)",
    hint="Hand the state to the decoder cell.",
)
attend_old_hidden = Mistake(
    MODEL,
    was="        dec_state = self.decoder(Ybar_t, dec_state)\n        dec_hidden, _ = dec_state\n",
    now="        dec_hidden, _ = dec_state\n        dec_state = self.decoder(Ybar_t, dec_state)\n",
    hint="Attention compares with the new hidden state.",
)
scores_scaled = Mistake(
    MODEL,
    was="dec_hidden.unsqueeze(2)).squeeze(2)",
    now="dec_hidden.unsqueeze(2)).squeeze(2) / self.hidden_size**0.5",
    hint="Multiplicative attention as defined here does not divide the scores.",
)
softmax_over_batch = Mistake(
    MODEL,
    was="F.softmax(e_t, dim=1)",
    now="F.softmax(e_t, dim=0)",
    hint="The weights of one sentence add up to one: take the softmax over source positions.",
)
weights_not_normalised = Mistake(
    MODEL,
    was="F.softmax(e_t, dim=1)",
    now="torch.exp(e_t)",
    hint="Attention weights come from softmax: for each sentence they add up to one.",
)
weights_detached = Mistake(
    MODEL,
    was="F.softmax(e_t, dim=1)",
    now="F.softmax(e_t.detach(), dim=1)",
    hint="Do not detach the scores, or attention is never trained.",
)
even_attention = Mistake(
    MODEL,
    was="torch.bmm(alpha_t.unsqueeze(1), enc_hiddens).squeeze(1)",
    now="enc_hiddens.mean(dim=1)",
    hint="a_t weighs the hidden states by alpha_t.",
)
sigmoid_for_tanh = Mistake(
    MODEL,
    was="self.dropout(torch.tanh(V_t))",
    now="self.dropout(torch.sigmoid(V_t))",
    hint="The combined output passes through tanh, then dropout.",
)
dropout_always = Mistake(
    MODEL,
    was="self.dropout(torch.tanh(V_t))",
    now="F.dropout(torch.tanh(V_t), self.dropout_rate)",
    hint="Dropout acts in training only; F.dropout must be told, or use self.dropout.",
)
dropout_on_u = Mistake(
    MODEL,
    was="self.combined_output_projection(U_t)",
    now="self.combined_output_projection(self.dropout(U_t))",
    hint="Dropout comes last, after tanh.",
    also=(Edit(MODEL, "self.dropout(torch.tanh(V_t))", "torch.tanh(V_t)"),),
)
new_state_detached = Mistake(
    MODEL,
    was="return dec_state, combined_output, e_t",
    now="return tuple(part.detach() for part in dec_state), combined_output, e_t",
    hint="Do not detach the new state: gradients flow back through all steps.",
)
weights_for_scores = Mistake(
    MODEL,
    was="return dec_state, combined_output, e_t",
    now="return dec_state, combined_output, alpha_t",
    hint="Return the scores before the softmax.",
)
scores_3d = Mistake(
    MODEL,
    was="return dec_state, combined_output, e_t",
    now="return dec_state, combined_output, e_t.unsqueeze(2)",
    hint="e_t holds one score for each sentence and source position: (b, s).",
)
mask_small = Mistake(
    MODEL,
    was='masked_fill_(enc_masks.bool(), -float("inf"))',
    now="masked_fill_(enc_masks.bool(), -1.0)",
    hint="A small negative score still gets weight; make it minus infinity.",
)
mask_one_late = Mistake(
    MODEL,
    was="enc_masks[row, length:] = 1",
    now="enc_masks[row, length + 1 :] = 1",
    hint="The first pad stands at the index that equals the length.",
)

frozen_tables = Mistake(
    EMBEDDINGS,
    was="        ### END ANSWER\n",
    now="        self.source.weight.requires_grad = False\n        self.target.weight.requires_grad = False\n",
    hint="The embeddings are trained like every other layer.",
)
dropout_rate_unsaid = Mistake(
    MODEL,
    was="self.dropout(torch.tanh(V_t))",
    now="F.dropout(torch.tanh(V_t), training=self.training)",
    hint="F.dropout drops half unless it is told the rate; use self.dropout.",
)
target_emb_dropout = Mistake(
    MODEL,
    was="self.model_embeddings.target(target_padded)",
    now="self.dropout(self.model_embeddings.target(target_padded))",
    hint="Dropout belongs to the combined output only.",
)
projection_dropout = Mistake(
    MODEL,
    was="self.att_projection(enc_hiddens)\n        embedded",
    now="self.dropout(self.att_projection(enc_hiddens))\n        embedded",
    hint="Dropout belongs to the combined output only.",
)
enc_hiddens_dropout = Mistake(
    MODEL,
    was="self.step(Ybar_t, dec_state, enc_hiddens, enc_hiddens_proj, enc_masks)",
    now="self.step(Ybar_t, dec_state, self.dropout(enc_hiddens), enc_hiddens_proj, enc_masks)",
    hint="Dropout belongs to the combined output only.",
)
mask_in_eval_only = Mistake(
    MODEL,
    was="enc_hiddens_proj, enc_masks)\n            combined",
    now="enc_hiddens_proj, None if self.training else enc_masks)\n            combined",
    hint="Pass the masks on to every step, in training too.",
)
state_dropout = Mistake(
    MODEL,
    was="        dec_hidden, _ = dec_state\n",
    now="        dec_state = (self.dropout(dec_state[0]), dec_state[1])\n        dec_hidden, _ = dec_state\n",
    hint="Dropout belongs to the combined output only.",
)
dropout_of_rows = Mistake(
    MODEL,
    was="nn.Dropout(dropout_rate)",
    now="nn.Dropout1d(dropout_rate)",
    hint="nn.Dropout1d drops whole rows of a matrix; nn.Dropout drops every number by itself.",
)
dropout_mask_shared = Mistake(
    MODEL,
    was="self.dropout(torch.tanh(V_t))",
    now="torch.tanh(V_t) * self.dropout(torch.ones_like(V_t[:1]))",
    hint="Every sentence of the batch has a dropout mask of its own.",
)
hidden_detached = Mistake(
    MODEL,
    was="dec_hidden.unsqueeze(2)",
    now="dec_hidden.detach().unsqueeze(2)",
    hint="The hidden state learns through the scores too: do not detach it.",
)

# --- versions that are just as right --------------------------------------------------------------------------

u_attention_first = Variant(
    (Edit(MODEL, "torch.cat((dec_hidden, a_t), dim=1)", "torch.cat((a_t, dec_hidden), dim=1)"),)
)
cnn_created_last = Variant(
    (
        Edit(
            MODEL,
            '        self.post_embed_cnn = nn.Conv1d(embed_size, embed_size, kernel_size=2, padding="same")\n',
            "",
        ),
        Edit(
            MODEL,
            "        self.dropout = nn.Dropout(dropout_rate)\n",
            "        self.dropout = nn.Dropout(dropout_rate)\n"
            '        self.post_embed_cnn = nn.Conv1d(embed_size, embed_size, kernel_size=2, padding="same")\n',
        ),
    )
)
mask_minus_1e9 = Variant((Edit(MODEL, '-float("inf"))', "-1e9)"),))
right_pad_by_hand = Variant(
    (
        Edit(MODEL, 'kernel_size=2, padding="same")', "kernel_size=2)"),
        Edit(
            MODEL,
            "self.post_embed_cnn(embedded_sbe.permute(1, 2, 0))",
            "self.post_embed_cnn(F.pad(embedded_sbe.permute(1, 2, 0), (0, 1)))",
        ),
    )
)
lstm_batch_first = Variant(
    (
        Edit(MODEL, "hidden_size, bidirectional=True)", "hidden_size, bidirectional=True, batch_first=True)"),
        Edit(MODEL, ".permute(2, 0, 1)\n", ".permute(0, 2, 1)\n"),
        Edit(
            MODEL,
            "pack_padded_sequence(mixed_sbe, source_lengths)",
            "pack_padded_sequence(mixed_sbe, source_lengths, batch_first=True)",
        ),
        Edit(
            MODEL,
            "hiddens_sbd, _ = pad_packed_sequence(packed_hiddens)",
            "hiddens_sbd, _ = pad_packed_sequence(packed_hiddens, batch_first=True)",
        ),
        Edit(MODEL, "enc_hiddens = hiddens_sbd.permute(1, 0, 2)", "enc_hiddens = hiddens_sbd"),
    )
)
einsum_attention = Variant(
    (
        Edit(
            MODEL,
            "torch.bmm(enc_hiddens_proj, dec_hidden.unsqueeze(2)).squeeze(2)",
            'torch.einsum("bsh,bh->bs", enc_hiddens_proj, dec_hidden)',
        ),
        Edit(
            MODEL,
            "torch.bmm(alpha_t.unsqueeze(1), enc_hiddens).squeeze(1)",
            'torch.einsum("bs,bsd->bd", alpha_t, enc_hiddens)',
        ),
    )
)
index_loop = Variant(
    (
        Edit(
            MODEL,
            "for Y_t in torch.split(embedded_tbe, 1, dim=0):",
            "for t in range(embedded_tbe.size(0)):",
        ),
        Edit(MODEL, "torch.cat((Y_t.squeeze(0), o_prev), dim=1)", "torch.cat((embedded_tbe[t], o_prev), dim=1)"),
    )
)
functional_dropout = Variant(
    (
        Edit(MODEL, "        self.dropout = nn.Dropout(dropout_rate)\n", ""),
        Edit(
            MODEL,
            "self.dropout(torch.tanh(V_t))",
            "F.dropout(torch.tanh(V_t), p=self.dropout_rate, training=self.training)",
        ),
    )
)
bool_mask = Variant(
    (
        Edit(MODEL, "dtype=torch.float)", "dtype=torch.bool)"),
        Edit(MODEL, "masked_fill_(enc_masks.bool()", "masked_fill_(enc_masks"),
    )
)
pad_in_place = Variant(
    (
        Edit(
            UTILS,
            "        sents_padded.append(sent + [pad_token] * (longest - len(sent)))\n",
            "        sent += [pad_token] * (longest - len(sent))\n    sents_padded = sents\n",
        ),
    )
)
step_by_keyword = Variant(
    (
        Edit(
            MODEL,
            "self.step(Ybar_t, dec_state, enc_hiddens, enc_hiddens_proj, enc_masks)",
            "self.step(Ybar_t=Ybar_t, dec_state=dec_state, enc_hiddens=enc_hiddens,"
            " enc_hiddens_proj=enc_hiddens_proj, enc_masks=enc_masks)",
        ),
    )
)
state_by_reshape = Variant(
    (
        Edit(
            MODEL,
            "torch.cat((last_hidden[0], last_hidden[1]), dim=1)",
            "last_hidden.permute(1, 0, 2).reshape(-1, 2 * self.hidden_size)",
        ),
    )
)
lengths_as_tensor = Variant(
    (
        Edit(
            MODEL,
            "pack_padded_sequence(mixed_sbe, source_lengths)",
            "pack_padded_sequence(mixed_sbe, torch.tensor(source_lengths), enforce_sorted=False)",
        ),
    )
)
step_without_keywords = Variant(
    (
        Edit(
            MODEL,
            "        for Y_t in torch.split(embedded_tbe, 1, dim=0):\n",
            "        fixed = [enc_hiddens, enc_hiddens_proj, enc_masks.bool()]\n"
            "        for Y_t in torch.split(embedded_tbe, 1, dim=0):\n",
        ),
        Edit(
            MODEL,
            "self.step(Ybar_t, dec_state, enc_hiddens, enc_hiddens_proj, enc_masks)",
            "self.step(Ybar_t, dec_state, *fixed)",
        ),
    )
)
step_fed_otherwise = Variant(
    (
        Edit(MODEL, "dtype=torch.float)", "dtype=torch.uint8)"),
        Edit(
            MODEL,
            "self.att_projection(enc_hiddens)\n        embedded",
            "F.linear(enc_hiddens, self.att_projection.weight)\n        embedded",
        ),
        Edit(
            MODEL,
            "enc_hiddens_proj, enc_masks)\n            combined",
            "enc_hiddens_proj, enc_masks=enc_masks)\n            combined",
        ),
    )
)
lazy_layers = Variant(
    (
        Edit(
            MODEL,
            'nn.Conv1d(embed_size, embed_size, kernel_size=2, padding="same")',
            'nn.LazyConv1d(embed_size, 2, padding="same")',
        ),
        Edit(
            MODEL,
            "self.att_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)",
            "self.att_projection = nn.LazyLinear(hidden_size, bias=False)",
        ),
        Edit(
            MODEL,
            "nn.Linear(3 * hidden_size, hidden_size, bias=False)",
            "nn.LazyLinear(hidden_size, bias=False)",
        ),
    )
)
step_of_class = Variant(
    (Edit(MODEL, "self.step(Ybar_t, dec_state, enc_hiddens,", "NMT.step(self, Ybar_t, dec_state, enc_hiddens,"),)
)
step_renamed_parameters = Variant(
    (
        Edit(
            MODEL,
            "        Ybar_t: Tensor,\n        dec_state: tuple[Tensor, Tensor],\n        enc_hiddens: Tensor,\n"
            "        enc_hiddens_proj: Tensor,\n        enc_masks: Tensor | None,\n",
            "        Ybar_t: Tensor,\n        dec_state: tuple[Tensor, Tensor],\n        enc_hiddens: Tensor,\n"
            "        enc_hiddens_proj: Tensor,\n        masks: Tensor | None = None,\n",
        ),
        Edit(
            MODEL,
            "enc_hiddens_proj, enc_masks)\n            combined",
            "enc_hiddens_proj, masks=enc_masks)\n            combined",
        ),
        Edit(
            MODEL,
            "        if enc_masks is not None:\n",
            "        enc_masks = masks\n        if enc_masks is not None:\n",
        ),
    )
)
states_as_lists = Variant(
    (
        Edit(MODEL, "return dec_state, combined_output, e_t", "return [list(dec_state), combined_output, e_t]"),
        Edit(MODEL, "dec_state, o_t, _ = self.step(", "[*dec_state], o_t, _ = self.step("),
        Edit(
            MODEL, "dec_init_state = (init_hidden_bh, init_cell_bh)", "dec_init_state = [init_hidden_bh, init_cell_bh]"
        ),
    )
)
outputs_filled_in = Variant(
    (
        Edit(
            MODEL,
            "            combined_outputs.append(o_t)\n",
            "            combined_outputs = [*combined_outputs, o_t.unsqueeze(0)]\n",
        ),
        Edit(MODEL, "torch.stack(combined_outputs, dim=0)", "torch.cat(combined_outputs, dim=0)"),
    )
)
outputs_preallocated = Variant(
    (
        Edit(
            MODEL,
            "        enc_hiddens_proj = self.att_projection(enc_hiddens)\n        embedded",
            "        enc_hiddens_proj = self.att_projection(enc_hiddens)\n"
            "        combined_outputs = enc_hiddens.new_zeros(*target_padded.shape, self.hidden_size)\n"
            "        embedded",
        ),
        Edit(
            MODEL,
            "for Y_t in torch.split(embedded_tbe, 1, dim=0):",
            "for t, Y_t in enumerate(torch.split(embedded_tbe, 1, dim=0)):",
        ),
        Edit(MODEL, "combined_outputs.append(o_t)", "combined_outputs[t] = o_t"),
        Edit(MODEL, "        combined_outputs = torch.stack(combined_outputs, dim=0)\n", ""),
    )
)
mask_not_in_place = Variant(
    (
        Edit(
            MODEL,
            'e_t.data.masked_fill_(enc_masks.bool(), -float("inf"))',
            'e_t = torch.where(enc_masks.bool(), torch.full_like(e_t, float("-inf")), e_t)',
        ),
    )
)
mask_subtracted = Variant(
    (
        Edit(
            MODEL,
            'e_t.data.masked_fill_(enc_masks.bool(), -float("inf"))',
            "e_t = e_t - 1e10 * enc_masks",
        ),
    )
)
projected_again = Variant((Edit(MODEL, "torch.bmm(enc_hiddens_proj,", "torch.bmm(self.att_projection(enc_hiddens),"),))
dropout_other_name = Variant(
    (
        Edit(MODEL, "self.dropout = nn.Dropout(dropout_rate)", "self.drop = nn.Dropout(p=dropout_rate)"),
        Edit(MODEL, "self.dropout(torch.tanh(V_t))", "self.drop(V_t.tanh())"),
    )
)
masks_by_comparison = Variant(
    (
        Edit(
            MODEL,
            "        for row, length in enumerate(source_lengths):\n            enc_masks[row, length:] = 1\n",
            "        places = torch.arange(enc_hiddens.size(1))\n"
            "        enc_masks = (places >= torch.tensor(source_lengths).unsqueeze(1)).float()\n",
        ),
    )
)
helpers_and_prints = Variant(
    (
        Edit(
            MODEL,
            "    def encode(self",
            "    def describe(self) -> None:\n"
            '        """Says how large the model is."""\n'
            "        print(sum(parameter.numel() for parameter in self.parameters()))\n\n"
            "    def encode(self",
        ),
        Edit(
            MODEL,
            "        ### BEGIN ANSWER 1d\n",
            "        self.describe()\n        self.calls = getattr(self, 'calls', 0) + 1\n",
        ),
    )
)
convolution_as_linear = Variant(
    (
        Edit(
            MODEL,
            "self.post_embed_cnn(embedded_sbe.permute(1, 2, 0)).permute(2, 0, 1)",
            "F.conv1d(F.pad(embedded_sbe.permute(1, 2, 0), (0, 1)), self.post_embed_cnn.weight,"
            " self.post_embed_cnn.bias).permute(2, 0, 1)",
        ),
    )
)
layer_behind_property = Variant(
    (
        Edit(
            MODEL,
            "self.att_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)",
            'self.layers = nn.ModuleDict({"att": nn.Linear(2 * hidden_size, hidden_size, bias=False)})',
        ),
        Edit(
            MODEL,
            "    def encode(self",
            '    att_projection = property(lambda self: self.layers["att"])\n\n    def encode(self',
        ),
    )
)
layer_by_two_names = Variant(
    (
        Edit(MODEL, "self.decoder = nn.LSTMCell(", "self.cell = self.decoder = nn.LSTMCell("),
        Edit(MODEL, "self.decoder(Ybar_t", "self.cell(Ybar_t"),
    )
)
spare_layers = Variant(
    (
        Edit(
            MODEL,
            "        self.encoder = ",
            "        self.spare_dropout = nn.Dropout(0.9)\n        self.spare_projection = nn.Linear(4, 2)\n"
            "        self.encoder = ",
        ),
    )
)
step_by_another_name = Variant(
    (
        Edit(MODEL, "    def generate_sent_masks", "    one_step = step\n\n    def generate_sent_masks"),
        Edit(MODEL, "= self.step(Ybar_t, dec_state, enc_hiddens,", "= self.one_step(Ybar_t, dec_state, enc_hiddens,"),
    )
)
embeddings_by_index = Variant(
    (
        Edit(EMBEDDINGS, "class ModelEmbeddings(nn.Module)", "class ModelEmbeddings(nn.ModuleDict)"),
        Edit(MODEL, "self.model_embeddings.source(source", 'self.model_embeddings["source"](source'),
        Edit(MODEL, "self.model_embeddings.target(target", 'self.model_embeddings["target"](target'),
    )
)
double_by_default = Variant(
    (Edit(MODEL, "Hypothesis = named", "torch.set_default_dtype(torch.float64)\nHypothesis = named"),)
)
asks_what_it_gets = Variant(
    (
        Edit(EMBEDDINGS, "from torch import nn", "import vocab as words\nfrom torch import nn"),
        Edit(
            EMBEDDINGS,
            "        self.embed_size = embed_size\n",
            "        assert isinstance(vocab, words.Vocab)\n"
            "        assert isinstance(vocab.tgt, words.VocabEntry)\n"
            "        self.embed_size = embed_size\n",
        ),
        Edit(MODEL, "from model_embeddings import", "from vocab import Vocab as Words\nfrom model_embeddings import"),
        Edit(
            MODEL,
            "        self.vocab = vocab\n",
            "        assert isinstance(vocab, Words), type(vocab)\n        self.vocab = vocab\n",
        ),
    )
)
writes_beside_its_code = Variant(
    (
        Edit(
            MODEL,
            "        self.vocab = vocab\n",
            "        self.vocab = vocab\n"
            "        with open(__file__.replace('.py', '.txt'), 'a') as notes:\n"
            "            notes.write(f'{embed_size} {hidden_size}')\n"
            "        torch.save(self.state_dict(), __file__.replace('.py', '.pt'))\n",
        ),
    )
)
