"""Numbers are found by their digits as a regular expression finds them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.digit_runs import digit_runs, find_at_digits

TEXT = st.text(st.sampled_from("0159 .,/-xgbaü中１٣\n²"), max_size=40) | st.text(max_size=20)
NUMBER = re.compile(r"[0-9](?<![\w.,/][0-9])[0-9]*+(?:[.,][0-9]+)*+(?:\s?x\s?[0-9]+)?")


def test_a_run_is_where_its_first_digit_is() -> None:
    assert digit_runs("16 GB, 1.5 kg ü ２ 007") == [0, 7, 9, 18]
    assert digit_runs("no digits: ①²٣") == []


@given(TEXT)
def test_runs_are_those_of_a_regular_expression(text: str) -> None:
    assert digit_runs(text) == [match.start() for match in re.finditer("[0-9]+", text)]


@given(TEXT)
def test_numbers_are_those_of_a_regular_expression(text: str) -> None:
    found = [match.span() for match in find_at_digits(NUMBER, text, digit_runs(text))]
    assert found == [match.span() for match in NUMBER.finditer(text)]
