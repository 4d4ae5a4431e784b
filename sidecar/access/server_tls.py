"""The TLS of a listening port, whose certificates can change while it listens."""

import ssl
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sidecar.access.certificate import expiry
from sidecar.access.file_changes import FileChanges
from sidecar.access.listening import ListeningOptions, TlsVersion
from sidecar.errors import TlsError

VERSIONS: dict[TlsVersion, ssl.TLSVersion] = {
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files, and the oldest version to speak."""

    certificate: Path
    key: Path | None = None
    """None: in the certificate's file."""
    client_ca: Path | None = None
    """None: clients need no certificate."""
    min_version: TlsVersion = "1.2"

    @classmethod
    def of(cls, options: ListeningOptions) -> "TlsFiles | None":
        """The files of the settings; None for plain HTTP. Raises TlsError for a setting that means
        nothing without a certificate: it must not look as if it protected something."""
        if options.tls_certificate is not None:
            return cls(
                options.tls_certificate,
                options.tls_key,
                options.tls_client_ca,
                options.tls_min_version,
            )
        for name in ("tls_key", "tls_client_ca"):
            if getattr(options, name) is not None:
                raise TlsError(f"{name} is set without tls_certificate")
        if options.admin_tls == "server":
            raise TlsError("admin_tls is server without tls_certificate")
        if options.tls_min_version != ListeningOptions.model_fields["tls_min_version"].default:
            raise TlsError("tls_min_version is set without tls_certificate")
        return None


class ServerTls:
    """Gives each new handshake the certificates that are in force; connections that are open keep
    theirs."""

    def __init__(self, files: TlsFiles, changes: FileChanges, current: ssl.SSLContext) -> None:
        self._files = files
        self._changes = changes
        self._current = current
        self.expires = _expires(files)
        """When the certificate in force ends; None where that cannot be read."""
        self.context = _context(files)
        """For the listening port, as long as it listens."""
        self.context.sni_callback = self._choose
        if files.client_ca is not None:
            # A resumed session would skip the check of the client's certificate, even after its
            # authority is gone. The callback is called whether the client names a server or not.
            self.context.num_tickets = 0
            self.context.options |= ssl.OP_NO_TICKET

    @classmethod
    def open(cls, files: TlsFiles) -> "ServerTls":
        """Raises TlsError when the files are not certificates and a key that belong together."""
        paths = [path for path in (files.certificate, files.key, files.client_ca) if path]
        changes = FileChanges(*paths)
        return cls(files, changes, _context(files))

    def reload_if_changed(self) -> bool:
        """Reads the files again if they have changed and are written to their end; whether it did.

        Raises TlsError, and keeps what is in force, when they do not belong together; that is
        raised once per change of a file.
        """
        if not self._changes.settled():
            return False
        self._current = _context(self._files)
        self.expires = _expires(self._files)
        return True

    def _choose(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        connection.context = self._current


@dataclass(frozen=True, slots=True)
class TlsPorts:
    """The TLS of both ports; None for plain HTTP."""

    port: ServerTls | None
    admin_port: ServerTls | None

    @classmethod
    def open(cls, options: ListeningOptions) -> "TlsPorts":
        """Raises TlsError."""
        files = TlsFiles.of(options)
        if files is None:
            return cls(None, None)
        both = ServerTls.open(files)
        match options.admin_tls:
            case "same":
                return cls(both, both)
            case "server":
                return cls(both, ServerTls.open(replace(files, client_ca=None)))
            case "none":
                return cls(both, None)

    @property
    def expires(self) -> datetime | None:
        """As `ServerTls.expires`: both ports show one certificate. None for plain HTTP."""
        return None if self.port is None else self.port.expires

    def reload_if_changed(self) -> bool:
        """As `ServerTls.reload_if_changed`, for both."""
        distinct = {id(each): each for each in (self.port, self.admin_port) if each is not None}
        return any([each.reload_if_changed() for each in distinct.values()])


def _context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = VERSIONS[files.min_version]
    try:
        context.load_cert_chain(files.certificate, files.key, password=_refuse_password)
    except OSError as fault:
        names = " and ".join(str(path) for path in (files.certificate, files.key) if path)
        raise TlsError(f"the certificate {names}: {_reason(fault)}") from None
    if files.client_ca is not None:
        try:
            context.load_verify_locations(files.client_ca)
        except OSError as fault:
            raise TlsError(f"the authorities {files.client_ca}: {_reason(fault)}") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _expires(files: TlsFiles) -> datetime | None:
    """Of a certificate that OpenSSL has taken: it must not be refused here."""
    try:
        return expiry(files.certificate.read_text("latin-1"))
    except (OSError, ValueError):
        return None


def _refuse_password() -> str:
    """Instead of OpenSSL's question on the terminal."""
    raise TlsError("the private key has a password; store it without one")


def _reason(fault: OSError) -> str:
    if isinstance(fault, ssl.SSLError):
        return (fault.reason or "not understood").replace("_", " ").lower()
    return fault.strerror or type(fault).__name__
