import sys

import torch
from datasets import load_from_disk
from transformers import AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

from model import Transformer

torch.cuda.set_device(int(sys.argv[1]))
tokenizer = AutoTokenizer.from_pretrained("facebook/bart-base")
news = load_from_disk("/scratch/news")
model = Transformer(len(tokenizer), tokenizer.pad_token_id, tokenizer.eos_token_id, 1024, 4, 512, 8, 1024, 0.1).cuda()
trainer = Seq2SeqTrainer(
    model,
    Seq2SeqTrainingArguments(
        "gus-out", num_train_epochs=2, per_device_train_batch_size=32, evaluation_strategy="epoch", save_strategy="epoch"
    ),
    train_dataset=news["train"],
    eval_dataset=news["validation"],
    data_collator=DataCollatorForSeq2Seq(tokenizer),
)
print(trainer.train())
