"""Ingest pipelines: kept, and simulated as far as those with an `inference` processor need it.

Written from the source of the processors. A result is appended to what its field holds already, and
`model_id` is written beside it; the script `rerank_text` is imitated, and is itself tested on
OpenSearch.
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError, bad_argument

Body = dict[str, Any]
Embed = Callable[[str, str], list[float]]
"""(endpoint's ID, text) -> its vector."""
_NOT_NULL = re.compile(r"ctx\.(\w+) != null")


@dataclass
class IngestPipelines:
    """The pipelines of a cluster."""

    embed: Embed
    bodies: dict[str, Body] = field(default_factory=dict)

    def naming(self, endpoint_id: str) -> list[str]:
        """The pipelines with an `inference` processor of that endpoint."""
        return [
            name
            for name, body in self.bodies.items()
            if any(
                processor.get("inference", {}).get("model_id") == endpoint_id
                for processor in body["processors"]
            )
        ]

    def put(self, name: str, body: Body) -> Body:
        self.bodies[name] = {**body, "created_date_millis": 1, "modified_date_millis": 2}
        return {"acknowledged": True}

    def get(self, name: str) -> Body:
        return {name: self._found(name)}

    def delete(self, name: str) -> Body:
        self._found(name)
        del self.bodies[name]
        return {"acknowledged": True}

    def simulate(self, name: str, body: Body) -> Body:
        """The documents as they would be indexed, or the error of each."""
        self._found(name)
        docs: list[Body] = []
        for given in body["docs"]:
            source = deepcopy(given["_source"])
            try:
                self._run(name, source)
            except ElasticsearchError as error:
                docs.append({"error": error.body()["error"]})
            else:
                docs.append({"doc": {"_index": "_index", "_id": "_id", "_source": source}})
        return {"docs": docs}

    def _found(self, name: str) -> Body:
        if name not in self.bodies:
            raise ElasticsearchError(
                404, "resource_not_found_exception", f"pipeline [{name}] is missing"
            )
        return self.bodies[name]

    def _run(self, name: str, source: Body) -> None:
        if name not in self.bodies:
            raise bad_argument(f"Pipeline processor configured for non-existent pipeline [{name}]")
        for processor in self.bodies[name]["processors"]:
            ((kind, options),) = processor.items()
            condition = _NOT_NULL.fullmatch(options.get("if", ""))
            if condition and source.get(condition.group(1)) is None:
                continue
            {
                "script": _write_text,
                "inference": self._infer,
                "set": _set,
                "remove": _remove,
                "pipeline": lambda source, options: self._run(options["name"], source),
            }[kind](source, options)

    def _infer(self, source: Body, options: Body) -> None:
        (pair,) = options["input_output"]
        text = source.get(pair["input_field"])
        if text is None and not options.get("ignore_missing"):
            raise bad_argument(f"field [{pair['input_field']}] not present as part of path")
        base, _, last = pair["output_field"].rpartition(".")
        parent = source.setdefault(base, {}) if base else source
        endpoint_id = options["model_id"]
        for name, value in ((last, self.embed(endpoint_id, text or "")), ("model_id", endpoint_id)):
            _set_or_append(parent, name, value)


def _set_or_append(parent: Body, name: str, value: Any) -> None:
    if name not in parent:
        parent[name] = value
        return
    before = parent[name] if isinstance(parent[name], list) else [parent[name]]
    parent[name] = [*before, *(value if isinstance(value, list) else [value])]


def _write_text(source: Body, options: Body) -> None:
    """The script `rerank_text` of documents whose values are texts, or lists of them."""
    params: Mapping[str, Any] = options["params"]
    lines = []
    for names in params["fields"]:
        values = (source.get(name) for name in names)
        texts = (", ".join(value) if isinstance(value, list) else value for value in values)
        lines += [text for text in texts if text and text.strip()][:1]
    if lines:
        source[params["target"]] = "\n".join(lines)


def _set(source: Body, options: Body) -> None:
    value: Any = source
    for part in options["copy_from"].split("."):
        value = value[part]
    source[options["field"]] = deepcopy(value)


def _remove(source: Body, options: Body) -> None:
    fields = options["field"] if isinstance(options["field"], list) else [options["field"]]
    for name in fields:
        if name not in source and not options.get("ignore_missing"):
            raise bad_argument(f"field [{name}] doesn't exist")
        source.pop(name, None)
