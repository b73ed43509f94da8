"""Updates of a library's copy that `kill -9` ends: the next one makes good for them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from immichkit import Immich, LibraryMirror
from immichkit.local.library.tables import TABLES
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
KILLS = 50 if os.environ.get("IMMICHKIT_THOROUGH") else 5

UPDATING = """
import sys
from immichkit import Immich, LibraryMirror
url, token, path, reset = sys.argv[1:]
with Immich(url, access_token=token) as immich, LibraryMirror(path) as mirror:
    print("updating", flush=True)
    mirror.update(immich, reset=reset == "True", batch_size=7)
"""


def content(path: Path) -> dict[str, set[Any]]:
    with LibraryMirror(path) as mirror:
        return {
            name: {row[:-1] for row in mirror.connection.execute(f'select * from "{name}"')}  # noqa: S608
            for name in TABLES
        }


def test_copy_is_whole_however_often_an_update_is_killed(
    server: ImmichServer, tmp_path: Path
) -> None:
    rng = random.Random(11)
    path = tmp_path / "library.db"
    ids = server.seed(300)
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    with Immich(server.url, access_token=session.access_token) as immich:
        for number in range(KILLS):
            arguments = [server.url, session.access_token, str(path), str(number % 3 == 2)]
            process = subprocess.Popen(
                [sys.executable, "-c", UPDATING, *arguments], stdout=subprocess.PIPE
            )
            assert process.stdout is not None
            assert process.stdout.readline() == b"updating\n"
            time.sleep(rng.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
            ids += server.seed(rng.randint(0, 20))
            rng.shuffle(ids)
            immich.assets.delete_assets(ids=[ids.pop() for _ in range(5)], force=True)
            immich.assets.update_assets(ids=ids[:9], is_favorite=bool(number % 2))
            immich.albums.create_album(album_name=str(number), asset_ids=ids[:3])
            server.settle()
        with LibraryMirror(path) as mirror:
            mirror.update(immich)
            assert mirror.verify(immich).differences == {}
            mirror.update(immich)  # asked for albums, a server chooses their covers
        fresh = Immich.sign_in(server.url, email=server.email, password=server.password)
        with (
            Immich(server.url, access_token=fresh.access_token) as other,
            LibraryMirror(tmp_path / "fresh.db") as mirror,
        ):
            mirror.update(other)
    assert content(path) == content(tmp_path / "fresh.db")
