"""Uses of every helper that sends requests: with what it declares, they have to go well.

A helper joins by a scenario: a function, named in ``SCENARIOS``, that prepares what it needs and
gives the call as a `partial`. A helper that sends more with some option has one with that option.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from urllib.request import urlopen

import attrs
from local_photos import photos

from immichkit import AsyncImmich, AsyncLibraryMirror, Immich
from immichkit.testing import ImmichServer, SeedAsset

REDIRECT = "http://127.0.0.1:8765/callback"
OLGA = "olga@example.com"


@attrs.frozen(kw_only=True)
class World:
    """A server, an empty folder, and clients of one user: by key, by session, and without."""

    server: ImmichServer
    folder: Path
    immich: AsyncImmich
    session: AsyncImmich
    nobody: AsyncImmich
    admin: Immich

    def uploaded(self, *names: str) -> None:
        """Let the files be on the server already."""
        report = self.admin.assets.upload(self.folder, hash_cache=False)
        assert {result.path.name for result in report.created} == set(names)


Call: TypeAlias = partial[Any]
Scenario: TypeAlias = Callable[[World], Awaitable[Call]]


async def upload(world: World) -> Call:
    photos(world.folder, "a.jpg", "b.jpg")
    return partial(world.immich.assets.upload, world.folder, hash_cache=False)


async def upload_of_what_is_in_the_cache(world: World) -> Call:
    photos(world.folder / "photos", "a.jpg")
    cache = world.folder / "cache"
    await world.immich.assets.audit(world.folder / "photos", hash_cache=cache)
    return partial(world.immich.assets.upload, world.folder / "photos", hash_cache=cache)


async def upload_into_an_album(world: World) -> Call:
    photos(world.folder, "a.jpg")
    return partial(world.immich.assets.upload, world.folder, album="Trip", hash_cache=False)


async def upload_by_folder(world: World) -> Call:
    photos(world.folder, "trip/a.jpg")
    return partial(world.immich.assets.upload, world.folder, album_by="folder", hash_cache=False)


async def upload_with_tags(world: World) -> Call:
    photos(world.folder, "a.jpg")
    return partial(world.immich.assets.upload, world.folder, tags=["scans"], hash_cache=False)


async def upload_of_what_is_in_the_trash(world: World) -> Call:
    photos(world.folder, "a.jpg")
    world.uploaded("a.jpg")
    ids = [asset.id for asset in world.admin.search.iter_assets()]
    world.admin.assets.delete_assets(ids=ids)
    upload_ = world.immich.assets.upload
    return partial(upload_, world.folder, restore_trashed=True, hash_cache=False)


async def upload_of_live_photos(world: World) -> Call:
    photos(world.folder, "a.jpg", "a.mov")
    world.uploaded("a.jpg", "a.mov")
    upload_ = world.immich.assets.upload
    return partial(upload_, world.folder, live_photos="by_name", hash_cache=False)


async def upload_and_delete(world: World) -> Call:
    photos(world.folder, "a.jpg")
    return partial(world.immich.assets.upload, world.folder, after="delete", hash_cache=False)


async def audit(world: World) -> Call:
    photos(world.folder, "a.jpg")
    world.uploaded("a.jpg")
    return partial(world.immich.assets.audit, world.folder, hash_cache=False)


async def download_to_file(world: World) -> Call:
    (id_,) = world.server.seed(1)
    return partial(world.immich.assets.download_asset_to_file, id_, world.folder / "a.jpg")


async def download_without_proof(world: World) -> Call:
    (id_,) = world.server.seed(1)
    save = world.immich.assets.download_asset_to_file
    return partial(save, id_, world.folder / "a.jpg", verify=False)


async def download_of_a_known_asset(world: World) -> Call:
    world.server.seed(1)
    (asset,) = world.admin.search.iter_assets()
    return partial(world.immich.assets.download_asset_to_file, asset, world.folder / "a.jpg")


async def download_many(world: World) -> Call:
    ids = world.server.seed(3)
    return partial(world.immich.assets.download_assets, ids, world.folder, sidecars=True)


async def download_by_album(world: World) -> Call:
    ids = world.server.seed(2)
    template = "{album}/{name}"
    return partial(world.immich.assets.download_assets, ids, world.folder, template=template)


async def download_into_one_album(world: World) -> Call:
    save = world.immich.assets.download_assets
    ids = world.server.seed(2)
    return partial(save, ids, world.folder, template="{album}/{name}", album="Trip")


async def wait(world: World) -> Call:
    return partial(world.immich.assets.wait_until_processed, world.server.seed(2))


async def wait_and_watch(world: World) -> Call:
    photos(world.folder, "a.jpg")
    world.uploaded("a.jpg")
    ids = [asset.id for asset in world.admin.search.iter_assets()]
    return partial(world.immich.assets.wait_until_processed, ids, watch_queues=True)


async def archive(world: World) -> Call:
    save = world.immich.download.download_archive_to_file
    return partial(save, world.folder / "a.zip", asset_ids=world.server.seed(2))


async def archive_without_proof(world: World) -> Call:
    save = world.immich.download.download_archive_to_file
    return partial(save, world.folder / "a.zip", asset_ids=world.server.seed(2), verify=False)


async def search(world: World) -> Call:
    world.server.seed(2)
    return partial(world.immich.search.iter_assets)


async def search_with_stacks(world: World) -> Call:
    world.server.seed(2)
    return partial(world.immich.search.iter_assets, with_stacks=True)


async def count(world: World) -> Call:
    return partial(world.immich.search.count, is_favorite=True)


async def trash(world: World) -> Call:
    return partial(world.immich.trash.iter_assets)


async def restore(world: World) -> Call:
    ids = world.server.seed([SeedAsset(is_trashed=True), SeedAsset()])
    return partial(world.immich.trash.restore, ids)


async def trash_assets(world: World) -> Call:
    return partial(world.immich.assets.trash, world.server.seed(2))


async def delete_assets(world: World) -> Call:
    return partial(world.immich.assets.delete, world.server.seed(2), permanently=True)


async def find_duplicates(world: World) -> Call:
    world.server.seed([SeedAsset(), SeedAsset()])
    return partial(world.immich.duplicates.find_by_name_and_time)


def duplicates(world: World) -> list[str]:
    """Two assets that the server takes for the same picture."""
    return world.server.seed([SeedAsset(duplicate="one", albums=["A"]), SeedAsset(duplicate="one")])


async def duplicate_groups(world: World) -> Call:
    duplicates(world)
    return partial(world.immich.duplicates.fetch_groups)


async def duplicate_plan(world: World) -> Call:
    duplicates(world)
    return partial(world.immich.duplicates.plan, "largest")


async def duplicate_plan_by_album(world: World) -> Call:
    duplicates(world)
    return partial(world.immich.duplicates.plan, ["in_album", "largest"])


async def duplicate_plan_for_groups(world: World) -> Call:
    duplicates(world)
    groups = await world.immich.duplicates.find_by_name_and_time()
    return partial(world.immich.duplicates.plan, groups=groups)


async def duplicate_plan_for_groups_without_sizes(world: World) -> Call:
    duplicates(world)
    found = world.immich.search.iter_assets()
    groups = await world.immich.duplicates.find_by_name_and_time(found)
    return partial(world.immich.duplicates.plan, groups=groups)


async def resolve_duplicates(world: World) -> Call:
    for asset_id in duplicates(world):
        share = world.admin.shared_links.create_shared_link
        share(type="INDIVIDUAL", asset_ids=[asset_id])
    plan = await world.immich.duplicates.plan()
    return partial(world.immich.duplicates.apply, plan)


async def resolve_duplicates_with_a_journal(world: World) -> Call:
    duplicates(world)
    groups = await world.immich.duplicates.find_by_name_and_time()
    plan = await world.immich.duplicates.plan(groups=groups)
    apply = world.immich.duplicates.apply
    return partial(apply, plan, journal=world.folder / "undo.jsonl")


async def paused(world: World) -> Call:
    return partial(world.immich.queues.paused, ["ocr", "sidecar"])


async def resume(world: World) -> Call:
    world.admin.queues.update_queue("ocr", is_paused=True)
    return partial(world.immich.queues.resume)


async def sync_events(world: World) -> Call:
    return partial(world.session.sync.events, ["AssetsV2"])


async def sync_ack(world: World) -> Call:
    return partial(world.session.sync.ack, ["SyncCompleteV1|018f0000-0000-7000-8000-000000000000"])


async def sync_run(world: World) -> Call:
    world.server.seed(2)
    return partial(world.session.sync.run, print, ["AssetsV2"])


async def oauth_start(world: World) -> Call:
    world.server.enable_oauth()
    return partial(world.nobody.oauth.start, REDIRECT)


async def oauth_finish(world: World) -> Call:
    provider = world.server.enable_oauth()
    login = await world.nobody.oauth.start(REDIRECT)
    callback = provider.sign_in(login.url, email=OLGA)
    return partial(world.nobody.oauth.finish, callback, login.context)


async def oauth_link(world: World) -> Call:
    provider = world.server.enable_oauth()
    login = await world.nobody.oauth.start(REDIRECT)
    callback = provider.sign_in(login.url, email=OLGA)
    return partial(world.immich.oauth.link, callback, login.context)


async def oauth_unlink(world: World) -> Call:
    return partial(world.immich.oauth.unlink)


async def oauth_in_a_browser(world: World) -> Call:
    provider = world.server.enable_oauth()

    def visit(url: str) -> None:
        urlopen(provider.sign_in(url, email=OLGA)).close()

    return partial(world.nobody.oauth.login_in_browser, open_browser=visit)


async def sign_in(world: World) -> Call:
    server = world.server
    sign_in_ = AsyncImmich.sign_in
    return partial(sign_in_, server.url, email=server.email, password=server.password)


async def sign_out(world: World) -> Call:
    return partial(world.session.sign_out)


async def compatibility(world: World) -> Call:
    return partial(world.immich.check_compatibility)


async def permission_check(world: World) -> Call:
    return partial(world.immich.check_permissions, world.immich.queues.paused)


async def permission_check_of_a_session(world: World) -> Call:
    return partial(world.session.check_permissions, "asset.read")


async def many_users(world: World) -> Call:
    return partial(AsyncImmich.for_each, world.server.url, world.server.api_key)


async def mirror_update(world: World) -> Call:
    world.server.seed(2)
    return partial(AsyncLibraryMirror(world.folder / "library.db").update, world.session)


async def mirror_verify(world: World) -> Call:
    return partial(AsyncLibraryMirror(world.folder / "library.db").verify, world.immich)


SCENARIOS: dict[str, list[Scenario]] = {
    "assets.audit": [audit],
    "assets.delete": [delete_assets],
    "assets.download_asset_to_file": [
        download_to_file,
        download_without_proof,
        download_of_a_known_asset,
    ],
    "assets.download_assets": [download_many, download_by_album, download_into_one_album],
    "assets.trash": [trash_assets],
    "assets.upload": [
        upload,
        upload_of_what_is_in_the_cache,
        upload_into_an_album,
        upload_by_folder,
        upload_with_tags,
        upload_of_what_is_in_the_trash,
        upload_of_live_photos,
        upload_and_delete,
    ],
    "assets.wait_until_processed": [wait, wait_and_watch],
    "check_compatibility": [compatibility],
    "check_permissions": [permission_check, permission_check_of_a_session],
    "download.download_archive_to_file": [archive, archive_without_proof],
    "duplicates.apply": [resolve_duplicates, resolve_duplicates_with_a_journal],
    "duplicates.fetch_groups": [duplicate_groups],
    "duplicates.find_by_name_and_time": [find_duplicates],
    "duplicates.plan": [
        duplicate_plan,
        duplicate_plan_by_album,
        duplicate_plan_for_groups,
        duplicate_plan_for_groups_without_sizes,
    ],
    "for_each": [many_users],
    "mirror.update": [mirror_update],
    "mirror.verify": [mirror_verify],
    "oauth.finish": [oauth_finish],
    "oauth.link": [oauth_link],
    "oauth.login_in_browser": [oauth_in_a_browser],
    "oauth.start": [oauth_start],
    "oauth.unlink": [oauth_unlink],
    "queues.paused": [paused],
    "queues.resume": [resume],
    "search.count": [count],
    "search.iter_assets": [search, search_with_stacks],
    "sign_in": [sign_in],
    "sign_out": [sign_out],
    "sync.ack": [sync_ack],
    "sync.events": [sync_events],
    "sync.run": [sync_run],
    "trash.iter_assets": [trash],
    "trash.restore": [restore],
}
