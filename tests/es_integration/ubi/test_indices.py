"""Records on their way to the cluster: in bulk, and lost where it is away."""

from typing import Any

from es_integration.ubi import UbiIndices, event_record, query_record


class OpenSearch:
    """Takes bulk requests; `module` makes it OpenSearch's client to `search_engine_of`."""

    __module__ = "opensearchpy"

    def __init__(self, *faults: Exception) -> None:
        self.bodies: list[Any] = []
        self.faults = list(faults)

    def bulk(self, body: list[Any]) -> Any:
        if self.faults:
            raise self.faults.pop()
        self.bodies.append(body)
        return {"items": [{"index": self._item(line)} for line in body[1::2]]}

    def _item(self, record: Any) -> Any:
        return {"error": "mapper"} if record.get("user_query") == "refused" else {"status": 201}


def test_queries_and_events_go_to_their_indices_when_the_log_is_closed() -> None:
    client = OpenSearch()
    log = UbiIndices(client)
    query, event = query_record("q1", "shoes", ["p1"]), event_record("q1", "p1", 1)
    log.write(query)
    log.write(event)
    log.close(timeout_s=60)
    lines = [line for body in client.bodies for line in body]
    assert lines == [
        {"index": {"_index": "ubi_queries"}},
        query,
        {"index": {"_index": "ubi_events"}},
        event,
    ]
    assert log.lost == 0


def test_a_cluster_that_is_away_or_refuses_loses_records_and_raises_nothing() -> None:
    log = UbiIndices(OpenSearch(ConnectionError("away")))
    log.write(query_record("q1", "shoes", []))
    log.close(timeout_s=60)
    refusing = UbiIndices(OpenSearch())
    refusing.write(query_record("q1", "refused", []))
    refusing.write(query_record("q2", "shoes", []))
    refusing.close(timeout_s=60)
    assert (log.lost, refusing.lost) == (1, 1)
    refusing.write(query_record("q3", "shoes", []))
    assert refusing.lost == 2, "it is closed"


def test_no_more_than_so_many_records_wait() -> None:
    log = UbiIndices(OpenSearch(), max_waiting=0)
    log.write(query_record("q1", "shoes", []))
    log.close(timeout_s=60)
    assert log.lost == 1
