"""README's OpenSearch example, run on a real node."""

import re
import shlex
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from typer.testing import CliRunner

from es_integration.local_node import LocalOpenSearch
from sidecar.cli import app
from sidecar.workshop.sidecar_process import SidecarProcess

README = (Path(__file__).parents[3] / "README.md").read_text()
INDEX = "products-1"
CLUSTER = "http://localhost:9200"
TITLES = ("Garden hose", "Red running shoes", "Red shoes polish")


@pytest.mark.node
@pytest.mark.every_version
def test_the_lines_of_the_readme_rerank(
    opensearch_node: LocalOpenSearch,
    cluster: OpenSearch,
    server: SidecarProcess,
    capsys: pytest.CaptureFixture[str],
) -> None:
    section = README.split("## OpenSearch\n")[1].split("\n## ")[0]
    (install,) = re.findall(r"```sh\nrerank-sidecar (.*?)```", section, re.DOTALL)
    (search,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    where = {CLUSTER: opensearch_node.url, "http://sidecar:8080": server.url}
    for documented, real in where.items():
        install, search = install.replace(documented, real), search.replace(documented, real)
    command = shlex.split(install.replace("\\\n", " "))
    try:
        made = CliRunner().invoke(app, [*command, "--yes"])
        assert made.exit_code == 0, made.output
        for title in TITLES:
            cluster.index(index=INDEX, body={"title": title}, params={"refresh": "true"})
        capsys.readouterr()
        exec(search, {})
        lines = capsys.readouterr().out.splitlines()
        scores = [float(line.split(" ", 1)[0]) for line in lines]
        assert sorted(line.split(" ", 1)[1] for line in lines) == sorted(TITLES[1:])
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score < 1 for score in scores), "the sidecar's, not BM25's"
    finally:
        cluster.indices.delete(index=INDEX, ignore_unavailable=True)
        options = [word for word in command[1:] if not word.startswith(("--index", "products"))]
        result = CliRunner().invoke(app, ["uninstall", *options, "--yes"])
    assert result.exit_code == 0, result.output
