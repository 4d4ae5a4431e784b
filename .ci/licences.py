"""The packages of an SBOM as a table on standard output: name, version, licence.

    python .ci/licences.py sbom.cdx.json

Exit status 1 where a package names no licence.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

KNOWN = {"protobuf": "BSD-3-Clause"}
"""Of packages whose licence stands in a form of their own, read from their files."""
CLASSIFIER = "License :: OSI Approved :: "
MAX_NAME = 80
"""Characters of a licence's name; what is longer is its text."""


def licence(component: Mapping[str, Any]) -> str:
    """SPDX identifiers where there are some, else names; empty where there is neither."""
    entries = component.get("licenses", [])
    identifiers = [
        entry.get("expression") or entry.get("license", {}).get("id", "") for entry in entries
    ]
    names = [entry.get("license", {}).get("name", "").splitlines()[:1] for entry in entries]
    known = [identifier for identifier in identifiers if identifier]
    known = known or [name[0] for name in names if name and len(name[0]) <= MAX_NAME]
    texts = dict.fromkeys(text.removeprefix(CLASSIFIER) for text in known)
    return " and ".join(texts) or KNOWN.get(component["name"], "")


def main(path: str) -> int:
    """Prints the table. Returns the exit status."""
    with open(path, encoding="utf-8") as file:
        components = json.load(file)["components"]
    print("| package | version | licence |\n|---|---|---|")
    without = []
    for component in sorted(components, key=lambda each: each["name"].lower()):
        name = component["name"]
        if not (terms := licence(component)):
            without.append(name)
        print(f"| {name} | {component.get('version', '')} | {terms or 'none named'} |")
    if without:
        print(f"no licence named: {', '.join(without)}", file=sys.stderr)
    return 1 if without else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
