"""Functions of an object's keys, asked once per set of keys."""

from sidecar.text.key_sets import MAX_KEYS, MAX_REMEMBERED, by_keys


def test_objects_with_the_same_keys_are_asked_once() -> None:
    asked: list[tuple[str, ...]] = []

    def find(keys: tuple[str, ...]) -> int:
        asked.append(keys)
        return len(keys)

    of_object = by_keys(find)
    assert [of_object({"a": value, "b": None}) for value in range(3)] == [2, 2, 2]
    assert asked == [("a", "b")]
    assert of_object({"b": 1, "a": 1}) == 2
    assert asked == [("a", "b"), ("b", "a")], "the order of keys may decide"


def test_objects_keyed_by_data_are_not_remembered() -> None:
    asked: list[int] = []
    of_object = by_keys(lambda keys: asked.append(len(keys)))
    large = {str(place): place for place in range(MAX_KEYS + 1)}
    of_object(large)
    of_object(large)
    assert asked == [MAX_KEYS + 1] * 2


def test_sets_that_never_repeat_take_no_memory_for_ever() -> None:
    asked: list[tuple[str, ...]] = []

    def find(keys: tuple[str, ...]) -> None:
        asked.append(keys)

    of_object = by_keys(find)
    for number in range(MAX_REMEMBERED):
        of_object({str(number): 1})
    of_object({"0": 1})
    assert len(asked) == MAX_REMEMBERED, "all are remembered"
    of_object({"one more": 1})
    of_object({"0": 1})
    assert asked[-2:] == [("one more",), ("0",)], "and then forgotten"
