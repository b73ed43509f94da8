"""Albums of folders: reading what there is, and carrying out a plan."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import attrs
from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto, AssetVisibility

from immichkit._async.album_contents import asset_paths, ids_in, owned_albums
from immichkit._async.applying import apply_steps
from immichkit._async.caller import my_id
from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime, AsyncSource
from immichkit.album_steps import add_step, create_step
from immichkit.albums import AlbumEntry, AlbumPlan, FolderAlbums, by_name, letters, plan_albums
from immichkit.apply_report import (
    ApplyProgress,
    ApplyReport,
    ApplyResult,
    OnApplyProgress,
    results_on,
    step_result,
)
from immichkit.batches import LIMIT
from immichkit.errors import CriteriaError, NotFoundError
from immichkit.reports import ENDED, attach_report
from immichkit.stacking.fields import Fields
from immichkit.steps import Step
from immichkit.upload_report import AuditResult, UploadResult

__all__ = ["apply_albums", "plan_folders"]


async def plan_folders(
    client: AsyncClient, folders: FolderAlbums, assets: AsyncSource[Any] | None
) -> AlbumPlan:
    """What makes albums of the folders of ``assets``, or of all that the caller has."""
    user_id = await my_id(client)
    if assets is None:
        files = [(path, id_) for id_, path in (await asset_paths(client, user_id)).items()]
    else:
        given = [asset async for asset in AsyncRuntime.items(assets)]
        files = await _files(client, user_id, given)
    wanted = folders.grouped(files)
    owned = by_name(await owned_albums(client))
    existing = {name: owned[name][0] for name in wanted if name in owned}

    async def members(album: AlbumResponseDto) -> set[str]:
        return await ids_in(client, album.id)

    inside = await AsyncRuntime.map(members, existing.values(), limit=LIMIT)
    ids = [album.id for album in existing.values()]
    plan = plan_albums(wanted, existing, dict(zip(ids, inside, strict=True)))
    notes = () if wanted else folders.left_out(files)
    return attrs.evolve(plan, notes=notes, user_id=user_id)


async def _files(client: AsyncClient, user_id: str, given: Sequence[Any]) -> list[tuple[str, str]]:
    """Where the files of assets lie, on the server or on this computer, each with the asset's id.

    Neither what is in the trash nor the videos of live photos.
    """
    here = [one for one in given if isinstance(one, AuditResult | UploadResult)]
    try:
        there = Fields([one for one in given if not isinstance(one, AuditResult | UploadResult)])
    except CriteriaError as error:
        raise TypeError(f"assets must be assets or results of an upload: {error}.") from None
    fields = zip(
        there.ids,
        there.texts("originalPath"),
        there.raw("visibility", "visibility"),
        there.flags("isTrashed"),
        strict=True,
    )
    files = [
        (path, id_)
        for id_, path, visibility, is_trashed in fields
        if visibility != AssetVisibility.HIDDEN and not is_trashed
    ]
    known = await asset_paths(client, user_id) if here else {}
    return files + [
        (one.path.absolute().as_posix(), one.asset_id) for one in here if one.asset_id in known
    ]


async def apply_albums(
    client: AsyncClient,
    plan: AlbumPlan,
    *,
    journal: str | PathLike[str] | None,
    limit: int,
    on_progress: OnApplyProgress | None,
) -> ApplyReport:
    """Create the albums that are missing, then put the assets in; a result for each entry."""
    AsyncRuntime.check_callback("on_progress", on_progress)
    new = plan.of("create")
    rest = [entry for entry in plan.entries if entry.action != "create"]
    options: dict[str, Any] = {"journal": journal, "limit": limit}
    total, made = len(plan.entries), ApplyReport(results=[])

    async def report(progress: ApplyProgress) -> None:
        if on_progress is not None:
            done, failed = len(made.results) + progress.done, len(made.failed) + progress.failed
            so_far = ApplyProgress(done=done, failed=failed, total=total)
            await AsyncRuntime.call(on_progress, so_far)

    try:
        there = by_name(await owned_albums(client)) if plan.entries else {}
        steps = [_create(entry, there) for entry in new]
        made = await apply_steps(client, steps, on_progress=report, **options)
        ids = await _with_new(client, new, there)
        with_undo = journal is not None and not client.settings.dry_run
        adding = _add(client, rest, ids, with_undo=with_undo)
        added = await apply_steps(client, adding, on_progress=report, **options)
    except BaseException as error:
        results = made.results + results_on(error)
        results += _interrupted([*new, *rest][len(results) :])
        so_far = ApplyReport(results=results, dry_run=client.settings.dry_run)
        attach_report(error, so_far, over=object)
        raise
    return ApplyReport(results=made.results + added.results, dry_run=made.dry_run)


def _interrupted(entries: Iterable[AlbumEntry]) -> list[ApplyResult]:
    steps = [Step(about=entry.about, ids=entry.asset_ids) for entry in entries]
    return [step_result(step, "interrupted", reason=ENDED) for step in steps]


def _create(entry: AlbumEntry, there: Mapping[str, Sequence[AlbumResponseDto]]) -> Step:
    if letters(entry.album_name) in there:
        return Step(about=entry.about, ids=(), reason="you have an album of that name by now")
    return create_step(entry.about, entry.album_name)


async def _with_new(
    client: AsyncClient, new: list[AlbumEntry], there: dict[str, list[AlbumResponseDto]]
) -> dict[str, list[str]]:
    """The ids of the albums by name, those created now as well."""
    if not new:
        return {name: [album.id for album in albums] for name, albums in there.items()}
    if not client.settings.dry_run:
        there = by_name(await owned_albums(client))
    ids = {name: [album.id for album in albums] for name, albums in there.items()}
    # What dry run pretended to create is in its log alone.
    for held in client.dry_run_log:
        if held.operation is operations.albums.CREATE_ALBUM:
            name = letters(held.request.body["albumName"])
            ids.setdefault(name, []).append(held.answer.id)
    return ids


async def _add(
    client: AsyncClient,
    entries: list[AlbumEntry],
    there: dict[str, list[str]],
    *,
    with_undo: bool,
) -> AsyncGenerator[Step]:
    inside: dict[str, set[str]] = {}
    for entry in entries:
        if entry.action != "add":
            yield Step(about=entry.about, ids=entry.asset_ids, reason=entry.why)
            continue
        known = there.get(letters(entry.album_name), [])
        album_id = entry.album_id or (known[0] if known else None)
        if album_id is None:
            reason = "the album could not be created"
            yield Step(about=entry.about, ids=entry.asset_ids, status="skipped", reason=reason)
            continue
        try:
            if with_undo and album_id not in inside:
                inside[album_id] = await ids_in(client, album_id)
        except NotFoundError:
            reason = "the album is not there any more"
            yield Step(about=entry.about, ids=entry.asset_ids, status="skipped", reason=reason)
        else:
            yield add_step(entry.about, album_id, entry.asset_ids, inside.get(album_id))
