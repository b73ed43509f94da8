# pyright: reportUnnecessaryTypeIgnoreComment=true
"""What both type checkers must find wrong: an ignore that is not needed fails the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immichkit import operations as ops

if TYPE_CHECKING:
    from immichkit import AsyncImmich, Immich
    from immichkit.models import AlbumResponseDto, AssetResponseDto


def test_mistakes_are_found_by_the_type_checkers() -> None:
    assert callable(mistakes)
    assert callable(async_mistakes)


def mistakes(immich: Immich, asset: AssetResponseDto) -> None:
    immich.albums.create_album(name="Trip")  # type: ignore[call-arg]
    immich.albums.create_album(album_name=2026)  # type: ignore[arg-type]
    immich.search.search_assets(taken_after="2026-05-01")  # type: ignore[arg-type]
    immich.search.search_assets(visibility="attic")  # type: ignore[arg-type]
    immich.search.search_assets(album_ids=7)  # type: ignore[arg-type]
    immich.assets.get_asset_info(None)  # type: ignore[arg-type]
    immich.assets.get_asset_info()  # type: ignore[call-arg]
    immich.assets.download_asset_to_file("id", "out/", overwrite="maybe")  # type: ignore[arg-type]
    immich.album.create_album(album_name="Trip")  # type: ignore[attr-defined]
    immich.save(ops.albums.create_album(album_name="Trip"), "out/")  # type: ignore[arg-type]
    immich.execute(ops.albums.CREATE_ALBUM)  # type: ignore[arg-type]
    print(asset.file_name)  # type: ignore[attr-defined]
    print(asset.exif_info.make)  # type: ignore[union-attr]
    print(asset.width + 1)  # type: ignore[operator]
    wrong: AlbumResponseDto = immich.assets.get_asset_info("id")  # type: ignore[assignment]
    for outcome in immich.execute_many([ops.albums.create_album(album_name="Trip")]):
        print(outcome.value.album)  # type: ignore[attr-defined]
    immich.sync.run(5, ["AssetsV2"])  # type: ignore[arg-type]
    with immich.stream("GET /assets"):  # type: ignore[arg-type]
        pass
    del wrong


async def async_mistakes(immich: AsyncImmich) -> None:
    print(immich.users.get_my_user().name)  # type: ignore[attr-defined]
    with immich.stream(ops.users.get_my_user()):  # type: ignore[attr-defined]
        pass
    for _ in immich.execute_many([ops.users.get_my_user()]):  # type: ignore[attr-defined]
        pass
