"""Send a folder of photos to an Immich server and back, and prove that not a byte is lost.

    python examples/round_trip.py [FOLDER]

Without a folder, a dozen small photos, videos and a raw file are made in a temporary one. The
server is the one that IMMICH_BASE_URL and IMMICH_API_KEY name; what this run added to it is
deleted again, and nothing else. Without these, it is the embedded one (immichkit[testing]).
"""

import argparse
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from immichkit import Immich, ImmichError, Request
from immichkit import operations as ops
from immichkit.models import AlbumResponseDto, AssetMediaResponseDto, AssetResponseDto

MEDIA = Path(__file__).resolve().parents[1] / "tests" / "recordings" / "media"
# What no server can read, and the half of a live photo that a server would hide.
LEFT_OUT = {"empty.jpg", "broken.jpg", "live.mp4"}
KINDS = {".jpg", ".png", ".webp", ".dng", ".mp4"}


def main() -> int:
    """Go there and back again; the exit status is 0 only if every byte came home."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, help="photos of your own")
    given = parser.parse_args()
    if given.folder is not None and not given.folder.is_dir():
        parser.error(f"{given.folder} is no folder")
    begun = time.perf_counter()
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = given.folder or made_photos(temporary / "photos")
        immich = stack.enter_context(server())
        try:
            count, size = round_trip(immich, folder, temporary / "back")
        except ImmichError as error:
            print(f"The server and we do not get along: {error}", file=sys.stderr)
            return 1
    print(
        f"\nProved in {time.perf_counter() - begun:.1f} s: {count} files, {size / 1000:.1f} kB, "
        "were uploaded, found by search, put into\nan album and downloaded again; every one came "
        "back byte for byte, and a second upload was\nrecognised as a duplicate."
    )
    return 0


@contextmanager
def server() -> Iterator[Immich]:
    """A client of the server that the environment names, or else of an embedded one."""
    if os.environ.get("IMMICH_BASE_URL") and os.environ.get("IMMICH_API_KEY"):
        with Immich.from_env() as immich:
            yield immich
    else:
        try:
            from immichkit.testing import ImmichServer  # noqa: PLC0415  # an extra
        except ImportError as error:
            raise SystemExit(
                "Set IMMICH_BASE_URL and IMMICH_API_KEY, or install the embedded server: "
                'pip install "immichkit[testing]"'
            ) from error

        print("The embedded server (IMMICH_BASE_URL and IMMICH_API_KEY would name a real one).")
        with ImmichServer() as embedded, Immich(embedded.url, api_key=embedded.api_key) as immich:
            yield immich


def round_trip(immich: Immich, folder: Path, back: Path) -> tuple[int, int]:
    """How many files, and how many bytes, went to the server and came back the same."""
    about = immich.send(ops.server.get_server_version())
    version = about.value
    # The server's clock counts, not ours.
    now = parsedate_to_datetime(about.headers.get("date", "")) if "date" in about.headers else None
    begun = now or datetime.now(UTC) - timedelta(days=1)
    print(f"{immich.base_url} runs Immich {version.major}.{version.minor}.{version.patch}.")
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in KINDS)
    expect(bool(files), f"{folder} holds photos")
    created: list[str] = []
    album: AlbumResponseDto | None = None
    try:
        print(f"\nUploading {len(files)} files from {folder}, four at a time:")
        ids = upload(immich, files, created)
        found = find(immich, begun, created)
        album = immich.albums.create_album(album_name=f"Round trip {begun:%Y-%m-%d %H:%M}")
        results = immich.albums.add_assets_to_album(album.id, ids=list(ids.values()))
        expect(all(result.success for result in results), "every file went into the album")
        album = immich.albums.get_album_info(album.id)
        print(f"\nThe album {album.album_name!r} holds {album.asset_count} of them.")
        print("\nDownloading the originals:")
        size = sum(download(immich, path, ids[path], found, back) for path in files)
        again(immich, files[0], ids[files[0]])
        return len(files), size
    finally:
        clean_up(immich, created, album)


def upload(immich: Immich, files: list[Path], created: list[str]) -> dict[Path, str]:
    """The asset's id for each file; those that are new to the server go into ``created``."""
    ids = {}
    outcomes = immich.execute_many((upload_of(path) for path in files), limit=4)
    failures: list[Exception] = []
    for number, (path, outcome) in enumerate(zip(files, outcomes, strict=True), 1):
        if outcome.error is not None:
            failures.append(outcome.error)
            status = "failed"
        else:
            ids[path] = outcome.value.id
            status = outcome.value.status
            if status == "created":
                created.append(outcome.value.id)
        print(f"  [{number:2}/{len(files)}] {status:9}  {path.name}")
    if failures:
        raise failures[0]
    return ids


def upload_of(path: Path) -> Request[AssetMediaResponseDto]:
    """The request that uploads one file."""
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return ops.assets.upload_asset(
        asset_data=path, file_created_at=modified, file_modified_at=modified
    )


def find(immich: Immich, begun: datetime, created: list[str]) -> dict[str, AssetResponseDto]:
    """What was uploaded since ``begun``, as the server describes it, by id."""
    found: dict[str, AssetResponseDto] = {}
    pages: list[list[AssetResponseDto]] = []
    # Some moments after an upload the server moves a photo to the date inside of it, perhaps past
    # the place that the iteration has reached: look again until that is over.
    patience = time.perf_counter() + 60
    while not set(created) <= set(found) and time.perf_counter() < patience:
        pages = list(immich.search.iter_assets(created_after=begun, page_size=5).pages())
        found |= {asset.id: asset for page in pages for asset in page}
        time.sleep(0 if set(created) <= set(found) else 0.2)
    expect(set(created) <= set(found), "search finds every new file")
    print(f"\nSearch finds the {len(created)} new ones, in {len(pages)} pages.")
    return found


def download(
    immich: Immich, path: Path, id: str, found: dict[str, AssetResponseDto], back: Path
) -> int:
    """How many bytes came back, the same as in ``path``."""
    saved = immich.assets.download_asset_to_file(id, f"{back}/", overwrite="rename")
    asset = found.get(id) or immich.assets.get_asset_info(id)
    content = path.read_bytes()
    expect(saved.path.read_bytes() == content, f"{path.name} is the same, byte for byte")
    expect(saved.sha1 == asset.checksum, f"the server knows {path.name} by the same checksum")
    print(f"  {hashlib.sha1(content, usedforsecurity=False).hexdigest()}  {saved.path.name}")
    return saved.size


def again(immich: Immich, path: Path, id: str) -> None:
    """Upload a file a second time: the server keeps the first."""
    answer = immich.execute(upload_of(path))
    expect(answer.status == "duplicate" and answer.id == id, "a second upload is a duplicate")
    print(f"\nUploaded once more, {path.name} is a {answer.status} of {answer.id}.")


def clean_up(immich: Immich, created: list[str], album: AlbumResponseDto | None) -> None:
    """Delete the album and the assets that this run has made, and nothing else."""
    if album is not None:
        immich.albums.delete_album(album.id)
    if created:
        immich.assets.delete_assets(ids=created, force=True)
    print(f"\nCleaned up: {len(created)} assets and {0 if album is None else 1} album deleted.")


def made_photos(folder: Path) -> Path:
    """``folder`` with small photos and videos whose bytes no server has seen before."""
    folder.mkdir()
    for source in sorted(MEDIA.iterdir()):
        if source.suffix not in KINDS or source.name in LEFT_OUT:
            continue
        target = folder / source.name
        shutil.copyfile(source, target)
        extra = secrets.token_bytes(16)
        with target.open("ab") as file:
            # Decoders stop at the end of a picture; a video is a row of boxes, one may be "free".
            file.write(b"\x00\x00\x00\x18free" + extra if source.suffix == ".mp4" else extra)
    return folder


def expect(fact: bool, words: str) -> None:  # like assert, which -O would drop
    """End with an error unless ``fact`` holds."""
    if not fact:
        raise SystemExit(f"This does not hold: {words}.")


if __name__ == "__main__":
    sys.exit(main())
