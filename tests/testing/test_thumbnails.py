from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from testing.photos import MEDIA, second_user, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def picture(width: int, height: int, *, mode: str = "RGB", format_: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert(mode).save(buffer, format_)
    return buffer.getvalue()


def opened(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize(
    ("size", "format_", "shape"),
    [("thumbnail", "WEBP", (500, 250)), ("preview", "JPEG", (2880, 1440))],
)
def test_the_shorter_side_has_the_size_of_the_setting(
    client: httpx.Client, size: str, format_: str, shape: tuple[int, int]
) -> None:
    asset_id = upload(client, picture(3000, 1500, format_="JPEG"))
    found = opened(client.get(f"/assets/{asset_id}/thumbnail", params={"size": size}))
    assert (found.format, found.size) == (format_, shape)


def test_a_small_picture_is_not_made_larger(client: httpx.Client) -> None:
    asset_id = upload(client, picture(40, 30), "a.png")
    assert opened(client.get(f"/assets/{asset_id}/thumbnail")).size == (40, 30)


def test_a_thumbnail_stands_upright(client: httpx.Client) -> None:
    asset_id = upload(client, (MEDIA / "rotated.jpg").read_bytes())
    assert opened(client.get(f"/assets/{asset_id}/thumbnail")).size == (48, 64)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_picture_of_any_kind_gets_both_sizes(client: httpx.Client, mode: str) -> None:
    content = picture(300, 300, mode=mode)
    path = f"/assets/{upload(client, content, 'a.png')}/thumbnail"
    for size in ("thumbnail", "preview"):
        assert opened(client.get(path, params={"size": size})).size[0] >= 250


def test_a_thumbnail_is_made_once(server: ImmichServer, client: httpx.Client) -> None:
    path = f"/assets/{upload(client, picture(300, 300), 'a.png')}/thumbnail"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.get(path), range(4)))
    assert len({answer.content for answer in answers}) == 1
    files = [file.name for file in server._parts.state.blobs.folder.rglob("thumbs/**/*.*")]
    assert len(files) == 1


def test_a_purged_asset_leaves_no_thumbnail_behind(
    server: ImmichServer, client: httpx.Client
) -> None:
    asset_id = upload(client, picture(300, 300), "a.png")
    client.get(f"/assets/{asset_id}/thumbnail")
    client.request("DELETE", "/assets", json={"ids": [asset_id], "force": True})
    server.settle()
    assert list(server._parts.state.blobs.folder.rglob("*.webp")) == []


def test_a_film_has_a_grey_thumbnail_of_its_shape(
    server: ImmichServer, client: httpx.Client
) -> None:
    asset_id = upload(client, (MEDIA / "clip.mp4").read_bytes(), "clip.mp4")
    server.settle()
    found = opened(client.get(f"/assets/{asset_id}/thumbnail"))
    assert (found.format, found.size) == ("WEBP", (96, 72))


def test_what_this_pillow_cannot_read_is_sent_as_it_is(client: httpx.Client) -> None:
    asset_id = upload(client, b"not for Pillow", "a.cr3")
    answer = client.get(f"/assets/{asset_id}/thumbnail")
    assert (answer.content, answer.headers["content-type"]) == (b"not for Pillow", "image/cr3")


def test_full_size_leads_to_the_original_and_keeps_the_rest_of_the_question(
    client: httpx.Client,
) -> None:
    path = f"/assets/{upload(client)}/thumbnail"
    answer = client.get(path, params={"size": "fullsize", "edited": "false"})
    assert (answer.status_code, answer.headers["location"]) == (302, "original?edited=false")


def test_following_the_redirect_ends_at_the_original(client: httpx.Client) -> None:
    path = f"/assets/{upload(client, b'all of it')}/thumbnail"
    answer = client.get(path, params={"size": "fullsize"}, follow_redirects=True)
    assert answer.content == b"all of it"


def test_a_profile_image_is_for_everybody(client: httpx.Client) -> None:
    made = client.post("/users/profile-image", files={"file": ("me.png", picture(300, 300))})
    assert made.status_code == 201
    other = {"x-api-key": second_user(client)}
    me = client.get("/users/me").json()
    assert me["profileImagePath"] == made.json()["profileImagePath"]
    found = client.get(f"/users/{me['id']}/profile-image", headers=other)
    assert opened(found).size == (250, 250)


def test_a_new_profile_image_replaces_the_old_file(
    server: ImmichServer, client: httpx.Client
) -> None:
    for side in (300, 400):
        files = {"file": ("me.png", picture(side, side))}
        client.post("/users/profile-image", files=files).raise_for_status()
    assert len(list(server._parts.state.blobs.folder.rglob("profile/**/*.webp"))) == 1


def test_a_profile_image_that_is_no_picture_is_refused(
    server: ImmichServer, client: httpx.Client
) -> None:
    answer = client.post("/users/profile-image", files={"file": ("me.png", b"no picture")})
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "Unable to process profile image"},
    )
    files = [path for path in server._parts.state.blobs.folder.rglob("*") if path.is_file()]
    assert files == []
