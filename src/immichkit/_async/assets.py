"""Photos and videos: moving whole folders of them in, next to the operations on single ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from immichkit_api import operations
from immichkit_api.groups.assets import AsyncAssetsApi
from immichkit_api.types import Overwrite, Progress, SavedFile

from immichkit._async.client import AsyncClient
from immichkit.auth import SharedLink
from immichkit.downloads import UNREADABLE, Expected, expected_of

if TYPE_CHECKING:
    from immichkit_api.models import AssetResponseDto
    from immichkit_api.models.asset_visibility import AssetVisibilityLike

    from immichkit._runtime import AsyncSource
    from immichkit.download_progress import OnDownloadProgress
    from immichkit.download_report import DownloadReport, DownloadResult
    from immichkit.local.files import LocalFiles
    from immichkit.upload_report import AuditReport, UploadReport
    from immichkit.uploads import AlbumChoice, OnProgress

__all__ = ["AsyncAssets"]


class AsyncAssets(AsyncAssetsApi):
    """Photos and videos."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    async def download_asset_to_file(
        self,
        id: str | AssetResponseDto,
        target: str | PathLike[str],
        *,
        edited: bool | None = None,
        key: str | None = None,
        slug: str | None = None,
        overwrite: Overwrite = "error",
        resume: bool = True,
        verify: bool = True,
        on_progress: Progress | None = None,
    ) -> SavedFile:
        """Save an original, or its edited form, and prove that it is the one on the server.

        ``target`` is the file itself, or a folder to put it into by the name that the server
        gives. The bytes wait in ``target`` + ".part" until they are whole; what an earlier call
        left there is continued if the server's file is still the same, unless ``resume`` is False.
        ``overwrite`` says what happens to a file that is there already.

        With ``verify`` the SHA-1 must equal the asset's ``checksum``, else `IntegrityError` is
        raised and there is no file; only the length is checked of edited forms, of files in
        external libraries, and where the caller may not read the asset. It costs a question to the
        server, unless the asset itself is given in place of its id. The file is dated as the asset.

        ``GET /assets/{id}/original`` · needs asset.download, asset.read to verify · since v1
        """
        asset = None if isinstance(id, str) else id
        id_ = id if isinstance(id, str) else id.id
        by_link = bool(key or slug) or isinstance(self._client.settings.auth, SharedLink)

        async def expected() -> Expected:
            found = asset
            if found is None and verify:
                info = operations.assets.get_asset_info(id_, key=key, slug=slug)
                try:
                    found = await self._client.execute(info)
                except UNREADABLE:
                    # The answer to the download says what is wrong, if anything is.
                    found = None
            if found is None:
                return Expected()
            return expected_of(found, edited=bool(edited), by_link=by_link)

        return await self._client.save(
            operations.assets.download_asset(id_, edited=edited, key=key, slug=slug),
            target,
            overwrite=overwrite,
            resume=resume,
            verify=verify,
            on_progress=on_progress,
            expected=expected,
        )

    async def download_assets(
        self,
        assets: AsyncSource[str | AssetResponseDto],
        folder: str | PathLike[str],
        *,
        template: str = "{taken:%Y/%m}/{name}",
        album: str | None = None,
        live_photos: bool = False,
        edited: bool = False,
        sidecars: bool = False,
        concurrency: int = 4,
        resume: bool = True,
        verify: bool = True,
        on_result: Callable[[DownloadResult], object] | None = None,
        on_progress: OnDownloadProgress | None = None,
    ) -> DownloadReport:
        """What became of each of ``assets``, whose originals are then in ``folder``.

        ``assets`` are ids or what a search gives, taken as they are needed: `search.iter_assets`
        can be handed in as it is. ``template`` makes the path below the folder out of ``{taken}``
        with a format of `strftime`, ``{name}``, ``{stem}``, ``{ext}``, ``{id}`` and ``{album}``,
        which is ``album`` or else asked for. Where two have one path, the later asset's id is
        added: of a list, which is gone through by id, the one with the higher id, of an iterator
        the one that comes later. A file that somebody else put there is never touched.

        ``live_photos`` brings their videos along, under the name of the photo, ``edited`` what
        edits made of it, as ``IMG_1 (edited).jpeg``, fetched again whenever the asset has changed.
        ``sidecars`` writes an ``IMG_1.jpg.xmp`` with description, rating, date, place, tags and
        people as the server knows them now; the one that was uploaded, v3.1 never gives back.

        A manifest in the folder, ``.immichkit-manifest.jsonl``, says what lies where, so that
        another run keeps the places and fetches only what is missing or different. ``verify``
        and ``resume`` are those of `download_asset_to_file`. A failure is that of one file only:
        the report has it, and its ``raise_for_failures`` raises. If all is broken off, the report
        is the attribute ``report`` of the exception. ``on_result`` is called with each result,
        ``on_progress`` up to ten times a second with a `DownloadProgress`.

        ``GET /assets/{id}/original`` · needs asset.download; asset.read for ids, videos and
        sidecars; album.read where the template asks for albums
        """
        if isinstance(assets, str):
            raise TypeError(f"This takes several assets: [{assets!r}].")
        from immichkit._async.downloading import AsyncDownloading, Options  # noqa: PLC0415

        options = Options(
            template=template,
            album=album,
            live_photos=live_photos,
            edited=edited,
            sidecars=sidecars,
            concurrency=concurrency,
            resume=resume,
            verify=verify,
            on_result=on_result,
            on_progress=on_progress,
        )
        return await AsyncDownloading(self._client, folder, options).run(assets)

    async def upload(
        self,
        *sources: LocalFiles,
        recursive: bool = True,
        include: str | Iterable[str] = (),
        exclude: str | Iterable[str] = (),
        include_hidden: bool = False,
        album: AlbumChoice = None,
        album_by: Literal["folder"] | None = None,
        sidecars: bool = True,
        live_photos: Literal["server", "by_name"] = "server",
        favorite: bool | None = None,
        visibility: AssetVisibilityLike | None = None,
        tags: Iterable[str] = (),
        restore_trashed: bool = False,
        concurrency: int = 4,
        hash_cache: bool | str | PathLike[str] = True,
        after: Literal["keep", "delete"] | PathLike[str] = "keep",
        on_progress: OnProgress | None = None,
    ) -> UploadReport:
        """Send the photos and videos that the server does not have; what became of each file.

        ``sources`` are files, folders, patterns such as ``"photos/**/*.jpg"``, or iterables of
        them. Hidden and systems' own files and folders are left out, as is what ``exclude`` names
        in the words of a ``.gitignore``; with ``include`` only what it names is taken. What the
        server takes, the server is asked. A photo's sidecar goes with it. The server links live
        photos by what is in the files; ``live_photos="by_name"`` links those of one name.

        What the server has already is not sent, but put into the ``album`` and tagged as well; an
        asset in its trash stays there unless ``restore_trashed`` is given. ``album`` is a name, or
        a function from the path to one; ``album_by="folder"`` takes the folder's. ``hash_cache``
        remembers the SHA-1 of files that do not change, in the user's cache folder, or elsewhere
        if it is a path. ``after`` deletes a local file, or moves it to a folder, once the server,
        asked anew, surely has it.

        One file's failure stops no other: the report has it, and its ``raise_for_failures``
        raises. If all is broken off, what was done so far is the attribute ``report`` of the
        exception; run it again, and only the rest is sent. ``on_progress`` is called ten times a
        second with an `UploadProgress`. In dry run the report is what it would be.

        ``POST /assets`` · needs asset.upload; asset.read, album.read, album.create,
        albumAsset.create, tag.create, tag.asset, asset.delete for what is asked beyond that
        """
        from immichkit._async.uploading import AsyncUploading  # noqa: PLC0415
        from immichkit.uploads import UploadOptions  # noqa: PLC0415
        from immichkit.walking import Selection  # noqa: PLC0415

        options = UploadOptions(
            selection=Selection(include, exclude, include_hidden),
            recursive=recursive,
            album=album,
            album_by=album_by,
            sidecars=sidecars,
            live_photos=live_photos,
            favorite=favorite,
            visibility=visibility,
            tags=tuple([tags] if isinstance(tags, str) else tags),
            restore_trashed=restore_trashed,
            concurrency=concurrency,
            hash_cache=hash_cache if isinstance(hash_cache, bool) else Path(hash_cache),
            after=after if isinstance(after, str) else Path(after),
        )
        return await AsyncUploading(self._client, options).upload(sources, on_progress)

    async def audit(
        self,
        *sources: LocalFiles,
        recursive: bool = True,
        include: str | Iterable[str] = (),
        exclude: str | Iterable[str] = (),
        include_hidden: bool = False,
        concurrency: int = 4,
        hash_cache: bool | str | PathLike[str] = True,
        on_progress: OnProgress | None = None,
    ) -> AuditReport:
        """Which of the files the server has, under which name, and which it lacks; sends none.

        The files are those that `upload` would find with the same arguments.

        ``POST /assets/bulk-upload-check`` · needs asset.upload, and asset.read for the names
        """
        from immichkit._async.auditing import AsyncAuditing  # noqa: PLC0415
        from immichkit.uploads import UploadOptions  # noqa: PLC0415
        from immichkit.walking import Selection  # noqa: PLC0415

        options = UploadOptions(
            selection=Selection(include, exclude, include_hidden),
            recursive=recursive,
            concurrency=concurrency,
            hash_cache=hash_cache if isinstance(hash_cache, bool) else Path(hash_cache),
        )
        return await AsyncAuditing(self._client, options).audit(sources, on_progress)
