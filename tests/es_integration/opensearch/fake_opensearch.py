"""A fake OpenSearch that stores what it is sent, as ml-commons 2.19.1 does.

Its answers were seen on the real node: names are found by `name.keyword`, a connector's credential
is never shown, its action types come back in capitals, a deployed model cannot be deleted, nor can
a connector when its ID shares a word with one that a model uses, and a new model is DEPLOYING for a
moment.
"""

import copy
from fnmatch import fnmatch
from typing import Any

ML = "/_plugins/_ml"
TRUSTED = "plugins.ml_commons.trusted_connector_endpoints_regex"
PRIVATE = "plugins.ml_commons.connector.private_ip_enabled"
VENDORS = ["^https://api\\.openai\\.com/.*$", "^https://api\\.cohere\\.ai/.*$"]


class FakeOpenSearch:
    """`failures` lists the statuses that a path gives first; `states` those of a new model."""

    def __init__(self, number: str = "2.19.1") -> None:
        self.number = number
        self.distribution: str | None = "opensearch"
        self.processors = ["ml_inference", "rename_field", "rerank"]
        self.embeds = True
        """Whether the plugin neural-search has the processors that make vectors."""
        self.ingest: dict[str, Any] = {}
        """The ingest pipelines."""
        self.failures: dict[str, list[int]] = {}
        self.states: list[str] = []
        self.deploying = 0
        """How many updates come while a search deploys the model."""
        self.unrefreshed = 0
        """How many searches find no model yet."""
        self.defaults: dict[str, Any] = {TRUSTED: list(VENDORS), PRIVATE: "false"}
        self.settings: dict[str, dict[str, Any]] = {"persistent": {}, "transient": {}}
        self.connectors: dict[str, Any] = {}
        self.models: dict[str, Any] = {}
        self.groups: dict[str, Any] = {}
        self.pipelines: dict[str, Any] = {}
        self.indices: dict[str, Any] = {}
        """The flat settings of each index."""
        self.mapped: dict[str, set[str]] = {"products": {"title", "rerank_doc"}}
        """The mapped fields of each index."""
        self.vector: dict[str, Any] = {}
        """The mapping of every mapped field."""
        self.vectors: dict[str, list[float]] = {}
        """The vector of each text; [1, 0] for any other."""
        self.scores = [0.25, 0.75, 0.125]
        self.documents: list[Any] = []
        """What every search finds."""
        self.document_s = 0.0
        """How long the sidecar takes for a document, on the clock `now`."""
        self.now = 0.0
        self.predicting: tuple[int, str] | None = None
        """The status and reason with which a prediction fails."""
        self.count = 0
        self.ending = ""
        """The end of every ID; real IDs share a part that is the node's."""

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.failures.get(path):
            return self.refusal(self.failures[path].pop(0), "as the test requires")
        parts = path.strip("/").split("/")
        if path == "/":
            version = {"number": self.number, "distribution": self.distribution}
            return 200, {"version": version}
        if parts[0] == "_nodes":
            known = {"response_processors": [{"type": processor} for processor in self.processors]}
            ingest = [{"type": "text_embedding"}] if self.embeds else []
            known["request_processors"] = [{"type": "neural_query_enricher"}] * self.embeds
            node = {"search_pipelines": known, "ingest": {"processors": ingest}}
            return 200, {"nodes": {"n": node}}
        if parts[0] == "_ingest":
            return self.keep(self.ingest, method, parts[-1], body)
        if parts[:2] == ["_cluster", "settings"]:
            return self.put_settings(body) if method == "PUT" else self.get_settings()
        if parts[1] == "_settings":
            return 200, {name: {"settings": flat} for name, flat in self.indices.items()}
        if parts[1:3] == ["_mapping", "field"]:
            return 200, self.field_mapping(parts[0].split(","), parts[3])
        if parts[1:] == ["_search"]:
            found = [{"_source": document} for document in self.documents[: body["size"]]]
            return 200, {"hits": {"hits": found}}
        if parts == ["_search", "pipeline"]:
            return 200, self.pipelines
        if parts[0] == "_search":
            return self.keep(self.pipelines, method, parts[-1], body)
        return self.ml(method, parts[2:], body)

    def ml(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        kind, *rest = parts
        stores = {"connectors": self.connectors, "models": self.models, "model_groups": self.groups}
        if kind == "_predict" or rest[-1] == "_predict":
            return self.predict(body)
        if rest == ["_search"]:
            return self.search(stores[kind], body)
        if rest == ["_create"]:
            return self.create_connector(body)
        if rest == ["_register"]:
            return self.register(body)
        if rest[-1] == "_deploy":
            self.models[rest[0]]["model_state"] = "DEPLOYED"
            return 200, {"status": "CREATED"}
        if rest[-1] == "_undeploy":
            return self.undeploy(rest[0])
        if method == "DELETE" and (reason := self.in_use(kind, rest[0])):
            return self.refusal(*reason)
        if method == "GET" and kind == "models" and rest[0] in self.models and self.states:
            self.models[rest[0]]["model_state"] = self.states.pop(0)
        if method == "PUT":
            if self.deploying:
                self.deploying -= 1
                return self.refusal(409, "Model is deploying.")
            self.models[rest[0]].update(body)
            return 200, {"result": "updated"}
        return self.keep(stores[kind], method, rest[0], body)

    def in_use(self, kind: str, name: str) -> tuple[int, str] | None:
        """Why something cannot be deleted."""
        if kind == "models" and self.models.get(name, {}).get("model_state") == "DEPLOYED":
            return 400, "Model cannot be deleted in deploying or deployed state"
        if kind == "connectors" and any(
            words(name) & words(model["connector_id"]) for model in self.models.values()
        ):
            return 409, "1 models are still using this connector"
        return None

    def field_mapping(self, patterns: list[str], field: str) -> Any:
        indices = [
            index for index in self.mapped if any(fnmatch(index, pattern) for pattern in patterns)
        ]
        shown = {field: {"full_name": field, "mapping": {field: self.vector}}}
        return {
            index: {"mappings": shown if field in self.mapped[index] else {}} for index in indices
        }

    def keep(self, store: dict[str, Any], method: str, name: str, body: Any) -> tuple[int, Any]:
        if method == "PUT":
            store[name] = body
        elif name not in store:
            return self.refusal(404, f"no {name}")
        elif method == "DELETE":
            del store[name]
        else:
            resource = store[name]
            by_name = store is self.pipelines or store is self.ingest
            return 200, {name: resource} if by_name else resource
        return 200, {"acknowledged": True}

    def search(self, store: dict[str, Any], body: Any) -> tuple[int, Any]:
        if not store:
            return self.refusal(404, "no such index")  # As it was up to 2.x.
        if store is self.models and self.unrefreshed:
            self.unrefreshed -= 1
            return 200, {"hits": {"total": {"value": 0}, "hits": []}}
        hits = [
            {"_id": key, "_source": dict(source)}
            for key, source in store.items()
            if matches(body["query"], source)
        ]
        page = hits[body["from"] : body["from"] + body["size"]]
        return 200, {"hits": {"total": {"value": len(hits)}, "hits": page}}

    def create_connector(self, body: Any) -> tuple[int, Any]:
        shown = {key: copy.deepcopy(value) for key, value in body.items() if key != "credential"}
        for action in shown["actions"]:
            action["action_type"] = action["action_type"].upper()
        config = {"retry_backoff_millis": 200, **shown.get("client_config", {})}
        key = self.next("C")
        self.connectors[key] = {**shown, "client_config": config, "created_time": self.count}
        return 200, {"connector_id": key}

    def register(self, body: Any) -> tuple[int, Any]:
        key, group = self.next("M"), self.next("G")
        self.groups[group] = {"name": body["name"]}
        model = {field: value for field, value in body.items() if field != "function_name"}
        self.models[key] = {
            **model,
            "algorithm": "REMOTE",
            "model_state": "DEPLOYED",
            "model_group_id": group,
            "created_time": self.count,
        }
        return 200, {"model_id": key, "status": "CREATED"}

    def undeploy(self, key: str) -> tuple[int, Any]:
        self.models[key]["model_state"] = "UNDEPLOYED"
        return 200, {}

    def predict(self, body: Any) -> tuple[int, Any]:
        if self.predicting is not None:
            return self.refusal(*self.predicting)
        output: Any
        if "inputs" in body.get("parameters", ()):
            texts = [each["context"] for each in body["parameters"]["inputs"]]
            marked = [{"dataAsMap": {"highlights": [marks(text) for text in texts]}}]
            return 200, {"inference_results": [{"output": marked, "status_code": 200}]}
        if "target_response" in body:
            output = [
                {"name": "sentence_embedding", "data": self.vectors.get(text, [1.0, 0.0])}
                for text in body["text_docs"]
            ]
            return 200, {"inference_results": [{"output": output, "status_code": 200}]}
        flat = "text_docs" in body
        sent = body["text_docs"] if flat else body["parameters"]["documents"]
        self.now += len(sent) * self.document_s
        scores = self.scores if len(sent) == 3 else [0.5 for _ in sent]
        if flat:
            output = [{"name": "similarity", "data": [score]} for score in scores]
        else:
            results = [{"index": i, "relevance_score": s} for i, s in enumerate(scores)]
            output = [{"name": "response", "dataAsMap": {"results": results}}]
        return 200, {"inference_results": [{"output": output, "status_code": 200}]}

    def get_settings(self) -> tuple[int, Any]:
        set_names = {name for level in self.settings.values() for name in level}
        defaults = {name: value for name, value in self.defaults.items() if name not in set_names}
        return 200, {**self.settings, "defaults": defaults}

    def put_settings(self, body: Any) -> tuple[int, Any]:
        for level, values in body.items():
            for name, value in values.items():
                self.settings[level].pop(name, None)
                if value is not None:
                    stored = str(value).lower() if isinstance(value, bool) else value
                    self.settings[level][name] = stored
        return 200, {"acknowledged": True}

    def next(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}{self.ending}"

    @staticmethod
    def refusal(status: int, reason: str) -> tuple[int, Any]:
        error = {"type": "status_exception", "reason": reason}
        return status, {"error": {**error, "root_cause": [error]}, "status": status}


def matches(query: Any, source: dict[str, Any]) -> bool:
    """Whether the query matches: an exact name, or a word of its connector's ID."""
    if "term" in query:
        return bool(source["name"] == query["term"]["name.keyword"])
    if "match" in query:
        return bool(words(source["connector_id"]) & words(query["match"]["connector_id"]))
    return True


def marks(text: str) -> list[dict[str, float]]:
    """The sentence with "reset", its places as ml-commons shows numbers of a map."""
    start = text.find("To reset")
    if start < 0:
        return []
    before = len(text[:start].encode("utf-16-le")) // 2
    return [{"start": float(before), "end": float(before + text.index(". ", start) + 1 - start)}]


def words(text: str) -> set[str]:
    """The tokens of the standard analyzer for an ID."""
    return set(text.lower().split("-"))
