"""Upload photos and videos, four at a time.

    python examples/upload.py photos/*.jpg photos/*.png

The server and the key are those in IMMICH_BASE_URL and IMMICH_API_KEY. What the server has already
is not stored twice.
"""

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
    outcomes = immich.execute_many((upload_of(path) for path in paths), limit=4)
    for path, outcome in zip(paths, outcomes, strict=True):
        status = "failed" if outcome.error else outcome.value.status
        print(f"{status:9}  {path}", outcome.error or "")
        yield status


def main() -> int:
    with Immich.from_env() as immich:
        counts = Counter(statuses(immich, [Path(name) for name in sys.argv[1:]]))
    print(", ".join(f"{count} {status}" for status, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
