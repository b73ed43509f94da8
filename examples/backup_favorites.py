"""Save the originals of some assets to a folder, several at a time, in the async face.

    python examples/backup_favorites.py backup --all

The server and the key are those in IMMICH_BASE_URL and IMMICH_API_KEY. Without --all, only
favorites. What is there already is left alone, so that it can be run every night; each file is
compared with the checksum that the server knows.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from immichkit import UNSET, AsyncImmich, ImmichError
from immichkit.models import AssetResponseDto


async def save(immich: AsyncImmich, asset: AssetResponseDto, folder: Path) -> str:
    # The id keeps apart what has the same name.
    target = folder / f"{asset.id}-{Path(asset.original_file_name).name}"
    try:
        saved = await immich.assets.download_asset_to_file(asset.id, target, overwrite="skip")
    except (ImmichError, OSError) as error:
        return f"failed: {error}"
    if saved.sha1 != asset.checksum:
        return "failed: another checksum"
    return "saved" if saved.written else "was there"


async def save_all(immich: AsyncImmich, folder: Path, *, favorites: bool) -> int:
    """Save what is wanted, eight at a time; how many could not be saved."""
    slots = asyncio.Semaphore(8)
    failures = 0

    async def one(asset: AssetResponseDto) -> None:
        nonlocal failures
        try:
            result = await save(immich, asset, folder)
        finally:
            slots.release()
        failures += result.startswith("failed")
        print(f"{asset.original_file_name}: {result}")

    wanted = immich.search.iter_assets(is_favorite=True if favorites else UNSET)
    async with asyncio.TaskGroup() as group:
        async for asset in wanted:
            await slots.acquire()  # the list of a big library waits for its downloads
            group.create_task(one(asset))
    return failures


async def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the files go; made if it is not there")
    parser.add_argument("--all", action="store_true", help="save everything, not only favorites")
    given = parser.parse_args()
    try:
        given.folder.mkdir(parents=True, exist_ok=True)
        immich = AsyncImmich.from_env()
    except (OSError, ValueError) as error:  # the latter says what to set
        parser.error(str(error))
    failures = 0
    try:
        async with immich:
            failures = await save_all(immich, given.folder, favorites=not given.all)
    except* ImmichError as errors:
        print(*errors.exceptions, file=sys.stderr)
        failures = 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
