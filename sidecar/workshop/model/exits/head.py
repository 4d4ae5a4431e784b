"""What tells a pair's logit from the states of an early layer."""

import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.compose import add_prefix
from torch import Tensor, nn

from sidecar.runtime.exit_session import END, LOGITS
from sidecar.workshop.model.export import OPSET
from sidecar.workshop.model.weights import WeightFile

HIDDEN = 64
"""Units of the head's hidden layer."""
MATCHES = 4
"""Features that are no states."""
INPUTS = (END, "attention_mask", "token_type_ids")


class Features(nn.Module):
    """The states of a pair as one vector: what early layers know of how two texts match.

    [first token's state; product and distance of the texts' mean directions; their cosine; MaxSim
    of the query's tokens (mean, least) and of the document's (mean)]. MaxSim is ColBERT's (Khattab
    and Zaharia, 2020): a token's cosine with the most similar token of the other text.
    """

    def forward(self, states: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """[inputs, 3 * width + 4] of states [inputs, tokens, width] and the run's inputs."""
        document = (attention_mask * token_type_ids).to(states.dtype)
        query = (attention_mask * (1 - token_type_ids)).to(states.dtype)
        left, right = _direction(_mean(states, query)), _direction(_mean(states, document))
        tokens = _direction(states)
        cosines = tokens @ tokens.transpose(1, 2)
        # 2 is more than any cosine: what is no token of the text never wins, or never counts.
        best_in_document = (cosines - 2 * (1 - document[:, None, :])).amax(2)
        best_in_query = (cosines - 2 * (1 - query[:, None, :])).amax(2)
        matches = torch.stack(
            [
                (left * right).sum(-1),
                _mean(best_in_document[..., None], query)[:, 0],
                (best_in_document + 2 * (1 - query)).amin(1),
                _mean(best_in_query[..., None], document)[:, 0],
            ],
            dim=1,
        )
        return torch.cat([states[:, 0], left * right, (left - right).abs(), matches], dim=1)


class ExitHead(nn.Module):
    """logit = linear(features) + a network with one hidden layer(features)."""

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        """`mean` and `deviation`, [features], make the features' scales equal."""
        super().__init__()
        self.mean: Tensor
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.linear = nn.Linear(len(mean), 1)
        self.network = nn.Sequential(
            nn.Linear(len(mean), HIDDEN), nn.GELU(), nn.Dropout(0.1), nn.Linear(HIDDEN, 1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Logits [inputs] of features [inputs, features]."""
        scaled = (features - self.mean) / self.deviation
        return (self.linear(scaled) + self.network(scaled)).squeeze(1)


class _FromStates(nn.Module):
    def __init__(self, head: ExitHead) -> None:
        super().__init__()
        self.features, self.head = Features(), head

    def forward(self, states: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(states, attention_mask, token_type_ids))
        return logits


def add_head(
    part: onnx.ModelProto,
    head: ExitHead,
    prefix: str,
    weights: WeightFile,
    written: dict[str, onnx.TensorProto],
) -> None:
    """The part, whose only output is END, gets the head's logits as its first output.

    `prefix` names what is the head's. Its weights go into the file, unless `written` has them, by
    name, from another graph with the same head.
    """
    graph = add_prefix(_exported(head), prefix).graph
    outer = {prefix + name: name for name in (*INPUTS, LOGITS)}
    for node in graph.node:
        node.input[:] = [outer.get(name, name) for name in node.input]
        node.output[:] = [outer.get(name, name) for name in node.output]
    for tensor in graph.initializer:
        if tensor.name not in written:
            written[tensor.name] = weights.put(tensor.name, numpy_helper.to_array(tensor))
        part.graph.initializer.append(written[tensor.name])
    part.graph.node.extend(graph.node)
    ends = list(part.graph.output)
    del part.graph.output[:]
    part.graph.output.append(helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, ["batch"]))
    part.graph.output.extend(ends)
    there = {item.name for item in part.graph.input}
    for name in INPUTS[1:]:
        if name not in there:
            shape = ["batch", "sequence"]
            part.graph.input.append(helper.make_tensor_value_info(name, TensorProto.INT64, shape))


def _exported(head: ExitHead) -> onnx.ModelProto:
    width = (len(head.mean) - MATCHES) // 3
    mask = torch.ones(2, 6, dtype=torch.int64)
    types = torch.tensor([[0, 0, 0, 1, 1, 1]] * 2)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as scratch:
        warnings.simplefilter("ignore")  # the exporter warns of its own deprecation
        file = Path(scratch, "head.onnx")
        torch.onnx.export(
            _FromStates(head.eval()),
            (torch.randn(2, 6, width), mask, types),
            file,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=[LOGITS],
            dynamic_axes={
                **{name: {0: "batch", 1: "sequence"} for name in INPUTS},
                LOGITS: {0: "batch"},
            },
        )
        return onnx.load(file)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1.0)


def _direction(states: Tensor) -> Tensor:
    return states / (states * states).sum(-1, keepdim=True).clamp(min=1e-12).sqrt()
