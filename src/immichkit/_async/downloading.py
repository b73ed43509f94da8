"""Many assets into one folder, at the same time, so that a second run has little to do."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import cast

from immichkit_api import operations
from immichkit_api.models import AssetResponseDto
from msgspec import Struct

from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime, AsyncSource
from immichkit.auth import SharedLink
from immichkit.download_report import DownloadReport, DownloadResult, DownloadStatus
from immichkit.downloads import Expected, expected_of
from immichkit.errors import ImmichError
from immichkit.filenames import safe
from immichkit.layout import Layout, Named, Places
from immichkit.local.manifest import Entry, Manifest

__all__ = ["AsyncDownloading", "Options"]


class Options(Struct, frozen=True, kw_only=True):
    """How to download many: see `AsyncAssets.download_assets`."""

    template: str
    album: str | None
    live_photos: bool
    concurrency: int
    resume: bool
    verify: bool
    on_result: Callable[[DownloadResult], object] | None


class _Found(Struct, frozen=True, kw_only=True):
    """What was learnt of one id: the asset, and an album it is in; or why nothing was."""

    id: str
    asset: AssetResponseDto | None = None
    album: str = ""
    error: Exception | None = None


class _Item(Struct, frozen=True, kw_only=True):
    """One asset, its number in the report, and its file, which ``is_there`` or not yet."""

    number: int
    asset: AssetResponseDto
    path: PurePosixPath
    is_there: bool


class AsyncDownloading:
    """One run of it."""

    def __init__(self, client: AsyncClient, folder: str | PathLike[str], options: Options) -> None:
        if options.concurrency < 1:
            raise ValueError(f"concurrency must be at least 1, not {options.concurrency}.")
        self._client = client
        self._folder = Path(folder).expanduser()
        self._options = options
        self._layout = Layout(options.template)
        self._results: dict[int, DownloadResult] = {}
        self._running: dict[int, _Item] = {}
        self._lock = threading.Lock()
        self._is_over = False
        self._seen: set[str] = set()
        self._count = 0

    async def run(self, assets: AsyncSource[str | AssetResponseDto]) -> DownloadReport:
        """Download ``assets``; broken off, the exception has the report so far as ``report``."""
        await AsyncRuntime.blocking(self._prepare)
        try:
            await AsyncRuntime.for_each(
                self._do, self._items(assets), limit=self._options.concurrency
            )
        except BaseException as error:
            error.report = self._interrupted()  # type: ignore[attr-defined]  # read with getattr
            raise
        finally:
            self._manifest.close()
        return self._report()

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._manifest = Manifest(self._folder)
        known = {entry.id: entry.path for entry in self._manifest.entries.values()}
        self._places = Places(known, reserved=[self._manifest.name])

    async def _items(self, assets: AsyncSource[str | AssetResponseDto]) -> AsyncIterator[_Item]:
        """Each asset with its place; places are given in the assets' order, as at every run."""
        some: list[str | AssetResponseDto] = []
        async for asset in AsyncRuntime.items(assets):
            some.append(asset)
            if len(some) == 2 * self._options.concurrency:
                for item in await self._placed(some):
                    yield item
                some.clear()
        for item in await self._placed(some):
            yield item

    async def _placed(self, some: list[str | AssetResponseDto]) -> list[_Item]:
        items: list[_Item] = []
        limit = self._options.concurrency
        for parts in await AsyncRuntime.map(self._looked_up, some, limit=limit):
            beside: PurePosixPath | None = None
            for found in parts:
                number, self._count = self._count, self._count + 1
                if found.asset is None:
                    self._end(number, found.id, "failed", error=found.error)
                elif found.id in self._seen:
                    self._end(number, found.id, "repeated")
                else:
                    self._seen.add(found.id)
                    item = await AsyncRuntime.blocking(self._place, number, found, beside)
                    beside = item.path
                    items.append(item)
        return items

    async def _looked_up(self, asset: str | AssetResponseDto) -> list[_Found]:
        """What there is to know of an asset, and of the video that belongs to it if asked for."""
        id_ = asset if isinstance(asset, str) else asset.id
        found: list[_Found] = []
        try:
            if isinstance(asset, str):
                asset = await self._client.execute(operations.assets.get_asset_info(id_))
            found.append(_Found(id=id_, asset=asset, album=await self._album(id_)))
            if self._options.live_photos and isinstance(asset.live_photo_video_id, str):
                id_ = asset.live_photo_video_id
                video = await self._client.execute(operations.assets.get_asset_info(id_))
                found.append(_Found(id=id_, asset=video))
        except ImmichError as error:
            found.append(_Found(id=id_, error=error))
        return found

    async def _album(self, id_: str) -> str:
        if self._options.album is not None or not self._layout.names_albums:
            return self._options.album or ""
        albums = await self._client.execute(operations.albums.get_all_albums(asset_id=id_))
        return min((album.album_name for album in albums), default="")

    def _place(self, number: int, found: _Found, beside: PurePosixPath | None) -> _Item:
        """Where the file goes: never to a path that some other file has, ours or not."""
        asset = cast("AssetResponseDto", found.asset)
        wanted = self._layout.path(
            Named(
                id=asset.id,
                name=asset.original_file_name,
                taken=asset.local_date_time,
                album=found.album,
            )
        )
        if beside is not None:
            wanted = beside.with_suffix(PurePosixPath(safe(asset.original_file_name)).suffix)
        known = self._manifest.entries.get(asset.id)
        candidates = list(self._places.candidates(asset.id, wanted))
        for path in candidates:
            is_there = os.path.lexists(self._folder / path)
            is_ours = path != wanted or (known is not None and known.path == str(path))
            expected = self._expected(asset)
            if not is_there or is_ours or self._manifest.here(asset.id, path, expected):
                break
        else:
            path, is_there = candidates[-1], True
        self._places.take(asset.id, path)
        return _Item(number=number, asset=asset, path=path, is_there=is_there)

    def _expected(self, asset: AssetResponseDto) -> Expected:
        by_link = isinstance(self._client.settings.auth, SharedLink)
        return expected_of(asset, edited=False, by_link=by_link)

    async def _do(self, item: _Item) -> None:
        with self._lock:
            self._running[item.number] = item
        id_, path = item.asset.id, self._folder / item.path
        try:
            entry = None
            if item.is_there:
                entry = await AsyncRuntime.blocking(
                    self._manifest.here, id_, item.path, self._expected(item.asset)
                )
            if entry is None:
                status: DownloadStatus = "downloaded"
                entry = await self._download(item, path)
            else:
                status = "present"
            await AsyncRuntime.blocking(self._manifest.add, entry)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is this asset's alone
            self._end(item.number, id_, "failed", path=path, error=error)
        else:
            self._end(item.number, id_, status, path=path, size=entry.size)

    async def _download(self, item: _Item, path: Path) -> Entry:
        await AsyncRuntime.blocking(partial(path.parent.mkdir, parents=True, exist_ok=True))
        options, asset = self._options, item.asset

        async def expected() -> Expected:
            return self._expected(asset)

        saved = await self._client.save(
            operations.assets.download_asset(asset.id),
            path,
            overwrite="replace" if item.is_there else "error",
            resume=options.resume,
            verify=options.verify,
            on_progress=self._go_on,
            expected=expected,
        )
        return Entry(
            id=asset.id,
            path=str(item.path),
            size=saved.size,
            checksum=saved.sha1,
            modified=asset.file_modified_at.timestamp(),
        )

    def _go_on(self, _done: int, _total: int | None) -> None:
        """Leave the file as it is once the run was broken off: threads cannot be cancelled."""
        if self._is_over:
            raise InterruptedError("The downloads were broken off.")

    def _end(
        self,
        number: int,
        id_: str,
        status: DownloadStatus,
        *,
        path: Path | None = None,
        size: int = 0,
        error: Exception | None = None,
    ) -> None:
        result = DownloadResult(asset_id=id_, status=status, path=path, size=size, error=error)
        with self._lock:
            if self._is_over:
                return
            self._running.pop(number, None)
            self._results[number] = result
        if self._options.on_result is not None:
            self._options.on_result(result)

    def _interrupted(self) -> DownloadReport:
        with self._lock:
            self._is_over = True
            for number, item in self._running.items():
                path = self._folder / item.path
                self._results[number] = DownloadResult(
                    asset_id=item.asset.id, status="interrupted", path=path
                )
        return self._report()

    def _report(self) -> DownloadReport:
        return DownloadReport([result for _, result in sorted(self._results.items())])
