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

### YOUR CODE HERE: arch
arch_args = Namespace(
    encoder_embed_dim=256,
    encoder_ffn_embed_dim=1024,
    encoder_layers=6,
    encoder_attention_heads=4,
    encoder_normalize_before=True,
    decoder_embed_dim=256,
    decoder_ffn_embed_dim=1024,
    decoder_layers=6,
    decoder_attention_heads=4,
    decoder_normalize_before=True,
    share_decoder_input_output_embed=True,
    dropout=0.15,
    activation_fn="relu",
    max_source_positions=1024,
    max_target_positions=1024,
)
### END YOUR CODE
