"""Whether ml-commons takes an address for a private one."""

import ipaddress
import socket
from urllib.parse import urlsplit

_OWN_NETWORK = ("localhost", ".local", ".internal", ".svc", ".lan", ".home.arpa")
"""Endings of names that public DNS does not know."""


def is_private(url: str) -> bool:
    """Whether the address of `url` is loopback, link-local or of a private network.

    A name is looked up here. Where it is unknown here (a name of the cluster's own network), one
    without a dot, or with an ending that public DNS does not serve, counts as private.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return True  # Nobody calls it, and nothing is to be concluded from it.
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return "." not in host or host.endswith(_OWN_NETWORK)
    return any(_private(address) for address in found)


def _private(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    return number.is_private or number.is_loopback or number.is_link_local
