"""python -m hw9_bo.run news/ out/"""
import sys

from transformers import AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

from .summarizer import Transformer


def main(data_folder: str, out: str) -> None:
    from datasets import load_from_disk

    tokenizer = AutoTokenizer.from_pretrained("facebook/bart-base")
    data = load_from_disk(data_folder)
    model = Transformer(len(tokenizer), tokenizer.pad_token_id, tokenizer.eos_token_id, 1024, 4, 512, 8, 1024, 0.1)
    arguments = Seq2SeqTrainingArguments(
        out,
        per_device_train_batch_size=24,
        num_train_epochs=2,
        fp16=True,
        evaluation_strategy="epoch",
        save_strategy="epoch",
        logging_steps=100,
        load_best_model_at_end=True,
    )
    trainer = Seq2SeqTrainer(
        model,
        arguments,
        train_dataset=data["train"],
        eval_dataset=data["validation"],
        data_collator=DataCollatorForSeq2Seq(tokenizer),
    )
    print(trainer.train())


if __name__ == "__main__":
    main(*sys.argv[1:])
