"""Save the originals of some assets to a folder, several at a time, in the async face.

    python examples/backup_favorites.py backup --all

Without --all, only favourites. What is there already is left alone, so that it can be run every
night; each file is compared with the checksum that the server knows.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from immichkit import UNSET, AsyncImmich, ImmichError
from immichkit.models import AssetResponseDto


async def assets(immich: AsyncImmich, *, favorites: bool) -> AsyncIterator[AssetResponseDto]:
    page: str | None = "1"
    while page is not None:
        found = await immich.search.search_assets(
            is_favorite=True if favorites else UNSET, size=1000, page=int(page)
        )
        for asset in found.assets.items:
            yield asset
        page = found.assets.next_page


async def save(immich: AsyncImmich, asset: AssetResponseDto, folder: Path) -> str:
    # The id keeps apart what has the same name.
    target = folder / f"{asset.id}-{Path(asset.original_file_name).name}"
    try:
        saved = await immich.assets.download_asset_to_file(asset.id, target, overwrite="skip")
    except ImmichError as error:
        return f"failed: {error}"
    if saved.sha1 != asset.checksum:
        return "failed: another checksum"
    return "saved" if saved.written else "was there"


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    slots = asyncio.Semaphore(8)
    failures = 0

    async def one(asset: AssetResponseDto) -> None:
        nonlocal failures
        async with slots:
            result = await save(immich, asset, given.folder)
        failures += result.startswith("failed")
        print(f"{asset.original_file_name}: {result}")

    async with AsyncImmich.from_env() as immich, asyncio.TaskGroup() as group:
        async for asset in assets(immich, favorites=not given.all):
            group.create_task(one(asset))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
