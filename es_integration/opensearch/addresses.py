"""Whether the sidecar's address is a private one, which ml-commons calls only when allowed to."""

import ipaddress
import socket
from urllib.parse import urlsplit

_PRIVATE_NAMES = ("localhost", ".local", ".internal", ".svc", ".lan", ".home.arpa")
"""Endings of names that public DNS does not have."""


def is_private(url: str) -> bool:
    """Whether the host of `url` is loopback, link-local or in a private network.

    A name is looked up from this machine. If it is unknown here (it may be one of the cluster's own
    network), a name without a dot, or with an ending that public DNS does not have, is private.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return True  # Not an address that anything calls, so it must not count as a public one.
    try:
        addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return "." not in host or host.endswith(_PRIVATE_NAMES)
    return any(_is_private_ip(address) for address in addresses)


def _is_private_ip(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip.is_private or ip.is_loopback or ip.is_link_local
