"""Known mistakes of hw12 and versions that are just as right. Secret: students read the hints, never the edits.

A mistake is an edit of a solved file; what it keeps of each part stands in rubrics/hw12.yaml. The first group is known
from real hand-ins and the starter; the second was found by breaking the reference until the probes saw it.
"""

from __future__ import annotations

from grader.authoring import Edit, Mistake, Variant

MODEL, LSTM, MAIN, ANSWERS, CURVE = "model.py", "lstm.py", "main.py", "answers.md", "curve.csv"

CLASS = "class LMModel_Transformer(nn.Module):\n"
LAYER = "        layer = nn.TransformerEncoderLayer(dim, nhead, 4 * dim, dropout=0.5)\n"
LAYERS = "        self.layers = nn.TransformerEncoder(layer, num_layers, enable_nested_tensor=False)\n"
MASK = "        mask_ll = future_mask(input.size(0), input.device)\n"
THROUGH = "        hidden_lbd = self.layers(self.drop(embedded_lbd), mask=mask_ll)\n"
OUT = "        return self.decoder(self.drop(hidden_lbd))\n        ### END ANSWER\n"
POSITIONS = "        embedded_lbd = embedded_lbd + self.positions(input.size(0)).to(input.device)\n"
FUTURE = '    return torch.full((length, length), float("-inf"), device=device).triu(1)\n'

WHOLE = Edit(  # torch's encoder and decoder in the place of the encoder
    MODEL, LAYERS, "        self.layers = nn.Transformer(dim, nhead, num_layers, num_layers, 4 * dim, dropout=0.5)\n"
)


def through(call: str) -> str:
    """The line that sends the embedded text, `x_lbd`, through the layers in another way."""
    return f"        x_lbd = self.drop(embedded_lbd)\n        hidden_lbd = {call}\n"


def out(lines: str) -> str:
    """The end of `forward`."""
    return f"{lines}        ### END ANSWER\n"


def recurrent(layer: str) -> tuple[Edit, Edit]:
    """Another layer with torch's recurrent interface in the place of the stack."""
    return (
        Edit(MODEL, LAYERS, f"        self.layers = {layer}\n"),
        Edit(MODEL, THROUGH, through("self.layers(x_lbd)[0]")),
    )


# --- known: problem 3 -----------------------------------------------------------------------------------------------

shifted_targets = Mistake(
    MODEL,
    was=THROUGH,
    now="        following_lb = torch.cat((input[1:], input[-1:]))\n"
    "        target_lbd = self.encoder(following_lb) * math.sqrt(self.dim) + self.positions(input.size(0))\n"
    + through("self.layers(x_lbd, self.drop(target_lbd), src_mask=mask_ll)"),
    hint="The input of position t already contains the answer; nothing may show the model later tokens.",
    also=(WHOLE,),
)
starter_line = Mistake(
    MODEL,
    was=THROUGH,
    now=through("self.layers(x_lbd, x_lbd, src_mask=mask_ll)"),
    hint="A source mask alone does not stop the decoder from looking ahead.",
    public=True,
    also=(WHOLE,),
)
source_open = Mistake(
    MODEL,
    was=THROUGH,
    now=through("self.layers(x_lbd, x_lbd, tgt_mask=mask_ll, memory_mask=mask_ll)"),
    hint="The encoder too must not look ahead.",
    also=(WHOLE,),
)
memory_open = Mistake(
    MODEL,
    was=THROUGH,
    now=through("self.layers(x_lbd, x_lbd, src_mask=mask_ll, tgt_mask=mask_ll)"),
    hint="Two masks are not enough: the decoder also reads the encoder's later states.",
    also=(WHOLE,),
)
no_mask = Mistake(
    MODEL,
    was=THROUGH,
    now=through("self.layers(x_lbd)"),
    hint="Mask the future in every attention layer.",
)
batch_first = Mistake(
    MODEL,
    was=LAYER,
    now=LAYER.replace("dropout=0.5", "dropout=0.5, batch_first=True"),
    hint="The input is sequence first; keep one layout throughout.",
    public=True,
)
softmax_out = Mistake(
    MODEL,
    was=OUT,
    now=out("        return torch.softmax(self.decoder(self.drop(hidden_lbd)), dim=-1)\n"),
    hint="Return logits; the loss applies the softmax.",
    public=True,
)
summed_ppl = Mistake(
    CURVE,
    was="""1,5.9123,369.5552,5.5210,249.8848
2,5.4471,232.0841,5.3046,201.2605
3,5.2388,188.4438,5.1622,174.5480
""",
    now="""1,5.9123,inf,5.5210,inf
2,5.4471,inf,5.3046,inf
3,5.2388,inf,5.1622,inf
""",
    hint="Average the loss before the exponential.",
)

# --- known: problems 1 and 2 ----------------------------------------------------------------------------------------

DY_DW = "dy_dw = 3*w**2*u1 + 2*w*u2 + u3"
DY_DP = "dy_dp = w**3"
DL_DC = "dL_dC_prev = dL_dh*o_prev*(1 - tanh(C_prev)**2) + dL_dC*f"

inner_w_constant = Mistake(
    ANSWERS, was=DY_DW, now="dy_dw = w*(w*u1 + u2) + u3", hint="w occurs inside t as well.", public=True
)
one_w_short = Mistake(
    ANSWERS, was=DY_DP, now="dy_dp = w**2", hint="Count how often p is multiplied by w on its way to y.", public=True
)
o_index = Mistake(
    ANSWERS,
    was=DL_DC,
    now=DL_DC.replace("o_prev", "o"),
    hint="h_{T-1} was made with the output gate of step T-1.",
    public=True,
)
no_tanh_slope = Mistake(
    ANSWERS,
    was=DL_DC,
    now="dL_dC_prev = dL_dh*o_prev + dL_dC*f",
    hint="h_{T-1} depends on the cell through tanh; include its slope.",
    public=True,
)
input_for_forget = Mistake(
    ANSWERS,
    was=DL_DC,
    now=DL_DC.replace("dL_dC*f", "dL_dC*i"),
    hint="The old cell is carried over by the forget gate.",
    public=True,
)
one_path = Mistake(
    ANSWERS,
    was=DL_DC,
    now="dL_dC_prev = dL_dh*o_prev*(1 - tanh(C_prev)**2)",
    hint="The cell acts through the next cell too.",
)

# --- known: the LSTM ------------------------------------------------------------------------------------------------

UPDATED = "        c = f * c + i * g\n        h = o * torch.tanh(c)\n"
GATES = "        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh\n"

lstm_in_place = Mistake(
    LSTM,
    was=UPDATED,
    now="        c.copy_(f * c + i * g)\n        h.copy_(o * torch.tanh(c))\n",
    hint="Make new tensors for the state; overwriting breaks the backward pass.",
    public=True,
)
lstm_no_tanh = Mistake(
    LSTM,
    was="h = o * torch.tanh(c)",
    now="h = o * c",
    hint="The cell passes through tanh before the output gate.",
    public=True,
)
lstm_input_weights = Mistake(
    LSTM,
    was="h @ self.weight_hh.T",
    now="h @ self.weight_ih.T",
    hint="The hidden state has its own matrix.",
)

# --- found: problem 3 -----------------------------------------------------------------------------------------------

rolled_input = Mistake(
    MODEL,
    was="self.encoder(input) * math.sqrt(self.dim)",
    now="self.encoder(torch.roll(input, -1, 0)) * math.sqrt(self.dim)",
    hint="The input stays where it is; only the targets are one word ahead, and they belong to the loss.",
)
mask_one_late = Mistake(
    MODEL,
    was=".triu(1)",
    now=".triu(2)",
    hint="The diagonal above the main one is the next word: it must be hidden too.",
)
mask_transposed = Mistake(
    MODEL,
    was=".triu(1)",
    now=".tril(-1)",
    hint="Rows are queries: what is above the diagonal lies in the future.",
)
mask_inverted = Mistake(
    MODEL,
    was=FUTURE,
    now="    return torch.ones(length, length, device=device).tril().bool()\n",
    hint="In torch's attention True hides a key.",
)
mask_added_softly = Mistake(
    MODEL,
    was='float("-inf")',
    now="-3.0",
    hint="What is added at hidden places must be minus infinity: a little less still gets weight.",
)
mask_as_ones = Mistake(
    MODEL,
    was=FUTURE,
    now="    return torch.ones(length, length, device=device).tril()\n",
    hint="A mask of zeros and ones is added to the scores as it stands: use -inf, or make it bool.",
)
mask_of_nan = Mistake(
    MODEL,
    was=FUTURE,
    now='    return (1 - torch.ones(length, length, device=device).tril()) * float("-inf")\n',
    hint="Zero times infinity is NaN: fill the mask instead of multiplying.",
)
mask_first_layer_only = Mistake(
    MODEL,
    was=THROUGH,
    now="        hidden_lbd = self.drop(embedded_lbd)\n"
    "        for number, layer in enumerate(self.layers.layers):\n"
    "            hidden_lbd = layer(hidden_lbd, src_mask=None if number else mask_ll)\n",
    hint="Every layer needs the mask.",
)
mean_taken_off = Mistake(
    MODEL,
    was=OUT,
    now=out(
        "        hidden_lbd = hidden_lbd - hidden_lbd.mean(dim=0)\n        return self.decoder(self.drop(hidden_lbd))\n"
    ),
    hint="A mean over the positions holds the later ones too.",
)
last_state_for_all = Mistake(
    MODEL,
    was=OUT,
    now=out(
        "        hidden_lbd = hidden_lbd[-1:].expand_as(hidden_lbd)\n"
        "        return self.decoder(self.drop(hidden_lbd))\n"
    ),
    hint="Each position is decoded from its own state.",
)
batch_norm_always = Mistake(
    MODEL,
    was=OUT,
    now=out(
        "        hidden_lbd = self.norm(hidden_lbd.permute(1, 2, 0)).permute(2, 0, 1)\n"
        "        return self.decoder(self.drop(hidden_lbd))\n"
    ),
    hint="Statistics over columns and positions show each of them the others; use LayerNorm.",
    also=(Edit(MODEL, LAYERS, LAYERS + "        self.norm = nn.BatchNorm1d(dim, track_running_stats=False)\n"),),
)
centred_convolution = Mistake(
    MODEL,
    was=THROUGH,
    now=through("torch.relu(self.layers(x_lbd.permute(1, 2, 0))).permute(2, 0, 1)"),
    hint="Padding on both sides centres the window: half of it lies in the future.",
    also=(Edit(MODEL, LAYERS, "        self.layers = nn.Conv1d(dim, dim, 3, padding=1)\n"),),
)
both_directions = Mistake(
    MODEL,
    was=THROUGH,
    now=through("self.layers(x_lbd)[0]"),
    hint="The backward direction of a bidirectional network has read the answer.",
    also=(Edit(MODEL, LAYERS, "        self.layers = nn.LSTM(dim, dim // 2, num_layers, bidirectional=True)\n"),),
)
positions_of_columns = Mistake(
    MODEL,
    was="self.positions(input.size(0)).to(input.device)",
    now="self.positions(input.size(1)).transpose(0, 1).to(input.device)",
    hint="Positions go along the first axis; here they number the columns.",
)
columns_attend = Mistake(
    MODEL,
    was=THROUGH,
    now=through("self.layers(x_lbd)"),
    hint="The layer takes the first axis for the batch: it attends over the columns.",
    also=(Edit(MODEL, LAYER, LAYER.replace("dropout=0.5", "dropout=0.5, batch_first=True")),),
)
softmax_over_columns = Mistake(
    MODEL,
    was=OUT,
    now=out("        return torch.log_softmax(self.decoder(self.drop(hidden_lbd)), dim=1)\n"),
    hint="A softmax over the second axis compares columns, not words.",
)
state_kept = Mistake(
    MODEL,
    was=THROUGH,
    now="        kept = self.kept if self.kept is not None and self.kept.shape == embedded_lbd[:1].shape else 0\n"
    "        hidden_lbd = self.layers(self.drop(embedded_lbd + kept), mask=mask_ll)\n"
    "        self.kept = hidden_lbd[-1:].detach()\n",
    hint="Start each call anew; what was seen before belongs to another text.",
    also=(Edit(MODEL, LAYERS, LAYERS + "        self.kept = None\n"),),
)
no_context = Mistake(
    MODEL,
    was=THROUGH,
    now="        hidden_lbd = self.drop(embedded_lbd)\n",
    hint="Nothing connects a position with the ones before it.",
)
frozen = Mistake(
    MODEL,
    was="        self.init_weights()\n",
    now="        self.init_weights()\n        self.requires_grad_(False)\n",
    hint="The weights take no gradient, so nothing is learned.",
)
no_decoder = Mistake(
    MODEL,
    was=OUT,
    now=out("        return self.drop(hidden_lbd)\n"),
    hint="The decoder turns states into a score for each word.",
)
columns_first_out = Mistake(
    MODEL,
    was=OUT,
    now=out("        return self.decoder(self.drop(hidden_lbd)).transpose(0, 1)\n"),
    hint="Give the logits back sequence first.",
)
last_word_only = Mistake(
    MODEL,
    was=OUT,
    now=out("        return self.decoder(self.drop(hidden_lbd[-1]))\n"),
    hint="Every position predicts its next word, not only the last.",
)
best_word = Mistake(
    MODEL,
    was=OUT,
    now=out("        return self.decoder(self.drop(hidden_lbd)).argmax(dim=-1)\n"),
    hint="Return the scores of all words, not the best one.",
)
# --- found: problems 1 and 2, the LSTM and the curve ----------------------------------------------------------------

t_of_one_step = Mistake(
    ANSWERS,
    was="- t = w*(w*u1 + u2) + u3",
    now="- t = w*u1 + u2 + u3",
    hint="Each state is multiplied by w, and there are two on the way.",
)
y_is_t = Mistake(
    ANSWERS,
    was="- y = w*(w*(w*u1 + u2) + u3)",
    now="- y = w*(w*u1 + u2) + u3",
    hint="The output is w times the last state.",
)
dy_dw_by_hand = Mistake(
    ANSWERS, was=DY_DW, now="dy_dw = 3*w**2*u1 + w*u2 + u3", hint="The square of w has the derivative 2 w."
)
dy_dp_of_t = Mistake(ANSWERS, was=DY_DP, now="dy_dp = 3*w**2", hint="This is the derivative by w; p is what is asked.")
tanh_for_slope = Mistake(
    ANSWERS,
    was=DL_DC,
    now=DL_DC.replace("(1 - tanh(C_prev)**2)", "tanh(C_prev)"),
    hint="The gradient passes the slope of tanh, not tanh.",
)
slope_at_next_cell = Mistake(
    ANSWERS,
    was=DL_DC,
    now=DL_DC.replace("tanh(C_prev)", "tanh(C)"),
    hint="The slope is taken at the cell of the same step.",
)
paths_multiplied = Mistake(
    ANSWERS,
    was=DL_DC,
    now="dL_dC_prev = dL_dh*o_prev*(1 - tanh(C_prev)**2) * dL_dC*f",
    hint="Two paths add up.",
)
lstm_gate_order = Mistake(
    LSTM,
    was="i, f, g, o = gates.chunk(4, dim=1)",
    now="i, f, o, g = gates.chunk(4, dim=1)",
    hint="The order is i f g o.",
)
lstm_forget_first = Mistake(
    LSTM,
    was="i, f, g, o = gates.chunk(4, dim=1)",
    now="f, i, g, o = gates.chunk(4, dim=1)",
    hint="The input gate comes first.",
)
lstm_one_bias = Mistake(LSTM, was=" + self.bias_hh\n", now="\n", hint="Both biases are added.")
lstm_sigmoid_candidate = Mistake(
    LSTM,
    was="g = torch.tanh(g)",
    now="g = torch.sigmoid(g)",
    hint="The candidate goes through tanh, the gates through a sigmoid.",
)
lstm_states_swapped = Mistake(LSTM, was="return h, c", now="return c, h", hint="Return h first.")
lstm_old_cell_out = Mistake(
    LSTM,
    was=UPDATED,
    now="        h = o * torch.tanh(c)\n        c = f * c + i * g\n",
    hint="The output gate opens the new cell.",
)
lstm_detached = Mistake(
    LSTM,
    was="        h, c = state\n",
    now="        h, c = state[0].detach(), state[1].detach()\n",
    hint="Keep the graph: the gradient must reach the steps before.",
)
lstm_stacked_out = Mistake(
    LSTM, was="return h, c", now="return torch.stack((h, c), dim=1)", hint="Return the pair (h, c)."
)
three_epochs = Mistake(
    CURVE,
    was="""4,5.0957,163.3181,5.0733,159.7005
5,4.9876,146.5842,5.0127,150.3100
6,4.9014,134.4779,4.9702,144.0557
7,4.8292,125.1108,4.9417,140.0081
8,4.7671,117.5778,4.9236,137.4967
""",
    now="",
    hint="Train for five epochs or more.",
)
ppl_in_bits = Mistake(
    CURVE,
    was="4,5.0957,163.3181,5.0733,159.7005",
    now="4,5.0957,34.1938,5.0733,33.6670",
    hint="The loss is in nats: the perplexity is e to its power, not 2.",
)

# --- just as right: the model ---------------------------------------------------------------------------------------

three_masks = Variant(
    (
        WHOLE,
        Edit(
            MODEL,
            THROUGH,
            through("self.layers(x_lbd, x_lbd, src_mask=mask_ll, tgt_mask=mask_ll, memory_mask=mask_ll)"),
        ),
    )
)
decoder_only = Variant(
    (
        Edit(MODEL, LAYER, "        layer = nn.TransformerDecoderLayer(dim, nhead, 4 * dim, dropout=0.5)\n"),
        Edit(MODEL, LAYERS, "        self.layers = nn.TransformerDecoder(layer, num_layers)\n"),
        Edit(MODEL, THROUGH, through("self.layers(x_lbd, torch.zeros_like(x_lbd[:1]), tgt_mask=mask_ll)")),
    )
)
bool_mask = Variant((Edit(MODEL, FUTURE, "    return torch.ones(length, length, device=device).triu(1).bool()\n"),))
is_causal = Variant((Edit(MODEL, "mask=mask_ll)", "mask=mask_ll, is_causal=True)"),))
mask_of_torch = Variant(
    (Edit(MODEL, FUTURE, "    return nn.Transformer.generate_square_subsequent_mask(length, device=device)\n"),)
)
mask_minus_1e9 = Variant((Edit(MODEL, 'float("-inf")', "-1e9"),))
mask_kept = Variant(
    (
        Edit(MODEL, LAYERS, LAYERS + '        self.register_buffer("mask", future_mask(128))\n'),
        Edit(MODEL, MASK, "        mask_ll = self.mask[: len(input), : len(input)]\n"),
    )
)
mask_remembered = Variant(
    (
        Edit(MODEL, LAYERS, LAYERS + "        self.mask = None\n"),
        Edit(
            MODEL,
            MASK,
            "        if self.mask is None or len(self.mask) != len(input):\n"
            "            self.mask = future_mask(len(input), input.device)\n"
            "        mask_ll = self.mask\n",
        ),
    )
)
mask_one_longer = Variant(
    (Edit(MODEL, MASK, "        mask_ll = future_mask(len(input) + 1)[: len(input), : len(input)]\n"),)
)
self_hidden = Variant(
    (
        Edit(
            MODEL,
            MASK,
            '        mask_ll = torch.full((len(input), len(input)), float("-inf")).triu(0)\n'
            "        mask_ll[0, 0] = 0  # the first word has nothing else to look at\n",
        ),
    )
)
no_sqrt_dim = Variant((Edit(MODEL, "self.encoder(input) * math.sqrt(self.dim)", "self.encoder(input)"),))
no_positions = Variant((Edit(MODEL, POSITIONS, ""),))
learned_positions = Variant(
    (
        Edit(MODEL, "        self.positions = Positions(dim)\n", "        self.positions = nn.Embedding(512, dim)\n"),
        Edit(
            MODEL,
            POSITIONS,
            "        embedded_lbd = embedded_lbd + self.positions(torch.arange(len(input))).unsqueeze(1)\n",
        ),
    )
)
tied_weights = Variant(
    (
        Edit(
            MODEL,
            "        self.init_weights()\n",
            "        self.decoder.weight = self.encoder.weight\n        self.init_weights()\n",
        ),
    )
)
small_dropout = Variant(
    (
        Edit(MODEL, LAYER, LAYER.replace("dropout=0.5", "dropout=0.1")),
        Edit(
            MODEL,
            "self.dim = dim\n        self.drop = nn.Dropout(0.5)",
            "self.dim = dim\n        self.drop = nn.Dropout(0.1)",
        ),
    )
)
pre_norm = Variant(
    (
        Edit(MODEL, LAYER, LAYER.replace("dropout=0.5", 'dropout=0.5, activation="gelu", norm_first=True')),
        Edit(MODEL, LAYERS, "        self.layers = nn.TransformerEncoder(layer, num_layers, nn.LayerNorm(dim))\n"),
    )
)
batch_first_inside = Variant(
    (
        Edit(MODEL, LAYER, LAYER.replace("dropout=0.5", "dropout=0.5, batch_first=True")),
        Edit(MODEL, THROUGH, through("self.layers(x_lbd.transpose(0, 1), mask=mask_ll).transpose(0, 1)")),
    )
)
xavier_weights = Variant(
    (
        Edit(
            MODEL,
            "        self.init_weights()\n",
            "        for parameter in self.parameters():\n"
            "            if parameter.dim() > 1:\n"
            "                nn.init.xavier_uniform_(parameter)\n",
        ),
    )
)
torch_weights = Variant((Edit(MODEL, "        self.init_weights()\n", ""),))
tuple_of_logits = Variant((Edit(MODEL, OUT, out("        return self.decoder(self.drop(hidden_lbd)), hidden_lbd\n")),))
log_probabilities = Variant(
    (Edit(MODEL, OUT, out("        return torch.log_softmax(self.decoder(self.drop(hidden_lbd)), dim=-1)\n")),)
)
functional_dropout = Variant(
    (
        Edit(
            MODEL,
            OUT,
            out(
                "        hidden_lbd = nn.functional.dropout(hidden_lbd, 0.5, self.training)\n"
                "        return self.decoder(hidden_lbd)\n"
            ),
        ),
    )
)
lstm_under_the_name = Variant(recurrent("nn.LSTM(dim, dim, num_layers)"))
gru_under_the_name = Variant(recurrent("nn.GRU(dim, dim, num_layers, dropout=0.2)"))
rnn_under_the_name = Variant(recurrent("nn.RNN(dim, dim, num_layers)"))
convolution_under_the_name = Variant(
    (
        Edit(MODEL, LAYERS, "        self.layers = nn.Conv1d(dim, dim, 3)\n"),
        Edit(
            MODEL,
            THROUGH,
            through("torch.relu(self.layers(nn.functional.pad(x_lbd.permute(1, 2, 0), (2, 0)))).permute(2, 0, 1)"),
        ),
    )
)
OWN_BLOCK = '''class Block(nn.Module):
    """Attention written by hand, with a bias that grows with the distance; then two linear layers."""

    def __init__(self, dim, nhead):
        super().__init__()
        self.nhead = nhead
        self.mixed = nn.Linear(dim, 3 * dim)
        self.joined = nn.Linear(dim, dim)
        self.inner = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim), nn.Dropout(0.2))
        self.norms = nn.ModuleList([nn.LayerNorm(dim), nn.LayerNorm(dim)])

    def forward(self, x, mask):
        length, columns, dim = x.shape
        heads = self.mixed(self.norms[0](x)).view(length, columns, 3, self.nhead, -1)
        query, key, value = heads.permute(2, 1, 3, 0, 4)
        ATTEND
        x = x + self.joined(attended.permute(2, 0, 1, 3).reshape(length, columns, dim))
        return x + self.inner(self.norms[1](x))


'''
BY_HAND = """scores = query @ key.transpose(-2, -1) / query.size(-1) ** 0.5 + mask
        attended = torch.softmax(scores, dim=-1) @ value"""
BY_TORCH = "attended = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)"
BLOCKS = "        self.layers = nn.ModuleList([Block(dim, nhead) for _ in range(num_layers)])\n"
THROUGH_BLOCKS = (
    "        hidden_lbd = self.drop(embedded_lbd)\n"
    "        for block in self.layers:\n"
    "            hidden_lbd = block(hidden_lbd, mask_ll)\n"
)
own_attention = Variant(
    (
        Edit(MODEL, CLASS, OWN_BLOCK.replace("ATTEND", BY_HAND) + CLASS),
        Edit(MODEL, LAYER + LAYERS, BLOCKS),
        Edit(MODEL, THROUGH, THROUGH_BLOCKS),
    )
)
functional_attention = Variant(
    (
        Edit(MODEL, CLASS, OWN_BLOCK.replace("ATTEND", BY_TORCH) + CLASS),
        Edit(MODEL, LAYER + LAYERS, BLOCKS),
        Edit(MODEL, THROUGH, THROUGH_BLOCKS),
    )
)

# --- just as right: how it is written -------------------------------------------------------------------------------

SIGNATURE = CLASS + (
    '    """A Transformer that predicts every word from those before it."""\n\n'
    "    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):\n"
)
renamed_arguments = Variant(
    (
        Edit(
            MODEL,
            SIGNATURE,
            CLASS + "    def __init__(self, ntoken, ninp, nhead, nhid, nlayers, dropout, max_len=64):\n"
            "        nvoc, dim, num_layers = ntoken, ninp, nlayers\n",
        ),
    )
)
few_arguments = Variant(
    (
        Edit(
            MODEL,
            SIGNATURE,
            CLASS + "    def __init__(self, vocab_size, embed_dim=32):\n"
            "        nvoc, dim, nhead, num_layers = vocab_size, embed_dim, 2, 1\n",
        ),
    )
)
arguments_as_they_come = Variant(
    (
        Edit(
            MODEL,
            SIGNATURE,
            CLASS + "    def __init__(self, *sizes, **named):\n"
            "        nvoc, dim, nhead, num_layers = sizes or named.values()\n",
        ),
    )
)
name_in_small_letters = Variant(
    (
        Edit(MODEL, CLASS, CLASS.replace("Transformer", "transformer")),
        Edit(
            MAIN, "LMModel_LSTM, LMModel_RNN, LMModel_Transformer\n", "LMModel_LSTM, LMModel_RNN, LMModel_transformer\n"
        ),
        Edit(MAIN, '"transformer": LMModel_Transformer', '"transformer": LMModel_transformer'),
    )
)
model_in_main = Variant(
    (
        Edit(MODEL, CLASS, CLASS.replace("LMModel_Transformer", "Inside")),
        Edit(MAIN, "LMModel_LSTM, LMModel_RNN, LMModel_Transformer\n", "Inside, LMModel_LSTM, LMModel_RNN\n"),
        Edit(
            MAIN,
            "parser = argparse.ArgumentParser()\n",
            "SIZE = 32\n\n\n"
            "class LMModel_Transformer(Inside):\n"
            "    def __init__(self, nvoc, dim=SIZE, nhead=8, num_layers=4):\n"
            "        super().__init__(nvoc, dim, nhead, num_layers)\n\n\n"
            "parser = argparse.ArgumentParser()\n",
        ),
    )
)
PARAMETERS = """        self.weight_hh = nn.Parameter(torch.empty(4 * h, h))
        self.bias_ih = nn.Parameter(torch.zeros(4 * h))
        self.bias_hh = nn.Parameter(torch.zeros(4 * h))
"""
FILLED = """        for weight in (self.weight_ih, self.weight_hh):
            nn.init.uniform_(weight, -(h**-0.5), h**-0.5)
"""
lstm_of_torch = Variant(
    (
        Edit(
            LSTM,
            "        h, c = state\n",
            "        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)\n"
            "        return torch.lstm_cell(x, state, *weights)\n        h, c = state\n",
        ),
    )
)
lstm_cell_inside = Variant(
    (
        Edit(
            LSTM,
            "        self.weight_ih = nn.Parameter(torch.empty(4 * h, d))\n",
            "        self.cell = nn.LSTMCell(d, h)\n        self.weight_ih = None\n",
        ),
        Edit(
            LSTM,
            PARAMETERS,
            "",
        ),
        Edit(
            LSTM,
            FILLED,
            "",
        ),
        Edit(LSTM, GATES, "        return self.cell(x, (h, c))\n        gates = x\n"),
    )
)
lstm_two_linears = Variant(
    (
        Edit(
            LSTM,
            "        self.weight_ih = nn.Parameter(torch.empty(4 * h, d))\n",
            "        self.of_input = nn.Linear(d, 4 * h)\n        self.of_hidden = nn.Linear(h, 4 * h)\n",
        ),
        Edit(
            LSTM,
            PARAMETERS,
            "",
        ),
        Edit(LSTM, "(self.weight_ih, self.weight_hh):", "(self.of_input.weight, self.of_hidden.weight):"),
        Edit(LSTM, GATES, "        gates = self.of_input(x) + self.of_hidden(h)\n"),
    )
)
lstm_output_first = Variant((Edit(LSTM, "return h, c", "return h, (h, c)"),))

# --- just as right: answers and curves ------------------------------------------------------------------------------

answers_in_latex = Variant(
    (
        Edit(
            ANSWERS,
            "- t = w*(w*u1 + u2) + u3\n- y = w*(w*(w*u1 + u2) + u3)",
            "$$t = w(w u_1 + u_2) + u_3$$\n\n$$y = w t$$",
        ),
        Edit(ANSWERS, "- " + DY_DW, r"$$\frac{dy}{dw} = t + w\,(2 w u_1 + u_2) = 3w^2u_1 + 2wu_2 + u_3$$"),
        Edit(ANSWERS, "- " + DY_DP, r"$$\frac{\partial y}{\partial p} = w^3$$"),
        Edit(
            ANSWERS,
            "- " + DL_DC,
            r"$$\frac{\partial L}{\partial C_{T-1}} = \frac{\partial L}{\partial h_{T-1}} \odot o_{T-1} \odot "
            r"(1 - \tanh^2(C_{T-1})) + \frac{\partial L}{\partial C_T} \odot f_T$$",
        ),
    )
)
other_algebra = Variant(
    (
        Edit(ANSWERS, "- y = w*(w*(w*u1 + u2) + u3)", "- y = u1*w^3 + u2*w^2 + u3*w"),
        Edit(ANSWERS, DY_DW, "dy_dw = w*(3*w*p + 2*u2) + u3"),
        Edit(ANSWERS, DY_DP, "dy_dp = w*w*w"),
        Edit(ANSWERS, DL_DC, "dL_dC_prev = f*dL_dC + dL_dh*o_prev/cosh(C_prev)**2"),
    )
)
answers_in_python = Variant(
    (
        Edit(ANSWERS, "- " + DY_DW, ""),
        Edit(ANSWERS, "- " + DL_DC, ""),
        Edit(
            LSTM,
            "class LSTMStep",
            "def dy_dw(u1, u2, u3, w):\n    t = w * (w * u1 + u2) + u3\n    return t + w * (2 * w * u1 + u2)\n\n\n"
            "def dL_dC_prev(o_prev, f, C_prev, dL_dh, dL_dC):\n"
            "    return dL_dh * o_prev * (1 - torch.tanh(C_prev) ** 2) + dL_dC * f\n\n\n"
            "class LSTMStep",
        ),
    )
)
other_columns = Variant(
    (
        Edit(CURVE, "epoch,train_loss,train_ppl,valid_loss,valid_ppl", "epoch,loss,perplexity,val_loss,val ppl"),
        Edit(CURVE, "1,5.9123,369.5552,5.5210,249.8848", "1,5.912,370,5.52,249.9"),
    )
)
loss_in_bits = Variant(
    (
        Edit(
            CURVE,
            """1,5.9123,369.5552,5.5210,249.8848
2,5.4471,232.0841,5.3046,201.2605
3,5.2388,188.4438,5.1622,174.5480
4,5.0957,163.3181,5.0733,159.7005
5,4.9876,146.5842,5.0127,150.3100
6,4.9014,134.4779,4.9702,144.0557
7,4.8292,125.1108,4.9417,140.0081
8,4.7671,117.5778,4.9236,137.4967
""",
            """1,8,256.0,7.9,238.86
2,7.9,238.86,7.8,222.86
3,7.8,222.86,7.7,207.94
4,7.7,207.94,7.6,194.01
5,7.6,194.01,7.5,181.02
""",
        ),
    )
)
