"""Pools of every collection, from files as those of the data folder."""

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("zstandard")

from sidecar.errors import ModelError
from sidecar.workshop.model.recipe.collections import held_out
from sidecar.workshop.model.recipe.pool_collections import pool_collection
from sidecar.workshop.model.recipe.pools import BY_CHANCE, FOUND, MAKERS, QUESTIONED, pools
from sidecar.workshop.model.training.group import Group
from tests.workshop.model.recipe.collections_folder import write_collections


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collections(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def made(data: Path) -> list[Group]:
    return pools(data, 6, 7)


def test_each_collection_gives_as_many_as_were_asked_for(made: list[Group]) -> None:
    counts = Counter(group.source for group in made)
    assert counts == dict.fromkeys(MAKERS, 6) | {"fashion_products": 12}
    for group in made:
        assert group.gains is not None
        assert len(set(group.documents)) == len(group.documents) == len(group.gains)
        assert len(group.documents) <= 1 + FOUND + BY_CHANCE
        assert list(group.gains) == sorted(group.gains, reverse=True)
        assert group.gains[0] > group.gains[-1]


def test_what_answers_is_relevant_and_what_is_found_is_beside_it(made: list[Group]) -> None:
    group = next(group for group in made if group.source == "medquad")
    topic = group.query.split()[-1].rstrip("?")
    assert group.gains is not None
    assert [topic in text for text in group.documents[:1]] == [True]
    assert sum(group.gains) == 1
    near = sum("lessons about" in text for text in group.documents)
    assert near > 10, "the other texts share the query's words"


def test_a_product_is_graded_by_its_attributes(made: list[Group]) -> None:
    for group in (group for group in made if group.source == "fashion_products"):
        assert group.gains is not None
        assert set(group.gains) <= {3.0, 1.0, 0.0}
        kind = next(kind for kind in ("watches", "shirts", "shoes") if kind in group.query)
        for text, gain in zip(group.documents, group.gains, strict=True):
            if gain == 3.0:
                assert kind in text.lower()


def test_equal_seeds_give_equal_pools(data: Path, made: list[Group]) -> None:
    assert pools(data, 6, 7) == made
    assert pools(data, 6, 8) != made


def test_unseen_pools_are_of_what_the_training_left_out(tmp_path: Path) -> None:
    """By the cuts of the training's own groups, and in the model's languages."""
    data = write_collections(tmp_path, repeated=8)
    seen, unseen = (pools(data, 40, 7, unseen=only) for only in (False, True))
    assert {group.source for group in unseen} == set(MAKERS)
    for source in QUESTIONED:
        of_training, left_out = (
            {text for group in some if group.source == source for text in group.documents}
            for some in (seen, unseen)
        )
        assert left_out, source
        assert not left_out & of_training, source
        assert all(map(held_out, left_out))
    chinese = {group.source for group in pools(data, 2, 7, unseen=True, languages=["zh"])}
    assert chinese == {"cmrc_zh", "drcd_zhtw", "law_zh"}


def test_pools_as_collections_keep_their_grades(data: Path, made: list[Group]) -> None:
    fashion = [group for group in made if group.source == "fashion_products"]
    collection = pool_collection("fashion_products", fashion, 2.0)
    assert len(collection.pools) == len(fashion)
    for pool, group in zip(collection.pools, fashion, strict=True):
        assert pool.query == group.query
        assert [collection.texts[document] for document in pool.documents] == list(group.documents)
        assert set(pool.grades.values()) <= {0.0, 1.0, 2.0}
    assert collection.threshold == 2.0


def test_a_missing_collection_is_named(tmp_path: Path) -> None:
    write_collections(tmp_path)
    (tmp_path / "train" / "law_zh.jsonl.zst").unlink()
    with pytest.raises(ModelError, match=r"no training collection .*law_zh"):
        pools(tmp_path, 6, 7)
