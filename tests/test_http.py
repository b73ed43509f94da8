"""What httpx is given and what it gives back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import ping
from immichkit_api.types import Operation

from immichkit import ImmichError, RequestTimeoutError, RetryPolicy, Timeout, TransportError
from immichkit._http import bare_request, pool_options, same_host, transport_error, url_of
from immichkit.settings import Settings

URL = "https://photos.test:2283/api/server/ping?key=secret"


@pytest.mark.parametrize(
    ("error", "kind", "sent", "lasting", "advice"),
    [
        (httpx.ConnectTimeout("x"), RequestTimeoutError, False, False, "timeout="),
        (httpx.PoolTimeout("x"), RequestTimeoutError, False, False, "fewer requests"),
        (httpx.ReadTimeout("x"), RequestTimeoutError, True, False, "timeout="),
        (httpx.WriteTimeout("x"), RequestTimeoutError, True, False, "timeout="),
        (httpx.ConnectError("refused"), TransportError, False, False, r"\(refused\)"),
        (httpx.ConnectError("[Errno -2] Name or service not known"), TransportError, False, False, "Check the URL"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"), TransportError, False, True, "verify="),
        (httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] x"), TransportError, False, True, "http://"),
        (httpx.ProxyError("407"), TransportError, False, False, "proxy"),
        (httpx.UnsupportedProtocol("x"), TransportError, False, True, "cannot be sent"),
        (httpx.LocalProtocolError("x"), TransportError, False, True, "cannot be sent"),
        (httpx.InvalidURL("x"), TransportError, False, True, "cannot be sent"),
        (httpx.ReadError(""), TransportError, True, False, "ReadError"),
        (httpx.RemoteProtocolError("x"), TransportError, True, False, "broke"),
        (httpx.DecodingError("x"), TransportError, True, False, "compression"),
    ],
)  # fmt: skip
def test_each_failure_says_what_happened_and_what_to_do(
    error: Exception, kind: type[TransportError], sent: bool, lasting: bool, advice: str
) -> None:
    ours = transport_error(error, ping().operation, URL, Timeout())
    assert isinstance(ours, TransportError)
    assert (type(ours), ours.sent, ours.lasting) == (kind, sent, lasting)
    assert str(ours).startswith("server.ping_server at photos.test:2283: ")
    assert "secret" not in str(ours)
    with pytest.raises(kind, match=advice):
        raise ours


def test_body_that_was_read_already_is_no_matter_of_the_network() -> None:
    ours = transport_error(httpx.StreamConsumed(), ping().operation, URL, Timeout())
    assert type(ours) is ImmichError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectTimeout("x"), "no connection within 3 s, which timeout=Timeout(connect=…)"),
        (httpx.ReadTimeout("x"), "no bytes came from the server for 4 s, which timeout=Timeout(read=…)"),
        (httpx.WriteTimeout("x"), "took no bytes for 5.5 s, which timeout=Timeout(write=…)"),
        (httpx.PoolTimeout("x"), "busy for as long as the system waits, which timeout=Timeout(pool=…)"),
    ],
)  # fmt: skip
def test_timeout_says_which_wait_was_too_long(error: Exception, said: str) -> None:
    timeout = Timeout(connect=3, read=4, write=5.5, pool=None)
    assert said in str(transport_error(error, ping().operation, URL, timeout))


def test_timeout_of_an_upload_names_its_own_option() -> None:
    upload = Operation[Any]("up", "POST", "/assets", None, body="multipart")
    ours = transport_error(httpx.ReadTimeout("x"), upload, URL, Timeout(upload=7))
    assert "not answered for 7 s, which timeout=Timeout(upload=…)" in str(ours)


def test_untrusted_certificate_names_the_client_of_its_face() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x")
    ours = transport_error(error, ping().operation, URL, Timeout(), "AsyncClient")
    assert "http_client=httpx.AsyncClient(verify=" in str(ours)


def test_reason_of_a_failure_without_words_is_that_of_its_cause() -> None:
    error = httpx.ReadError("")
    error.__cause__ = OSError("it fell")
    assert "(it fell)" in str(transport_error(error, ping().operation, URL, Timeout()))


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("https://photos.test/a", "https://PHOTOS.test:443/b", True),
        ("https://photos.test", "http://photos.test", False),
        ("https://photos.test", "https://photos.test:8443", False),
        ("https://photos.test", "https://photos.test@other.test", False),
        ("https://photos.test", "https://photos.test\\@other.test", False),
        ("https://bücher.test", "https://xn--bcher-kva.test", True),
    ],
)
def test_hosts_are_told_apart(one: str, two: str, same: bool) -> None:
    assert same_host(one, two) is same


def test_pool_drops_connections_before_the_server_does() -> None:
    limits = pool_options(4.5)["limits"]
    assert (limits.keepalive_expiry, limits.max_keepalive_connections) == (4.5, 100)


def test_trusted_certificates_are_read_once_for_each_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    first = pool_options(4.5)["verify"]
    assert pool_options(9)["verify"] is first
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    elsewhere = pool_options(4.5)["verify"]
    assert elsewhere is not first
    assert elsewhere.get_ca_certs() == []


def test_request_of_the_caller_has_the_last_word_on_headers() -> None:
    settings = Settings.of(
        "https://photos.test",
        timeout=Timeout(),
        retry=RetryPolicy(),
        headers={"User-Agent": "mine"},
    )
    request = ping().with_headers({"Accept": "text/plain"})
    outgoing = bare_request(settings, request, url_of(settings, request), None, {})
    assert outgoing.headers["user-agent"] == "mine"
    assert outgoing.headers["accept"] == "text/plain"
