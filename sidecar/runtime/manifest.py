"""`rerank.json`: what a model folder says of itself, so that nothing is guessed at load time.

A folder holds one or more ONNX graphs over shared weights, `tokenizer.json` and this manifest.
`Manifest.read` refuses a folder whose files are not byte for byte those that it names.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from sidecar.calibration import Calibration
from sidecar.errors import ModelError, first_fault
from sidecar.runtime.encoding import Encoding
from sidecar.runtime.families import ENCODER, FAMILIES
from sidecar.runtime.measured import Check, Quantization, ScoreReference
from sidecar.runtime.options import Device, Precision
from sidecar.runtime.shipped_models import shipped_models

MANIFEST = "rerank.json"
TOKENIZER = "tokenizer.json"
CANONICAL_PAIRS = 8
MAX_MANIFEST_BYTES = 2**24
"""Beyond all that is measured of a model: the shipped ones' have 24 kB."""
MAX_TOKENS = 2**20
"""More than models read; a query may have so many times ten characters."""

# A bare name: a manifest cannot point outside of its folder.
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Text = Annotated[str, StringConstraints(max_length=100_000)]
"""A text that is tokenised to prove the model: with ten million characters a load took half a
minute and 2 GB."""
Number = Annotated[float, Field(strict=True, ge=-1e12, le=1e12)]
Positive = Annotated[float, Field(strict=True, ge=1e-12, le=1e12)]
"""No logit is near these bounds. With infinity or a temperature of 1e-320 each request failed."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SessionEntry = Literal["session.disable_quant_qdq"]
"""A model is data: of onnxruntime's entries, some of which name files to read and to write, a
manifest may set those that decide about numbers."""
Runs = Literal["single", "padded"]
"""`single`: two pairs never share a run (dynamic int8 takes one activation scale per run)."""
DOCUMENT = "{document}"
SLOTS = ("{instruction}", "{query}", DOCUMENT)


class Strict(BaseModel):
    """Frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Exits(Strict):
    """Where a graph in parts may end: each part but the last says a logit, and what the next one
    goes on from. `exit_session` has the rule."""

    next_parts: tuple[FileName, ...] = Field(min_length=1)
    """ONNX files after the graph's own, in order."""
    thresholds: tuple[Number, ...]
    """Of the logit after each part but the last: a pair below goes no further."""
    band: Positive
    """Within so much above a threshold, a pair goes on and its logit is a mixture of both."""

    @model_validator(mode="after")
    def _one_threshold_each(self) -> "Exits":
        if len(self.thresholds) != len(self.next_parts):
            raise ValueError("exits need one threshold for each part but the last")
        return self


class Graph(Strict):
    """One ONNX graph and where and how it may run."""

    file: FileName
    """With exits the first part."""
    precision: Precision
    devices: tuple[Device, ...] = Field(min_length=1)
    runs: Runs
    tolerance: Positive
    """Largest difference of a pair's score (after the activation) alone and in company."""
    canonical_tolerance: Positive
    """Largest difference of a canonical pair's logit between the builder's machine and this one."""
    session_config: dict[SessionEntry, Literal["0", "1"]] = {}
    """onnxruntime session configuration entries that the graph needs."""
    exits: Exits | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """Its ONNX files, in order: one, or its parts."""
        return (self.file, *(self.exits.next_parts if self.exits else ()))


class Prompt(Strict):
    """The pieces of a pair's input in order, each tokenised alone: text, slots, or both.

    `["[CLS]", "{query}", "[SEP]", "{document}", "[SEP]"]` with segments `[0, 0, 0, 1, 1]` is
    BERT's pair. A decoder's chat template has `{instruction}` too. The document's slot ends its
    piece; special tokens are pieces without slots.
    """

    pieces: tuple[Text, ...] = Field(max_length=64)
    segments: tuple[Annotated[int, Field(strict=True, ge=0, le=1024)], ...] | None = None
    instruction: Text | None = None
    """The default instruction, for a template that has the slot."""


class Padding(Strict):
    side: Literal["left", "right"] = "right"
    token: str


class CanonicalPair(Strict):
    query: Text
    document: Text
    logits: dict[str, Number]
    """One per graph, by the graph's name: the pair's logit, or its cosine by an encoder."""


class TrainingSource(Strict):
    name: str
    licence: str
    rows: int


class Origin(Strict):
    """What `rerank-sidecar model export` made the folder of."""

    source: str
    """A hub name, or the name of a local folder."""
    settings: dict[str, str | int] = {}
    """Options that were given, by name: they open the source again as it was."""
    sha256: Sha256
    """Of the source's files, the model's name and the settings."""


def _known_family(name: str) -> str:
    if name not in FAMILIES:
        raise ValueError(f"`{name}` is not one of {', '.join(FAMILIES)}")
    return name


class Manifest(Strict):
    """All that is known of a model; see the module's text."""

    format: Literal[1]
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,128}$")]
    family: Annotated[str, AfterValidator(_known_family)]
    languages: tuple[str, ...]
    licence: str
    max_tokens: int = Field(strict=True, ge=16, le=MAX_TOKENS)
    """Longest pair (of an encoder: text), prompt pieces included."""
    prompt: Prompt
    padding: Padding
    encoding: Encoding | None = None
    """How texts become vectors, of an encoder; None for a reranker."""
    temperature: Positive = 1.0
    bias: Number = 0.0
    """With the temperature: see `calibration`."""
    graphs: dict[str, Graph] = Field(min_length=1)
    files: dict[FileName, Sha256]
    canonical: tuple[CanonicalPair, ...] = Field(
        min_length=CANONICAL_PAIRS, max_length=CANONICAL_PAIRS
    )
    quality: dict[str, dict[str, float]] = {}
    """Measured quality: ranker (a graph, a runtime, a baseline) -> "collection metric" -> value."""
    sources: tuple[TrainingSource, ...] = ()
    quantization: dict[str, Quantization] = {}
    """What `model quantize` measured of each graph that it made."""
    check: Check | None = None
    """What `model check` measured."""
    score_references: dict[str, ScoreReference] = {}
    """Profile -> how the model's logits were distributed (`model reference`)."""
    origin: Origin | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_activation(cls, values: Any) -> Any:
        """Folders made before 0.1.0 name their activation, which is always a sigmoid."""
        if isinstance(values, dict) and values.get("activation") == "sigmoid":
            return {key: value for key, value in values.items() if key != "activation"}
        return values

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The folder's manifest, with every file that it names verified.

        Raises ModelError: no such folder, no or a faulty manifest, a file missing or altered.
        """
        path = folder / MANIFEST
        try:
            if path.exists() and not path.is_file():
                raise ModelError(f"{path} is no file")  # to read a pipe would wait for its writer
            if path.exists() and path.stat().st_size > MAX_MANIFEST_BYTES:
                raise ModelError(f"{path} is too large for a manifest")
            manifest = cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            shipped = "" if folder.exists() else f"; shipped are {', '.join(shipped_models())}"
            raise ModelError(
                f"{folder} is not a model folder: it has no {MANIFEST}{shipped}"
            ) from None
        except OSError as fault:
            raise ModelError(f"{path} cannot be read: {fault.strerror}") from None
        except ValidationError as fault:
            raise ModelError(f"{path} is not a valid manifest: {first_fault(fault)}") from None
        manifest._check_references(path)
        for name, expected in manifest.files.items():
            _check_file(folder / name, expected)
        return manifest

    @property
    def is_encoder(self) -> bool:
        """Whether it makes vectors of texts, and scores no pairs."""
        return self.encoding is not None

    def check_reranker(self) -> None:
        """Raises ModelError for an encoder."""
        if self.is_encoder:
            raise ModelError(f"{self.name} is an encoder, which ranks nothing")

    @property
    def files_digest(self) -> str:
        """A SHA-256 over those of all files."""
        lines = (f"{digest}  {name}" for name, digest in sorted(self.files.items()))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def calibration(self) -> Calibration:
        """How its logits become scores."""
        return Calibration(self.temperature, self.bias)

    def graph_for(
        self, device: Device, name: str | None = None, *, exits: bool = False
    ) -> tuple[str, Graph]:
        """(name, graph) to run on `device`: the named one, or the first that allows the device and
        has exits or none.

        Raises ModelError when there is none.
        """
        if name is not None and name not in self.graphs:
            raise ModelError(f"model {self.name} has no graph {name!r}, only {list(self.graphs)}")
        for key, graph in self.graphs.items():
            wanted = key == name or (name is None and (graph.exits is not None) == exits)
            if device in graph.devices and wanted:
                return key, graph
        described = f"graph {name!r}" if name else "graph with exits" if exits else "graph"
        raise ModelError(f"model {self.name} has no {described} for device {device!r}")

    def _check_references(self, path: Path) -> None:
        named = {TOKENIZER, *(file for graph in self.graphs.values() for file in graph.files)}
        if missing := sorted(named - set(self.files)):
            raise ModelError(f"{path} gives no SHA-256 for {', '.join(missing)}")
        pieces = self.prompt.pieces
        if (self.family == ENCODER) != (self.encoding is not None):
            raise ModelError(f"{path}: the family {ENCODER!r} and `encoding` belong together")
        texts = (DOCUMENT,) if self.is_encoder else ("{query}", DOCUMENT)
        for slot in texts:
            if "".join(pieces).count(slot) != 1:
                raise ModelError(f"{path}: prompt.pieces must hold {slot} once")
        if self.is_encoder and any("{query}" in piece for piece in pieces):
            raise ModelError(f"{path}: an encoder reads one text, {DOCUMENT}")
        for piece in pieces:
            lead, slot_found, rest = piece.partition(DOCUMENT)
            if slot_found and (rest or any(slot in lead for slot in SLOTS)):
                raise ModelError(f"{path}: {DOCUMENT} must end its piece, the only slot in it")
        if self.prompt.segments is not None and len(self.prompt.segments) != len(pieces):
            raise ModelError(f"{path}: prompt.segments and prompt.pieces differ in length")
        for pair in self.canonical:
            if set(pair.logits) != set(self.graphs):
                raise ModelError(f"{path}: a canonical pair lacks the logit of a graph")


def sha256(path: Path) -> str:
    """The file's SHA-256 in hex, read in pieces (models can be larger than memory)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelError(f"{path} is missing; the manifest names it")
    if (actual := sha256(path)) != expected:
        raise ModelError(
            f"{path} is altered: SHA-256 {actual[:12]}…, manifest {expected[:12]}…; "
            "copy or make the model folder again"
        )
