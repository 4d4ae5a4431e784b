"""The shipped model as a cross-encoder that other libraries can load. Extra `build`.

No other library has the shipped head (a mean and a cosine of means). So this takes the shipped
encoder's weights, BERT's own pooler as a scaled identity, and a classifier row fitted by least
squares to the shipped model's logits. It costs as much as the shipped model and its logits are
meaningful, but it ranks worse: it is for measuring speed.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertForSequenceClassification

from sidecar.runtime.manifest import TOKENIZER, Manifest
from sidecar.runtime.session import ModelInput
from sidecar.workshop.demo.collections import CollectionName, load
from sidecar.workshop.model.pretrained import silence_transformers
from sidecar.workshop.model.quantization_sample import read_sample
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.text_pair import TextPair
from sidecar.workshop.model.training.starting_model import from_model_folder

RIDGE = 1.0
"""Added to the normal equations' diagonal, as a share of its mean. On held-out pairs, with an
earlier model, the row then explains 0.67 of the logits' variance; with 0.1 it explains 0.72, but
its norm is twice as large, and so are the errors of int8."""
POOLED = 0.5
"""Standard deviation of the input of the pooler's tanh, small enough to be nearly linear."""
DOCUMENTS_PER_QUERY = 10
SPECIAL_TOKENS = {
    f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")
}


def write_classifier(folder: Path, shipped: Path) -> None:
    """Writes a Hugging Face folder, BertForSequenceClassification with one label."""
    silence_transformers()
    manifest = Manifest.read(shipped)
    network = from_model_folder(shipped, manifest)
    runner = Runner.open(shipped, manifest, manifest.graphs["float"])
    pairs = text_pairs()
    shape = network.encoder.config.to_dict()
    for key in ("id2label", "label2id"):  # for two labels
        shape.pop(key, None)
    config = BertConfig.from_dict({**shape, "num_labels": 1})
    config.architectures = ["BertForSequenceClassification"]
    classifier = BertForSequenceClassification(config).eval()
    classifier.bert.load_state_dict(network.encoder.state_dict(), strict=False)  # has no pooler
    states = _first_states(classifier, runner.encoded(pairs))
    scale = POOLED / float(states.std())
    row, bias = fit_row(np.tanh(states * scale), runner.logits(pairs))
    width = config.hidden_size
    with torch.no_grad():
        classifier.bert.pooler.dense.weight.copy_(torch.eye(width) * scale)
        classifier.bert.pooler.dense.bias.zero_()
        classifier.classifier.weight.copy_(torch.tensor(row, dtype=torch.float32)[None])
        classifier.classifier.bias.fill_(bias)
    classifier.save_pretrained(folder)
    shutil.copyfile(shipped / TOKENIZER, folder / TOKENIZER)
    settings = {"tokenizer_class": "BertTokenizer", "model_max_length": manifest.max_tokens}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | SPECIAL_TOKENS))


def text_pairs() -> tuple[TextPair, ...]:
    """The sample pairs of quantisation, and the demo's queries with some of its documents."""
    pairs = list(read_sample().pairs)
    for name in CollectionName:
        collection = load(name)
        step = len(collection.documents) // DOCUMENTS_PER_QUERY
        for number, query in enumerate(collection.queries):
            relevant = [
                document for document in collection.documents if document.id in query.relevant
            ]
            for document in [*collection.documents[number % step :: step], *relevant]:
                values = document.fields(collection.sent).values()
                pairs.append((query.text, "\n".join(map(str, values))))
    return tuple(pairs)


def fit_row(
    features: NDArray[np.float64], targets: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """(row, bias) of a ridge regression from features to targets; the bias is not penalised."""
    mean, target_mean = features.mean(axis=0), float(targets.mean())
    centred = features - mean
    square = centred.T @ centred
    square += np.eye(len(square)) * RIDGE * np.trace(square) / len(square)
    row = np.linalg.solve(square, centred.T @ (targets - target_mean))
    return row, target_mean - float(mean @ row)


@torch.no_grad()
def _first_states(
    classifier: BertForSequenceClassification, pairs: Sequence[ModelInput]
) -> NDArray[np.float64]:
    """The last layer's [CLS] state of each pair, shape (pairs, hidden)."""
    first_states = []
    for pair in pairs:
        types = np.zeros_like(pair.ids) if pair.segments is None else pair.segments
        states = classifier.bert(
            input_ids=torch.from_numpy(pair.ids)[None],
            token_type_ids=torch.from_numpy(types)[None],
        ).last_hidden_state
        first_states.append(states[0, 0].double().numpy())
    return np.stack(first_states)
