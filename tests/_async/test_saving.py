"""Files that come from the server: whole, or not at all."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import KEY, Answers, page, photo, refused
from raw_server import RawServer, answer

from immichkit import AsyncImmich, NotFoundError, NotImmichError, RetryPolicy, TransportError

pytestmark = pytest.mark.anyio
NAMED = {"content-disposition": "inline; filename*=UTF-8''a%20photo%20%C3%A9.jpg"}
JPEG = httpx.Response(200, content=b"jpeg", headers=NAMED)


def opened(answers: Answers, **options: Any) -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    return AsyncImmich("http://photos.test", api_key=KEY, http_client=pool, **options)


def sha1(content: bytes) -> str:
    return base64.b64encode(hashlib.sha1(content).digest()).decode()


def test_nothing_else_is_here(tmp_path: Path) -> None:
    assert not list(tmp_path.iterdir())


async def test_file_is_saved_under_the_name_given(tmp_path: Path) -> None:
    target = tmp_path / "mine.jpg"
    saved = await opened(Answers(JPEG)).save(photo(), target)
    assert (saved.path, saved.size, saved.sha1, saved.written) == (target, 4, sha1(b"jpeg"), True)
    assert target.read_bytes() == b"jpeg"
    assert list(tmp_path.iterdir()) == [target]


async def test_folder_gets_a_file_of_the_servers_name(tmp_path: Path) -> None:
    saved = await opened(Answers(JPEG)).save(photo(), tmp_path)
    assert saved.path == tmp_path / "a photo é.jpg"


async def test_folder_that_ends_in_a_slash_is_made(tmp_path: Path) -> None:
    saved = await opened(Answers(JPEG)).save(photo(), f"{tmp_path}/new/deep/")
    assert saved.path == tmp_path / "new" / "deep" / "a photo é.jpg"


async def test_file_without_a_name_is_called_by_its_id(tmp_path: Path) -> None:
    nameless = httpx.Response(200, content=b"x", headers={"content-type": "video/mp4"})
    saved = await opened(Answers(nameless)).save(photo("the-id"), tmp_path)
    assert saved.path == tmp_path / "the-id.mp4"


async def test_name_of_the_server_cannot_leave_the_folder(tmp_path: Path) -> None:
    evil = {"content-disposition": 'attachment; filename="../../evil.sh"'}
    response = httpx.Response(200, content=b"x", headers=evil)
    saved = await opened(Answers(response)).save(photo(), tmp_path)
    assert saved.path == tmp_path / "evil.sh"


async def test_twin_of_an_operation_saves_too(tmp_path: Path) -> None:
    immich = opened(Answers(JPEG))
    target = tmp_path / "mine.jpg"
    saved = await immich.assets.download_asset_to_file("one", target, verify=False)
    assert saved.path.read_bytes() == b"jpeg"


async def test_existing_file_is_an_error_before_anything_is_asked(tmp_path: Path) -> None:
    target, answers = tmp_path / "mine.jpg", Answers(JPEG)
    target.write_bytes(b"old")
    with pytest.raises(FileExistsError, match="overwrite="):
        await opened(answers).save(photo(), target)
    assert target.read_bytes() == b"old"
    assert answers.asked == []


async def test_folders_of_a_file_are_made(tmp_path: Path) -> None:
    saved = await opened(Answers(JPEG)).save(photo(), tmp_path / "new" / "deep" / "mine.jpg")
    assert saved.path.read_bytes() == b"jpeg"


@pytest.mark.parametrize("target", ["new/deep/mine.jpg", "new/deep/"])
async def test_refusal_leaves_no_folder(target: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        await opened(Answers(refused(404, "Not Found"))).save(photo(), f"{tmp_path}/{target}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("target", ["file/mine.jpg", "file/deep/mine.jpg", "file/", "file/deep/"])
async def test_file_in_place_of_a_folder_is_an_error_before_anything_is_asked(
    target: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    answers = Answers(JPEG)
    with pytest.raises(NotADirectoryError, match="file is no folder"):
        await opened(answers).save(photo(), f"{tmp_path}/{target}")
    assert answers.asked == []


async def test_existing_file_is_skipped_if_asked(tmp_path: Path) -> None:
    target, answers = tmp_path / "mine.jpg", Answers(JPEG)
    target.write_bytes(b"older")
    saved = await opened(answers).save(photo(), target, overwrite="skip")
    assert (saved.written, saved.size, saved.sha1) == (False, 5, sha1(b"older"))
    assert answers.asked == []


async def test_existing_file_in_a_folder_is_skipped_if_asked(tmp_path: Path) -> None:
    (tmp_path / "a photo é.jpg").write_bytes(b"old")
    saved = await opened(Answers(JPEG)).save(photo(), tmp_path, overwrite="skip")
    assert not saved.written
    assert saved.path.read_bytes() == b"old"


async def test_existing_file_is_replaced_if_asked(tmp_path: Path) -> None:
    target = tmp_path / "mine.jpg"
    target.write_bytes(b"old and longer")
    await opened(Answers(JPEG)).save(photo(), target, overwrite="replace")
    assert target.read_bytes() == b"jpeg"


async def test_existing_file_makes_the_new_one_take_another_name(tmp_path: Path) -> None:
    for expected in ("mine.jpg", "mine (1).jpg", "mine (2).jpg"):
        saved = await opened(Answers(JPEG)).save(photo(), tmp_path / "mine.jpg", overwrite="rename")
        assert saved.path.name == expected


async def test_same_name_many_times_at_once_gives_as_many_files(tmp_path: Path) -> None:
    from immichkit._runtime import AsyncRuntime

    immich = opened(Answers(lambda request: httpx.Response(200, content=request.url.path.encode())))

    async def save(number: int) -> Path:
        target = tmp_path / "IMG_0001.jpg"
        return (await immich.save(photo(str(number)), target, overwrite="rename")).path

    paths = await AsyncRuntime.map(save, range(20), limit=8)
    assert len(set(paths)) == 20
    contents = {path.read_bytes() for path in tmp_path.iterdir()}
    assert contents == {f"/api/assets/{number}/original".encode() for number in range(20)}


@pytest.mark.parametrize("answers", [refused(404, "Not Found"), page(200)])
async def test_refusal_leaves_no_file(answers: httpx.Response, tmp_path: Path) -> None:
    with pytest.raises((NotFoundError, NotImmichError)):
        await opened(Answers(answers)).save(photo(), tmp_path / "mine.jpg")
    assert not list(tmp_path.iterdir())


async def test_truncated_body_is_an_error_and_leaves_no_file(
    raw_server: RawServer, tmp_path: Path
) -> None:
    raw_server.answers = [answer("200 OK", b"half", length=8)] * 2
    retry = RetryPolicy(1, base_delay=0)
    async with AsyncImmich(raw_server.url, retry=retry) as immich:
        with pytest.raises(TransportError):
            await immich.save(photo(), tmp_path / "mine.jpg")
    assert not list(tmp_path.iterdir())


async def test_short_body_is_noticed_without_the_help_of_a_socket(tmp_path: Path) -> None:
    short = httpx.Response(200, content=b"half", headers={"content-length": "8"})
    with pytest.raises(TransportError, match="4 of 8 bytes"):
        await opened(Answers(short), retry=None).save(photo(), tmp_path / "mine.jpg")
    assert not list(tmp_path.iterdir())


async def test_file_is_fetched_anew_after_a_broken_connection(
    raw_server: RawServer, tmp_path: Path
) -> None:
    raw_server.answers = [answer("200 OK", b"ha", length=8), answer("200 OK", b"wholejpg")]
    async with AsyncImmich(raw_server.url, retry=RetryPolicy(base_delay=0)) as immich:
        saved = await immich.save(photo(), tmp_path / "mine.jpg")
    assert saved.path.read_bytes() == b"wholejpg"
    assert saved.sha1 == sha1(b"wholejpg")


async def test_stale_part_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.jpg.part").write_bytes(b"the rest of another time")
    await opened(Answers(JPEG)).save(photo(), tmp_path / "mine.jpg")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"jpeg"]


async def test_large_file_comes_whole(raw_server: RawServer, tmp_path: Path) -> None:
    content = bytes(range(256)) * 65536
    raw_server.answers = [answer("200 OK", content)]
    async with AsyncImmich(raw_server.url) as immich:
        saved = await immich.save(photo(), tmp_path / "large.bin")
    assert (saved.size, saved.sha1) == (len(content), sha1(content))
    assert saved.path.read_bytes() == content


async def test_folder_that_does_not_exist_is_not_taken_for_a_file(tmp_path: Path) -> None:
    target = tmp_path / "backup/"  # a Path, and so without its slash
    for _ in range(3):
        with pytest.raises(ValueError, match="no folder .*backup.* Make the folder first"):
            await opened(Answers(JPEG)).save(photo(), target, overwrite="replace")
    assert not list(tmp_path.iterdir())


async def test_file_without_an_ending_is_saved_if_the_servers_has_none(tmp_path: Path) -> None:
    named = httpx.Response(200, content=b"x", headers={"content-disposition": "inline; filename=x"})
    saved = await opened(Answers(named)).save(photo(), tmp_path / "backup")
    assert saved.path == tmp_path / "backup"


async def test_file_without_an_ending_that_is_there_can_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(b"old")
    await opened(Answers(JPEG)).save(photo(), tmp_path / "photo", overwrite="replace")
    assert (tmp_path / "photo").read_bytes() == b"jpeg"


@pytest.mark.parametrize(
    ("target", "error", "said"),
    [
        ("", ValueError, "The target is empty"),
        (b"mine.jpg", TypeError, "a path or a text, not bytes"),
        (3, TypeError, "a path or a text, not int"),
        (None, TypeError, "a path or a text, not NoneType"),
    ],
)
async def test_target_that_is_no_path_is_refused_before_anything_is_asked(
    target: Any, error: type[Exception], said: str
) -> None:
    answers = Answers(JPEG)
    with pytest.raises(error, match=said):
        await opened(answers).save(photo(), target)
    assert answers.asked == []


async def test_unknown_way_to_overwrite_is_refused_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    answers = Answers(JPEG)
    with pytest.raises(ValueError, match="overwrite is one of .*'skip'.*, not 'never'"):
        await opened(answers).save(photo(), tmp_path, overwrite="never")  # type: ignore[arg-type]  # on purpose
    assert answers.asked == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes of another kind")
async def test_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        saved = await opened(Answers(JPEG)).save(photo(), tmp_path / "mine.jpg")
    finally:
        os.umask(before)
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o640
