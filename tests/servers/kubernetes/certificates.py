"""Certificates of one control plane: an authority that is made for it, and what it vouches for."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=3650)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Where a certificate and its private key are."""

    certificate: Path
    key: Path


class Authority:
    """Whom all of one control plane trust; its files, and those of everybody it vouches for, are in one folder."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make an authority as Kueue's would be: with its name among its DNS names, and a key in RSA's old form."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(True, False, True, False, False, True, True, False, False)
        builder = (
            _begun(self._name, self._name, self._key, [name])
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
        )
        self.files = _written(folder / "ca", builder.sign(self._key, hashes.SHA256()), self._key)

    def vouch(self, name: str, hosts: Sequence[str]) -> KeyPair:
        """Return a new certificate for a server under these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = _begun(subject, self._name, key, hosts).add_extension(usage, critical=False)
        return _written(self._folder / name, builder.sign(self._key, hashes.SHA256()), key)


def _begun(subject: x509.Name, issuer: x509.Name, key: PrivateKey, hosts: Sequence[str]) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _written(path: Path, certificate: x509.Certificate, key: PrivateKey) -> KeyPair:
    pair = KeyPair(path.with_suffix(".crt"), path.with_suffix(".key"))
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    pair.key.write_bytes(private)
    pair.key.chmod(0o600)
    return pair
