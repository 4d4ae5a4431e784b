"""What each route does: the endpoints, the licence, and the calls to the sidecar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tests.es_integration.inference_peer import retriever, rows, settings
from tests.es_integration.inference_peer.errors import (
    ElasticsearchError,
    bad_argument,
    invalid,
    status_error,
)
from tests.es_integration.inference_peer.hits import Hits, ListedHits
from tests.es_integration.inference_peer.parsers import Ranked, parse
from tests.es_integration.inference_peer.requests import Inference, build, top_n
from tests.es_integration.inference_peer.scores import in_input_order
from tests.es_integration.inference_peer.sender import Sender
from tests.es_integration.inference_peer.settings import Endpoint

Body = dict[str, Any]

_ID = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_RERANK = re.compile(
    r'\|\s*RERANK\s+(?P<column>\w+)\s*=\s*"(?P<query>(?:[^"\\]|\\.)*)"\s+ON\s+(?P<on>[\w.@, ]+?)'
    r'\s+WITH\s*\{\s*"inference_id"\s*:\s*"(?P<id>[^"]+)"\s*\}'
)
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


@dataclass
class Peer:
    """A cluster of one version, with its inference plugin."""

    version: str = "8.19.21"
    licence: str = "trial"
    hits: Hits = field(default_factory=ListedHits)
    sender: Sender = field(default_factory=lambda: Sender((0.0, 0.0)))
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    @property
    def number(self) -> tuple[int, int]:
        major, minor, *_ = self.version.split(".")
        return int(major), int(minor)

    def info(self) -> Body:
        return {
            "name": "peer",
            "cluster_name": "peer",
            "cluster_uuid": "peer-0",
            "version": {"number": self.version, "build_flavor": "default"},
            "tagline": "You Know, for Search",
        }

    def get_licence(self) -> Body:
        return {"license": {"status": "active", "type": self.licence}}

    def start_trial(self) -> Body:
        started = self.licence == "basic"
        self.licence = "trial" if started else self.licence
        return {"acknowledged": True, "trial_was_started": started}

    def put(self, endpoint_id: str, body: Body) -> Body:
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
        endpoint = settings.read(endpoint_id, body, self.number)
        if endpoint.service == "custom":
            _check_template(endpoint)
        self._validate(endpoint)
        self.endpoints[endpoint_id] = endpoint
        return endpoint.shown()

    def update(self, endpoint_id: str, body: Body) -> Body:
        """Secrets and task settings; anything else of the service settings is refused."""
        self._licensed("inference")
        found = self._endpoint(endpoint_id)
        given = dict(body.get("service_settings") or {})
        new = {name: given.pop(name) for name in ("api_key", "secret_parameters") if name in given}
        if given:
            raise bad_argument(
                f"Configuration contains unknown settings [{', '.join(given)}] while parsing field "
                f"[service_settings] for settings [{found.service}]"
            )
        secrets = {**found.secrets, **new.get("secret_parameters", new)}
        task = {**found.task, **(body.get("task_settings") or {})}
        changed = replace(found, secrets=secrets, task=task)
        self._validate(changed)
        self.endpoints[endpoint_id] = changed
        return changed.shown()

    def get(self, endpoint_id: str) -> Body:
        return {"endpoints": [self._endpoint(endpoint_id).shown()]}

    def delete(self, endpoint_id: str) -> Body:
        del self.endpoints[self._endpoint(endpoint_id).id]
        return {"acknowledged": True, "pipelines": []}

    def infer(self, endpoint_id: str, body: Body) -> Body:
        """The inference API's rerank."""
        self._licensed("inference")
        if not body.get("query"):
            raise bad_argument("[rerank] field [query] cannot be null or empty")
        given = body["input"]
        texts = (given,) if isinstance(given, str) else tuple(given)
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
        if self.number < (9, 2) or not (found := _RERANK.search(body["query"])):
            raise ElasticsearchError(400, "parsing_exception", "mismatched input 'RERANK'")
        self._licensed("inference")
        query = re.sub(r"\\.", lambda escape: _ESCAPES[escape.group()], found["query"])
        table = self.hits.rows()
        columns = [name.strip() for name in found["on"].split(",")]
        sent = rows.inputs(table, columns, self.number)
        scores = [
            score
            for batch in rows.batches(sent, self.number)
            for score in self._scores(found["id"], query, [item.text for item in batch], 0)
        ]
        best = rows.best(sent, scores, len(table))
        values = [
            [*(row.get(name) for name in columns), score]
            for row, score in zip(table, best, strict=True)
        ]
        values.sort(key=lambda row: -np.inf if row[-1] is None else row[-1], reverse=True)
        names = [*columns, found["column"]]
        return {"columns": [{"name": name, "type": "keyword"} for name in names], "values": values}

    def _scores(
        self, endpoint_id: str, query: str, texts: Sequence[str], window: int
    ) -> list[np.float32]:
        endpoint = self._endpoint(endpoint_id)
        most = endpoint.task.get("top_n")
        if most is not None and most < window:
            raise bad_argument(
                f"Inference endpoint [{endpoint_id}] is configured to return the top [{most}] "
                f"results, but rank_window_size is [{window}]. Reduce rank_window_size to be less "
                "than or equal to the configured top N value."
            )
        return in_input_order(self._call(endpoint, Inference(query, tuple(texts))), len(texts))

    def _call(self, endpoint: Endpoint, call: Inference) -> list[Ranked]:
        most = top_n(endpoint, call)
        return self.sender.send(
            endpoint.service,
            build(endpoint, call),
            lambda answer: parse(endpoint, answer, most),
        )

    def _validate(self, endpoint: Endpoint) -> None:
        custom = endpoint.service == "custom"
        probe = Inference("test query", ("how big",), 1 if custom else None, custom or None)
        try:
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
