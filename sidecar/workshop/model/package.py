"""A model folder from a Checkpoint: one fp32 graph, its weights, the tokenizer, the manifest."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from sidecar.errors import InputTooLong, ModelError
from sidecar.runtime.manifest import (
    TOKENIZER,
    CanonicalPair,
    Graph,
    Manifest,
    Origin,
    sha256,
)
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.export import weight_bytes, write_graph
from sidecar.workshop.model.families import Option, open_folder, source_name
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.graphs import COSINE_TOLERANCE, FP32, GRAPHS
from sidecar.workshop.model.hub import fetch, module_paths
from sidecar.workshop.model.pretrained import CONFIG
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.staging import check_disk_space, is_up_to_date, staged_folder

MAX_LOGIT_DIFFERENCE = 2e-3
"""Of a canonical pair's logit from the framework's; relative for logits above 1."""
SOURCE_SUFFIXES = {".json", ".txt", ".model", ".safetensors", ".bin"}
"""Files that a Checkpoint is read from."""

Report = Callable[[str, int, int], object]
"""Called with (step, done, total); a step is over when done equals total."""


def export(
    source: str,
    folder: Path,
    name: str | None = None,
    *,
    revision: str | None = None,
    force: bool = False,
    report: Report = lambda step, done, total: None,
    **options: Option | None,
) -> Manifest | None:
    """Writes the model folder of a local Hugging Face folder or a hub name; returns its manifest.

    Returns None when the folder exists already, made from the same files with the same settings.
    Raises ModelError with what is wrong; `folder` is then unchanged.
    """
    settings = {key: value for key, value in options.items() if value is not None}
    name = name or source_name(source)
    source_folder = fetch(source, revision)
    origin = Origin(
        source=source_name(source),
        settings=settings,
        sha256=fingerprint(source_folder, name, settings),
    )
    if is_up_to_date(folder, origin, force=force):
        return None
    report("read", 0, 1)
    checkpoint = open_folder(source_folder, name, **settings)
    report("read", 1, 1)
    return package(checkpoint, folder, origin, report=report, release=True)


def package(
    checkpoint: Checkpoint,
    folder: Path,
    origin: Origin | None = None,
    *,
    report: Report = lambda step, done, total: None,
    release: bool = False,
) -> Manifest:
    """Writes the checkpoint's model folder, in one step; returns its manifest.

    With `release` the weights leave memory as soon as they are written, and the checkpoint cannot
    be used again. Raises ModelError when its token limit is too low for a query, when the disk is
    full, or when the graph does not reproduce the framework's logits.
    """
    _check_limit(checkpoint)
    weight_total = weight_bytes(checkpoint)
    check_disk_space(folder, weight_total)
    with staged_folder(folder) as new_folder:
        report("framework", 0, 1)
        expected = checkpoint.reference(PAIRS)
        report("framework", 1, 1)
        written = 0

        def advance(count: int) -> None:
            nonlocal written
            written = min(weight_total, written + count)
            report("write", written, weight_total)

        write_graph(checkpoint, new_folder, advance)
        report("write", weight_total, weight_total)
        checkpoint.tokenizer.save(str(new_folder / TOKENIZER), pretty=False)
        if checkpoint.config is not None:
            (new_folder / CONFIG).write_text(checkpoint.config, encoding="utf8")
        if release:
            for weight in checkpoint.network.parameters():
                weight.data = torch.empty(0)
        report("compare", 0, 1)
        manifest = describe(checkpoint, new_folder, expected, origin)
        write_manifest(manifest, new_folder)
        Manifest.read(new_folder)
        report("compare", 1, 1)
    return manifest


def describe(
    checkpoint: Checkpoint, folder: Path, expected: Sequence[float], origin: Origin | None = None
) -> Manifest:
    """The manifest of the files in `folder`, with the canonical pairs scored by its graph.

    Raises ModelError when a canonical pair's logit differs from the framework's, `expected`.
    """
    manifest = Manifest(
        format=1,
        name=checkpoint.name,
        family=checkpoint.family,
        languages=checkpoint.languages,
        licence=checkpoint.licence,
        max_tokens=checkpoint.max_tokens,
        prompt=checkpoint.prompt,
        padding=checkpoint.padding,
        encoding=checkpoint.encoding,
        temperature=checkpoint.temperature,
        bias=checkpoint.bias,
        graphs={FP32: _fp32(checkpoint)},
        files={file.name: sha256(file) for file in sorted(folder.iterdir())},
        canonical=_canonical([0.0] * len(PAIRS)),
        sources=checkpoint.training_sources,
        origin=origin,
    )
    logits = Runner.open(folder, manifest, GRAPHS[FP32]).canonical().tolist()
    for number, (logit, reference) in enumerate(zip(logits, expected, strict=True)):
        limit = MAX_LOGIT_DIFFERENCE * max(1.0, abs(reference))
        if not abs(logit - reference) <= limit:  # a NaN fails too
            raise ModelError(
                f"{checkpoint.name}: the graph gives canonical pair {number} the logit "
                f"{logit:.4f}, the framework {reference:.4f}: this model cannot be exported; "
                "please report it"
            )
    return manifest.model_copy(update={"canonical": _canonical(logits)})


def _fp32(checkpoint: Checkpoint) -> Graph:
    if checkpoint.encoding is None:
        return GRAPHS[FP32]
    return GRAPHS[FP32].model_copy(update={"canonical_tolerance": COSINE_TOLERANCE})


def _check_limit(checkpoint: Checkpoint) -> None:
    """Raises ModelError when a query leaves no room: the framework would not say why it fails."""
    tokenizer = checkpoint.pair_tokenizer()
    try:
        for query, _ in PAIRS:
            tokenizer.query(query)
    except InputTooLong:
        raise ModelError(
            f"{checkpoint.name}: {checkpoint.max_tokens} tokens are too few for a query and a "
            "document: raise --max-tokens"
        ) from None


def _canonical(logits: Sequence[float]) -> tuple[CanonicalPair, ...]:
    return tuple(
        CanonicalPair(query=query, document=document, logits={FP32: round(logit, 5)})
        for (query, document), logit in zip(PAIRS, logits, strict=True)
    )


def fingerprint(folder: Path, name: str, settings: dict[str, Option]) -> str:
    """SHA-256 of the name, the settings and the files that a Checkpoint is read from.

    Raises ModelError when one of them cannot be read.
    """
    digest = hashlib.sha256(repr((name, sorted(settings.items()))).encode())
    try:
        for place in (folder, *(folder / path for path in module_paths(folder))):
            for file in sorted(place.iterdir()) if place.is_dir() else ():
                if file.suffix in SOURCE_SUFFIXES and file.is_file():
                    digest.update(f"\n{file.relative_to(folder)} {sha256(file)}".encode())
    except OSError as fault:
        raise ModelError(
            f"{fault.filename} cannot be read ({fault.strerror}): give this user the right to read "
            "the folder and its files"
        ) from None
    return digest.hexdigest()
