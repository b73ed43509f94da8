"""One hash cache in use by several programs at once."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

from local_photos import on_the_server, photos

from immichkit import Immich, UploadReport
from immichkit.local.hash_cache import HashCache
from immichkit.testing import ImmichServer
from immichkit.uploads import Identity

STATE = Identity(size=3, mtime_ns=5, inode=7)
SHA1 = bytes(range(20))


def remembered(place: Path) -> set[str]:
    with sqlite3.connect(place) as database:
        names = {os.fsdecode(path) for (path,) in database.execute("select path from file")}
    database.close()
    return names


def test_what_one_has_not_written_yet_hinders_nobody(tmp_path: Path) -> None:
    place = tmp_path / "cache.db"
    one, two = HashCache(place), HashCache(place)
    one.put(Path("one"), STATE, SHA1)
    two.put(Path("two"), STATE, SHA1)
    two.close()
    one.close()
    assert remembered(place) == {"one", "two"}


def test_several_can_begin_a_cache_at_once(tmp_path: Path) -> None:
    for turn in range(10):
        place, ready = tmp_path / f"{turn}.db", threading.Barrier(8)

        def use(number: int, place: Path = place, ready: threading.Barrier = ready) -> None:
            ready.wait()
            cache = HashCache(place)
            cache.put(Path(str(number)), STATE, SHA1)
            cache.close()

        threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert remembered(place) == {str(number) for number in range(8)}


def test_cache_that_somebody_holds_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "cache.db"
    cache = HashCache(place)
    cache.put(Path("one"), STATE, SHA1)
    cache.save()
    with sqlite3.connect(place) as holder:
        holder.execute("begin exclusive")
        assert cache.get(Path("one"), STATE) is None
        HashCache(place).close()
    holder.close()
    assert cache.get(Path("one"), STATE) == SHA1
    cache.close()
    assert remembered(place) == {"one"}


def test_two_uploads_share_a_cache(server: ImmichServer, tmp_path: Path) -> None:
    folders = [photos(tmp_path / name, *(f"{name}{n}.jpg" for n in range(40))) for name in "ab"]
    for path in tmp_path.rglob("*.jpg"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    place = tmp_path / "cache.db"
    reports: list[UploadReport] = []

    def upload(folder: Path) -> None:
        with Immich(server.url, api_key=server.api_key) as immich:
            reports.append(immich.assets.upload(folder, hash_cache=place))

    threads = [threading.Thread(target=upload, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.counts for report in reports] == [{"created": 40}] * 2
    assert len(on_the_server(server)) == 80
    assert remembered(place) == {str(path) for path in tmp_path.rglob("*.jpg")}
