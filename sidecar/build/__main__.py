"""`python -m sidecar.build train|export|measure`: see each command's --help."""

import argparse
import os
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sidecar.build", description=__doc__)
    commands = parser.add_subparsers(required=True)

    train = commands.add_parser("train", help="data and a sentence encoder -> checkpoint")
    train.add_argument("data", type=Path, help="folder with train/*.jsonl.zst")
    train.add_argument("encoder", type=Path, help="a BERT sentence encoder's folder")
    train.add_argument("checkpoint", type=Path)
    train.add_argument("--groups", type=int, default=12_000, help="of six pairs each")
    train.add_argument("--minutes", type=float, default=40, help="end sooner if these are over")
    train.add_argument("--seed", type=int, default=7)
    train.set_defaults(run=_train)

    export = commands.add_parser("export", help="checkpoint -> model folder")
    export.add_argument("checkpoint", type=Path)
    export.add_argument("folder", type=Path)
    export.add_argument("--name", default="minilm-en")
    export.set_defaults(run=_export)

    measure = commands.add_parser("measure", help="model folder -> nDCG@10, into its manifest")
    measure.add_argument("folder", type=Path)
    measure.add_argument("collections", type=Path, nargs="+", help="folders with judgements")
    measure.add_argument("--max-queries", type=int, default=120)
    measure.set_defaults(run=_measure)

    arguments = parser.parse_args()
    arguments.run(arguments)


def _train(arguments: argparse.Namespace) -> None:
    # Threads that wait must sleep. With other work on the machine a spinning one held the core
    # that the thread waited for needed: 6 pairs a second instead of 22 (two cores, nice 19).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    from sidecar.build.train import Run, train

    train(
        Run(
            arguments.data,
            arguments.encoder,
            arguments.checkpoint,
            arguments.groups,
            arguments.minutes,
            arguments.seed,
        )
    )


def _export(arguments: argparse.Namespace) -> None:
    from sidecar.build.package import package

    package(arguments.checkpoint, arguments.folder, arguments.name)


def _measure(arguments: argparse.Namespace) -> None:
    from sidecar.build.measure import measure

    measure(arguments.folder, arguments.collections, arguments.max_queries)


if __name__ == "__main__":
    main()
