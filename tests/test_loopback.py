"""The listener that a browser comes back to after a sign-in."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from immichkit import PKCE, ImmichError, OAuthLogin
from immichkit._loopback import Loopback


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    before = threading.active_count()
    with Loopback() as loopback:
        login = OAuthLogin.begun(
            "https://id.test/auth",
            PKCE.new(),
            base_url="https://photos.test/api",
            redirect_uri=loopback.redirect_uri,
            expires_at=datetime.now(UTC) + timedelta(minutes=1),
        )
        loopback.listen(login.context)
        yield loopback
    assert threading.active_count() == before


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def callback(loopback: Loopback, query: str = "code=c") -> str:
    assert loopback.context is not None
    return f"{loopback.redirect_uri}?{query}&state={loopback.context.state}"


def taken(loopback: Loopback) -> str | None:
    """What it took: it is told a moment after the browser has its page."""
    deadline = time.monotonic() + 10
    while loopback.callback_url is None and time.monotonic() < deadline:
        time.sleep(0.001)
    return loopback.callback_url


def test_callback_is_taken_and_answered_with_a_page(loopback: Loopback) -> None:
    status, page = get(callback(loopback))
    assert status == 200
    assert "You can close this window" in page
    assert taken(loopback) == callback(loopback)


def test_page_of_a_refusal_does_not_claim_a_success(loopback: Loopback) -> None:
    assert "not signed in" in get(callback(loopback, "error=access_denied"))[1]


@pytest.mark.parametrize(
    "path", ["/favicon.ico", "/", "/callback", "/callback?code=c&state=another"]
)
def test_stray_request_does_not_end_it(loopback: Loopback, path: str) -> None:
    assert get(f"{loopback.origin}{path}")[0] == 404
    assert loopback.callback_url is None
    assert get(callback(loopback))[0] == 200


def test_first_callback_counts(loopback: Loopback) -> None:
    get(callback(loopback))
    assert taken(loopback) == callback(loopback)
    get(callback(loopback, "code=another"))
    loopback.close()
    assert loopback.callback_url == callback(loopback)


def test_silent_connection_keeps_nobody_waiting(loopback: Loopback) -> None:
    address = ("127.0.0.1", int(loopback.origin.rpartition(":")[2]))
    with socket.create_connection(address), socket.create_connection(address) as other:
        other.sendall(b"GET /callback")
        assert get(callback(loopback))[0] == 200
        loopback.close()


def test_what_is_no_http_does_no_harm(
    loopback: Loopback, capfd: pytest.CaptureFixture[str]
) -> None:
    address = ("127.0.0.1", int(loopback.origin.rpartition(":")[2]))
    with socket.create_connection(address) as line:
        line.sendall(b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n")
        line.recv(1000)
    assert get(callback(loopback))[0] == 200
    assert capfd.readouterr() == ("", "")


def test_nothing_of_it_is_written_to_the_terminal(
    loopback: Loopback, capfd: pytest.CaptureFixture[str]
) -> None:
    get(callback(loopback))
    assert capfd.readouterr() == ("", "")


def test_port_is_free_again_afterwards() -> None:
    with Loopback() as first:
        port = int(first.origin.rpartition(":")[2])
        with pytest.raises(ImmichError, match=f"port {port} of 127.0.0.1 .* Give another port="):
            Loopback(port)
    with Loopback(port) as second:
        assert second.redirect_uri == f"http://127.0.0.1:{port}/callback"


@pytest.mark.parametrize("port", [-1, 1.5, "80", 70_000])
def test_port_has_to_be_one(port: int) -> None:
    with pytest.raises((TypeError, ValueError, ImmichError), match="port"):
        Loopback(port)
