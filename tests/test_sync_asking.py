"""What a sync asks for, and what is refused before it is sent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from exchanges import load
from immichkit_api import facts
from immichkit_api.models import SyncRequestType

from immichkit import NotOnThisServerError, PermissionDeniedError
from immichkit.sync import asking
from immichkit.sync.asking import advised, checked_types, depends_on_version, refusal

HISTORY = json.loads(
    (Path(__file__).parents[1] / "openapi" / "history.json").read_text(encoding="utf-8")
)


def test_types_may_be_texts_or_members_in_any_iterable() -> None:
    assert checked_types(iter(["AssetsV2", SyncRequestType.USERS_V1])) == ["AssetsV2", "UsersV1"]


def test_no_type_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="types is empty"):
        checked_types([])


@pytest.mark.parametrize("types", ["AssetsV2", None, 5])
def test_types_are_a_list(types: object) -> None:
    with pytest.raises(TypeError, match="list of SyncRequestType"):
        checked_types(types)  # type: ignore[arg-type]


@pytest.mark.parametrize(("old", "new"), asking.REPLACED.items())
def test_type_that_was_replaced_is_refused_with_its_replacement(old: str, new: str) -> None:
    with pytest.raises(NotOnThisServerError, match=rf"{old}.*{new}") as caught:
        checked_types(["UsersV1", old])
    assert caught.value.lacking == (old,)
    assert caught.value.operation == "sync.get_sync_stream"


def test_replaced_types_are_those_that_a_server_says_so_of() -> None:
    messages = [
        str(e.response.get("json")) for e in load() if e.request["path"] == "/api/sync/stream"
    ]
    said = [re.search(r"\.(\w+) is deprecated, use SyncRequestType\.(\w+)", m) for m in messages]
    assert {found[1]: found[2] for found in said if found} == asking.REPLACED


def test_albums_are_asked_for_in_one_form() -> None:
    with pytest.raises(ValueError, match="share their deletes"):
        checked_types(["AlbumsV1", "AlbumsV2"])


def test_releases_are_those_of_the_history() -> None:
    values: dict[str, str] = HISTORY["values"]["SyncRequestType"]
    oldest = facts.RELEASES[0]
    found = {kind: span for kind, span in values.items() if span != f"{oldest}.."}
    assert {kind: f"{release}.." for kind, release in asking.SINCE.items()} == found


def test_older_server_is_named_with_what_it_lacks() -> None:
    error = refusal(checked_types(["AssetsV2", "UsersV1", "AssetOcrV1"]), "2.7.5")
    assert error is not None
    assert error.lacking == ("AssetsV2", "AssetOcrV1")
    assert error.needs == "3.0.0"
    assert "v2.7.5" in str(error)
    assert refusal(checked_types(["UsersV1"]), "2.7.5") is None


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0", "4.0.0"])
def test_supported_server_has_every_type(version: str) -> None:
    types = [kind for kind in SyncRequestType if kind not in asking.REPLACED]
    types.remove(SyncRequestType.ALBUMS_V1)
    assert not depends_on_version(types)
    assert refusal(checked_types(types), version) is None


def test_unknown_type_is_refused_unless_the_server_is_newer() -> None:
    types = checked_types(["AssetV2"])
    assert depends_on_version(types)
    error = refusal(types, facts.SERVER_VERSION)
    assert error is not None
    assert "Did you mean AssetsV2?" in str(error)
    assert refusal(types, "9.0.0") is None


def test_type_like_no_other_is_refused_too() -> None:
    error = refusal(checked_types(["???"]), facts.SERVER_VERSION)
    assert error is not None
    assert "mean" not in str(error)


@pytest.mark.parametrize(
    ("message", "permission"),
    [
        ("Sync endpoints cannot be used with API keys", None),
        ("Missing required permission: sync.stream", "sync.stream"),
        ("Missing required permission: syncCheckpoint.update", "syncCheckpoint.update"),
    ],
)
def test_refused_key_is_told_to_sign_in(message: str, permission: str | None) -> None:
    error = PermissionDeniedError("text", status_code=403, message=message)
    error.permission = permission
    assert "sign in" in str(advised(error))
    assert message in str(error)


def test_another_refusal_keeps_its_words() -> None:
    assert str(advised(PermissionDeniedError("text", message="No"))) == "text"
