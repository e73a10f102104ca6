from __future__ import annotations

import pytest

from backends.direct.connection import trust
from coupa_async.domain.errors import SettingsError


def test_certificates_that_are_not_there_are_told_by_the_setting_that_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    with pytest.raises(SettingsError, match=r"SSL_CERT_FILE=/no/such\.pem: cannot be read"):
        trust()
