"""What the libraries below may log of a request."""

from __future__ import annotations

import logging

import pytest

from immichkit._library_logs import conceal_in_logs

SECRET = "a-secret-that-nobody-may-see"


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    conceal_in_logs()
    caplog.set_level(logging.DEBUG)


@pytest.mark.parametrize("value", [SECRET, f"it's {SECRET}", f'it\'s "{SECRET}"', f"a\\'{SECRET}"])
@pytest.mark.parametrize("name", ["set-cookie", "Location", "authorization", "x-immich-share-key"])
@pytest.mark.parametrize("logger", ["httpcore.http11", "httpcore.http2"])
def test_headers_are_shown_without_their_secrets(
    logger: str, name: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = [(b"via", b"1.1 proxy"), (name.encode(), value.encode()), (b"date", b"today")]
    logging.getLogger(logger).debug("receive_response_headers.complete return_value=%r", headers)
    shown = [(b"via", b"1.1 proxy"), (name.encode(), b"***"), (b"date", b"today")]
    assert caplog.messages == [f"receive_response_headers.complete return_value={shown}"]


def test_exceptions_are_shown_by_their_names(caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError(f"illegal header line: {SECRET}\n(and more)")
    logging.getLogger("httpcore.http11").debug("receive.failed exception=%r", error)
    assert caplog.messages == ["receive.failed exception=ValueError(***)"]


def test_compressed_headers_are_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("hpack.hpack").debug("Decoded %s, consumed %d", (b"x-proxy", SECRET), 7)
    logging.getLogger("hpack.table").debug("Evicting %s: %s from the table", b"x-proxy", SECRET)
    assert caplog.messages == ["Decoded %s, consumed %d", "Evicting %s: %s from the table"]
