"""What commons-text does with a template, and with texts that contain `${`."""

import re

import pytest

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError
from tests.es_integration.fake_elasticsearch.substitution import replace

TEMPLATE = '{"query":${query},"documents":${input}}'


def filled(document: str, query: str = '"shoes"') -> str:
    values = {"query": query, "input": f'["{document}"]', "api_key": '"s3cret"'}
    return replace(TEMPLATE, values, "request")


def test_a_plain_text_is_put_in_as_it_is() -> None:
    assert filled("red $5 {shoe}") == '{"query":"shoes","documents":["red $5 {shoe}"]}'


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("costs ${price}", r"Found placeholder \[\$\{price\}\] in field \[request\] after"),
        ("costs ${ 5", r"Found placeholder \[\$\{ 5\"\]\}\]"),
        ("escaped $${price}", r"Found placeholder \[\$\{price\}\]"),
        ("again ${input}", r"Infinite loop in property interpolation of .*: input$"),
        ("by way of ${query}", "query->input|input->query"),
    ],
)
def test_a_text_with_a_placeholder_fails_the_request(document: str, message: str) -> None:
    query = '"${input}"' if "way" in document else '"shoes"'
    with pytest.raises(ElasticsearchError) as failed:
        filled(document, query)
    assert re.search(message, failed.value.reason), failed.value.reason


def test_a_text_with_a_known_name_is_rewritten() -> None:
    assert filled("my ${query}") == '{"query":"shoes","documents":["my "shoes""]}', "no JSON now"
    assert "s3cret" in filled("${api_key}")


def test_a_default_stands_in_for_a_name_without_value() -> None:
    assert replace('{"n":${top_n:-100}}', {}, "request") == '{"n":100}'
