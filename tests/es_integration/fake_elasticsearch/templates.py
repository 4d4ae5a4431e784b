"""Component and index templates, and what is asked about indices: kept as they are put."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError

Body = dict[str, Any]


@dataclass
class Templates:
    """The templates of a cluster by their paths, such as `_component_template/rerank-legal-doc`."""

    kept: dict[str, Body] = field(default_factory=dict)
    index_settings: dict[str, Body] = field(default_factory=dict)
    """Of each index, flat."""

    def put(self, path: str, body: Body) -> Body:
        self.kept[path] = body
        return {"acknowledged": True}

    def get(self, path: str) -> Body:
        found = {key: body for key, body in self.kept.items() if fnmatchcase(key, path)}
        if not found and "*" not in path:
            raise ElasticsearchError(404, "resource_not_found_exception", f"no {path}")
        kind = path.partition("/")[0].removeprefix("_")
        shown = [{"name": key.partition("/")[2], kind: body} for key, body in found.items()]
        return {f"{kind}s": shown}

    def delete(self, path: str) -> Body:
        del self.kept[path]
        return {"acknowledged": True}

    def settings(self) -> Body:
        """`GET *,-.*/_settings/NAME?flat_settings`."""
        return {index: {"settings": flat} for index, flat in self.index_settings.items()}
