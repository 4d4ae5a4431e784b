"""The reference tables of docs/ are whole: settings, routes, control keys, errors, metrics."""

import re
from pathlib import Path

import pytest

from sidecar import errors
from sidecar.cli.settings import settings_table
from sidecar.contracts.control import HEADERS, ControlKeys
from sidecar.contracts.extras import unread_warning
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES
from sidecar.errors import ProfileError
from sidecar.profiles import Profiles
from sidecar.request import RankResult
from sidecar.settings import Settings
from sidecar.telemetry.canary_metrics import CanaryMetrics
from sidecar.telemetry.metrics import Metrics

DOCS = Path(__file__).parent.parent / "docs"
SETTINGS = (DOCS / "settings.md").read_text()
DIALECTS = (DOCS / "dialects.md").read_text()
HTTP_API = (DOCS / "http-api.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()


def test_the_settings_table_is_the_one_that_the_command_prints() -> None:
    assert settings_table() in SETTINGS, "run `rerank-sidecar settings` and put it into the page"


def test_settings_have_help() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("path", [*ROUTES, *PROFILE_ROUTES])
def test_every_route_is_in_the_table(path: str) -> None:
    assert re.search(rf"^\|.*`{re.escape(path)}`.*\|.*\|", HTTP_API + DIALECTS, re.MULTILINE)


@pytest.mark.parametrize("key", ControlKeys.model_fields)
def test_every_control_key_is_in_the_table(key: str) -> None:
    assert f"| `{key}` |" in HTTP_API


@pytest.mark.parametrize("header", [header.name for header in HEADERS.values()])
def test_every_control_header_is_named(header: str) -> None:
    assert header.removeprefix("X-Rerank") in HTTP_API


def refusals() -> list[type[errors.RerankError]]:
    """What a request can be answered with."""
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    answers = [kind for kind in classes if issubclass(kind, errors.RerankError)]
    return [kind for kind in answers if not issubclass(kind, errors.StartupError)]


@pytest.mark.parametrize("kind", refusals())
def test_every_error_is_in_the_table(kind: type[errors.RerankError]) -> None:
    (row,) = re.findall(rf"^\| [\d, ]*{kind.status}[\d, ]* \|(.*?)\|", HTTP_API, re.MULTILINE)
    assert f"`{kind.code}`" in row


def test_every_metric_is_in_the_table() -> None:
    names = set(re.findall(r"`(rerank_\w+?)(?:_total)?`", OPERATIONS))
    metrics = Metrics()
    CanaryMetrics(metrics.registry)
    assert {family.name for family in metrics.registry.collect()} <= names


def test_every_reason_of_a_refusal_is_in_the_table() -> None:
    table = OPERATIONS[OPERATIONS.index("### Why requests fail") :]
    table = table[: table.index("### Where the time goes")]
    assert {kind.code for kind in refusals()} <= set(re.findall(r"`(\w+)`", table))


def test_the_warning_for_unread_texts_is_quoted() -> None:
    result = RankResult((), "model", tokens=0, unread=(0, 1, 2), query_unread=True)
    assert f"`{unread_warning(result)}`" in " ".join(OPERATIONS.split())


def test_the_error_of_a_faulty_profile_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "shoes.yaml").write_text("name: shoes\nfields: {title: {weight: -1}}\n")
    with pytest.raises(ProfileError) as fault:
        Profiles.open(tmp_path)
    page = " ".join((DOCS / "profiles.md").read_text().split())
    assert f"`{fault.value.message.removeprefix(f'{tmp_path}/')}`" in page
