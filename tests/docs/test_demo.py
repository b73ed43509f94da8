"""The demo proves what it says, and leaves a server as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from immichkit import Immich
from immichkit.testing import ImmichServer

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "round_trip.py"
SIGNED_IN = ROOT / "examples" / "signed_in.py"
MEDIA = ROOT / "tests" / "recordings" / "media"
DAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ImmichServer]:
    with ImmichServer() as server:
        yield server


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.upload_asset(
            asset_data=MEDIA / "gps.jpg", file_created_at=DAY, file_modified_at=DAY
        )
        yield immich


def demo(
    *arguments: str, program: Path = DEMO, url: str = "", key: str = "", token: str = ""
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IMMICH_")}
    named = {"IMMICH_BASE_URL": url, "IMMICH_API_KEY": key, "IMMICH_ACCESS_TOKEN": token}
    return subprocess.run(
        [sys.executable, "-W", "error", str(program), *arguments],
        env={**kept, **named},
        capture_output=True,
        text=True,
        check=False,
    )


def names(immich: Immich) -> list[str]:
    found = immich.search.search_assets(with_deleted=True)
    return [asset.original_file_name for asset in found.assets.items]


def test_the_demo_needs_no_server() -> None:
    done = demo()
    assert done.returncode == 0, done.stderr
    assert "embedded" in done.stdout
    assert all(f".{kind}" in done.stdout for kind in ("jpg", "png", "webp", "dng", "mp4"))
    assert "byte for byte" in done.stdout


def test_the_demo_leaves_a_server_as_it_was(server: ImmichServer, immich: Immich) -> None:
    done = demo(url=server.url, key=server.api_key)
    assert done.returncode == 0, done.stderr
    assert server.url in done.stdout
    assert server.api_key not in done.stdout + done.stderr
    server.settle()
    assert names(immich) == ["gps.jpg"]
    assert immich.albums.get_all_albums() == []


def test_the_demo_spares_photos_that_were_there(
    server: ImmichServer, immich: Immich, tmp_path: Path
) -> None:
    for name in ("gps.jpg", "plain.jpg"):
        shutil.copy(MEDIA / name, tmp_path)
    done = demo(str(tmp_path), url=server.url, key=server.api_key)
    assert done.returncode == 0, done.stderr
    server.settle()
    assert names(immich) == ["gps.jpg"]


def test_the_demo_says_what_is_wrong_and_fails(server: ImmichServer) -> None:
    done = demo(url=server.url, key="not-a-key")
    assert done.returncode == 1
    assert "401" in done.stderr
    assert "Traceback" not in done.stderr


def test_signing_in_needs_no_server() -> None:
    done = demo(program=SIGNED_IN)
    assert done.returncode == 0, done.stderr
    assert "12 photos and videos" in done.stdout
    assert "created  album_asset" in done.stdout
    assert "updated  asset  new.jpg" in done.stdout
    assert "as many of everything" in done.stdout
    assert "Signed out" in done.stdout


def test_signing_in_leaves_a_server_as_it_was(server: ImmichServer, immich: Immich) -> None:
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    with Immich.from_session(session) as mine:
        mine.sync.run(len, ["AssetsV2"])
        acks, sessions = mine.sync.get_sync_ack(), mine.sessions.get_sessions()
        done = demo(program=SIGNED_IN, url=server.url, token=session.access_token)
        assert done.returncode == 0, done.stderr
        assert mine.sync.get_sync_ack() == acks
        assert [one.id for one in mine.sessions.get_sessions()] == [one.id for one in sessions]
    assert session.access_token not in done.stdout + done.stderr
    assert names(immich) == ["gps.jpg"]
    assert immich.albums.get_all_albums() == []


def test_signing_in_says_why_it_is_left_out(server: ImmichServer) -> None:
    done = demo(program=SIGNED_IN, url=server.url, key=server.api_key)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert "IMMICH_ACCESS_TOKEN" in done.stdout


def test_signing_in_with_an_ended_session_fails(server: ImmichServer) -> None:
    done = demo(program=SIGNED_IN, url=server.url, token="not-a-token")
    assert done.returncode == 1
    assert "401" in done.stderr
    assert "Traceback" not in done.stderr
