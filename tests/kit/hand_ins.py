"""Hand-ins that the tests of the kit share: three modules that import each other, in every layout seen."""

from __future__ import annotations

UTILS = "def pad_sents(sents, pad_token):\n    return 'theirs'\n"
EMBEDDINGS = "class ModelEmbeddings:\n    owner = 'student'\n"
MODEL = (
    "from model_embeddings import ModelEmbeddings\n"
    "from utils import pad_sents\n"
    "class NMT:\n"
    "    def embeddings(self):\n"
    "        return ModelEmbeddings.owner\n"
    "    def pad(self):\n"
    "        return pad_sents([], 0)\n"
)
GIVEN = {"stand_ins/model_embeddings.py": "class ModelEmbeddings:\n    owner = 'staff'\n"}
UNITS_GIVEN = (
    {"name": "utils", "defines": ["pad_sents"]},
    {"name": "model_embeddings", "defines": ["ModelEmbeddings"]},
    {
        "name": "nmt_model",
        "defines": ["NMT"],
        "given": {"model_embeddings": "stand_ins/model_embeddings.py"},
    },
)


def beside(prefix: str, model: str = MODEL) -> dict[str, str]:
    """The three files in one folder."""
    return {f"{prefix}utils.py": UTILS, f"{prefix}model_embeddings.py": EMBEDDINGS, f"{prefix}nmt_model.py": model}


def with_imports(style: str) -> str:
    """The model with its siblings imported in another style."""
    return MODEL.replace("from model_embeddings", f"from {style}model_embeddings").replace(
        "from utils", f"from {style}utils"
    )


LAYOUTS = {
    "flat": beside(""),
    "in a folder": beside("a4/"),
    "student folder": beside("student/"),
    "deep": beside("hand in/Homework 4 (final)/a4.v2/"),
    "package": {**beside("a4/", with_imports(".")), "a4/__init__.py": "from .nmt_model import NMT\n"},
    "relative without __init__": beside("a4/", with_imports(".")),
    "relative at the top": beside("", with_imports(".")),
    "full path": beside("a4/", with_imports("a4.")),
    "full path from above": beside("src/a4/", with_imports("a4.")),
    "folder lost on the way": beside("", with_imports("submission.")),
    "one file": {"homework.py": UTILS + EMBEDDINGS + MODEL.partition("pad_sents\n")[2]},
    "renamed": {"utils.py": UTILS, "model_embeddings.py": EMBEDDINGS, "my_model.py": MODEL},
    "siblings elsewhere": {"utils.py": UTILS, "lib/model_embeddings.py": EMBEDDINGS, "src/nmt_model.py": MODEL},
}
