"""What the service's web pages have in common: strict headers, and files that browsers keep."""

import hashlib
from dataclasses import dataclass

from aiohttp import ETag, web

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # No text can become a script or markup, whatever a page's code does with it.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The browser stores it, and asks each time whether it changed: a new version shows at once.
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a page."""

    body: bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, body: bytes, content_type: str) -> "Asset":
        """With a tag that changes whenever the body does."""
        return cls(body, content_type, hashlib.sha256(body).hexdigest()[:32])


def send(request: web.Request, asset: Asset) -> web.Response:
    """The file, or 304 where the browser has it."""
    headers = {**HEADERS, "ETag": f'"{asset.etag}"'}
    known = request.if_none_match or ()
    if any(tag == ETag("*") or tag.value == asset.etag for tag in known):
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=asset.body, content_type=asset.content_type, charset="utf-8", headers=headers
    )


def send_page(request: web.Request, page: Asset) -> web.Response:
    """The page. With a slash behind its path its relative addresses would miss: then a redirect to
    the path without one, relative as well, because a proxy may have a prefix."""
    if not request.path.endswith("/"):
        return send(request, page)
    name = request.path.rstrip("/").rpartition("/")[2]
    return web.Response(status=308, headers={"Location": f"../{name}"})
