"""Put everything taken in one month into an album of its own.

    python examples/album_of_a_month.py 2026-05

The server and the key are those in IMMICH_BASE_URL and IMMICH_API_KEY. An album of that name is
used if there is one. Running it again adds only what is new.
"""

import argparse
import sys
from datetime import datetime

from immichkit import Immich, ImmichError


def month(text: str) -> datetime:
    """The first moment of a month, by this computer's clock."""
    return datetime.strptime(text, "%Y-%m").astimezone()


def fill_album(immich: Immich, begin: datetime) -> None:
    end = datetime(begin.year + begin.month // 12, begin.month % 12 + 1, 1).astimezone()
    name = f"{begin:%Y-%m}"
    found = immich.search.iter_assets(taken_after=begin, taken_before=end)
    # The server's bounds both count: midnight of the next month is not ours.
    ids = [asset.id for asset in found if asset.file_created_at < end]
    albums = immich.albums.get_all_albums(is_owned=True)
    album = next((album for album in albums if album.album_name == name), None)
    if album is None:
        album = immich.albums.create_album(album_name=name)
    for start in range(0, len(ids), 1000):
        immich.albums.add_assets_to_album(album.id, ids=ids[start : start + 1000])
    print(f"{name}: {immich.albums.get_album_info(album.id).asset_count} photos and videos")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("month", type=month, metavar="YEAR-MONTH", help="such as 2026-05")
    given = parser.parse_args()
    try:
        immich = Immich.from_env()
    except ValueError as error:  # it says what to set
        parser.error(str(error))
    try:
        with immich:
            fill_album(immich, given.month)
    except ImmichError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
