"""A certificate for 127.0.0.1, or for a name, that nobody vouches for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path, whose: str = "IP:127.0.0.1") -> Path:
    """Make one, its key in the same file."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl makes the certificate, and is not here")
    pem, key = folder / "cert.pem", folder / "key.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", f"subjectAltName={whose}"]
    kind = ["-days", "2", "-nodes", "-newkey", "rsa:2048"]
    subprocess.run(
        [openssl, "req", "-x509", *names, *kind, "-out", pem, "-keyout", key], check=True, capture_output=True
    )
    pem.write_text(pem.read_text() + key.read_text())
    return pem
