# Written by scripts/mirror from tests/_async/test_large_bodies.py; edits are lost.
"""Bodies so large that most of their bytes are read off the connection itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from answers import photo
from raw_server import RawServer, Stalled, answer

from immichkit import Immich, RequestTimeoutError, RetryPolicy, Timeout, TransportError

pytestmark = pytest.mark.anyio
AT_ONCE = RetryPolicy(base_delay=0)
PONG = answer("200 OK", b'{"res":"pong"}', "Content-Type: application/json")
LARGE = os.urandom(9_000_001)
JPEG = "Content-Type: image/jpeg"


def test_every_byte_of_a_large_body_comes_in_order(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", LARGE, JPEG)]
    with Immich(raw_server.url) as immich, immich.stream(photo()) as body:
        assert b"".join(list(body.chunks())) == LARGE


def test_connection_of_a_large_body_is_not_used_again(raw_server: RawServer) -> None:
    raw_server.answers = [
        answer("200 OK", LARGE, JPEG).replace(b"Connection: close\r\n", b""),
        PONG,
    ]
    with Immich(raw_server.url) as immich:
        assert immich.execute(photo()) == LARGE
        assert (immich.server.ping_server()).res == "pong"


def test_large_body_in_chunks_comes_whole(raw_server: RawServer) -> None:
    head = f"HTTP/1.1 200 OK\r\n{JPEG}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    raw_server.answers = [head + b"%x\r\n" % len(LARGE) + LARGE + b"\r\n0\r\n\r\n"]
    with Immich(raw_server.url) as immich:
        assert immich.execute(photo()) == LARGE


def test_large_body_that_is_cut_is_no_success(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", LARGE[:8_000_000], JPEG, length=len(LARGE))]
    with Immich(raw_server.url, retry=None) as immich:
        with pytest.raises(TransportError, match="8000000 of 9000001"):
            immich.execute(photo())


def test_large_body_that_stalls_times_out(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled(answer("200 OK", LARGE[:8_000_000], JPEG, length=len(LARGE)))]
    with Immich(raw_server.url, timeout=Timeout(read=0.2), retry=None) as immich:
        with pytest.raises(RequestTimeoutError, match="read="):
            immich.execute(photo())


def test_large_body_can_be_left_unread(raw_server: RawServer) -> None:
    raw_server.answers = [answer("200 OK", LARGE, JPEG), PONG]
    with Immich(raw_server.url) as immich:
        with immich.stream(photo()) as body:
            come = 0
            for chunk in body.chunks():
                come += len(chunk)
                if come > 1_000_000:
                    break
        assert (immich.server.ping_server()).res == "pong"


def test_large_file_that_is_cut_is_continued(raw_server: RawServer, tmp_path: Path) -> None:
    tag = 'ETag: W/"1"'
    span = f"Content-Range: bytes 8000000-{len(LARGE) - 1}/{len(LARGE)}"
    raw_server.answers = [
        answer("200 OK", LARGE[:8_000_000], JPEG, tag, length=len(LARGE)),
        answer("206 Partial Content", LARGE[8_000_000:], JPEG, tag, span),
    ]
    with Immich(raw_server.url, retry=AT_ONCE) as immich:
        saved = immich.save(photo(), tmp_path / "a.jpg", verify=False)
    assert saved.path.read_bytes() == LARGE
    assert b"bytes=8000000-" in raw_server.heads[1]
