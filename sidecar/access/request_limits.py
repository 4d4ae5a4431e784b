"""What one client may take of the service: a part of the settings table."""

from pydantic import BaseModel, Field

MAX_S = 1e9
"""Thirty years: what timers, and threads that wait, can count to. Infinity is refused by it too."""
MAX_NUMBER = 2**53
"""The largest whole number that every reader of JSON takes as it is: `/info` shows the limits."""


class RequestLimits(BaseModel):
    """Sizes, counts and times of requests and connections."""

    max_body_bytes: int = Field(
        16 * 2**20,
        ge=1024,
        le=MAX_NUMBER,
        description="Largest request body, counted after inflation.",
    )
    body_timeout_s: float = Field(
        60.0,
        gt=0,
        le=MAX_S,
        description="Longest time for a request's body to arrive; a slower one gets 408 and its "
        "connection is closed.",
    )
    write_timeout_s: float = Field(
        60.0,
        gt=0,
        le=MAX_S,
        description="Longest time for an answer to be taken; a client that reads slower loses its "
        "connection.",
    )
    keep_alive_s: float = Field(
        75.0,
        gt=0,
        le=MAX_S,
        description="Seconds after which a connection is closed that waits for a request, or for "
        "the rest of its headers. Longer than the 60 s after which the clusters' pools drop idle "
        "connections.",
    )
    max_connections: int = Field(
        900,
        ge=1,
        le=MAX_NUMBER,
        description="Most connections at a time to a port; more get 503. The start raises the "
        "process's limit of open files for them, and fails where the system allows fewer files.",
    )
    max_documents: int = Field(
        1000, ge=1, le=MAX_NUMBER, description="Most documents of a request."
    )
