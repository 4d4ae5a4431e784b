"""A model folder from a Source: one float graph, its weights, the tokenizer, the manifest."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from sidecar.errors import InputTooLong, ModelError
from sidecar.runtime.manifest import (
    TOKENIZER,
    CanonicalPair,
    Manifest,
    Origin,
    sha256,
)
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.export import weight_bytes, write_graph
from sidecar.workshop.model.families import Option, open_folder, source_name
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.graphs import FP32, GRAPHS
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.pretrained import CONFIG
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.staging import check_disk_space, is_up_to_date, staged_folder

PARITY = 2e-3
"""Largest difference of a canonical logit, the graph's from the framework's, per unit of logit."""
READ = {".json", ".txt", ".model", ".safetensors", ".bin"}
"""Kinds of files that a Source is read from."""

Report = Callable[[str, int, int], object]
"""Told of (step, done, total); a step is over when they are equal."""


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

    None when the folder is there already, from the same files by the same settings. Raises
    ModelError with what is wrong; then `folder` is as it was before.
    """
    given = {key: value for key, value in options.items() if value is not None}
    name = name or source_name(source)
    local = fetch(source, revision)
    origin = Origin(
        source=source_name(source), settings=given, sha256=fingerprint(local, name, given)
    )
    if is_up_to_date(folder, origin, force=force):
        return None
    report("read", 0, 1)
    opened = open_folder(local, name, **given)
    report("read", 1, 1)
    return package(opened, folder, origin, report=report, release=True)


def package(
    source: Checkpoint,
    folder: Path,
    origin: Origin | None = None,
    *,
    report: Report = lambda step, done, total: None,
    release: bool = False,
) -> Manifest:
    """Writes the model folder of an open source, in one step; returns its manifest.

    With `release` the network's weights leave memory as soon as they are written, and the source
    cannot be used again. Raises ModelError when the source's limit is too low for a query, when the
    disk is full, or when the graph does not give the framework's own logits.
    """
    _check_limit(source)
    total = weight_bytes(source)
    check_disk_space(folder, total)
    with staged_folder(folder) as fresh:
        report("framework", 0, 1)
        expected = source.reference(PAIRS)
        report("framework", 1, 1)
        written = 0

        def advance(count: int) -> None:
            nonlocal written
            written = min(total, written + count)
            report("write", written, total)

        write_graph(source, fresh, advance)
        report("write", total, total)
        source.tokenizer.save(str(fresh / TOKENIZER), pretty=False)
        if source.config is not None:
            (fresh / CONFIG).write_text(source.config, encoding="utf8")
        if release:
            for weight in source.network.parameters():
                weight.data = torch.empty(0)
        report("compare", 0, 1)
        manifest = describe(source, fresh, expected, origin)
        write_manifest(manifest, fresh)
        Manifest.read(fresh)
        report("compare", 1, 1)
    return manifest


def describe(
    source: Checkpoint, folder: Path, expected: Sequence[float], origin: Origin | None = None
) -> Manifest:
    """The manifest of the files in `folder`, with the canonical pairs scored by its graph.

    Raises ModelError when a canonical pair's logit is not the `expected` one of the framework.
    """
    manifest = Manifest(
        format=1,
        name=source.name,
        family=source.family,
        languages=source.languages,
        licence=source.licence,
        max_tokens=source.max_tokens,
        prompt=source.prompt,
        padding=source.padding,
        temperature=source.temperature,
        bias=source.bias,
        graphs={FP32: GRAPHS[FP32]},
        files={file.name: sha256(file) for file in sorted(folder.iterdir())},
        canonical=_canonical([0.0] * len(PAIRS)),
        sources=source.collections,
        origin=origin,
    )
    logits = Runner.open(folder, manifest, GRAPHS[FP32]).canonical().tolist()
    for number, (found, wanted) in enumerate(zip(logits, expected, strict=True)):
        if not abs(found - wanted) <= PARITY * max(1.0, abs(wanted)):  # a NaN fails too
            raise ModelError(
                f"{source.name}: the graph gives canonical pair {number} the logit {found:.4f}, "
                f"the framework {wanted:.4f}: this model cannot be exported; please report it"
            )
    return manifest.model_copy(update={"canonical": _canonical(logits)})


def _check_limit(source: Checkpoint) -> None:
    """Before the framework is asked: it has no words for a query that leaves no room."""
    tokenizer = PairTokenizer(Tokenizer.from_str(source.tokenizer.to_str()), source)
    try:
        for query, _ in PAIRS:
            tokenizer.query(query)
    except InputTooLong:
        raise ModelError(
            f"{source.name}: {source.max_tokens} tokens are too few for a query and a document: "
            "raise --max-tokens"
        ) from None


def _canonical(logits: Sequence[float]) -> tuple[CanonicalPair, ...]:
    return tuple(
        CanonicalPair(query=query, document=document, logits={FP32: round(logit, 5)})
        for (query, document), logit in zip(PAIRS, logits, strict=True)
    )


def fingerprint(folder: Path, name: str, settings: dict[str, Option]) -> str:
    """SHA-256 of the name, the settings and the files that a Source is read from."""
    digest = hashlib.sha256(repr((name, sorted(settings.items()))).encode())
    for file in sorted(folder.iterdir()):
        if file.suffix in READ and file.is_file():
            digest.update(f"\n{file.name} {sha256(file)}".encode())
    return digest.hexdigest()
