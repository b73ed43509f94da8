"""Archives: what an album or a user has as zips, each of them checked."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from immichkit_api import operations
from immichkit_api.groups.download import AsyncDownloadApi
from immichkit_api.types import UNSET, Overwrite, Progress, UnsetType

from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime
from immichkit.archives import Content, ZipEntry, compared, numbered_archive
from immichkit.batches import unique
from immichkit.download_report import ArchiveReport, ArchiveResult
from immichkit.downloads import UNREADABLE, Expected
from immichkit.errors import ImmichError, IntegrityError
from immichkit.local.destination import Destination
from immichkit.local.zip_file import entries_of
from immichkit.needs import needs
from immichkit.reports import attach_report

if TYPE_CHECKING:
    from immichkit_api.models import AssetResponseDto

__all__ = ["AsyncDownload"]

_AT_ONCE = 8
"""Questions about single assets that are on their way to the server."""


class AsyncDownload(AsyncDownloadApi):
    """Many files at once, as archives."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    @needs("download.get_download_info", "download.download_archive")
    @needs("assets.get_asset_info", when=lambda given: given["verify"])
    async def download_archive_to_file(  # type: ignore[override]  # richer than the twin: it plans
        self,
        target: str | PathLike[str],
        *,
        album_id: str | None = None,
        asset_ids: Sequence[str] | None = None,
        user_id: str | None = None,
        archive_size: int | None = None,
        edited: bool | UnsetType = UNSET,
        key: str | None = None,
        slug: str | None = None,
        overwrite: Overwrite = "error",
        verify: bool = True,
        on_progress: Progress | None = None,
    ) -> ArchiveReport:
        """What became of the zips that hold an album, some assets, or all that a user has.

        Give one of ``album_id``, ``asset_ids`` and ``user_id``. ``target`` is the file, or a
        folder that gets an ``immich.zip``; where the server makes several archives, of little more
        than ``archive_size`` bytes each (4 GiB unless given), they are called ``album+1.zip``,
        ``album+2.zip`` and so on. Videos of live photos are in them, what is in the trash is not.

        An archive cannot be continued, and v3.1 ends it without a word where an error stopped it.
        So each is read through before it gets its name: every entry's CRC and size, and how many
        there are. With ``verify`` the assets are looked up, too, and compared by their SHA-1. A
        broken archive is fetched once more, and then reported; so are assets that are missing.
        If all is broken off, the report so far is the attribute ``report`` of the exception.

        ``POST /download/info``, ``POST /download/archive`` · needs asset.download, and
        asset.read to verify · since v1
        """
        AsyncRuntime.check_callback("on_progress", on_progress)
        given = {"album_id": album_id, "asset_ids": asset_ids, "user_id": user_id}
        if sum(value is not None for value in given.values()) != 1:
            raise ValueError(f"Give one of {', '.join(given)}.")
        wanted = unique("asset_ids", asset_ids or ())
        destination = await AsyncRuntime.blocking(_destination, target, overwrite)
        if asset_ids is not None and not wanted:
            return ArchiveReport(archives=[])
        info = await self._client.execute(
            operations.download.get_download_info(
                album_id=UNSET if album_id is None else album_id,
                asset_ids=UNSET if asset_ids is None else wanted,
                user_id=UNSET if user_id is None else user_id,
                archive_size=UNSET if archive_size is None else archive_size,
                key=key,
                slug=slug,
            )
        )
        # v3.1 may name an asset twice, and would then pack it twice.
        groups = [list(dict.fromkeys(group.asset_ids)) for group in info.archives]
        place = destination.file
        paths = [place]
        if len(groups) != 1:
            paths = [numbered_archive(place, number) for number in range(1, len(groups) + 1)]
        if overwrite == "error":
            # Before the first of them comes, not when it is the last one's turn.
            await AsyncRuntime.blocking(_check_free, paths)
        archive = _Archive(
            self._client,
            overwrite=overwrite,
            verify=verify,
            edited=edited,
            key=key,
            slug=slug,
            on_progress=on_progress,
        )
        offered = {id_ for ids in groups for id_ in ids}
        left_out = [id_ for id_ in wanted if id_ not in offered]
        results: list[ArchiveResult] = []
        try:
            for path, ids in zip(paths, groups, strict=True):
                results.append(await archive.fetched(path, ids))
        except BaseException as error:
            why = error if isinstance(error, Exception) else InterruptedError("It was broken off.")
            for path, ids in list(zip(paths, groups, strict=True))[len(results) :]:
                results.append(ArchiveResult(path=path, asset_ids=ids, error=why))
            attach_report(error, ArchiveReport(archives=results, left_out=left_out))
            raise
        return ArchiveReport(archives=results, left_out=left_out)


class _Archive:
    """Fetches one zip after the other, by the same rules."""

    def __init__(
        self,
        client: AsyncClient,
        *,
        overwrite: Overwrite,
        verify: bool,
        edited: bool | UnsetType,
        key: str | None,
        slug: str | None,
        on_progress: Progress | None,
    ) -> None:
        self._client = client
        self._overwrite: Overwrite = overwrite
        self._verify = verify
        self._edited = edited
        self._key = key
        self._slug = slug
        self._on_progress = on_progress

    async def fetched(self, path: Path, ids: list[str]) -> ArchiveResult:
        """What became of the archive of the assets ``ids``."""
        try:
            known = await self._known(ids) if self._verify else {}
            try:
                return await self._fetched_once(path, ids, known)
            except IntegrityError:
                return await self._fetched_once(path, ids, known)
        except ImmichError as error:
            return ArchiveResult(path=path, asset_ids=ids, error=error)

    async def _fetched_once(
        self, path: Path, ids: list[str], known: dict[str, AssetResponseDto]
    ) -> ArchiveResult:
        request = operations.download.download_archive(
            asset_ids=ids, edited=self._edited, key=self._key, slug=self._slug
        )
        entries: list[ZipEntry] = []
        content = Content([], [])

        def check(part: Path, _sha1: str) -> None:
            nonlocal content
            entries[:] = entries_of(part)
            content = compared(ids, entries, known, edited=self._edited is True)

        async def expected() -> Expected:
            return Expected(check=check)

        saved = await self._client.save(
            request,
            path,
            overwrite=self._overwrite,
            on_progress=self._on_progress,
            expected=expected,
        )
        if not saved.written:
            await AsyncRuntime.blocking(check, saved.path, saved.sha1)
        return ArchiveResult(
            path=saved.path,
            asset_ids=ids,
            size=saved.size,
            entries=len(entries),
            missing=content.missing,
            proven=content.proven,
        )

    async def _known(self, ids: list[str]) -> dict[str, AssetResponseDto]:
        found = await AsyncRuntime.map(self._looked_up, ids, limit=_AT_ONCE)
        return {asset.id: asset for asset in found if asset is not None}

    async def _looked_up(self, id_: str) -> AssetResponseDto | None:
        info = operations.assets.get_asset_info(id_, key=self._key, slug=self._slug)
        try:
            return await self._client.execute(info)
        except UNREADABLE:
            return None  # who may not read it can have it all the same, if only counted


def _destination(target: str | PathLike[str], overwrite: Overwrite) -> Destination:
    return Destination(target, overwrite, fallback="immich.zip")


def _check_free(paths: Sequence[Path]) -> None:
    for path in paths:
        Destination(path, "error", fallback=path.name).settled()
