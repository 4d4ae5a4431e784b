"""Everything that the service refuses or fails at, with the HTTP status that says so.

    RerankError
    ├── InvalidRequest 422          a value has the wrong type or is out of range
    │   ├── MalformedBody 400       the body is not JSON
    │   ├── NoDocuments 400         the list of documents is empty
    │   ├── InputTooLong 422        a query, or a pair that must not be cut, exceeds the model
    │   ├── InputRefused 422        a pair that ended two of the model's processes
    │   ├── WrongModel 422          a reranker is asked for vectors, or an encoder to rank
    │   └── ModelRefused 422        an admin call names a model folder that must not serve
    ├── Unauthorized 401            no API key, or none that is good
    ├── Forbidden 403               the API key lacks the scope that the route needs
    ├── UnknownModel 404            `strict_model`, and the request names one that is not served
    ├── Conflict 409                the call does not fit the state that the service is in
    ├── ArmOff 409                  a search engine asks, and its experiment's arm is not reranked
    ├── BodyTooSlow 408             the body did not arrive within `body_timeout_s`
    ├── BodyTooLarge 413
    ├── UnsupportedCoding 415       the body's Content-Encoding is neither gzip nor deflate
    ├── Overloaded 429              refused before any work was done; carries Retry-After
    ├── QuotaExceeded 429           the API key has used its quota; carries Retry-After
    ├── NotReady 503                loading, or draining before a stop; carries Retry-After
    ├── InferenceFailed 503         the session raised; the order is unknown; carries Retry-After
    │   └── CircuitOpen 503         refused before any work: the model failed several in a row
    ├── HookFailed 503              a hook failed, and `on_hook_failure` is `error`
    ├── DeadlineExceeded 504
    ├── NonFiniteScore 500          the model answered NaN or infinity, which never leaves
    └── StartupError                startup fails (never an answer to a client)
        ├── ModelError              a model folder that is missing, altered or not understood
        ├── HookError               a hook that cannot be loaded, or is not a hook
        ├── KeyFileError            a file of API keys that is not understood
        ├── TlsError                certificates that are not understood, or do not fit their key
        ├── ExperimentFault         an experiment's file that is not understood, or names what is
        │                           not there
        ├── ProfileError            a profile's file that is not understood, with the fault's path
        └── DeviceError             the device that was asked for is not the one that runs

`code` is for machines: the error body's `error_type` and the metric's `reason`.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pydantic import ValidationError


class RerankError(Exception):
    """A request or a startup that cannot go on; `message` may be shown to a client."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s
        self.model: str | None = None
        """Which model failed, once its `ModelHealth` has seen the fault."""


class InvalidRequest(RerankError):
    status, code = 422, "validation"


class MalformedBody(InvalidRequest):
    status, code = 400, "malformed"


class NoDocuments(InvalidRequest):
    status, code = 400, "empty"


class InputTooLong(InvalidRequest):
    status, code = 422, "too_long"


class InputRefused(InvalidRequest):
    status, code = 422, "refused_input"


class WrongModel(InvalidRequest):
    status, code = 422, "wrong_model"


class ModelRefused(InvalidRequest):
    status, code = 422, "model_refused"


class Unauthorized(RerankError):
    status, code = 401, "auth"


class Forbidden(RerankError):
    status, code = 403, "scope"

    def __init__(self, message: str, *, scope: str) -> None:
        super().__init__(message)
        self.scope = scope
        """The one that is needed."""


class UnknownModel(RerankError):
    status, code = 404, "unknown_model"


class Conflict(RerankError):
    status, code = 409, "conflict"


class ArmOff(RerankError):
    status, code = 409, "arm_off"


class BodyTooSlow(RerankError):
    status, code = 408, "too_slow"


class BodyTooLarge(RerankError):
    status, code = 413, "too_large"


class UnsupportedCoding(RerankError):
    status, code = 415, "unsupported_coding"


class Overloaded(RerankError):
    status, code = 429, "overloaded"


class QuotaExceeded(RerankError):
    status, code = 429, "quota"


class NotReady(RerankError):
    status, code = 503, "not_ready"

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=1.0)


class InferenceFailed(RerankError):
    status, code = 503, "inference"

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=1.0)


class CircuitOpen(InferenceFailed):
    code = "circuit_open"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class HookFailed(RerankError):
    status, code = 503, "hook"


class DeadlineExceeded(RerankError):
    status, code = 504, "deadline"


class NonFiniteScore(RerankError):
    status, code = 500, "non_finite"


class StartupError(RerankError):
    code = "startup"


class ModelError(StartupError):
    code = "model"


class ProfileError(StartupError):
    code = "profile"


class KeyFileError(StartupError):
    code = "keys"


class ExperimentFault(StartupError):
    code = "experiment"


class TlsError(StartupError):
    code = "tls"


class DeviceError(StartupError):
    code = "device"


class HookError(StartupError):
    code = "hook"


def first_fault(fault: "ValidationError") -> str:
    """The first that is wrong with a file or a setting: "graphs.int8.file: Field required", without
    a place where it is the whole."""
    first = fault.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    said = first["msg"].removeprefix("Value error, ")  # pydantic's words before a validator's
    return f"{where}: {said}" if where else said
