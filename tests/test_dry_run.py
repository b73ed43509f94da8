"""Which requests dry run holds back, and what it answers in their place."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest
from contract_samples import arguments, every_operation
from immichkit_api import models, operations
from immichkit_api.types import Operation

from immichkit.dry_run import HeldBack, is_held_back, made_up_ids, placeholder

NOW = datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC)
ID = "9bff3557-a785-448e-85d6-352f8765b3eb"


@pytest.mark.parametrize("operation", every_operation(), ids=lambda operation: operation.id)
def test_placeholder_has_the_type_of_the_operation(operation: Operation[Any]) -> None:
    positional, keywords = arguments(operation)
    group, name = operation.name.split(".")
    request = getattr(getattr(operations, group), name)(*positional, **keywords)
    value = placeholder(request, 1, NOW)
    kind = operation.response
    if kind in {None, bytes, str}:
        assert value == {None: None, bytes: b"", str: ""}[kind]
    else:
        assert msgspec.json.decode(msgspec.json.encode(value), type=kind) == value


def test_placeholder_repeats_what_was_said() -> None:
    album = placeholder(operations.albums.create_album(album_name="Trip"), 7, NOW)
    assert isinstance(album, models.AlbumResponseDto)
    assert (album.album_name, album.created_at) == ("Trip", NOW)
    assert made_up_ids(operations.albums.get_album_info(album.id)) == [album.id]


def test_placeholder_of_results_per_id_has_one_for_each() -> None:
    request = operations.albums.add_assets_to_album(ID, ids=[ID, ID[::-1]])
    results = placeholder(request, 1, NOW)
    assert [(result.id, result.success) for result in results] == [(ID, True), (ID[::-1], True)]


def test_searches_pass_and_changes_do_not() -> None:
    assert not is_held_back(operations.search.search_assets())
    assert is_held_back(operations.albums.delete_album(ID))
    assert is_held_back(operations.duplicates.get_asset_duplicates())


def test_sign_in_passes() -> None:
    login = operations.authentication.login(email="a@example.com", password="secret")
    assert not is_held_back(login)
    assert is_held_back(operations.authentication.logout())


def test_sync_stream_is_held_back_only_with_a_reset() -> None:
    assert not is_held_back(operations.sync.get_sync_stream(types=[]))
    assert is_held_back(operations.sync.get_sync_stream(types=[], reset=True))


def test_log_entry_tells_the_operation_and_no_secret() -> None:
    request = operations.users.update_my_user(password="secret")
    entry = HeldBack(request, None)
    assert str(entry) == "users.update_my_user: PUT /users/me"
    assert "secret" not in repr(entry)
