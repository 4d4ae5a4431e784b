from hypothesis import given
from hypothesis import strategies as st

from sidecar.lengths import MAX_CHARACTERS_PER_TOKEN
from sidecar.profile import PLAIN, FieldProfile, Profile
from sidecar.search import Fields
from sidecar.text.compose import compose, read_value, share


def texts(source: str | Fields, profile: Profile = PLAIN, budget: int = 512) -> list[str]:
    return [segment.text for segment in compose(source, profile, budget).segments]


def test_plain_text_is_one_unchanged_segment() -> None:
    assert texts('{"looks": "like json"}') == ['{"looks": "like json"}']


def test_fields_become_labelled_lines_in_their_order() -> None:
    document = {"title": "Trail runner", "price": 129.5, "in_stock": True}
    assert texts(document) == ["title: Trail runner\n", "price: 129.5\n", "in_stock: true\n"]


def test_fields_without_a_value_are_left_out() -> None:
    fields: Fields = {"a": None, "b": "", "c": [], "d": {}, "e": [None, ""], "f": 0}
    assert texts(fields) == ["f: 0\n"]


def test_lists_and_objects_are_read_in_one_line() -> None:
    assert read_value(["red", 2, None]) == "red, 2"
    assert read_value({"size": "M", "fit": ["slim", "short"]}) == "size: M, fit: slim, short"


def test_a_megabyte_is_cut_by_characters_and_says_so() -> None:
    passage = compose("word " * 200_000, PLAIN, 512)
    assert passage.cut
    assert len(passage.segments[0].text) == 512 * MAX_CHARACTERS_PER_TOKEN


def test_the_cut_keeps_the_end_when_the_left_goes() -> None:
    text = "x" * 10_000 + "the end"
    passage = compose(text, PLAIN, 4, cut="left")
    assert passage.segments[0].text.endswith("the end")
    assert len(passage.segments[0].text) == 4 * MAX_CHARACTERS_PER_TOKEN


def test_the_cut_runs_over_fields_in_order() -> None:
    fields = {"title": "t" * 100, "body": "b" * 1000, "tail": "z"}
    passage = compose(fields, PLAIN, 8)
    assert [segment.field for segment in passage.segments] == ["title", "body"]
    assert sum(len(segment.text) for segment in passage.segments) == 8 * MAX_CHARACTERS_PER_TOKEN


def test_what_fits_is_not_cut() -> None:
    assert not compose("x" * 64, PLAIN, 2).cut
    assert compose("x" * 65, PLAIN, 2).cut


def test_an_empty_document_has_a_passage_too() -> None:
    assert texts("") == [""]
    assert texts({}) == []


def test_fields_keep_their_order_whatever_they_weigh_and_weight_0_leaves_one_out() -> None:
    profile = Profile(
        name="p",
        fields={
            "body": FieldProfile(weight=0.5),
            "title": FieldProfile(weight=3, label="Title"),
            "brand": FieldProfile(weight=0.5, label=""),
            "noise": FieldProfile(weight=0),
        },
    )
    fields = {"body": "b", "title": "t", "brand": "x", "noise": "n"}
    assert texts(fields, profile) == ["body: b\n", "Title: t\n", "x\n"]


def test_a_field_that_is_scored_alone_is_not_part_of_the_passage() -> None:
    profile = Profile(
        name="p", fields={"title": FieldProfile(), "body": FieldProfile(score="alone", weight=2)}
    )
    passage = compose({"title": "t", "body": "b"}, profile, 512)
    assert [segment.field for segment in passage.segments] == ["title"]
    assert [(alone.segment.text, alone.weight) for alone in passage.alone] == [("body: b\n", 2)]


def test_a_field_with_a_limit_gives_its_first_words() -> None:
    profile = Profile(name="p", fields={"body": FieldProfile(limit=12, label="")})
    assert texts({"body": "one two three four"}, profile) == ["one two\n"]
    assert texts({"body": "onetwothreefour"}, profile) == ["onetwothreef\n"]
    assert texts({"body": "one, two, th"}, profile) == ["one, two, th\n"]


def test_a_segment_knows_where_its_value_begins() -> None:
    (segment,) = compose({"title": "Trail"}, PLAIN, 512).segments
    assert segment.text[segment.start :] == "Trail\n"


def test_a_quota_is_kept_for_the_field_and_what_it_leaves_goes_on() -> None:
    assert share([10, 400, 50], [None, 100, 30], room=200) == [10, 160, 30]
    assert share([10, 5, 500], [64, 64, None], room=100) == [10, 5, 85]
    assert share([10, 20], [5, 5], room=100) == [10, 20]


sizes = st.lists(st.tuples(st.integers(0, 600), st.none() | st.integers(1, 200)), max_size=8)


@given(sizes, st.integers(0, 800))
def test_shares_fill_the_room_and_never_more(
    fields: list[tuple[int, int | None]], room: int
) -> None:
    lengths = [length for length, _ in fields]
    given_tokens = share(lengths, [quota for _, quota in fields], room)
    assert all(part <= length for part, length in zip(given_tokens, lengths, strict=True))
    assert sum(given_tokens) == min(room, sum(lengths))
