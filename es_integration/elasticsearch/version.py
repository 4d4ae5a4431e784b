"""Which versions of Elasticsearch can rerank through which inference service."""

from collections.abc import Mapping
from dataclasses import dataclass

from es_integration.cluster.procedure import Procedure
from es_integration.elasticsearch.calls import send
from es_integration.elasticsearch.endpoint import Service
from es_integration.errors import ClusterRefused

SINCE: Mapping[Service, str] = {
    "hugging_face": "8.19 or 9.1",
    "custom": "8.19 or 9.1",
    "openshift_ai": "9.3",
}


@dataclass(frozen=True, slots=True)
class Version:
    """The version of a cluster."""

    text: str
    serverless: bool = False
    """Serverless always has the newest services, whatever version it reports."""

    def has(self, service: Service) -> bool:
        """Whether the service can rerank in this version."""
        number = tuple(int(part) if part.isdigit() else 0 for part in self.text.split(".")[:2])
        if self.serverless or number >= (9, 3):
            return True
        return service != "openshift_ai" and ((8, 19) <= number < (9, 0) or number >= (9, 1))

    def lacks(self, service: Service) -> str | None:
        """Why the service cannot rerank in this version; None when it can."""
        if self.has(service):
            return None
        return f"Elasticsearch {self.text} cannot rerank by {service}: that needs {SINCE[service]}"


def read_version() -> Procedure[Version]:
    """The cluster's version. Raises ClusterRefused."""
    answer = yield from send(lambda client: client.info())
    number = answer["version"]
    return Version(str(number["number"]), number.get("build_flavor") == "serverless")


def require_service(service: Service) -> Procedure[None]:
    """Raises ClusterRefused when the cluster is too old for the service, or gives no answer."""
    version = yield from read_version()
    if (reason := version.lacks(service)) is not None:
        raise ClusterRefused(reason)
