"""What a request is answered with when its handler raises: the one error body, whatever it was."""

import traceback
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import hdrs, web

from sidecar.contracts.errors import error_body, retry_headers
from sidecar.errors import BodyTooSlow, Forbidden, RerankError, Unauthorized, UnsupportedCoding
from sidecar.http.content_coding import ACCEPTED
from sidecar.http.json_response import json_response
from sidecar.http.keys import DIALECT, FACTS, REQUEST_ID
from sidecar.http.paths import not_found

log = structlog.get_logger("rerank")


def refusal(request: web.Request, fault: Exception) -> web.Response:
    """The answer to the fault, in the words of the request's dialect once that is known. Its code
    is then the fact `reason`."""
    if isinstance(fault, RerankError):
        response = _response(request, fault.message, fault.code, fault.status)
        response.headers.update({**retry_headers(fault), **_headers(fault)})
        if isinstance(fault, BodyTooSlow):
            response.force_close()  # the rest of the body may still come
        return response
    if isinstance(fault, web.HTTPException):
        code = {404: "not_found", 405: "method"}.get(fault.status, "http")
        unknown = request.match_info.http_exception is not None and fault.status == 404
        message = not_found(request) if unknown else fault.reason
        response = _response(request, message, code, fault.status)
        if hdrs.ALLOW in fault.headers:
            response.headers[hdrs.ALLOW] = fault.headers[hdrs.ALLOW]
        return response
    # Only where it happened: an exception's message may hold a document's text.
    frames = traceback.extract_tb(fault.__traceback__)
    where = [f"{frame.filename}:{frame.lineno}" for frame in frames[-6:]]
    log.error("bug", request_id=request[REQUEST_ID], fault=type(fault).__name__, where=where)
    return _response(request, "internal error", RerankError.code, 500)


def _headers(fault: RerankError) -> Mapping[str, str]:
    """What HTTP wants beside the body."""
    match fault:
        case Unauthorized():
            return {hdrs.WWW_AUTHENTICATE: "Bearer"}
        case Forbidden():  # RFC 6750, 3.1
            scope = f'scope="{fault.scope}"'
            return {hdrs.WWW_AUTHENTICATE: f'Bearer error="insufficient_scope", {scope}'}
        case UnsupportedCoding():
            return {hdrs.ACCEPT_ENCODING: ACCEPTED}
        case _:
            return {}


def _response(request: web.Request, message: str, code: str, status: int) -> web.Response:
    request[FACTS]["reason"] = code
    # A header's bytes need not be text, and a fault may quote them.
    message = message.encode(errors="backslashreplace").decode()
    body: Mapping[str, Any] = error_body(message, code, status, request[REQUEST_ID])
    if DIALECT in request:
        body = request[DIALECT].error(body)
    return json_response(body, status)
