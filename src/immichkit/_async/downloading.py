"""Many assets into one folder, at the same time, so that a second run has little to do."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Collection
from functools import partial
from itertools import count
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import TypeAlias, cast

from immichkit_api import operations
from immichkit_api.models import AssetResponseDto
from immichkit_api.structs import Reduced
from immichkit_api.types import Overwrite, SavedFile
from msgspec import Struct, structs

from immichkit._async.client import AsyncClient
from immichkit._async.run_client import AsyncRunClient
from immichkit._runtime import AsyncRuntime, AsyncSource
from immichkit.auth import SharedLink
from immichkit.download_progress import Meter, OnDownloadProgress
from immichkit.download_report import DownloadKind, DownloadReport, DownloadResult, DownloadStatus
from immichkit.downloads import Expected, expected_content, expected_of
from immichkit.errors import ImmichError
from immichkit.filenames import safe, suggested
from immichkit.layout import Layout, Named, by_id, marked, owner_of
from immichkit.local.destination import write_whole
from immichkit.local.manifest import Entry
from immichkit.local.placing import Placing
from immichkit.options import check_number
from immichkit.reports import attach_report
from immichkit.sidecar import sidecar_of

__all__ = ["AsyncDownloading", "Options"]

_Number: TypeAlias = tuple[int, int]
"""Where a file's result stands in the report: its asset's place, its own among the asset's."""


class Options(Struct, frozen=True, kw_only=True):
    """How to download many: see `AsyncAssets.download_assets`."""

    template: str
    album: str | None
    live_photos: bool
    edited: bool
    sidecars: bool
    concurrency: int
    resume: bool
    verify: bool
    on_result: Callable[[DownloadResult], object] | None
    on_progress: OnDownloadProgress | None


class _Found(Struct, frozen=True, kw_only=True):
    """What was learnt of one file: its asset, and what its name needs; or why nothing was."""

    id: str
    kind: DownloadKind = "original"
    asset: AssetResponseDto | None = None
    album: str = ""
    ending: str = ""
    error: Exception | None = None


class _Item(Struct, frozen=True, kw_only=True):
    """One file, with what it has to be; ``content`` is all of it, if it is not to be fetched."""

    number: _Number
    id: str
    kind: DownloadKind
    path: PurePosixPath
    is_there: bool
    expected: Expected
    content: bytes | None


class AsyncDownloading:
    """One run of it."""

    def __init__(self, client: AsyncClient, folder: str | PathLike[str], options: Options) -> None:
        check_number("concurrency", options.concurrency, least=1, whole=True)
        for name in ("on_result", "on_progress"):
            AsyncRuntime.check_callback(name, getattr(options, name))
        self._client = AsyncRunClient(client)
        self._folder = Path(folder).expanduser()
        self._options = options
        self._layout = Layout(options.template)
        self._meter = Meter()
        self._telling = AsyncRuntime.lock()
        self._failure: Exception | None = None
        self._results: dict[_Number, DownloadResult] = {}
        self._running: dict[_Number, _Item] = {}
        self._lock = threading.Lock()
        self._is_over = False
        self._seen: set[str] = set()

    async def run(self, assets: AsyncSource[str | AssetResponseDto]) -> DownloadReport:
        """Download ``assets``; broken off, the exception has the report so far as ``report``."""
        self._placing = await AsyncRuntime.blocking(Placing, self._folder)
        try:
            await AsyncRuntime.for_each(
                self._do, self._items(assets), limit=self._options.concurrency
            )
            await self._tell(is_last=True)
        except BaseException as error:
            attach_report(error, self._interrupted())
            raise
        finally:
            self._placing.manifest.close()
        return self._report()

    async def _items(self, assets: AsyncSource[str | AssetResponseDto]) -> AsyncIterator[_Item]:
        """Each file with its place; places are given in the order of `_numbered`."""
        some: list[tuple[int, str | AssetResponseDto]] = []
        async for pair in self._numbered(assets):
            some.append(pair)
            if len(some) == 2 * self._options.concurrency:
                for item in await self._placed(some):
                    yield item
                some.clear()
        for item in await self._placed(some):
            yield item
        self._meter.all_found()
        await self._tell()

    async def _numbered(
        self, assets: AsyncSource[str | AssetResponseDto]
    ) -> AsyncIterator[tuple[int, str | AssetResponseDto]]:
        """The assets with their numbers: by id if all are known already, else as they come."""
        if isinstance(assets, Collection):
            for pair in by_id(assets, _id_of):
                yield pair
            return
        numbers = count()
        async for asset in AsyncRuntime.items(assets):
            yield next(numbers), asset

    async def _placed(self, some: list[tuple[int, str | AssetResponseDto]]) -> list[_Item]:
        items: list[_Item] = []
        limit = self._options.concurrency
        looked_up = await AsyncRuntime.map(self._looked_up, [one for _, one in some], limit=limit)
        for (place, _), parts in zip(some, looked_up, strict=True):
            beside: PurePosixPath | None = None
            for part, found in enumerate(parts):
                number = place, part
                self._meter.found()
                await self._tell()
                owner = owner_of(found.id, found.kind)
                if found.asset is None:
                    await self._end(number, found.id, found.kind, "failed", error=found.error)
                elif owner not in self._seen:
                    self._seen.add(owner)
                    item = await AsyncRuntime.blocking(self._item, number, found, beside)
                    beside = beside or item.path
                    items.append(item)
                else:
                    await self._end(number, found.id, found.kind, "repeated")
                    if beside is None:
                        break
        return items

    async def _looked_up(self, asset: str | AssetResponseDto) -> list[_Found]:
        """What there is to know of an asset, and of what else was asked for that it has."""
        id_, options = _id_of(asset), self._options
        kind: DownloadKind = "original"
        found: list[_Found] = []
        try:
            if isinstance(asset, str) or options.sidecars:
                # What a search gives lacks the tags and the people.
                asset = await self._client.execute(operations.assets.get_asset_info(id_))
            if isinstance(asset, Reduced):
                why = f"The shared link hides metadata, and so the name and the date of {id_}."
                return [_Found(id=id_, error=ImmichError(why))]
            found.append(_Found(id=id_, asset=asset, album=await self._album(id_)))
            if options.sidecars:
                found.append(_Found(id=id_, kind="sidecar", asset=asset))
            if options.edited and asset.is_edited:
                kind = "edited"
                ending = await self._ending(id_)
                found.append(_Found(id=id_, kind=kind, asset=asset, ending=ending))
            if options.live_photos and isinstance(asset.live_photo_video_id, str):
                id_, kind = asset.live_photo_video_id, "original"
                video = await self._client.execute(operations.assets.get_asset_info(id_))
                found.append(_Found(id=id_, asset=video))
        except ImmichError as error:
            found.append(_Found(id=id_, kind=kind, error=error))
        return found

    async def _album(self, id_: str) -> str:
        if self._options.album is not None or not self._layout.names_albums:
            return self._options.album or ""
        albums = await self._client.execute(operations.albums.get_all_albums(asset_id=id_))
        return min((album.album_name for album in albums), default="")

    async def _ending(self, id_: str) -> str:
        """That of an edited version, whose format the server's settings choose."""
        known = self._placing.known(id_, "edited")
        if known is not None:
            return known.suffix
        async with self._client.stream(operations.assets.download_asset(id_, edited=True)) as body:
            headers = body.headers
        disposition = headers.get("content-disposition", "")
        return PurePosixPath(suggested(disposition, headers.get("content-type", ""), id_)).suffix

    def _item(self, number: _Number, found: _Found, beside: PurePosixPath | None) -> _Item:
        """A file with its place: the original's by the template, the others' beside it."""
        asset = cast("AssetResponseDto", found.asset)
        content = None
        expected = self._expected(asset)
        if beside is None:
            wanted = self._layout.path(
                Named(
                    id=asset.id,
                    name=asset.original_file_name,
                    taken=asset.local_date_time,
                    album=found.album,
                )
            )
        elif found.kind == "sidecar":
            content = sidecar_of(asset)
            expected = expected_content(content)
            wanted = beside.with_name(f"{beside.name}.xmp")
        elif found.kind == "edited":
            # Nothing else tells one edit from the next.
            expected = Expected(modified_at=asset.updated_at)
            wanted = marked(beside, "edited").with_suffix(found.ending)
        else:
            wanted = beside.with_suffix(PurePosixPath(safe(asset.original_file_name)).suffix)
        # Under any other name, a sidecar would be one of nothing.
        place = self._placing.place if content is None else self._placing.fixed
        path, is_there = place(asset.id, found.kind, wanted, expected)
        return _Item(
            number=number,
            id=asset.id,
            kind=found.kind,
            path=path,
            is_there=is_there,
            expected=expected,
            content=content,
        )

    def _expected(self, asset: AssetResponseDto) -> Expected:
        by_link = isinstance(self._client.settings.auth, SharedLink)
        return expected_of(asset, edited=False, by_link=by_link)

    async def _do(self, item: _Item) -> None:
        with self._lock:
            self._running[item.number] = item
        manifest, path = self._placing.manifest, self._folder / item.path
        try:
            entry = None
            if item.is_there:
                entry = await AsyncRuntime.blocking(
                    manifest.here, item.id, item.kind, item.path, item.expected
                )
            status: DownloadStatus = "downloaded" if entry is None else "present"
            aside = None
            if entry is None:
                if item.is_there:
                    aside = await AsyncRuntime.blocking(
                        manifest.set_aside, item.id, item.kind, item.path
                    )
                entry = await self._brought(item, path)
            await AsyncRuntime.blocking(manifest.add, entry)
        except Exception as error:
            if error is self._failure:
                raise
            # Whatever else it is, it is this file's alone.
            await self._end(item.number, item.id, item.kind, "failed", path=path, error=error)
        else:
            await self._end(
                item.number,
                item.id,
                item.kind,
                status,
                path=path,
                size=entry.size,
                set_aside=aside,
            )

    async def _brought(self, item: _Item, path: Path) -> Entry:
        """What is at ``path`` now."""
        overwrite: Overwrite = "replace" if item.is_there else "error"
        if item.content is not None:
            saved = await AsyncRuntime.blocking(write_whole, path, item.content, overwrite)
        else:
            saved = await self._fetched(item, path, overwrite)
        return _entry(item, saved.size, saved.sha1)

    async def _fetched(self, item: _Item, path: Path, overwrite: Overwrite) -> SavedFile:
        async def expected() -> Expected:
            if item.expected.checksum is not None:
                return item.expected
            # Only the manifest can tell that it is ours: it says so before there is a file.
            return structs.replace(item.expected, check=announce)

        def announce(part: Path, sha1: str) -> None:
            entry = _entry(item, part.stat().st_size, sha1)
            self._placing.manifest.add(structs.replace(entry, is_coming=True))

        is_edited = True if item.kind == "edited" else None
        return await self._client.save(
            operations.assets.download_asset(item.id, edited=is_edited),
            path,
            overwrite=overwrite,
            resume=self._options.resume,
            verify=self._options.verify,
            on_progress=partial(self._go_on, item.number),
            expected=expected,
        )

    async def _go_on(self, number: _Number, here: int, _total: int | None) -> None:
        """Leave the file as it is once the run was broken off: threads cannot be cancelled."""
        if self._is_over:
            raise InterruptedError("The downloads were broken off.")
        self._meter.received(number, here)
        await self._tell()

    async def _tell(self, *, is_last: bool = False) -> None:
        """Tell how far it is; what that raises ends the run, and is no fault of a file's."""
        if self._options.on_progress is None:
            return
        # One at a time, so that no event comes after a later one.
        async with self._telling:
            event = None if self._failure else self._meter.event(is_last=is_last)
            if event is None:
                return
            try:
                await AsyncRuntime.call(self._options.on_progress, event)
            except Exception as error:
                self._failure = error
                raise

    async def _end(
        self,
        number: _Number,
        id_: str,
        kind: DownloadKind,
        status: DownloadStatus,
        *,
        path: Path | None = None,
        size: int = 0,
        error: Exception | None = None,
        set_aside: Path | None = None,
    ) -> None:
        result = DownloadResult(
            asset_id=id_,
            status=status,
            kind=kind,
            path=path,
            size=size,
            error=error,
            set_aside=set_aside,
        )
        with self._lock:
            if self._is_over:
                return
            self._running.pop(number, None)
            self._results[number] = result
        self._meter.end(number)
        await self._tell()
        if self._options.on_result is not None:
            await AsyncRuntime.call(self._options.on_result, result)

    def _interrupted(self) -> DownloadReport:
        with self._lock:
            self._is_over = True
            for number, item in self._running.items():
                self._results[number] = DownloadResult(
                    asset_id=item.id,
                    status="interrupted",
                    kind=item.kind,
                    path=self._folder / item.path,
                )
        return self._report()

    def _report(self) -> DownloadReport:
        return DownloadReport(results=[result for _, result in sorted(self._results.items())])


def _entry(item: _Item, size: int, sha1: str) -> Entry:
    date = item.expected.modified_at
    return Entry(
        id=item.id,
        path=str(item.path),
        size=size,
        checksum=sha1,
        kind=item.kind,
        modified=None if date is None else date.timestamp(),
    )


def _id_of(asset: str | AssetResponseDto) -> str:
    return asset if isinstance(asset, str) else asset.id
