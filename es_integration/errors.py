"""The errors of this package.

IntegrationError
├── LocalNodeUnavailable     a node cannot run on this machine; says what to install
├── LocalNodeFailed          a node was started and ended, or did not answer in time
├── ClusterRefused           an error answer of the cluster, or none; says what would help
├── StillInUse               something that should be removed is in use; says by what
├── PipelineConflict         a search pipeline of users cannot take the processors; says why
├── NotDeployed              the cluster has no remote model of the name, or does not deploy it
├── NoEncoder                the sidecar serves no encoder of that name or dimension
├── VectorConflict           an index has another field where the encoder's vectors should be
└── SidecarError
    ├── SidecarUnreachable   no answer: refused connection, broken transfer, time-out
    ├── SidecarRefused       an answer with an error status
    └── SidecarAnswerInvalid a 200 answer that is not a rerank answer
"""


class IntegrationError(Exception):
    """The root; `message` can be shown to users."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LocalNodeUnavailable(IntegrationError):
    pass


class LocalNodeFailed(IntegrationError):
    pass


class ClusterRefused(IntegrationError):
    """An error answer of the cluster; `status` is 0 when there was no answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class StillInUse(IntegrationError):
    pass


class PipelineConflict(IntegrationError):
    pass


class NotDeployed(IntegrationError):
    pass


class NoEncoder(IntegrationError):
    pass


class VectorConflict(IntegrationError):
    pass


class SidecarError(IntegrationError):
    pass


class SidecarUnreachable(SidecarError):
    pass


class SidecarRefused(SidecarError):
    """An answer with an error status; `retry_after_s` is set if it said when to retry."""

    def __init__(self, status: int, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.reason = message
        self.retry_after_s = retry_after_s


class SidecarAnswerInvalid(SidecarError):
    pass
