"""What an API key must be allowed to, for calls of every kind."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from immichkit_api.facts import OPERATIONS

import immichkit
from immichkit import AsyncImmich, Immich, PermissionDeniedError, permissions
from immichkit import operations as ops
from immichkit._async.assets import AsyncAssets
from immichkit._blocking.assets import Assets
from immichkit.key_permissions import Permissions
from immichkit.needs import needs
from immichkit.permission_check import compared
from immichkit.testing import ImmichServer


@pytest.fixture(scope="module")
def immich() -> Immich:
    return ImmichServer().client()


def test_no_calls_need_nothing() -> None:
    assert permissions() == []


def test_it_reads_as_a_list_of_texts_and_makes_a_key(immich: Immich) -> None:
    found = permissions(immich.albums.create_album, "asset.read")
    assert repr(found) == str(found) == "['album.create', 'asset.read']"
    assert json.loads(json.dumps(found)) == ["album.create", "asset.read"]
    made = immich.api_keys.create_api_key(permissions=found)
    assert made.api_key.permissions == found


def test_operations_need_what_the_contract_says(immich: Immich) -> None:
    found = permissions(
        immich.assets.view_asset_to_file,
        immich.albums.create_album,
        ops.albums.update_album_info,
        ops.tags.UPSERT_TAGS,
        ops.stacks.delete_stack("a"),
        "asset.read",
    )
    assert found == [
        "album.create",
        "album.update",
        "asset.read",
        "asset.view",
        "stack.delete",
        "tag.create",
    ]


def test_both_faces_need_the_same() -> None:
    for face in (Immich, AsyncImmich):
        assert permissions(face.sign_in) == []
    assert permissions(AsyncAssets.upload) == permissions(Assets.upload) != []


@pytest.mark.parametrize("name", [name for _method, _path, name in OPERATIONS.values()])
def test_every_operation_of_the_contract_is_taken(immich: Immich, name: str) -> None:
    group, function = name.split(".")
    method = getattr(getattr(immich, group), function)
    operation = getattr(getattr(ops, group), function.upper())
    found = permissions(method)
    assert found == permissions(operation)
    if operation.permission is not None and not found.needs_session:
        assert found == [operation.permission]


def test_upload_needs_more_for_what_is_asked_beyond_it(immich: Immich) -> None:
    upload = immich.assets.upload
    plain = permissions(upload)
    assert plain == ["asset.read", "asset.upload"]
    assert plain.optional == ["asset.delete"]
    more = permissions(partial(upload, "~/Pictures", album="Trip", tags=["a"]))
    assert set(more) - set(plain) == {
        *("album.create", "album.read", "albumAsset.create"),
        *("tag.asset", "tag.create"),
    }
    assert permissions(partial(upload, album=None, tags=())) == plain


def test_options_by_their_place_and_partials_of_partials_count(immich: Immich) -> None:
    save = partial(immich.assets.download_asset_to_file, "id", "a.jpg")
    assert permissions(save) == ["asset.download", "asset.read"]
    assert permissions(partial(save, verify=False)) == ["asset.download"]


def test_an_unknown_option_is_refused(immich: Immich) -> None:
    upload: Any = immich.assets.upload
    with pytest.raises(TypeError, match="albums"):
        permissions(partial(upload, albums="Trip"))


def test_what_only_a_session_may_is_told_apart(immich: Immich) -> None:
    found = permissions(immich.sync.run, immich.sessions.create_session, "asset.read")
    assert found == ["asset.read"]
    assert found.needs_session == [
        "sessions.create_session",
        "sync.get_sync_stream",
        "sync.send_sync_ack",
    ]


def test_what_only_a_key_for_everything_may_takes_all(immich: Immich) -> None:
    assert permissions(immich.oauth.link, immich.assets.upload) == ["all"]
    assert permissions(immich.api_keys.get_my_api_key) == []


def test_what_only_an_administrator_may_is_told_apart(immich: Immich) -> None:
    found = permissions(immich.queues.paused)
    assert found == ["queue.read", "queue.update"]
    assert found.needs_administrator == ["queues.get_queues", "queues.update_queue"]


@pytest.mark.parametrize("wrong", [print, 3, Immich, immichkit, partial(print)])
def test_what_says_nothing_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="says nothing about permissions"):
        permissions(wrong)


def test_a_misspelt_permission_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'asset\.raed' is no permission"):
        permissions("asset.raed")


def test_a_condition_may_be_any_of_several_or_a_test() -> None:
    @needs("assets.get_asset_info")
    @needs("albums.get_all_albums", when=("one", "two"))
    @needs("tags.get_all_tags", when=lambda given: given["two"] == "tags")
    def helper(*, one: bool = False, two: str = "") -> None: ...

    assert permissions(helper) == ["asset.read"]
    assert permissions(partial(helper, one=True)) == ["album.read", "asset.read"]
    assert permissions(partial(helper, two="tags")) == ["album.read", "asset.read", "tag.read"]


WANTED = Permissions(
    ["asset.read", "queue.read"],
    needs_session=["sync.send_sync_ack"],
    needs_administrator=["queues.get_queues"],
)


def test_all_that_is_missing_is_said_at_once() -> None:
    check = compared(WANTED, ["album.read"], is_administrator=False)
    assert not check
    assert check.missing == ("asset.read", "queue.read")
    with pytest.raises(PermissionDeniedError) as caught:
        check.raise_for_missing()
    assert caught.value.permission == "asset.read"
    for name in ("asset.read, queue.read", "sync.send_sync_ack", "queues.get_queues"):
        assert name in str(caught.value)


def test_a_key_for_everything_lacks_no_permission_but_is_no_session() -> None:
    check = compared(WANTED, ["all"], is_administrator=True)
    assert (check.missing, check.needs_administrator) == ((), ())
    assert check.needs_session == ("sync.send_sync_ack",)


def test_a_session_may_what_its_user_may() -> None:
    check = compared(WANTED, None, is_administrator=True)
    assert check
    assert str(check) == "Nothing is missing."
    check.raise_for_missing()


def test_who_cannot_be_asked_may_be_an_administrator() -> None:
    check = compared(Permissions([], needs_administrator=["x.y"]), [], is_administrator=None)
    assert check
    assert "cannot tell" in str(check)
