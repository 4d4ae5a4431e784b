"""A session for a CPU whose lone runs use all cores.

Side by side, runs of one thread each do the most work per second; but while one pair is all there
is to do, the other cores are idle. Such a run goes through a second session of the same graph, with
a thread for each core. Threads share out the rows of a product and never a sum, so the scores are
the same: a test compares them bit by bit, and startup proves both sessions.
"""

from sidecar.runtime.session import Batch, Session, Tensors, close_session

MAX_BYTES = 128 * 2**20
"""Of a model's graph and weights: the second session holds the weights once more (35 MB, beside 45
MB for the shipped model's first), which is not worth it for large models."""


class SpareCores:
    """A session that `RunsAlone`."""

    def __init__(self, session: Session, alone: Session) -> None:
        """`alone` has the threads of all workers."""
        self._session = session
        self._alone = alone

    def run(self, batch: Batch) -> Tensors:
        """See `Session`."""
        return self._session.run(batch)

    def run_alone(self, batch: Batch) -> Tensors:
        """See `RunsAlone`."""
        return self._alone.run(batch)

    def close(self) -> None:
        """Ends both."""
        close_session(self._session)
        close_session(self._alone)
