"""Photos and videos: moving whole folders of them in, next to the operations on single ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from immichkit_api import operations
from immichkit_api.groups.assets import AsyncAssetsApi
from immichkit_api.types import Overwrite, Progress, SavedFile

from immichkit._async.client import AsyncClient
from immichkit.auth import SharedLink
from immichkit.batches import LIMIT
from immichkit.downloads import UNREADABLE, Expected, expected_of
from immichkit.needs import needs
from immichkit.options import check_number, check_several, check_type
from immichkit.plans import counted

if TYPE_CHECKING:
    from immichkit_api.models import AssetResponseDto
    from immichkit_api.models.asset_visibility import AssetVisibilityLike

    from immichkit._runtime import AsyncSource
    from immichkit.apply_report import ApplyReport, OnApplyProgress
    from immichkit.download_progress import OnDownloadProgress
    from immichkit.download_report import DownloadReport, DownloadResult
    from immichkit.local.files import LocalFiles
    from immichkit.processing import ProcessingReport
    from immichkit.upload_report import AuditReport, UploadReport
    from immichkit.uploads import AlbumChoice, OnProgress

__all__ = ["AsyncAssets"]


class AsyncAssets(AsyncAssetsApi):
    """Photos and videos."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    @needs("assets.download_asset")
    @needs("assets.get_asset_info", when=lambda given: given["verify"] and _is_id(given.get("id")))
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
        ``overwrite`` says what happens to a file that is there already: with "skip" it is left
        alone, and ``verified`` is False if it is not proven to be what the server has.

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

    @needs("assets.download_asset", "assets.get_asset_info")
    @needs(
        "albums.get_all_albums",
        when=lambda given: "{album" in given["template"] and given["album"] is None,
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
        with a format of `strftime`, ``{name}``, ``{stem}``, ``{ext}`` without its dot, ``{id}``
        and ``{album}``, which is ``album`` or else asked for. Where two have one path, the later
        asset's id is added: of a list, which is gone through by id, the one with the higher id, of
        an iterator the one that comes later. A file that somebody else put there, or has changed
        since it was downloaded, is never touched.

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
        check_several("assets", assets, "assets or their ids")
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

    @needs("server.get_supported_media_types", "assets.check_bulk_upload")
    @needs("assets.upload_asset", "assets.get_asset_info")
    @needs("albums.get_all_albums", when=("album", "album_by"))
    @needs("albums.create_album", "albums.add_assets_to_album", when=("album", "album_by"))
    @needs("tags.upsert_tags", "tags.bulk_tag_assets", when="tags")
    @needs("stacks.search_stacks", "search.search_assets", when="stack")
    @needs("stacks.create_stack", "stacks.update_stack", when="stack")
    @needs("trash.restore_assets", when="restore_trashed")
    @needs("assets.update_asset", when="live_photos")
    @needs("assets.delete_assets", optional=True)
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
        tags: str | Iterable[str] = (),
        stack: Any = None,
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

        With ``stack`` the files of this call are stacked once the server has read their dates: it
        is the name of a preset, such as ``"raw+jpeg"``, or criteria as `group_assets` takes them,
        an empty text for the default. Other members of their stacks stay in these.

        What the server has already is not sent, but put into the ``album`` and tagged as well; an
        asset in its trash stays there unless ``restore_trashed`` is given. ``album`` is a name, or
        a function from the path to one; ``album_by="folder"`` takes the folder's. It is your own
        album of that name, never one that somebody shares with you. ``hash_cache``
        remembers the SHA-1 of files that do not change, in the user's cache folder, or elsewhere
        if it is a path. ``after`` deletes a local file, or moves it to a folder, once the server,
        asked anew, surely has it; what lies in that folder is left out.

        One file's failure stops no other: the report has it, and its ``raise_for_failures``
        raises. If all is broken off, what was done so far is the attribute ``report`` of the
        exception; run it again, and only the rest is sent. ``on_progress`` is called ten times a
        second with an `UploadProgress`. In dry run the report is what it would be.

        ``POST /assets`` · needs asset.upload, asset.read, and more for what is asked beyond that:
        `immichkit.permissions` says it. With asset.delete it takes back a file that was written to
        while it was sent.
        """
        from immichkit._async.uploading import AsyncUploading  # noqa: PLC0415
        from immichkit.local.files import checked, expanded  # noqa: PLC0415
        from immichkit.uploads import UploadOptions  # noqa: PLC0415
        from immichkit.walking import Selection  # noqa: PLC0415

        if stack is not None:
            from immichkit.stacking.reading import read_criteria  # noqa: PLC0415

            # What is wrong with them is said before anything is sent.
            read_criteria(stack, strictly=True)

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
            stack=stack,
            restore_trashed=restore_trashed,
            concurrency=concurrency,
            hash_cache=hash_cache if isinstance(hash_cache, bool) else expanded(hash_cache),
            after=after if isinstance(after, str) else expanded(after),
        )
        return await AsyncUploading(self._client, options).upload(checked(sources), on_progress)

    @needs("server.get_supported_media_types", "assets.check_bulk_upload")
    @needs("assets.get_asset_info")
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
        from immichkit.local.files import checked, expanded  # noqa: PLC0415
        from immichkit.uploads import UploadOptions  # noqa: PLC0415
        from immichkit.walking import Selection  # noqa: PLC0415

        options = UploadOptions(
            selection=Selection(include, exclude, include_hidden),
            recursive=recursive,
            concurrency=concurrency,
            hash_cache=hash_cache if isinstance(hash_cache, bool) else expanded(hash_cache),
        )
        return await AsyncAuditing(self._client, options).audit(checked(sources), on_progress)

    @needs("server.get_server_features", "assets.delete_assets", "search.search_assets")
    @needs("assets.get_asset_info", optional=True)
    @needs("users.get_my_user", when="journal")
    async def trash(
        self,
        assets: AsyncSource[Any],
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Move any number of assets, or ids, to the trash; what became of each, in their order.

        Assets are models, rows of a mirror or mappings. Those in the trash already are left as they
        are. One that is not there, or not yours, stops no other. The trash is looked at afterwards:
        what is not in it has failed, whatever the server said. If the server's trash is switched
        off, nothing is sent and `ValueError` raised. With ``journal`` the way back is written
        first.

        ``DELETE /assets`` · needs asset.delete, asset.read; user.read with a journal
        """
        from immichkit._async.trashing import AsyncTrashing, ids_from  # noqa: PLC0415
        from immichkit.trashing import TRASH  # noqa: PLC0415

        trashing = AsyncTrashing(
            self._client, TRASH, journal=journal, limit=limit, on_progress=on_progress
        )
        return await trashing.run(await ids_from(assets))

    @needs("assets.delete_assets")
    async def delete(
        self,
        assets: AsyncSource[Any],
        *,
        permanently: bool = False,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Delete any number of assets, or ids, for good; what became of each, in their order.

        Assets are models, rows of a mirror or mappings. It cannot be undone, so nothing is sent
        without ``permanently``: a `ValueError` says how many it would have been. ``done`` is what
        the server has promised; it deletes later. One that is not there, or not yours, stops no
        other.

        ``DELETE /assets`` · needs asset.delete
        """
        from immichkit._async.trashing import AsyncTrashing, ids_from  # noqa: PLC0415
        from immichkit.trashing import DELETE  # noqa: PLC0415

        check_type("permanently", permanently, bool, "True or False")
        ids = await ids_from(assets)
        if not permanently:
            raise ValueError(
                f"{counted(len(set(ids)), 'asset')} would be deleted for good, which cannot be "
                "undone. Say permanently=True if that is meant, or use trash()."
            )
        trashing = AsyncTrashing(self._client, DELETE, limit=limit, on_progress=on_progress)
        return await trashing.run(ids)

    @needs("assets.get_asset_info")
    @needs("queues.get_queues", when="watch_queues")
    async def wait_until_processed(
        self,
        ids: Iterable[str],
        *,
        timeout: float | None = 600,
        watch_queues: bool = False,
    ) -> ProcessingReport:
        """How far the server is with these assets, once it is done with all or time is over.

        It is done when metadata and thumbnails are there; faces, search by contents and the
        transcoding of videos, which no asset tells of, may follow. Every asset is looked at once,
        then again and again for ``timeout`` seconds, or without end if that is None. One that is
        gone or may not be read is a failure of its own.

        No asset tells that the server failed to read its file, so such a one is waited for until
        the end. With ``watch_queues``, an administrator's client sees it by the queues being empty.
        If all is broken off, the report so far is the attribute ``report`` of the exception.

        ``GET /assets/{id}`` · needs asset.read, and queue.read to watch the queues
        """
        check_several("ids", ids, "ids")
        if timeout is not None:
            check_number("timeout", timeout)
        from immichkit._async.processing import AsyncProcessing  # noqa: PLC0415

        return await AsyncProcessing(self._client, list(ids)).run(
            timeout, watch_queues=watch_queues
        )


def _is_id(asset: object) -> bool:
    """Whether an asset was given by its id, as it is taken for if it is not given yet."""
    return asset is None or isinstance(asset, str)
