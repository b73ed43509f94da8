# Written by scripts/mirror from tests/_async/test_broken_connections.py; edits are lost.
"""What breaks, stalls or never comes, over a real socket."""

from __future__ import annotations

import socket

import httpx
import pytest
from answers import photo, ping
from immichkit_api.operations import stacks
from raw_server import RawServer, Stalled, answer

from immichkit import (
    Immich,
    ImmichError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
    Timeout,
    TransportError,
)

pytestmark = pytest.mark.anyio
AT_ONCE = RetryPolicy(base_delay=0)
PONG = answer("200 OK", b'{"res":"pong"}', "Content-Type: application/json")


def test_answer_that_never_comes_times_out(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled()]
    with Immich(raw_server.url, timeout=0.2, retry=None) as immich:
        with pytest.raises(RequestTimeoutError, match="timeout="):
            immich.execute(ping())


def test_body_that_stalls_times_out(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled(answer("200 OK", b"half", length=8))]
    timeout = Timeout(read=0.2)
    with Immich(raw_server.url, timeout=timeout, retry=None) as immich:
        with pytest.raises(RequestTimeoutError):
            with immich.stream(photo()) as body:
                body.read()


def test_connection_cut_before_the_answer_is_tried_again(raw_server: RawServer) -> None:
    raw_server.answers = [b"", PONG]
    with Immich(raw_server.url, retry=AT_ONCE) as immich:
        assert immich.execute(ping()) == {"res": "pong"}


def test_connection_cut_within_the_body_is_tried_again(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b'{"res"', length=14), PONG]
    with Immich(raw_server.url, retry=AT_ONCE) as immich:
        assert immich.execute(ping()) == {"res": "pong"}


def test_stream_that_is_cut_raises_after_what_came(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b"half", length=8)]
    with Immich(raw_server.url) as immich:
        come = b""
        with pytest.raises(TransportError):
            with immich.stream(photo()) as body:
                for chunk in body.chunks():
                    come += chunk
    assert come == b"half"


def test_stream_gone_through_twice_is_an_error_of_ours(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b"body")]
    with Immich(raw_server.url) as immich, immich.stream(photo()) as body:
        assert list(body.chunks()) == [b"body"]
        with pytest.raises(ImmichError, match="read already"):
            body.read()


def test_broken_compression_is_an_error_of_ours(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b"no gzip", "Content-Encoding: gzip")]
    with Immich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError, match="compression"):
            immich.execute(ping())


def test_what_is_no_http_is_an_error_of_ours(raw_server: RawServer) -> None:
    raw_server.answers = [b"220 smtp.test ready\r\n\r\n"]
    with Immich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError):
            immich.execute(ping())


def test_repeated_delete_that_finds_nothing_is_done(raw_server: RawServer) -> None:
    gone = b'{"message":"Not found or no stack.delete access"}'
    raw_server.answers = [b"", answer("400 Bad Request", gone, "Content-Type: application/json")]
    with Immich(raw_server.url, retry=AT_ONCE) as immich:
        immich.execute(stacks.delete_stack("one"))
    assert len(raw_server.heads) == 2


def test_empty_error_page_is_named(raw_server: RawServer) -> None:
    raw_server.answers = [answer("502 Bad Gateway")]
    with Immich(raw_server.url, retry=None) as immich:
        with pytest.raises(ServerError, match="proxy"):
            immich.execute(ping())


def test_port_where_nobody_listens_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with Immich(f"http://127.0.0.1:{port}", retry=None) as immich:
        with pytest.raises(
            TransportError, match=f"127.0.0.1:{port}: no connection .*refused"
        ) as caught:
            immich.execute(ping())
    assert not caught.value.sent


def test_https_to_a_port_without_it_is_named(raw_server: RawServer) -> None:
    raw_server.answers = [b"HTTP/1.1 400 Bad Request\r\n\r\n"]
    url = raw_server.url.replace("http:", "https:")
    with Immich(url, retry=None) as immich:
        with pytest.raises(TransportError, match="HTTPS") as caught:
            immich.execute(ping())
    assert caught.value.lasting


def test_host_that_does_not_exist_is_named() -> None:
    with Immich("http://no-such-host.invalid", retry=None) as immich:
        with pytest.raises(TransportError, match="Check the URL"):
            immich.execute(ping())


def test_http_to_a_port_with_tls_is_named(raw_server: RawServer) -> None:
    alert = b"\x15\x03\x03\x00\x02\x02\x46\r\n\r\n"
    raw_server.answers = [alert]
    with Immich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError, match=r"speaks HTTPS .* begin the base URL with https"):
            immich.execute(ping())


def test_port_that_hangs_up_may_want_tls(raw_server: RawServer) -> None:
    raw_server.answers = [b""]
    with Immich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError, match="If it speaks HTTPS on this port"):
            immich.execute(ping())


def test_certificate_of_ones_own_is_handed_in_with_the_client_of_this_face() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")

    face = httpx.Client
    pool = face(transport=httpx.MockTransport(refuse))
    immich = Immich("https://photos.test", http_client=pool, retry=None)
    with pytest.raises(TransportError, match=rf"http_client=httpx\.{face.__name__}\(verify="):
        immich.execute(ping())
