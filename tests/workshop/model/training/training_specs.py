"""What the tests of training share: a tiny encoder, its pairs, a spec and a run's summary."""

import json
from pathlib import Path
from typing import Any

import transformers

from sidecar.workshop.model.training.train import Hyperparameters
from sidecar.workshop.model.training.training_job import TeacherSpec, TrainingData, TrainingSpec
from tests.workshop.model.classifiers import SHAPE, save, word_piece

WORDS = {
    "tall": "metres",
    "bread": "yeast",
    "renewal": "periods",
    "deficiency": "anaemia",
    "laptop": "memory",
    "coffee": "crème",
    "colour": "grey",
    "notice": "mail",
}
"""A question's word and the word that only its answers hold."""
QUESTIONS = tuple(
    f"{before} {{}} {after}"
    for before in ("how", "what of the", "the", "is there", "on", "and the", "may it be", "their")
    for after in ("is it", "in this", "and days", "to go")
)
ANSWERS = ("it may have {} in it", "the {} are by the other", "any {} shall be given")

HYPERPARAMETERS = Hyperparameters(epochs=5, peak=2e-3, max_tokens=48)


def save_encoder(folder: Path) -> Path:
    """A tiny random sentence encoder: BERT without a head."""
    tokenizer = word_piece()
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        architectures=["BertModel"],
        **SHAPE
        | {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
        | {"initializer_range": 0.1},
    )
    return save(folder, config, tokenizer)


def save_pairs(file: Path) -> Path:
    rows = [
        {"query": question.format(word), "text": ANSWERS[i % len(ANSWERS)].format(answer)}
        for i, question in enumerate(QUESTIONS)
        for word, answer in WORDS.items()
    ]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return file


def training_spec(start: Path, pairs: Path, **changes: Any) -> TrainingSpec:
    defaults = {
        "data": TrainingData(pairs=(pairs,)),
        "teacher": TeacherSpec(),
        "hyperparameters": HYPERPARAMETERS,
    }
    return TrainingSpec(str(start), **defaults | changes)


def summary(checkpoint: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((checkpoint / "train.json").read_text())
    return values
