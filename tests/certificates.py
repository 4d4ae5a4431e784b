"""Certificates for tests, made by authorities that nobody else trusts."""

import ssl
from datetime import datetime
from pathlib import Path

import trustme


def issue(
    folder: Path, authority: trustme.CA, name: str = "server", ends: datetime | None = None
) -> tuple[Path, Path]:
    """Writes a certificate for 127.0.0.1 and localhost with its chain, and its key; again: new
    ones in their place."""
    leaf = authority.issue_cert("127.0.0.1", "localhost", not_after=ends)
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    key.write_bytes(leaf.private_key_pem.bytes())
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    return certificate, key


def authority_file(path: Path, *authorities: trustme.CA) -> Path:
    """Writes what a server or client is to trust."""
    path.write_bytes(b"".join(authority.cert_pem.bytes() for authority in authorities))
    return path


def trusting(
    authority: trustme.CA, own: tuple[Path, Path] | None = None, version: str | None = None
) -> ssl.SSLContext:
    """A client that trusts the authority, with a certificate of its own if given, that speaks
    `TLSv1_2` or `TLSv1_3` alone if given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    if own is not None:
        context.load_cert_chain(*own)
    if version is not None:
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    return context
