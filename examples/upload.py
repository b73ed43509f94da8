"""Upload photos and videos, four at a time.

    python examples/upload.py photos/*.jpg photos/*.png

The server and the key are those in IMMICH_BASE_URL and IMMICH_API_KEY. What the server has already
is not stored twice; a file that cannot be read or sent does not keep back the others.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from immichkit import Immich, Request
from immichkit import operations as ops
from immichkit.models import AssetMediaResponseDto


def upload_of(path: Path) -> Request[AssetMediaResponseDto]:
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return ops.assets.upload_asset(
        asset_data=path, file_created_at=modified, file_modified_at=modified
    )


def statuses(immich: Immich, paths: list[Path]) -> Iterator[str]:
    requests: dict[Path, Request[AssetMediaResponseDto]] = {}
    for path in paths:
        try:
            requests[path] = upload_of(path)
        except OSError as error:
            yield told(path, "failed", error)
    # Nothing is open or sent yet: a request only names its file.
    outcomes = immich.execute_many(requests.values(), limit=4)
    for path, outcome in zip(requests, outcomes, strict=True):
        status = "failed" if outcome.error else str(outcome.value.status)
        yield told(path, status, outcome.error)


def told(path: Path, status: str, error: Exception | None) -> str:
    print(f"{status:9}  {path}", error or "")
    return status


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a photo or a video")
    given = parser.parse_args()
    try:
        immich = Immich.from_env()
    except ValueError as error:  # it says what to set
        parser.error(str(error))
    with immich:
        counts = Counter(statuses(immich, given.files))
    print(", ".join(f"{count} {status}" for status, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
