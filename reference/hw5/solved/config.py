"""Settings of the training and of the architecture."""

from argparse import Namespace

config = Namespace(
    max_tokens=8192,
    accum_steps=2,
    lr_factor=2.0,
    lr_warmup=4000,
    clip_norm=1.0,
    max_epoch=15,
    beam=5,
    max_len_a=1.2,
    max_len_b=10,
    seed=73,
)

### BEGIN ANSWER arch
#: arch_args = Namespace(...) with fairseq's names, written as numbers: for encoder and decoder the sizes embed_dim,
#: ffn_embed_dim, layers, attention_heads and normalize_before; then dropout, share_decoder_input_output_embed,
#: activation_fn, max_source_positions and max_target_positions.
arch_args = Namespace(
    encoder_embed_dim=256,
    encoder_ffn_embed_dim=1024,
    encoder_layers=4,
    decoder_embed_dim=256,
    decoder_ffn_embed_dim=1024,
    decoder_layers=4,
    share_decoder_input_output_embed=True,
    dropout=0.25,
)


def add_transformer_args(args: Namespace) -> None:
    """What makes it a Transformer."""
    args.encoder_attention_heads = 4
    args.encoder_normalize_before = True
    args.decoder_attention_heads = 4
    args.decoder_normalize_before = True
    args.activation_fn = "relu"
    args.max_source_positions = 1024
    args.max_target_positions = 1024


add_transformer_args(arch_args)
### END ANSWER
