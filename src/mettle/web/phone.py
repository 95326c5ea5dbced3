"""A phone beside this machine: a local certificate authority, a certificate for this machine's names, and how to trust it.

Browsers give offline pages, passkeys and encryption only over https or localhost, so a phone needs a certificate that it
trusts. The authority's key never leaves the data folder; it may sign only for this machine's private names.
"""

from __future__ import annotations

import html
import io
import ipaddress
import os
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY_DAYS, CERTIFICATE_DAYS = 3650, 397
"""Phones refuse server certificates that last longer than 398 days."""
TRUST_STEPS = {
    "iPhone and iPad": (
        "Tap the download and allow it.",
        "Settings, then Profile Downloaded, then Install.",
        "Settings, General, About, Certificate Trust Settings: switch mettle on.",
    ),
    "Android": (
        "Download it, then open Settings and search for: CA certificate.",
        "Install anyway, and choose the file mettle-authority.crt.",
    ),
}


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of the files that a server and a phone need."""

    authority: Path
    certificate: Path
    key: Path
    names: tuple[str, ...]


def own_names() -> tuple[str, ...]:
    """Names and private addresses of this machine, the one that a phone reaches first."""
    host = socket.gethostname().split(".")[0]
    found = [f"{host}.local", host, "localhost", "127.0.0.1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which address would be used
            found.insert(0, probe.getsockname()[0])
        except OSError:
            pass
    return tuple(dict.fromkeys(found))


def certificates(folder: Path, names: tuple[str, ...]) -> Certificates:
    """The authority and a certificate for these names, made or renewed where needed.

    Parameters
    ----------
    folder
        Where they are kept; keys are readable by their owner alone.
    names
        Host names and addresses that the certificate is for.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca_key, ca_cert = _authority(folder)
    key_path, cert_path = folder / "server.key", folder / "server.crt"
    if not _still_good(cert_path, names, ca_cert):
        key = ec.generate_private_key(ec.SECP256R1())
        _write_key(key_path, key)
        cert_path.write_bytes(_sign(names, key, ca_key, ca_cert).public_bytes(serialization.Encoding.PEM))
    return Certificates(folder / "mettle-authority.crt", cert_path, key_path, names)


def _authority(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key_path, cert_path = folder / "authority.key", folder / "mettle-authority.crt"
    if key_path.exists() and cert_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key, x509.load_pem_x509_certificate(cert_path.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"mettle on {socket.gethostname().split('.')[0]}")])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_may_sign(certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    cert_path.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    return key, cert


def _sign(
    names: tuple[str, ...], key: ec.EllipticCurvePrivateKey, ca_key: ec.EllipticCurvePrivateKey, ca: x509.Certificate
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mettle")]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_may_sign(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _may_sign(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _still_good(path: Path, names: tuple[str, ...], ca: x509.Certificate) -> bool:
    if not path.exists():
        return False
    cert = x509.load_pem_x509_certificate(path.read_bytes())
    has = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(n.value) for n in has}
    return (
        cert.issuer == ca.subject
        and set(names) <= covered
        and cert.not_valid_after_utc > datetime.now(UTC) + timedelta(days=30)
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def qr(text: str) -> str:
    """A QR code for the terminal."""
    out = io.StringIO()
    segno.make(text, error="m").terminal(out, compact=True)
    return out.getvalue()


def offer_trust(authority: Path, *, port: int, https: str) -> ThreadingHTTPServer:
    """Serve, over plain http, the authority's certificate and how to trust it: nothing secret and nothing personal.

    Parameters
    ----------
    port
        Where to listen; 0 lets the system choose.
    https
        The address to open once the certificate is trusted.
    """
    steps = "".join(
        f"<h2>{html.escape(system)}</h2><ol>{''.join(f'<li>{html.escape(s)}</li>' for s in lines)}</ol>"
        for system, lines in TRUST_STEPS.items()
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Trust mettle on this phone</title><h1>Trust mettle on this phone</h1>"
        '<p><a href="/mettle-authority.crt">1. Download the certificate</a></p>'
        f'{steps}<p><a href="{html.escape(https)}">2. Open mettle</a>, then scan the second code to sign in.</p></html>'
    ).encode()

    class Trust(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            crt = self.path == "/mettle-authority.crt"
            body = authority.read_bytes() if crt else page
            self.send_response(200)
            self.send_header("Content-Type", "application/x-x509-ca-cert" if crt else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep no log of who came."""

    server = ThreadingHTTPServer(("0.0.0.0", port), Trust)  # noqa: S104 # a phone must reach it
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
