"""What could have been done in time, for cases that one can see."""

import pytest

from tests.workshop.bench.load.hindsight import Request, most_documents

LARGE = Request(0.0, 10.0, 6.0, 1000)
SMALL = Request(0.0, 2.0, 1.0, 100)


@pytest.mark.parametrize(
    ("requests", "documents"),
    [
        ([], 0),
        ([LARGE, SMALL], 1100),
        ([LARGE, LARGE], 1000),
        ([SMALL, SMALL, SMALL], 200),
        ([SMALL, SMALL, SMALL._replace(at_s=1.5)], 300),
        ([LARGE, *[SMALL._replace(at_s=at) for at in (0.0, 2.0, 4.0, 6.0)]], 1400),
        ([LARGE, *[SMALL._replace(at_s=at) for at in (0.0, 2.0, 4.0, 6.0, 8.0)]], 1400),
        ([LARGE, *[SMALL._replace(at_s=at, deadline_s=1) for at in range(10)]], 1400),
    ],
)
def test_the_most_documents_that_can_be_answered_in_time(
    requests: list[Request], documents: float
) -> None:
    assert most_documents(requests) == pytest.approx(documents, rel=0.006)
