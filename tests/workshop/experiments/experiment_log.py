"""An experiment's file and its log on disk, with known truth."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

START_S = 1_700_000_000.0
HITS = [f"p{number}" for number in range(10)]


@dataclass(frozen=True)
class Folder:
    """Where both lie."""

    path: Path

    @property
    def experiment(self) -> Path:
        return self.path / "weights.toml"

    @property
    def log(self) -> Path:
        return self.path / "log.jsonl"

    def write_experiment(self, method: str = "split", arms: Iterable[str] = ("old", "new")) -> None:
        text = f'method = "{method}"\n' + "".join(f'[[arms]]\nname = "{arm}"\n' for arm in arms)
        self.experiment.write_text(text)

    def write_log(self, records: Iterable[Mapping[str, Any]]) -> None:
        self.log.write_text("".join(json.dumps(record) + "\n" for record in records))


def page(query_id: str, unit: str, at_s: float, **told: Any) -> dict[str, Any]:
    """A page with HITS, `at_s` seconds after the start."""
    experiment = {"name": "weights", "unit": unit, "from": 0, "reranked": True, **told}
    return {
        "query_id": query_id,
        "client_id": unit,
        "user_query": f"query {query_id}",
        "timestamp": int(1000 * (START_S + at_s)),
        "query_response_hit_ids": HITS,
        "query_attributes": {"experiment": experiment},
    }


def event(query_id: str, document: str, at_s: float, action: str = "click") -> dict[str, Any]:
    return {
        "query_id": query_id,
        "action_name": action,
        "timestamp": int(1000 * (START_S + at_s)),
        "event_attributes": {"object": {"object_id": document}},
    }


def split_log(
    clicked: Mapping[str, float], users: int = 1000, seed: int = 0, **told: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Two searches of each user, whose arm is drawn; `clicked` is the share of searches with a
    click by arm, `told` the same for other keys of the pages: functions of a draw."""
    draw = np.random.default_rng(seed)
    arms, records = [*clicked], []
    for user in range(users):
        arm = arms[draw.integers(len(arms))]
        for number in range(2):
            query_id, at_s = f"{user}-{number}", 60.0 * user + number
            more: dict[str, Any] = {"took_ms": 40 + 20 * draw.random()}
            more |= {key: by_arm[arm](draw.random()) for key, by_arm in told.items()}
            more = {key: value for key, value in more.items() if value is not None}
            records.append(page(query_id, f"u{user}", at_s, arm=arm, **more))
            if draw.random() < clicked[arm]:
                records.append(event(query_id, HITS[draw.integers(3)], at_s + 5))
    return records


def interleaved_log(share: float, users: int = 600, seed: int = 0) -> list[dict[str, Any]]:
    """A search of each user with one click, which is `new`'s with that chance."""
    draw = np.random.default_rng(seed)
    records = []
    for user in range(users):
        first = draw.integers(2)
        teams = [("old", "new")[(first + place) % 2] for place in range(len(HITS))]
        told = {"arms": ["old", "new"], "teams": teams, "method": "interleave"}
        records.append(page(str(user), f"u{user}", 60.0 * user, **told))
        team = "new" if draw.random() < share else "old"
        records.append(event(str(user), HITS[teams.index(team)], 60.0 * user + 5))
    return records
