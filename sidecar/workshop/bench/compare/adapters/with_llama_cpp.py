"""llama.cpp with rank pooling, Q8_0, by the low-level interface of llama-cpp-python.

llama.cpp gives every token the first segment's embedding, and its converter leaves out BERT's
pooler, so a cross-encoder with segments scores wrongly. Here both are in the file: the vocabulary
is there twice, once with the embedding of each segment added, and a passage's tokens are those
of the second copy. The tokenizer is Hugging Face's, which is faster than llama.cpp's.

Each core has a context with one thread, which is faster than one with all of them, and a lone
document gets the latter. There is no padding: a batch's pairs are sequences of their own.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import gguf
import llama_cpp
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

PACKAGES = ("llama-cpp-python", "tokenizers")
PARALLEL = False
Q8 = gguf.GGMLQuantizationType.Q8_0
MAX_TOKENS = 2048
"""Of a batch: its attention takes memory and time by the square."""
HEAD = {"bert.pooler.dense": "cls", "classifier": "cls.output"}


def write_gguf(source: Path, file: Path) -> None:
    """Writes BertForSequenceClassification with its head; matrices as Q8_0, all else as float32."""
    config = json.loads((source / "config.json").read_text())
    tensors = load_file(source / "model.safetensors")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, config["num_hidden_layers"])
    words = tensors.pop("bert.embeddings.word_embeddings.weight")
    segments = tensors.pop("bert.embeddings.token_type_embeddings.weight")
    tensors.pop("bert.embeddings.position_ids", None)
    writer = gguf.GGUFWriter(file, "bert")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.RANK)
    writer.add_tokenizer_model("no_vocab")
    writer.add_vocab_size(len(segments) * len(words))
    writer.add_token_type_count(len(segments))
    writer.add_classifier_output_labels(["relevance"])
    _add(writer, "token_embd.weight", np.concatenate([words + segment for segment in segments]))
    for name, tensor in tensors.items():
        stem, _, kind = name.rpartition(".")
        known = HEAD.get(stem) or names.get_name(stem.removeprefix("bert."))
        _add(writer, f"{known}.{kind}", tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add(writer: gguf.GGUFWriter, name: str, tensor: np.ndarray) -> None:
    tensor = tensor.astype(np.float32)
    matrix = tensor.ndim == 2 and len(tensor) > 1 and not name.startswith("position")
    if matrix:
        writer.add_tensor(name, gguf.quants.quantize(tensor, Q8), raw_dtype=Q8)
    else:
        writer.add_tensor(name, tensor)


class Context:
    """A context of llama.cpp that ranks batches of pairs."""

    def __init__(self, model: Any, threads: int, max_tokens: int, max_pairs: int) -> None:
        options = llama_cpp.llama_context_default_params()
        options.n_ctx = options.n_batch = options.n_ubatch = max_tokens
        options.n_seq_max = max_pairs
        options.n_threads = options.n_threads_batch = threads
        options.embeddings = True
        options.pooling_type = llama_cpp.LLAMA_POOLING_TYPE_RANK
        self._context = llama_cpp.llama_init_from_model(model, options)
        if not self._context:
            raise RuntimeError("llama.cpp makes no context")
        self._batch = llama_cpp.llama_batch_init(max_tokens, 0, 1)

    def logits(self, pairs: Sequence[Sequence[int]]) -> list[float]:
        """The logit of each pair of token ids."""
        batch, place = self._batch, itertools.count()
        for number, ids in enumerate(pairs):
            for position, token in enumerate(ids):
                index = next(place)
                batch.token[index], batch.pos[index] = token, position
                batch.n_seq_id[index], batch.seq_id[index][0] = 1, number
                batch.logits[index] = 1
        batch.n_tokens = next(place)
        if status := llama_cpp.llama_encode(self._context, batch):
            raise RuntimeError(f"llama_encode returns {status}")
        find = llama_cpp.llama_get_embeddings_seq
        return [float(find(self._context, number)[0]) for number in range(len(pairs))]


def batches(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """The indexes of each batch: at most `batch_size` pairs of at most MAX_TOKENS in all."""
    found: list[list[int]] = [[]]
    tokens = 0
    for index, length in enumerate(lengths):
        if found[-1] and (len(found[-1]) == batch_size or tokens + length > MAX_TOKENS):
            found.append([])
            tokens = 0
        found[-1].append(index)
        tokens += length
    return found


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    source = Path(settings["torch"])
    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    file = Path(settings["made"]) / f"q8_0-{version}.gguf"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_gguf(source, file.with_suffix(".new"))
        file.with_suffix(".new").rename(file)
    config = json.loads((source / "config.json").read_text())
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.enable_truncation(settings["max_tokens"])
    tokenizer.no_padding()
    llama_cpp.llama_backend_init()
    quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(quiet, None)
    model = llama_cpp.llama_model_load_from_file(
        str(file).encode(), llama_cpp.llama_model_default_params()
    )
    if not model:
        raise RuntimeError(f"llama.cpp does not load {file}")
    threads = settings["threads"]
    lone = Context(model, threads, settings["max_tokens"], 1)
    free: SimpleQueue[Context] = SimpleQueue()
    for _ in range(threads):
        free.put(Context(model, 1, MAX_TOKENS, 64))
    workers = ThreadPoolExecutor(threads)

    def ids(query: str, documents: list[str]) -> list[list[int]]:
        encoded = tokenizer.encode_batch([(query, document) for document in documents])
        copy = config["vocab_size"]
        return [
            [token + kind * copy for token, kind in zip(each.ids, each.type_ids, strict=True)]
            for each in encoded
        ]

    def run(pairs: Sequence[Sequence[int]]) -> list[float]:
        context = free.get()
        try:
            return context.logits(pairs)
        finally:
            free.put(context)

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        pairs = ids(query, documents)
        if len(pairs) == 1:
            return lone.logits(pairs)
        order = sorted(range(len(pairs)), key=lambda index: -len(pairs[index]))
        groups = batches([len(pairs[index]) for index in order], batch_size)
        parts = workers.map(run, ([pairs[order[place]] for place in group] for group in groups))
        logits = [0.0] * len(pairs)
        for group, part in zip(groups, parts, strict=True):
            for place, logit in zip(group, part, strict=True):
                logits[order[place]] = logit
        return logits

    score.keep = quiet  # type: ignore[attr-defined] # llama.cpp calls it as long as it lives
    return score
