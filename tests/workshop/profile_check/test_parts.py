"""The parts for one query on the screen."""

import io

from rich.console import Console

from sidecar.contracts.body import read_document
from sidecar.profiles import Profiles
from sidecar.workshop.profile_check.parts import print_parts


def test_demands_and_parts_are_shown() -> None:
    console = Console(file=io.StringIO(), width=120)
    documents = [read_document({"title": "Shoe", "color": "teal", "price": 60})]
    print_parts(Profiles.open().get("ecommerce"), documents, "teal shoe under 50", console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "the query asks for price to 50; color teal" in text
    assert "price -1.00" in text
    assert "color +0.50" in text


def test_a_query_may_ask_for_nothing() -> None:
    console = Console(file=io.StringIO(), width=120)
    print_parts(Profiles.open().get("ecommerce"), [], "shoe", console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "the query asks for nothing that an extractor reads" in text


def test_parts_are_those_of_the_texts_without_html() -> None:
    console = Console(file=io.StringIO(), width=120)
    documents = [read_document({"title": "Shoe", "price": "<b>6</b>0 &euro;"})]
    print_parts(Profiles.open().get("ecommerce"), documents, "shoe under 50", console)
    assert "price -1.00" in console.file.getvalue()  # type: ignore[attr-defined]
