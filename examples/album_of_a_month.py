"""Put everything taken in one month into an album of its own.

    python examples/album_of_a_month.py 2026-05

An album of that name is used if there is one. Running it again adds only what is new.
"""

import sys
from collections.abc import Iterator
from datetime import datetime

from immichkit import Immich
from immichkit.models import AssetResponseDto


def taken_in(immich: Immich, begin: datetime, end: datetime) -> Iterator[AssetResponseDto]:
    page: str | None = "1"
    while page is not None:
        found = immich.search.search_assets(
            taken_after=begin, taken_before=end, size=1000, page=int(page)
        ).assets
        # The server's bounds both count: midnight of the next month is not ours.
        yield from (asset for asset in found.items if asset.file_created_at < end)
        page = found.next_page


def main() -> None:
    month = sys.argv[1]
    begin = datetime.strptime(month, "%Y-%m").astimezone()
    end = datetime(begin.year + begin.month // 12, begin.month % 12 + 1, 1).astimezone()
    with Immich.from_env() as immich:
        ids = [asset.id for asset in taken_in(immich, begin, end)]
        albums = immich.albums.get_all_albums(is_owned=True)
        album = next((album for album in albums if album.album_name == month), None)
        if album is None:
            album = immich.albums.create_album(album_name=month)
        for start in range(0, len(ids), 1000):
            immich.albums.add_assets_to_album(album.id, ids=ids[start : start + 1000])
        print(f"{month}: {immich.albums.get_album_info(album.id).asset_count} photos and videos")


if __name__ == "__main__":
    main()
