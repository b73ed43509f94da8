"""What breaks, stalls or never comes, over a real socket."""

from __future__ import annotations

import socket

import httpx
import pytest
from answers import photo, ping
from immichkit_api.operations import stacks
from raw_server import RawServer, Stalled, answer

from immichkit import (
    AsyncImmich,
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


async def test_answer_that_never_comes_times_out(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled()]
    async with AsyncImmich(raw_server.url, timeout=0.2, retry=None) as immich:
        with pytest.raises(RequestTimeoutError, match="timeout="):
            await immich.execute(ping())


async def test_body_that_stalls_times_out(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled(answer("200 OK", b"half", length=8))]
    timeout = Timeout(read=0.2)
    async with AsyncImmich(raw_server.url, timeout=timeout, retry=None) as immich:
        with pytest.raises(RequestTimeoutError):
            async with immich.stream(photo()) as body:
                await body.read()


async def test_connection_cut_before_the_answer_is_tried_again(raw_server: RawServer) -> None:
    raw_server.answers = [b"", PONG]
    async with AsyncImmich(raw_server.url, retry=AT_ONCE) as immich:
        assert await immich.execute(ping()) == {"res": "pong"}


async def test_connection_cut_within_the_body_is_tried_again(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b'{"res"', length=14), PONG]
    async with AsyncImmich(raw_server.url, retry=AT_ONCE) as immich:
        assert await immich.execute(ping()) == {"res": "pong"}


async def test_stream_that_is_cut_raises_after_what_came(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b"half", length=8)]
    async with AsyncImmich(raw_server.url) as immich:
        come = b""
        with pytest.raises(TransportError):
            async with immich.stream(photo()) as body:
                async for chunk in body.chunks():
                    come += chunk
    assert come == b"half"


async def test_stream_gone_through_twice_is_an_error_of_ours(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b"body")]
    async with AsyncImmich(raw_server.url) as immich, immich.stream(photo()) as body:
        assert [chunk async for chunk in body.chunks()] == [b"body"]
        with pytest.raises(ImmichError, match="read already"):
            await body.read()


async def test_broken_compression_is_an_error_of_ours(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", b"no gzip", "Content-Encoding: gzip")]
    async with AsyncImmich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError, match="compression"):
            await immich.execute(ping())


async def test_what_is_no_http_is_an_error_of_ours(raw_server: RawServer) -> None:
    raw_server.answers = [b"220 smtp.test ready\r\n\r\n"]
    async with AsyncImmich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError):
            await immich.execute(ping())


async def test_repeated_delete_that_finds_nothing_is_done(raw_server: RawServer) -> None:
    gone = b'{"message":"Not found or no stack.delete access"}'
    raw_server.answers = [b"", answer("400 Bad Request", gone, "Content-Type: application/json")]
    async with AsyncImmich(raw_server.url, retry=AT_ONCE) as immich:
        await immich.execute(stacks.delete_stack("one"))
    assert len(raw_server.heads) == 2


async def test_empty_error_page_is_named(raw_server: RawServer) -> None:
    raw_server.answers = [answer("502 Bad Gateway")]
    async with AsyncImmich(raw_server.url, retry=None) as immich:
        with pytest.raises(ServerError, match="proxy"):
            await immich.execute(ping())


async def test_port_where_nobody_listens_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    async with AsyncImmich(f"http://127.0.0.1:{port}", retry=None) as immich:
        with pytest.raises(
            TransportError, match=f"127.0.0.1:{port}: no connection .*refused"
        ) as caught:
            await immich.execute(ping())
    assert not caught.value.sent


async def test_https_to_a_port_without_it_is_named(raw_server: RawServer) -> None:
    raw_server.answers = [b"HTTP/1.1 400 Bad Request\r\n\r\n"]
    url = raw_server.url.replace("http:", "https:")
    async with AsyncImmich(url, retry=None) as immich:
        with pytest.raises(TransportError, match="HTTPS") as caught:
            await immich.execute(ping())
    assert caught.value.lasting


async def test_host_that_does_not_exist_is_named() -> None:
    async with AsyncImmich("http://no-such-host.invalid", retry=None) as immich:
        with pytest.raises(TransportError, match="Check the URL"):
            await immich.execute(ping())


async def test_http_to_a_port_with_tls_is_named(raw_server: RawServer) -> None:
    alert = b"\x15\x03\x03\x00\x02\x02\x46\r\n\r\n"
    raw_server.answers = [alert]
    async with AsyncImmich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError, match=r"speaks HTTPS .* begin the base URL with https"):
            await immich.execute(ping())


async def test_port_that_hangs_up_may_want_tls(raw_server: RawServer) -> None:
    raw_server.answers = [b""]
    async with AsyncImmich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError, match="If it speaks HTTPS on this port"):
            await immich.execute(ping())


async def test_certificate_of_ones_own_is_handed_in_with_the_client_of_this_face() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")

    face = httpx.AsyncClient
    pool = face(transport=httpx.MockTransport(refuse))
    immich = AsyncImmich("https://photos.test", http_client=pool, retry=None)
    with pytest.raises(TransportError, match=rf"http_client=httpx\.{face.__name__}\(verify="):
        await immich.execute(ping())
