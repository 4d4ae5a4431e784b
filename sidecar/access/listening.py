"""Where the service listens, and how connections are protected: a part of the settings table."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

TlsVersion = Literal["1.2", "1.3"]


class ListeningOptions(BaseModel):
    """Addresses and certificates. An empty address is none: the system would listen on all."""

    host: str = Field(
        "127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 for all."
    )
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    admin_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port of its own for `/metrics` and `/admin`, which are then not on `port`. "
        "Probes are on both.",
    )
    admin_host: str = Field(
        "127.0.0.1", min_length=1, description="Address to listen on for `admin_port`."
    )
    tls_certificate: Path | None = Field(
        None,
        description="Certificate to serve HTTPS with (PEM, its chain below it), read again when it "
        "changes; plain HTTP when absent.",
    )
    tls_key: Path | None = Field(
        None,
        description="The certificate's private key (PEM, without a password); in the same file "
        "when absent.",
    )
    tls_client_ca: Path | None = Field(
        None,
        description="Certificates of the authorities (PEM) one of which must have signed a "
        "client's certificate (mutual TLS); clients need none when absent.",
    )
    tls_min_version: TlsVersion = Field("1.2", description="Oldest version of TLS to speak.")
    admin_tls: Literal["same", "server", "none"] = Field(
        "same",
        description="TLS on `admin_port`: `same` as on `port`, `server` without certificates of "
        "clients (probes of an orchestrator have none), or `none`.",
    )
