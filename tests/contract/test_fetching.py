"""A specification comes by its release's tag, whole, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from generator.fetching import download, read
from mini_spec import operation, problems_of, spec_of

WHOLE = json.dumps(spec_of(operation())).encode()
ANSWERS = {
    "v3.1.0": (200, WHOLE, len(WHOLE)),
    "v3.2.0": (200, WHOLE, len(WHOLE)),
    "v3.3.0": (200, WHOLE[:50], 50),
    "v3.4.0": (200, WHOLE[:50], len(WHOLE)),
    "v3.5.0": (200, b"<html>", 6),
    "v3.6.0": (200, b'{"a": 1}', 8),
}


class Upstream(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body, length = ANSWERS.get(self.path[1:], (404, b"404: Not Found", 14))
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("IMMICH_SPEC_ADDRESS", f"{address}/{{tag}}")
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("upstream")
@pytest.mark.parametrize("release", ["3.1.0", "v3.1.0"])
def test_a_release_is_fetched_by_its_tag(release: str) -> None:
    assert download(release)["info"]["version"] == "3.1.0"


@pytest.mark.parametrize(
    ("release", "told"),
    [
        ("v9.9.9", "answered 404; is v9.9.9 a release of Immich?"),
        ("v3.2.0", "describes 3.1.0, not v3.2.0"),
        ("v3.3.0", "is not JSON"),
        ("v3.4.0", "cannot be reached"),
        ("v3.5.0", "is not JSON"),
        ("v3.6.0", "is not an OpenAPI document"),
        ("newest", "newest is not a release such as v3.1.0"),
    ],
)
def test_anything_else_is_refused_by_name(upstream: str, release: str, told: str) -> None:
    problem = problems_of(lambda: download(release))
    assert told in problem
    assert release in problem


def test_nobody_at_the_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMMICH_SPEC_ADDRESS", "http://127.0.0.1:9/{tag}")
    assert "http://127.0.0.1:9/v3.1.0 cannot be reached" in problems_of(lambda: download("v3.1.0"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"openapi": "3.0.0", "info": {"version": "\\ud800"}}', "is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "is not an OpenAPI document"),
    ],
)
def test_a_file_that_is_no_specification_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "spec.json").write_bytes(content)
    assert told in problems_of(lambda: read(tmp_path / "spec.json"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    problem = problems_of(lambda: read(tmp_path / "spec.json"))
    assert problem == f"{tmp_path / 'spec.json'} cannot be read: No such file or directory"
