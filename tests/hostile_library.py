"""Small made-up libraries that are uploaded over a bad line, and what has to come of them."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

from local_photos import checksum

from immichkit import Immich, ImmichError, UploadReport
from immichkit.models import AssetResponseDto
from immichkit.testing import ImmichServer
from immichkit.testing.server_users import ServerUser

ALBUM = "Trip"
TAG = "scans"
SIZES = (1, 40, 1000, 70_000, 300_000)
WEIGHTS = (1, 4, 6, 3, 1)
SETTLED = {"created", "duplicate"}


class Library:
    """Photos in folders, with equal ones, sidecars, live photos and files of other kinds.

    ``found`` are those that a report has to tell of, ``checksums`` those of photos by path.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.checksums: dict[Path, str] = {}
        self.descriptions: dict[str, str] = {}
        self.pairs: dict[str, str] = {}
        self.others: list[Path] = []
        self._plain: list[Path] = []
        self._random = random.Random(seed)
        for number in range(self._random.randrange(2, 7)):
            self._add(number)
        for name in self._random.sample(["notes.txt", "lonely.xmp", "empty.doc"], 2):
            self.others.append(self._written(name, b"else"))

    @property
    def found(self) -> list[Path]:
        return sorted([*self.checksums, *self.others])

    def _add(self, number: int) -> None:
        stem = f"{self._random.choice(['', 'a/', 'a/b/', 'ä ö/'])}IMG_{number}"
        match self._random.choice(["photo", "photo", "sidecar", "live", "twin"]):
            case "live":
                still, video = self._photo(f"{stem}.HEIC"), self._photo(f"{stem}.MOV")
                self.pairs[self.checksums[still]] = self.checksums[video]
            case "twin" if self._plain:
                # Of a photo without a sidecar, which only the first of equal files would keep.
                self._photo(f"{stem}.jpg", self._random.choice(self._plain).read_bytes())
            case "sidecar":
                path = self._photo(f"{stem}.jpg", self._random.randbytes(50))
                text = f"what is to be seen in {number}"
                self._written(f"{stem}{self._random.choice(['.jpg.xmp', '.XMP'])}", _xmp(text))
                self.descriptions[self.checksums[path]] = text
            case _:
                self._plain.append(self._photo(f"{stem}.jpg"))

    def _photo(self, name: str, content: bytes | None = None) -> Path:
        if content is None:
            [size] = self._random.choices(SIZES, WEIGHTS)
            content = self._random.randbytes(size)
        path = self._written(name, content)
        self.checksums[path] = checksum(path)
        return path

    def _written(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def check_report(self, report: UploadReport, server: ImmichServer, user: ServerUser) -> None:
        """A report of a run with faults is complete, and what it says is so."""
        assert sorted(result.path for result in report.results) == self.found
        self.check_said(report, server, user)

    def check_said(self, report: UploadReport, server: ImmichServer, user: ServerUser) -> None:
        """All that a report says is so, though it may not be all."""
        with server.client(user) as immich:
            there = {asset.id: asset for asset in assets_of(immich)}
        for result in report.results:
            text = " ".join([result.reason or "", *result.problems])
            assert user.api_key not in text
            assert result.path.exists() == (result.local != "deleted"), result
            if result.path in self.others:
                assert result.status in {"unsupported", "orphan_sidecar"}
            elif result.status in SETTLED:
                asset = there[result.asset_id or ""]
                assert asset.checksum == self.checksums[result.path]
                assert not asset.is_trashed
            else:
                assert result.status in {"failed", "interrupted"}, result
                assert result.reason
                assert isinstance(result.error, ImmichError | None), result
        for path, sha1 in self.checksums.items():
            assert path.exists() or sha1 in {asset.checksum for asset in there.values()}

    def check_whole(self, server: ImmichServer, user: ServerUser) -> None:
        """Everything is on the server once, where it belongs."""
        with server.client(user) as immich:
            assets = assets_of(immich)
            by_checksum = {asset.checksum: asset for asset in assets}
            assert Counter(asset.checksum for asset in assets) == Counter(
                set(self.checksums.values())
            )
            for still, video in self.pairs.items():
                assert by_checksum[still].live_photo_video_id == by_checksum[video].id
            for sha1, text in self.descriptions.items():
                asset_id = by_checksum[sha1].id
                # A server reads what it was sent a little later.
                patience = time.monotonic() + 10
                while (found := description(immich, asset_id)) != text:
                    assert time.monotonic() < patience, f"{found!r} is not {text!r}"
                    time.sleep(0.01)
            shown = {asset.id for asset in assets} - {
                by_checksum[video].id for video in self.pairs.values()
            }
            [album] = immich.albums.get_all_albums()
            assert album.album_name == ALBUM
            inside = list(immich.search.iter_assets(album_ids=[album.id]))
            assert {asset.id for asset in inside} == shown
            [tag] = immich.tags.get_all_tags()
            tagged = list(immich.search.iter_assets(tag_ids=[tag.id]))
            assert shown <= {asset.id for asset in tagged}


def description(immich: Immich, asset_id: str) -> str | None:
    exif = immich.assets.get_asset_info(asset_id).exif_info
    return (exif.description or None) if exif else None


def assets_of(immich: Immich) -> list[AssetResponseDto]:
    """Every asset of the user, be it in the trash or hidden behind a photo."""
    return list(immich.search.iter_assets(with_deleted=True, with_exif=True))


def _xmp(description: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'tiff:ImageDescription="{description}"/></rdf:RDF></x:xmpmeta>'
    ).encode()
