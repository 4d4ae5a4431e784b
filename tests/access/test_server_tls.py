"""Certificates that change while a port listens, seen by handshakes in memory."""

import random
import ssl
from pathlib import Path

import pytest
import trustme

from sidecar.access.listening import ListeningOptions
from sidecar.access.server_tls import ServerTls, TlsFiles, TlsPorts
from sidecar.errors import TlsError
from tests.certificates import authority_file, issue, trusting

VERSIONS = ["TLSv1_2", "TLSv1_3"]


def handshake(
    server: ssl.SSLContext,
    client: ssl.SSLContext,
    name: str | None = "localhost",
    session: ssl.SSLSession | None = None,
) -> ssl.SSLObject:
    """The client's end of a connection that both ends have finished. Raises SSLError."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name, session=session),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    open_ends = list(ends)
    for _ in range(20):
        for end in list(open_ends):
            try:
                end.do_handshake()
                open_ends.remove(end)
            except ssl.SSLWantReadError:
                pass
    ends[1].write(b"x")
    assert ends[0].read(1) == b"x"  # and with it TLS 1.3's tickets
    return ends[0]


def certificate(end: ssl.SSLObject) -> bytes:
    found = end.getpeercert(binary_form=True)
    assert found is not None
    return found


def reload(tls: ServerTls | TlsPorts) -> bool:
    """The two polls that a change needs."""
    return tls.reload_if_changed() or tls.reload_if_changed()


def without_names(context: ssl.SSLContext) -> ssl.SSLContext:
    context.check_hostname = False
    return context


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["localhost", None])
def test_a_new_handshake_gets_the_new_certificate(
    tmp_path: Path, version: str, name: str | None
) -> None:
    authority = trustme.CA()
    tls = ServerTls.open(TlsFiles(*issue(tmp_path, authority)))
    client = without_names(trusting(authority, version=version))
    old = certificate(handshake(tls.context, client, name))
    assert certificate(handshake(tls.context, client, name)) == old
    issue(tmp_path, authority)
    assert certificate(handshake(tls.context, client, name)) == old
    assert reload(tls)
    assert certificate(handshake(tls.context, client, name)) != old
    assert not reload(tls)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["localhost", None])
def test_clients_are_held_to_the_authorities_in_force(
    tmp_path: Path, version: str, name: str | None
) -> None:
    servers, first, second = trustme.CA(), trustme.CA(), trustme.CA()
    trusted = authority_file(tmp_path / "clients.pem", first)
    tls = ServerTls.open(TlsFiles(*issue(tmp_path, servers), trusted))
    clients = {
        key: without_names(trusting(servers, own, version))
        for key, own in {
            "first": issue(tmp_path, first, "first"),
            "second": issue(tmp_path, second, "second"),
            "none": None,
        }.items()
    }

    def let_in() -> set[str]:
        entered = set()
        for key, client in clients.items():
            try:
                handshake(tls.context, client, name)
                entered.add(key)
            except ssl.SSLError:
                pass
        return entered

    assert let_in() == {"first"}
    session = handshake(tls.context, clients["first"], name).session
    authority_file(trusted, second)
    assert reload(tls)
    assert let_in() == {"second"}
    with pytest.raises(ssl.SSLError):  # nor by resuming a session of before
        handshake(tls.context, clients["first"], name, session)
    authority_file(trusted, first, second)
    assert reload(tls)
    assert let_in() == {"first", "second"}


def test_versions_before_the_oldest_are_not_spoken(tmp_path: Path) -> None:
    authority = trustme.CA()
    files = issue(tmp_path, authority)
    tls = ServerTls.open(TlsFiles(*files, min_version="1.3"))
    assert handshake(tls.context, trusting(authority)).version() == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        handshake(tls.context, trusting(authority, version="TLSv1_2"))
    assert ServerTls.open(TlsFiles(*files)).context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_one_file_can_hold_certificate_and_key(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate_file, key = issue(tmp_path, authority)
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + certificate_file.read_bytes())
    handshake(ServerTls.open(TlsFiles(both)).context, trusting(authority))


def test_what_does_not_belong_together_changes_nothing_until_it_does(tmp_path: Path) -> None:
    """As when one of two files has been replaced: old and new never mix."""
    authority = trustme.CA()
    certificate_file, key = issue(tmp_path, authority)
    tls = ServerTls.open(TlsFiles(certificate_file, key))
    old = certificate(handshake(tls.context, trusting(authority)))
    (tmp_path / "new").mkdir()
    new_certificate, new_key = issue(tmp_path / "new", authority)
    new_certificate.replace(certificate_file)
    with pytest.raises(TlsError, match="key values mismatch"):
        reload(tls)
    assert certificate(handshake(tls.context, trusting(authority))) == old
    new_key.replace(key)
    assert reload(tls)
    assert certificate(handshake(tls.context, trusting(authority))) != old


def test_a_certificate_that_is_written_slowly_is_read_when_it_is_whole(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate_file, key = issue(tmp_path, authority)
    tls = ServerTls.open(TlsFiles(certificate_file, key))
    old = certificate(handshake(tls.context, trusting(authority)))
    (tmp_path / "new").mkdir()
    new_certificate, new_key = issue(tmp_path / "new", authority)
    whole = new_certificate.read_bytes()
    cuts = sorted(random.Random(1).sample(range(1, len(whole)), 20))
    new_key.replace(key)
    with certificate_file.open("wb") as out:
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            out.write(whole[start:end])
            out.flush()
            assert not tls.reload_if_changed()
            assert certificate(handshake(tls.context, trusting(authority))) == old
    assert tls.reload_if_changed()
    assert certificate(handshake(tls.context, trusting(authority))) != old


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    certificate_file, key = issue(tmp_path, trustme.CA())
    other, _ = issue(tmp_path, trustme.CA(), "other")
    none, empty = tmp_path / "none.pem", tmp_path / "empty.pem"
    empty.write_text("")
    for files, fault in (
        (TlsFiles(none, key), "none.pem"),
        (TlsFiles(certificate_file, none), "none.pem"),
        (TlsFiles(certificate_file, key, none), "none.pem"),
        (TlsFiles(empty, key), "empty.pem"),
        (TlsFiles(certificate_file, key, empty), "empty.pem"),
        (TlsFiles(certificate_file, key, key), "server.key"),
        (TlsFiles(other, key), "key values mismatch"),
        (TlsFiles(certificate_file), "server.crt"),
    ):
        with pytest.raises(TlsError, match=fault):
            ServerTls.open(files)


def test_a_key_with_a_password_is_refused_and_never_asked_for(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    certificate_file, key = issue(tmp_path, trustme.CA())
    plain = serialization.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        plain.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(TlsError, match="has a password"):
        ServerTls.open(TlsFiles(certificate_file, key))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tls_key", Path("a.pem")),
        ("tls_client_ca", Path("a.pem")),
        ("admin_tls", "server"),
        ("tls_min_version", "1.3"),
    ],
)
def test_a_setting_without_the_certificate_does_not_start_as_plain_http(
    name: str, value: Path | str
) -> None:
    with pytest.raises(TlsError, match=rf"{name} is (set|server) without tls_certificate"):
        TlsPorts.open(ListeningOptions(**{name: value}))


def test_each_port_has_the_rule_of_its_setting(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate_file, key = issue(tmp_path, authority)
    trusted = authority_file(tmp_path / "clients.pem", authority)
    assert TlsPorts.open(ListeningOptions()) == TlsPorts(None, None)
    for admin_tls, verifies in (("same", True), ("server", False), ("none", None)):
        ports = TlsPorts.open(
            ListeningOptions(
                tls_certificate=certificate_file,
                tls_key=key,
                tls_client_ca=trusted,
                admin_tls=admin_tls,  # type: ignore[arg-type]
            )
        )
        assert ports.port is not None
        with pytest.raises(ssl.SSLError):
            handshake(ports.port.context, trusting(authority))
        if verifies is None:
            assert ports.admin_port is None
            continue
        assert ports.admin_port is not None
        if not verifies:
            old = certificate(handshake(ports.admin_port.context, trusting(authority)))
            issue(tmp_path, authority)
            assert reload(ports)
            assert certificate(handshake(ports.admin_port.context, trusting(authority))) != old
        else:
            with pytest.raises(ssl.SSLError):
                handshake(ports.admin_port.context, trusting(authority))
