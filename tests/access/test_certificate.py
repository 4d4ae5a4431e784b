"""A certificate's end, against the library that made the certificate."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from sidecar.access.certificate import expiry
from tests.certificates import issue


@pytest.mark.parametrize(
    "end",
    [
        datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC),
        datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),  # two digits of a year
        datetime(2050, 1, 1, tzinfo=UTC),  # four
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),  # "never", RFC 5280, 4.1.2.5
    ],
)
@pytest.mark.parametrize("key_type", list(trustme.KeyType))
def test_it_is_the_first_certificates(end: datetime, key_type: trustme.KeyType) -> None:
    authority = trustme.CA(key_type=key_type)
    leaf = authority.issue_cert(
        "localhost", not_before=datetime(2000, 1, 1, tzinfo=UTC), not_after=end, key_type=key_type
    )
    chain = leaf.cert_chain_pems[0].bytes() + authority.cert_pem.bytes()
    for pem in (chain, leaf.private_key_pem.bytes() + chain, b"Bag Attributes\n" + chain):
        assert expiry(pem.decode()) == end


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no certificate"),
        ("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "cut short"),
        ("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "cut short"),
    ],
)
def test_what_is_no_certificate_has_no_end(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        expiry(text)


def test_a_file_that_was_cut_has_no_other_end(tmp_path: Path) -> None:
    pem = issue(tmp_path, trustme.CA())[0].read_text()
    end = expiry(pem)
    lines = pem.split("-----END", 1)[0].splitlines()
    for kept in range(1, len(lines)):
        text = "\n".join([*lines[:kept], "-----END CERTIFICATE-----"])
        with contextlib.suppress(ValueError):
            assert expiry(text) == end
