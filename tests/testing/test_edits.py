from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from testing.photos import MEDIA, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer

CROP = {"action": "crop", "parameters": {"x": 4, "y": 4, "width": 32, "height": 24}}
TURN = {"action": "rotate", "parameters": {"angle": 90}}


@pytest.fixture
def photo(server: ImmichServer, client: httpx.Client) -> str:
    """A photo, 64 wide and 48 high."""
    asset_id = upload(client, (MEDIA / "gps.jpg").read_bytes(), "gps.jpg")
    server.settle()
    return asset_id


def edit(server: ImmichServer, client: httpx.Client, asset_id: str, *edits: Any) -> None:
    client.put(f"/assets/{asset_id}/edits", json={"edits": edits}).raise_for_status()
    server.settle()


def size_at(client: httpx.Client, path: str, **query: Any) -> tuple[int, int]:
    answer = client.get(path, params=query)
    with Image.open(io.BytesIO(answer.raise_for_status().content)) as image:
        return image.size


def test_an_edited_photo_has_the_size_that_is_left(
    server: ImmichServer, client: httpx.Client, photo: str
) -> None:
    edit(server, client, photo, CROP, TURN)
    view = client.get(f"/assets/{photo}").json()
    assert (view["width"], view["height"], view["isEdited"]) == (24, 32, True)
    assert view["exifInfo"]["exifImageWidth"] == 64


def test_the_edited_picture_is_given_to_who_asks_for_it(
    server: ImmichServer, client: httpx.Client, photo: str
) -> None:
    edit(server, client, photo, CROP, TURN)
    path = f"/assets/{photo}"
    assert size_at(client, f"{path}/original", edited=True) == (24, 32)
    assert size_at(client, f"{path}/thumbnail", edited=True) == (24, 32)
    assert size_at(client, f"{path}/thumbnail", edited=True, size="fullsize") == (24, 32)
    assert client.get(f"{path}/original").content == (MEDIA / "gps.jpg").read_bytes()


def test_without_its_edits_a_photo_is_as_before(
    server: ImmichServer, client: httpx.Client, photo: str
) -> None:
    before = client.get(f"/assets/{photo}").json()
    edit(server, client, photo, TURN)
    assert client.delete(f"/assets/{photo}/edits").status_code == 204
    server.settle()
    after = client.get(f"/assets/{photo}").json()
    assert {**after, "updatedAt": ""} == {**before, "updatedAt": ""}


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([TURN, CROP], "Crop action must be the first edit action"),
        ([TURN, TURN], "Validation failed"),
        ([{**CROP, "action": "mirror"}], "Validation failed"),
    ],
)
def test_edits_that_do_not_go_together_are_refused(
    client: httpx.Client, photo: str, edits: list[Any], message: str
) -> None:
    answer = client.put(f"/assets/{photo}/edits", json={"edits": edits})
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_a_photo_of_unknown_size_is_not_edited(client: httpx.Client) -> None:
    answer = client.put(f"/assets/{upload(client)}/edits", json={"edits": [TURN]})
    assert answer.json() == {"message": "Asset dimensions are not available for editing"}
