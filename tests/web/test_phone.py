from __future__ import annotations

import datetime as dt
import stat
import urllib.request
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509 import DNSName, IPAddress
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from mettle.web import phone

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("192.168.7.9", "bench.local", "localhost")


@pytest.fixture
def made(tmp_path: Path) -> phone.Certificates:
    return phone.certificates(tmp_path / "tls", NAMES)


@pytest.mark.parametrize("name", [IPAddress(ip_address("192.168.7.9")), DNSName("bench.local"), DNSName("localhost")])
def test_a_phone_that_trusts_the_authority_trusts_the_server(
    made: phone.Certificates, name: IPAddress | DNSName
) -> None:
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    server = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    verifier = PolicyBuilder().store(Store([authority])).build_server_verifier(name)
    assert verifier.verify(server, [])[0] == server


def test_another_name_is_not_trusted(made: phone.Certificates) -> None:
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    server = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    verifier = PolicyBuilder().store(Store([authority])).build_server_verifier(DNSName("elsewhere.example"))
    with pytest.raises(VerificationError):
        verifier.verify(server, [])


def test_a_phone_takes_the_certificates_length(made: phone.Certificates) -> None:
    server = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    assert server.not_valid_after_utc - server.not_valid_before_utc <= dt.timedelta(days=398)


def test_keys_are_the_owners_alone_and_the_authority_stays(made: phone.Certificates) -> None:
    for key in (made.key, made.authority.parent / "authority.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = made.authority.read_bytes()
    again = phone.certificates(made.authority.parent, (*NAMES, "another.local"))
    assert again.authority.read_bytes() == before
    assert "another.local" in str(
        x509.load_pem_x509_certificate(again.certificate.read_bytes())
        .extensions.get_extension_for_class(x509.SubjectAlternativeName)
        .value.get_values_for_type(DNSName)
    )


def test_the_trust_page_hands_out_the_certificate_and_nothing_secret(made: phone.Certificates) -> None:
    server = phone.offer_trust(made.authority, port=0, https="https://bench.local:8000/")
    try:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        page = urllib.request.urlopen(f"{base}/").read().decode()
        crt = urllib.request.urlopen(f"{base}/mettle-authority.crt")
        assert "https://bench.local:8000/" in page
        assert "iPhone" in page
        assert "Android" in page
        assert crt.headers["Content-Type"] == "application/x-x509-ca-cert"
        assert crt.read() == made.authority.read_bytes()
        for path in ("/authority.key", "/../authority.key", "/server.key"):
            assert b"PRIVATE" not in urllib.request.urlopen(f"{base}{path}").read()
    finally:
        server.shutdown()
        server.server_close()


def test_a_code_to_scan_is_drawn_for_the_terminal() -> None:
    assert len(phone.qr("https://bench.local:8000/").splitlines()) > 10
