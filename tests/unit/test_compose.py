from sidecar.model import Document
from sidecar.text.compose import CHARACTERS_PER_TOKEN, compose, read_value


def texts(document: Document, budget: int = 512) -> list[str]:
    return [segment.text for segment in compose(document, budget).segments]


def test_plain_text_is_one_segment_as_it_stands() -> None:
    assert texts(Document(text='{"looks": "like json"}')) == ['{"looks": "like json"}']


def test_fields_become_labelled_lines_in_their_order() -> None:
    document = Document(fields={"title": "Trail runner", "price": 129.5, "in_stock": True})
    assert texts(document) == ["title: Trail runner\n", "price: 129.5\n", "in_stock: true\n"]


def test_fields_without_a_value_are_left_out() -> None:
    fields = {"a": None, "b": "", "c": [], "d": {}, "e": [None, ""], "f": 0}
    assert texts(Document(fields=fields)) == ["f: 0\n"]


def test_lists_and_objects_are_read_in_one_line() -> None:
    assert read_value(["red", 2, None]) == "red, 2"
    assert read_value({"size": "M", "fit": ["slim", "short"]}) == "size: M, fit: slim, short"


def test_a_megabyte_is_cut_by_characters_and_says_so() -> None:
    passage = compose(Document(text="word " * 200_000), budget_tokens=512)
    assert passage.cut
    assert len(passage.segments[0].text) == 512 * CHARACTERS_PER_TOKEN


def test_the_cut_keeps_the_end_when_the_left_goes() -> None:
    text = "x" * 10_000 + "the end"
    passage = compose(Document(text=text), budget_tokens=4, cut="left")
    assert passage.segments[0].text.endswith("the end")
    assert len(passage.segments[0].text) == 4 * CHARACTERS_PER_TOKEN


def test_the_cut_runs_over_fields_in_order() -> None:
    fields = {"title": "t" * 100, "body": "b" * 1000, "tail": "z"}
    passage = compose(Document(fields=fields), budget_tokens=8)
    assert [segment.label for segment in passage.segments] == ["title", "body"]
    assert sum(len(segment.text) for segment in passage.segments) == 8 * CHARACTERS_PER_TOKEN


def test_what_fits_is_not_cut() -> None:
    assert not compose(Document(text="x" * 64), budget_tokens=2).cut
    assert compose(Document(text="x" * 65), budget_tokens=2).cut


def test_an_empty_document_has_a_passage_too() -> None:
    assert texts(Document(text="")) == [""]
    assert texts(Document(fields={})) == []
