"""What a service does before its first request."""

import re

import pytest

from sidecar.http.service import read_words
from sidecar.text.prices import price
from sidecar.text.stock import Stock, stock


def test_after_the_words_are_read_a_document_compiles_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_words()

    def refused(*arguments: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(re, "compile", refused)
    assert price("ab 512,34 €") is not None
    assert stock("currently unavailable, alas") is Stock.ABSENT
