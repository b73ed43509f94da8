"""Send a folder of photos to an Immich server and back, and prove that not a byte is lost.

    python examples/round_trip.py [FOLDER]

Without a folder, a few small photos, videos and raw files are made in a temporary one, with
sidecars and duplicates among them. The server is the one that IMMICH_BASE_URL and IMMICH_API_KEY
name; what this run added to it is deleted again, and nothing else. Without these, it is the
embedded one (immichkit[testing]), whose connections then break at the worst of moments.
"""

import argparse
import base64
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
from typing import TYPE_CHECKING

from immichkit import Immich, ImmichError, RetryPolicy, TransportError, UploadReport
from immichkit import operations as ops
from immichkit.models import AssetResponseDto

if TYPE_CHECKING:
    from immichkit.testing import ImmichServer

MEDIA = Path(__file__).resolve().parents[1] / "tests" / "recordings" / "media"
# What no server can read, and the half of a live photo that a server would hide.
LEFT_OUT = {"empty.jpg", "broken.jpg", "live.mp4"}
KINDS = {".jpg", ".png", ".webp", ".dng", ".mp4"}
AT_ONCE = RetryPolicy(base_delay=0.1)


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
        immich, embedded = stack.enter_context(server())
        try:
            count, size = round_trip(immich, embedded, folder, temporary / "back")
        except ImmichError as error:
            print(f"The server and we do not get along: {error}", file=sys.stderr)
            return 1
    print(
        f"\nProved in {time.perf_counter() - begun:.1f} s: {count} photos and videos, "
        f"{size / 1000:.1f} kB, were uploaded into an\nalbum, found by search and downloaded "
        "again; every one came back byte for byte, and a second\nrun had nothing left to send."
    )
    return 0


@contextmanager
def server() -> Iterator[tuple[Immich, "ImmichServer | None"]]:
    """A client of the server that the environment names, or else of an embedded one."""
    if os.environ.get("IMMICH_BASE_URL") and os.environ.get("IMMICH_API_KEY"):
        with Immich.from_env() as immich:
            yield immich, None
    else:
        try:
            from immichkit.testing import ImmichServer  # noqa: PLC0415  # an extra
        except ImportError as error:
            raise SystemExit(
                "Set IMMICH_BASE_URL and IMMICH_API_KEY, or install the embedded server: "
                'pip install "immichkit[testing]"'
            ) from error

        print("The embedded server (IMMICH_BASE_URL and IMMICH_API_KEY would name a real one).")
        with (
            ImmichServer() as embedded,
            Immich(embedded.url, api_key=embedded.api_key, retry=AT_ONCE) as immich,
        ):
            yield immich, embedded


def round_trip(
    immich: Immich, embedded: "ImmichServer | None", folder: Path, back: Path
) -> tuple[int, int]:
    """How many files, and how many bytes, went to the server and came back the same."""
    about = immich.send(ops.server.get_server_version())
    version = about.value
    # The server's clock counts, not ours.
    now = parsedate_to_datetime(about.headers.get("date", "")) if "date" in about.headers else None
    begun = now or datetime.now(UTC) - timedelta(days=1)
    print(f"{immich.base_url} runs Immich {version.major}.{version.minor}.{version.patch}.")
    title = f"Round trip {begun:%Y-%m-%d %H:%M:%S} {secrets.token_hex(2)}"
    report = UploadReport(results=[])
    try:
        report = upload(immich, embedded, folder, title)
        ids = {result.path: result.asset_id for result in report.results if result.asset_id}
        expect(bool(ids), f"{folder} holds photos")
        found = find(immich, begun, [result.asset_id or "" for result in report.created])
        again(immich, folder, report)
        size = download(immich, embedded, ids, found, back)
        return len(ids), size
    finally:
        clean_up(immich, report)


def upload(
    immich: Immich, embedded: "ImmichServer | None", folder: Path, title: str
) -> UploadReport:
    """What became of each file in ``folder``."""
    print(f"\nUploading {folder} into an album:")
    if embedded is not None:
        # The server takes the second photo, but its answer is lost.
        embedded.drop(method="POST", path="/assets", carried_out=True)
    report = immich.assets.upload(folder, album=title, hash_cache=False)
    for result in report.results:
        with_sidecar = f" with {result.sidecar.name}" if result.sidecar else ""
        why = f" ({result.reason})" if result.reason else ""
        print(f"  {result.status:14}  {result.path.relative_to(folder)}{with_sidecar}{why}")
    report.raise_for_failures()
    if embedded is not None:
        print("One connection broke after a photo was sent; it was asked again, and is there once.")
    print(*(f"The album {one.name!r} holds {one.assets} assets." for one in report.albums))
    return report


def again(immich: Immich, folder: Path, first: UploadReport) -> None:
    """Upload the same folder a second time: nothing is sent."""
    second = immich.assets.upload(folder, hash_cache=False)
    expect(not second.created and not second.failed, "a second run sends nothing")
    same = {one.path: one.asset_id for one in second.results}
    expect(same == {one.path: one.asset_id for one in first.results}, "it finds the same assets")
    print(f"A second run sends nothing: the server has {len(second.duplicates)} of the files.")


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
    print(f"Search finds the {len(created)} new ones, in {len(pages)} pages.")
    return found


def download(
    immich: Immich,
    embedded: "ImmichServer | None",
    ids: dict[Path, str],
    found: dict[str, AssetResponseDto],
    back: Path,
) -> int:
    """How many bytes came back, the same as in ``ids``' files."""
    print("\nDownloading the originals:")
    largest = max(ids, key=lambda path: path.stat().st_size)
    if embedded is not None:
        survive_a_cut(immich, embedded, ids[largest], largest, back)
    report = immich.assets.download_assets(
        list(dict.fromkeys(ids.values())), back, template="{name}"
    )
    report.raise_for_failures()
    saved = {result.asset_id: result for result in report.results}
    for path, asset_id in ids.items():
        result, content = saved[asset_id], path.read_bytes()
        sha1 = hashlib.sha1(content, usedforsecurity=False)
        expect(
            result.path is not None and result.path.read_bytes() == content,
            f"{path.name} is the same, byte for byte",
        )
        asset = found.get(asset_id) or immich.assets.get_asset_info(asset_id)
        expect(
            bytes.fromhex(sha1.hexdigest()) == base64.b64decode(asset.checksum),
            f"the server knows {path.name} by the same checksum",
        )
        print(f"  {sha1.hexdigest()}  {result.path and result.path.name}")
    return sum(result.size for result in report.results)


def survive_a_cut(
    immich: Immich, embedded: "ImmichServer", id: str, path: Path, back: Path
) -> None:
    """Lose the connection in the middle of a file, and later fetch the rest of it."""
    middle = path.stat().st_size // 2
    embedded.cut_after(middle, method="GET", path="/assets/{id}/original")
    try:
        immich.with_options(retry=None).assets.download_asset_to_file(id, back / "cut" / path.name)
    except TransportError as error:
        print(f"  The connection was cut: {error}")
    saved = immich.assets.download_asset_to_file(id, back / "cut" / path.name)
    expect(saved.verified and saved.path.read_bytes() == path.read_bytes(), "the rest fits")
    print(f"  Asked again, it went on at byte {saved.resumed_from}: {path.name} is whole.")


def clean_up(immich: Immich, report: UploadReport) -> None:
    """Delete the album and the assets that this run has made, and nothing else."""
    albums = [one.album_id for one in report.albums if one.created and one.album_id]
    for album_id in albums:
        immich.albums.delete_album(album_id)
    created = [result.asset_id for result in report.created if result.asset_id]
    if created:
        immich.assets.delete_assets(ids=created, force=True)
    print(f"\nCleaned up: {len(created)} assets and {len(albums)} album deleted.")


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
    for name in ("gps.jpg.xmp", "berlin.xmp", "nobody.xmp"):
        shutil.copyfile(MEDIA / "sidecar.xmp", folder / name)
    copies = folder / "copies"
    copies.mkdir()
    for name in ("gps.jpg", "clip.mp4"):
        shutil.copyfile(folder / name, copies / f"copy of {name}")
    return folder


def expect(fact: bool, words: str) -> None:  # like assert, which -O would drop
    """End with an error unless ``fact`` holds."""
    if not fact:
        raise SystemExit(f"This does not hold: {words}.")


if __name__ == "__main__":
    sys.exit(main())
