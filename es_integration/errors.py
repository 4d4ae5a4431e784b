"""What can go wrong between a cluster, the sidecar and a throw-away node.

IntegrationError
├── LocalNodeUnavailable     the node cannot be had on this machine; says what to install
├── LocalNodeFailed          the node was started and died, or did not answer in time
├── ClusterRefused           an error answer of the cluster, or none; says what would help
├── StillInUse               what is to be removed is needed by something; says by what
├── NotDeployed              the cluster registered the remote model but does not deploy it
└── SidecarError
    ├── SidecarUnreachable   no answer: refused connection, broken transfer, time-out
    ├── SidecarRefused       an answer with an error status
    └── SidecarAnswerInvalid a 200 answer that is not a rerank answer
"""


class IntegrationError(Exception):
    """The root; `message` is fit to be shown to the person at the keyboard."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LocalNodeUnavailable(IntegrationError):
    pass


class LocalNodeFailed(IntegrationError):
    pass


class ClusterRefused(IntegrationError):
    """An error answer of the cluster; `status` is 0 where none came."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class StillInUse(IntegrationError):
    pass


class NotDeployed(IntegrationError):
    pass


class SidecarError(IntegrationError):
    pass


class SidecarUnreachable(SidecarError):
    pass


class SidecarRefused(SidecarError):
    """An answer with an error status; `retry_after_s` is set where it said when to come back."""

    def __init__(self, status: int, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.reason = message
        self.retry_after_s = retry_after_s


class SidecarAnswerInvalid(SidecarError):
    pass
