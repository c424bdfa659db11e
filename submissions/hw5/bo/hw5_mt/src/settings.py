"""All numbers of the experiment. Nothing else in the project holds a constant."""

from types import SimpleNamespace

config = SimpleNamespace(
    max_tokens=4096, accum_steps=2, lr_factor=2.0, lr_warmup=400, clip_norm=1.0, max_epoch=9, beam=5, smoothing=0.1
)

WIDTH = 256

arch_args = SimpleNamespace()
for side in ("encoder", "decoder"):
    setattr(arch_args, f"{side}_embed_dim", WIDTH)
    setattr(arch_args, f"{side}_ffn_embed_dim", 4 * WIDTH)
    setattr(arch_args, f"{side}_layers", 4)
    setattr(arch_args, f"{side}_attention_heads", 8)
    setattr(arch_args, f"{side}_normalize_before", True)
arch_args.share_decoder_input_output_embed = True
arch_args.activation_fn = "relu"
arch_args.dropout = 0.2
arch_args.max_source_positions = arch_args.max_target_positions = 1024
