"""An HTTPS proxy that answers for certain hosts with a sidecar's answers.

Two clients have their vendor's address built in. They are still Python's `requests`, which honours
HTTPS_PROXY and REQUESTS_CA_BUNDLE: with these two they come here, and speak to a certificate that
this proxy has made for the vendor's name.
"""

import contextlib
import select
import socket
import socketserver
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.socket_server import running


def certificate(hosts: tuple[str, ...], folder: Path) -> tuple[Path, Path]:
    """(certificate, key) for the hosts, written into the folder.

    Raises FileNotFoundError without the program `openssl`, CalledProcessError when it fails.
    """
    crt, key = folder / "gateway.crt", folder / "gateway.key"
    names = ",".join(f"DNS:{host}" for host in hosts)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", f"/CN={hosts[0]}", "-addext", f"subjectAltName={names}", "-days", "2"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *subject, "-keyout", key, "-out", crt],
        check=True,
        capture_output=True,
    )
    return crt, key


@contextlib.contextmanager
def gateway(target: str, hosts: tuple[str, ...], crt: Path, key: Path) -> Iterator[str]:
    """The URL of a proxy that sends what comes to `target`, for the time of a `with` block."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    address = (urlsplit(target).hostname, urlsplit(target).port)
    lines = {f"CONNECT {host}:443 ".encode() for host in hosts}

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            head = _head(self.request)
            if not any(head.startswith(line) for line in lines):
                self.request.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with (
                context.wrap_socket(self.request, server_side=True) as inside,
                socket.create_connection(address) as outside,
                contextlib.suppress(OSError),
            ):
                _relay(inside, outside)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with running(server) as url:
        yield url


def _head(connection: socket.socket) -> bytes:
    """The request line and headers."""
    read = b""
    while b"\r\n\r\n" not in read and (more := connection.recv(4096)):
        read += more
    return read


def _relay(inside: ssl.SSLSocket, outside: socket.socket) -> None:
    """Both ways, until one side ends. One thread: a TLS socket is not for two at a time."""
    while True:
        ready = [inside] if inside.pending() else select.select([inside, outside], [], [])[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (outside if source is inside else inside).sendall(data)
