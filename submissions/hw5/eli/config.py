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
arch_args = Namespace(share_decoder_input_output_embed=True, dropout=0.3, activation_fn="relu")
for part in ["encoder", "decoder"]:
    setattr(arch_args, part + "_embed_dim", 128)
    setattr(arch_args, part + "_ffn_embed_dim", 256)
    setattr(arch_args, part + "_layers", 2)
    setattr(arch_args, part + "_attention_heads", 2)
    setattr(arch_args, part + "_normalize_before", True)
arch_args.max_source_positions = 1024
arch_args.max_target_positions = 1024
### END YOUR CODE
