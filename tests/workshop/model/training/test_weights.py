"""What a pair counts for in the loss, from its line to the gradient."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.errors import ModelError  # noqa: E402
from sidecar.workshop.model.training.group import Group, read_groups, write_groups  # noqa: E402
from sidecar.workshop.model.training.judged_queries import read_pairs  # noqa: E402
from sidecar.workshop.model.training.loop import listwise_loss  # noqa: E402
from sidecar.workshop.model.training.training_job import make_groups  # noqa: E402
from tests.workshop.model.training.training_specs import training_spec  # noqa: E402

DOCUMENTS = ("a", "b", "c")


def test_a_group_pulls_at_its_logits_by_its_weight() -> None:
    groups = [Group("s", "q", DOCUMENTS, weight=0.5), Group("s", "p", DOCUMENTS, weight=3.0)]
    logits = torch.tensor([0.2, -0.4, 1.0, 0.2, -0.4, 1.0], requires_grad=True)
    listwise_loss(logits, groups).backward()
    found = logits.grad.view(2, 3)
    one = torch.tensor([0.2, -0.4, 1.0]).softmax(0) - torch.tensor([1.0, 0.0, 0.0])
    assert found[0].tolist() == pytest.approx((0.5 * one / 2).tolist())
    assert found[1].tolist() == pytest.approx((3.0 * one / 2).tolist())


def test_a_line_s_weight_is_its_group_s(pairs: Path, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in pairs.read_text().splitlines()]
    rows = [{**row, "weight": 2.5} if "metres" in row["text"] else row for row in rows]
    file = tmp_path / "weighted.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    groups, _ = make_groups(training_spec(tmp_path, file))
    assert {group.weight for group in groups if "metres" in group.documents[0]} == {2.5}
    assert {group.weight for group in groups if "metres" not in group.documents[0]} == {1.0}
    write_groups({"train": groups}, tmp_path / "groups.jsonl")
    assert read_groups(tmp_path / "groups.jsonl")["train"] == groups


@pytest.mark.parametrize("weight", ["0", "-1", '"2"', "true", "NaN", "Infinity"])
def test_a_weight_that_is_none_is_refused(weight: str, tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(f'{{"query": "a", "text": "b", "weight": {weight}}}\n')
    with pytest.raises(ModelError, match='line 1: "weight" must be a number above 0'):
        read_pairs(file)
