"""What each route does: the endpoints, the licence, and the calls to the sidecar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tests.es_integration.fake_elasticsearch import retriever, rows, settings
from tests.es_integration.fake_elasticsearch.errors import (
    ElasticsearchError,
    bad_argument,
    invalid,
    status_error,
)
from tests.es_integration.fake_elasticsearch.hits import Hits, ListedHits
from tests.es_integration.fake_elasticsearch.ingest import IngestPipelines
from tests.es_integration.fake_elasticsearch.parsers import Ranked, parse, parse_vectors
from tests.es_integration.fake_elasticsearch.requests import Inference, build, top_n
from tests.es_integration.fake_elasticsearch.scores import in_input_order
from tests.es_integration.fake_elasticsearch.sender import Sender
from tests.es_integration.fake_elasticsearch.settings import Endpoint
from tests.es_integration.fake_elasticsearch.templates import Templates

Body = dict[str, Any]

_ID = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_RERANK = re.compile(
    r'\|\s*RERANK\s+(?P<column>\w+)\s*=\s*"(?P<query>(?:[^"\\]|\\.)*)"\s+ON\s+(?P<on>[\w.@, ]+?)'
    r'\s+WITH\s*\{\s*"inference_id"\s*:\s*"(?P<id>[^"]+)"\s*\}'
)
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


@dataclass
class FakeElasticsearch:
    """A cluster of one version, with its inference plugin."""

    version: str = "8.19.21"
    licence: str = "trial"
    hits: Hits = field(default_factory=ListedHits)
    sender: Sender = field(default_factory=lambda: Sender((0.0, 0.0)))
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    templates: Templates = field(default_factory=Templates)
    semantic_text: dict[str, list[str]] = field(default_factory=dict)
    """Indices with a field of that type, by the endpoint that it names."""

    def __post_init__(self) -> None:
        self.ingest = IngestPipelines(
            lambda endpoint_id, text: self.embed(endpoint_id, {"input": text})["text_embedding"][0][
                "embedding"
            ]
        )

    @property
    def number(self) -> tuple[int, int]:
        major, minor, *_ = self.version.split(".")
        return int(major), int(minor)

    def info(self) -> Body:
        return {
            "name": "fake",
            "cluster_name": "fake",
            "cluster_uuid": "fake-0",
            "version": {"number": self.version, "build_flavor": "default"},
            "tagline": "You Know, for Search",
        }

    def get_licence(self) -> Body:
        return {"license": {"status": "active", "type": self.licence}}

    def start_trial(self) -> Body:
        started = self.licence == "basic"
        self.licence = "trial" if started else self.licence
        return {"acknowledged": True, "trial_was_started": started}

    def put(self, endpoint_id: str, body: Body, task_type: str = settings.RERANK) -> Body:
        """Calls the service before it keeps anything."""
        self._licensed("inference")
        if not _ID.fullmatch(endpoint_id):
            raise ElasticsearchError(
                400,
                "validation_exception",
                f"Validation Failed: 1: Invalid inference_id; '{endpoint_id}' can contain lowercase"
                " alphanumeric (a-z and 0-9), hyphens or underscores; must start and end with"
                " alphanumeric;",
            )
        if endpoint_id in self.endpoints:
            raise ElasticsearchError(
                400,
                "resource_already_exists_exception",
                f"Inference endpoint [{endpoint_id}] already exists",
            )
        endpoint = settings.read(endpoint_id, body, self.number, task_type)
        if endpoint.service == "custom":
            _check_template(endpoint)
        self._validate(endpoint)
        if task_type == settings.TEXT_EMBEDDING:
            endpoint = self._with_dimensions(endpoint)
        self.endpoints[endpoint_id] = endpoint
        return endpoint.shown()

    def update(self, endpoint_id: str, body: Body) -> Body:
        """Changes secrets and task settings; refuses any other service setting."""
        self._licensed("inference")
        endpoint = self._endpoint(endpoint_id)
        service_settings = dict(body.get("service_settings") or {})
        new = {
            name: service_settings.pop(name)
            for name in ("api_key", "secret_parameters")
            if name in service_settings
        }
        if service_settings:
            raise bad_argument(
                f"Configuration contains unknown settings [{', '.join(service_settings)}] while"
                f" parsing field [service_settings] for settings [{endpoint.service}]"
            )
        secrets = {**endpoint.secrets, **new.get("secret_parameters", new)}
        task = {**endpoint.task, **(body.get("task_settings") or {})}
        changed = replace(endpoint, secrets=secrets, task=task)
        self._validate(changed)
        self.endpoints[endpoint_id] = changed
        return changed.shown()

    def get(self, endpoint_id: str) -> Body:
        return {"endpoints": [self._endpoint(endpoint_id).shown()]}

    def delete(self, endpoint_id: str, parameters: Body) -> Body:
        """`dry_run` says who uses the endpoint, `force` deletes it all the same."""
        endpoint = self._endpoint(endpoint_id)
        users = {
            "pipelines": self.ingest.naming(endpoint_id),
            "indexes": self.semantic_text.get(endpoint_id, []),
        }
        if parameters.get("dry_run") == "true":
            return {"acknowledged": False, **users}
        if any(users.values()) and parameters.get("force") != "true":
            raise status_error(
                409,
                f"Inference endpoint {endpoint_id} is referenced by pipelines:"
                f" {users['pipelines']}. Ensure that no pipelines are using this inference"
                " endpoint, or use force to ignore this warning and delete the inference endpoint.",
            )
        del self.endpoints[endpoint.id]
        return {"acknowledged": True, **users}

    def embed(self, endpoint_id: str, body: Body) -> Body:
        """The inference API's text_embedding."""
        self._licensed("inference")
        inputs = body["input"]
        texts = (inputs,) if isinstance(inputs, str) else tuple(inputs)
        vectors = self._vectors(self._endpoint(endpoint_id), texts)
        shown = [[float(str(value)) for value in vector] for vector in vectors]
        return {"text_embedding": [{"embedding": vector} for vector in shown]}

    def infer(self, endpoint_id: str, body: Body) -> Body:
        """The inference API's rerank."""
        self._licensed("inference")
        if not body.get("query"):
            raise bad_argument("[rerank] field [query] cannot be null or empty")
        inputs = body["input"]
        texts = (inputs,) if isinstance(inputs, str) else tuple(inputs)
        call = Inference(body["query"], texts, body.get("top_n"), body.get("return_documents"))
        items = [
            {"index": item.index, "relevance_score": float(str(item.score))}
            | ({} if item.text is None else {"text": item.text})
            for item in self._call(self._endpoint(endpoint_id), call)
        ]
        return {"rerank": items}

    def search(self, index: str, body: Body) -> Body:
        """A search by the retriever."""
        self._licensed("text-similarity-reranker")
        return retriever.search(index, body, self.hits, self._scores)

    def esql(self, body: Body) -> Body:
        """Reads RERANK alone of the query; the rows before it are the listed hits, in order."""
        if self.number < (9, 2) or not (command := _RERANK.search(body["query"])):
            raise ElasticsearchError(400, "parsing_exception", "mismatched input 'RERANK'")
        self._licensed("inference")
        query = re.sub(r"\\.", lambda escape: _ESCAPES[escape.group()], command["query"])
        table = self.hits.rows()
        columns = [name.strip() for name in command["on"].split(",")]
        sent = rows.inputs(table, columns, self.number)
        scores = [
            score
            for batch in rows.batches(sent, self.number)
            for score in self._scores(command["id"], query, [item.text for item in batch], 0)
        ]
        best = rows.best(sent, scores, len(table))
        values = [
            [*(row.get(name) for name in columns), score]
            for row, score in zip(table, best, strict=True)
        ]
        values.sort(key=lambda row: -np.inf if row[-1] is None else row[-1], reverse=True)
        names = [*columns, command["column"]]
        return {"columns": [{"name": name, "type": "keyword"} for name in names], "values": values}

    def _scores(
        self, endpoint_id: str, query: str, texts: Sequence[str], window: int
    ) -> list[np.float32]:
        endpoint = self._endpoint(endpoint_id)
        max_results = endpoint.task.get("top_n")
        if max_results is not None and max_results < window:
            raise bad_argument(
                f"Inference endpoint [{endpoint_id}] is configured to return the top"
                f" [{max_results}] results, but rank_window_size is [{window}]. Reduce"
                " rank_window_size to be less than or equal to the configured top N value."
            )
        return in_input_order(self._call(endpoint, Inference(query, tuple(texts))), len(texts))

    def _call(self, endpoint: Endpoint, call: Inference) -> list[Ranked]:
        max_results = top_n(endpoint, call)
        return self.sender.send(
            endpoint.service,
            build(endpoint, call),
            lambda answer: parse(endpoint, answer, max_results),
        )

    def _vectors(self, endpoint: Endpoint, texts: tuple[str, ...]) -> list[list[np.float32]]:
        return self.sender.send(
            endpoint.service,
            build(endpoint, Inference("", texts)),
            lambda answer: parse_vectors(endpoint, answer),
        )

    def _with_dimensions(self, endpoint: Endpoint) -> Endpoint:
        """The dimension of the probe's vector, unless the user has set it; another is refused."""
        (vector,) = self._vectors(endpoint, ("how big",))
        wanted = endpoint.settings.get("dimensions")
        if wanted not in (None, len(vector)):
            raise status_error(
                400,
                f"The retrieved embeddings size [{len(vector)}] does not match the size specified"
                f" in the settings [{wanted}]. Please recreate the [{endpoint.id}] configuration"
                " with the correct dimensions",
            )
        return replace(endpoint, settings={**endpoint.settings, "dimensions": len(vector)})

    def _validate(self, endpoint: Endpoint) -> None:
        custom = endpoint.service == "custom"
        probe = Inference("test query", ("how big",), 1 if custom else None, custom or None)
        try:
            if endpoint.task_type == settings.TEXT_EMBEDDING:
                self._vectors(endpoint, probe.inputs)
            else:
                self._call(endpoint, probe)
        except ElasticsearchError as error:
            raise status_error(
                400,
                f"Could not complete {'custom service ' if custom else ''}inference endpoint "
                "creation as validation call to service threw an exception.",
                error,
            ) from error

    def _endpoint(self, endpoint_id: str) -> Endpoint:
        if endpoint_id not in self.endpoints:
            raise ElasticsearchError(
                404, "resource_not_found_exception", f"Inference endpoint not found [{endpoint_id}]"
            )
        return self.endpoints[endpoint_id]

    def _licensed(self, feature: str) -> None:
        if self.licence not in ("enterprise", "trial"):
            raise ElasticsearchError(
                403, "security_exception", f"current license is non-compliant for [{feature}]"
            )


def _check_template(endpoint: Endpoint) -> None:
    """Fills it as a search does, which gives no top_n."""
    try:
        build(endpoint, Inference("test query", ("test input",)))
    except ElasticsearchError as error:
        raise invalid(f"Failed to validate model configuration: {error.reason}") from error
