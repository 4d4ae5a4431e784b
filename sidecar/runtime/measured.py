"""What was measured of a model folder; `rerank.json` holds it, and no score depends on it."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class Measured(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quantization(Measured):
    """What a graph lost against the fp32 graph it was made of (`model quantize`)."""

    calibration: str
    """Name of the calibration set."""
    pairs: int
    max_difference: float
    """Of a logit."""
    mean_difference: float
    relative_difference: float
    """mean_difference in standard deviations of the fp32 logits: no model's scale is in it."""
    company: float
    """Largest difference of a score alone and in one padded run with all others."""
    float_products: tuple[str, ...] = ()
    """Int8 weights that are multiplied as floats: rounded activations moved the logits too far."""
    smoothed: tuple[str, ...] = ()
    """Weights whose activations had channels that stood out: these were divided before they are
    quantised, the weights' rows multiplied (SmoothQuant, arXiv 2211.10438)."""
    float_weights: tuple[str, ...] = ()
    """Weights that stayed float because the int8 ones moved the logits too far."""
    alone: dict[str, float] = {}
    """relative_difference with one group of weights quantised and no other; empty: no search."""


class Parity(Measured):
    """A graph's logits beside the framework's own, over the same pairs."""

    pairs: int
    spearman: float
    kendall: float
    max_difference: float
    mean_difference: float


class Operators(Measured):
    """The operator census of one graph."""

    counts: dict[str, int]
    """Nodes by kind, as the file has them."""
    cuda: dict[str, int]
    """By the table of kernels: nodes with one on CUDA ("device"), with none ("cpu"), with one for
    some types only ("partly"), of kinds that the table lacks ("unknown")."""
    without_cuda: tuple[str, ...]
    """Kinds of the nodes under "cpu" and "partly"."""
    cpu_share: dict[str, float]
    """Share of the time by kind, measured on a CPU after onnxruntime's own fusions."""


class Gate(Measured):
    """May the int8 graph stand for the fp32 graph?"""

    passed: bool | None
    """None: there was nothing to compare with."""
    reason: str
    kept: dict[str, dict[str, float]] = {}
    """graph -> share of the fp32 nDCG@10 per collection, and of their mean ("mean")."""


class Check(Measured):
    """The last `model check`."""

    against: str | None
    """What the graphs were compared with; None: nothing was at hand."""
    calibration: str
    parity: dict[str, dict[str, Parity]]
    """graph, or "openvino" with a precision -> "calibration" or a collection -> parity. On a
    collection it is with the folder's own fp32 graph where it has one, else with `against`; on the
    calibration pairs always with `against`."""
    invariance: dict[str, float]
    """graph -> largest difference of a score alone, in company, padded further and permuted."""
    operators: dict[str, Operators]
    intervals: dict[str, dict[str, tuple[float, float]]]
    """ranker -> "collection metric" -> 95 % bootstrap interval over queries; a ranker "int8 - fp32"
    is the paired difference."""
    queries: dict[str, int]
    """How many queries of each collection were used."""
    gate: Gate


class ScoreReference(Measured):
    """How a model's calibrated logits were distributed in a service: what later ones are compared
    with, to see a drift (`model reference`)."""

    edges: tuple[float, ...]
    """Ascending; what is between two of them is a group."""
    shares: tuple[float, ...]
    """Of the groups, one more than edges."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(self.shares) != len(self.edges) + 1 or sorted(self.edges) != [*self.edges]:
            raise ValueError("`edges` must ascend, and `shares` be one more")
        return self
