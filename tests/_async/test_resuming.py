"""Downloads that break off: continued, proven, and never a wrong file under the right name."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import Answers, photo, refused
from hostile import DAY, FAULTS, HostileFile, asset_of, sha1

from immichkit import (
    AsyncImmich,
    ImmichError,
    IntegrityError,
    NotFoundError,
    RetryPolicy,
    ServerError,
    SharedLink,
    Timeout,
    TransportError,
)
from immichkit.models import SharedLinkType
from immichkit.testing import ImmichServer
from immichkit.testing.seeding import SeedAsset

pytestmark = pytest.mark.anyio
RUNS = 500 if os.environ.get("IMMICHKIT_THOROUGH") else 50
CONTENT = random.Random(7).randbytes(200_000)
OFTEN = RetryPolicy(3, base_delay=0)
ORIGINAL = "/assets/{id}/original"


def opened(url: str, **options: Any) -> AsyncImmich:
    return AsyncImmich(url, **{"retry": OFTEN, "server_version": "3.1.0", **options})


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("block", range(10))
async def test_any_faults_end_in_the_whole_file_or_an_error(block: int, tmp_path: Path) -> None:
    for seed in range(block * RUNS // 10, (block + 1) * RUNS // 10):
        chance = random.Random(seed)
        content = chance.randbytes(chance.choice([1, 2, 1000, 70_000, 300_000]))
        faults = chance.choices(FAULTS, k=chance.randrange(6))
        target = tmp_path / f"{seed}.jpg"
        asset = asset_of(content) if chance.random() < 0.5 else None
        with HostileFile(content, faults, seed) as file:
            timeout = Timeout(read=0.1)
            async with opened(file.url, timeout=timeout, retry=RetryPolicy(1, 0)) as immich:
                for _ in range(8):
                    try:
                        if asset is None:
                            saved = await immich.save(photo(), target)
                        else:
                            saved = await immich.assets.download_asset_to_file(asset, target)
                    except IntegrityError:
                        assert file.content != content, seed  # seldom raised
                        assert not target.exists(), seed
                        break
                    except ImmichError:
                        assert not target.exists(), seed
                    else:
                        assert target.read_bytes() in file.contents, seed
                        assert saved.sha1 == sha1(target.read_bytes()), seed
                        assert asset is None or target.read_bytes() == content, seed
                        assert left_in(tmp_path) == [target.name], seed
                        break
                else:
                    pytest.fail(f"seed {seed}: never ended")
        for path in tmp_path.iterdir():
            path.unlink()


async def test_broken_download_goes_on_in_the_same_call(tmp_path: Path) -> None:
    with HostileFile(CONTENT, ["cut", "reset", "502", "cut", "cut", "cut", "cut"]) as file:
        async with opened(file.url) as immich:
            saved = await immich.save(photo(), tmp_path / "a.jpg")
    assert saved.path.read_bytes() == CONTENT
    offsets = [int(asked[6:-1]) for asked in file.ranges if asked]
    assert len(offsets) == 6
    assert offsets == sorted(offsets)
    assert left_in(tmp_path) == ["a.jpg"]


async def test_tries_without_progress_are_counted(server: ImmichServer, tmp_path: Path) -> None:
    [id_] = server.seed([SeedAsset(content=CONTENT)])
    server.cut_after(0, times=None, path=ORIGINAL)
    async with opened(server.url, api_key=server.api_key) as immich:
        with pytest.raises(TransportError):
            await immich.assets.download_asset_to_file(id_, tmp_path / "a.jpg")
    assert sum(seen.path.endswith("original") for seen in server.requests) == 4
    assert left_in(tmp_path) == []


async def test_server_that_always_starts_over_and_breaks_off_makes_no_progress(
    tmp_path: Path,
) -> None:
    answer = httpx.Response(200, content=b"half", headers={"content-length": "8", "etag": '"a"'})
    answers = Answers(lambda _: httpx.Response(200, content=b"half", headers=answer.headers))
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    with pytest.raises(TransportError):
        await opened("http://photos.test", http_client=pool).save(photo(), tmp_path / "a.jpg")
    assert len(answers.asked) == 4


async def test_dropped_connection_leaves_the_part_for_the_next_call(tmp_path: Path) -> None:
    with HostileFile(CONTENT, ["cut"], seed=3) as file:
        async with opened(file.url, retry=None) as immich:
            with pytest.raises(TransportError):
                await immich.save(photo(), tmp_path / "a.jpg")
            assert left_in(tmp_path) == ["a.jpg.part", "a.jpg.part.json"]
            here = (tmp_path / "a.jpg.part").stat().st_size
            saved = await immich.save(photo(), tmp_path / "a.jpg")
    assert (saved.resumed_from, saved.sha1) == (here, sha1(CONTENT))
    assert file.ranges == ["", f"bytes={here}-"]
    assert saved.path.read_bytes() == CONTENT
    assert left_in(tmp_path) == ["a.jpg"]


async def test_part_in_a_folder_is_found_by_the_servers_name(
    server: ImmichServer, tmp_path: Path
) -> None:
    [id_] = server.seed([SeedAsset(name="é.jpg", content=CONTENT)])
    server.cut_after(150_000, path=ORIGINAL)
    async with opened(server.url, api_key=server.api_key, retry=None) as immich:
        with pytest.raises(TransportError):
            await immich.assets.download_asset_to_file(id_, tmp_path)
        saved = await immich.assets.download_asset_to_file(id_, tmp_path)
    assert saved.resumed_from > 100_000
    assert saved.verified
    assert saved.path.read_bytes() == CONTENT


async def test_resume_can_be_declined(tmp_path: Path) -> None:
    with HostileFile(CONTENT, ["cut"], seed=3) as file:
        async with opened(file.url, retry=None) as immich:
            with pytest.raises(TransportError):
                await immich.save(photo(), tmp_path / "a.jpg")
            saved = await immich.save(photo(), tmp_path / "a.jpg", resume=False)
    assert (saved.resumed_from, saved.path.read_bytes()) == (0, CONTENT)
    assert file.ranges == ["", ""]


async def leave_a_part(immich: AsyncImmich, target: Path, id: str = "one") -> int:
    with pytest.raises(TransportError):
        await immich.save(photo(id), target)
    return target.with_name(f"{target.name}.part").stat().st_size


async def test_stale_part_never_becomes_a_corrupt_photo(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    with HostileFile(CONTENT, ["cut"], seed=3) as file:
        async with opened(file.url, retry=None) as immich:
            await leave_a_part(immich, target)
            file.change()
            saved = await immich.save(photo(), target)
    assert saved.resumed_from == 0
    assert target.read_bytes() == file.content != CONTENT


async def test_part_of_another_asset_is_never_continued(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    with HostileFile(CONTENT, ["cut"], seed=3) as file:
        async with opened(file.url, retry=None) as immich:
            await leave_a_part(immich, target, "other")
            assert (await immich.save(photo(), target)).resumed_from == 0
    assert file.ranges == ["", ""]


async def test_part_of_another_address_is_never_continued(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    with HostileFile(CONTENT, ["cut"], seed=3) as one, HostileFile(CONTENT, []) as two:
        async with opened(one.url, retry=None) as immich:
            await leave_a_part(immich, target)
        async with opened(two.url, retry=None) as immich:
            assert (await immich.save(photo(), target)).resumed_from == 0
    assert two.ranges == [""]


async def test_part_without_its_state_is_written_over(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    (tmp_path / "a.jpg.part").write_bytes(b"the rest of another time")
    (tmp_path / "a.jpg.part.json").write_bytes(b'{"source":"http')
    with HostileFile(CONTENT, []) as file:
        async with opened(file.url) as immich:
            await immich.save(photo(), target)
    assert target.read_bytes() == CONTENT
    assert left_in(tmp_path) == ["a.jpg"]


async def test_whole_part_is_finished_by_its_last_byte(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    with HostileFile(CONTENT, ["cut"], seed=3) as file:
        async with opened(file.url, retry=None) as immich:
            await leave_a_part(immich, target)
            (tmp_path / "a.jpg.part").write_bytes(CONTENT)
            saved = await immich.save(photo(), target)
    assert file.ranges[1] == f"bytes={len(CONTENT) - 1}-"
    assert saved.resumed_from == len(CONTENT) - 1
    assert target.read_bytes() == CONTENT


async def test_offset_past_the_end_starts_over(tmp_path: Path) -> None:
    past = refused(404, "Not Found", content_range="bytes */4", etag='W/"b"')
    cut = httpx.Response(200, content=b"half", headers={"content-length": "8", "etag": 'W/"a"'})
    whole = httpx.Response(200, content=b"jpeg", headers={"etag": 'W/"b"'})
    answers = Answers(cut, past, whole)
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    saved = await opened("http://photos.test", http_client=pool).save(photo(), tmp_path / "a.jpg")
    assert saved.path.read_bytes() == b"jpeg"
    asked = [(a.headers.get("range"), a.headers.get("if-range")) for a in answers.asked]
    assert asked == [(None, None), ("bytes=4-", 'W/"a"'), (None, None)]


async def test_asset_that_is_gone_meanwhile_is_not_found(tmp_path: Path) -> None:
    cut = httpx.Response(200, content=b"half", headers={"content-length": "8", "etag": 'W/"a"'})
    answers = Answers(cut, refused(404, "Not Found"))
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    with pytest.raises(NotFoundError):
        await opened("http://photos.test", http_client=pool).save(photo(), tmp_path / "a.jpg")
    assert not (tmp_path / "a.jpg").exists()
    assert len(answers.asked) == 3


async def test_part_that_nobody_asked_for_is_an_error(tmp_path: Path) -> None:
    part = httpx.Response(206, content=b"ha", headers={"content-range": "bytes 0-1/4"})
    pool = httpx.AsyncClient(transport=httpx.MockTransport(Answers(part)))
    with pytest.raises(TransportError, match="A part came"):
        await opened("http://photos.test", http_client=pool).save(photo(), tmp_path / "a.jpg")
    assert left_in(tmp_path) == []


async def test_range_that_the_caller_asks_for_is_saved_as_it_is(tmp_path: Path) -> None:
    part = httpx.Response(206, content=b"ha", headers={"content-range": "bytes 0-1/4"})
    pool = httpx.AsyncClient(transport=httpx.MockTransport(Answers(part)))
    request = photo().with_headers({"Range": "bytes=0-1"})
    saved = await opened("http://photos.test", http_client=pool).save(request, tmp_path / "a")
    assert saved.path.read_bytes() == b"ha"


async def test_wrong_bytes_never_take_the_name(tmp_path: Path) -> None:
    with HostileFile(CONTENT, []) as file:
        async with opened(file.url) as immich:
            with pytest.raises(IntegrityError, match="SHA-1"):
                await immich.assets.download_asset_to_file(asset_of(b"else"), tmp_path / "a.jpg")
            assert left_in(tmp_path) == []
            saved = await immich.assets.download_asset_to_file(
                asset_of(b"else"), tmp_path / "a.jpg", verify=False
            )
    assert (saved.verified, saved.path.read_bytes()) == (False, CONTENT)


async def test_spoilt_part_is_fetched_once_more_from_the_start(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    with HostileFile(CONTENT, ["cut"], seed=3) as file:
        async with opened(file.url, retry=None) as immich:
            here = await leave_a_part(immich, target)
            (tmp_path / "a.jpg.part").write_bytes(bytes(here))
            saved = await immich.assets.download_asset_to_file(asset_of(CONTENT), target)
    assert file.ranges == ["", f"bytes={here}-", ""]
    assert (saved.verified, saved.resumed_from) == (True, 0)
    assert target.read_bytes() == CONTENT


async def test_length_that_lies_is_found_out_by_the_checksum(tmp_path: Path) -> None:
    short = httpx.Response(200, content=CONTENT[:-1], headers={"etag": '"a"'})
    pool = httpx.AsyncClient(transport=httpx.MockTransport(Answers(short)))
    immich = opened("http://photos.test", http_client=pool)
    with pytest.raises(IntegrityError):
        await immich.assets.download_asset_to_file(asset_of(CONTENT), tmp_path / "a.jpg")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("facts", [{"library_id": "one"}, {"is_edited": True}])
async def test_without_a_checksum_the_length_has_to_do(facts: Any, tmp_path: Path) -> None:
    with HostileFile(CONTENT, []) as file:
        async with opened(file.url) as immich:
            saved = await immich.assets.download_asset_to_file(
                asset_of(b"path", **facts), tmp_path / "a.jpg", edited=True
            )
    assert (saved.verified, saved.size) == (False, len(CONTENT))


async def test_original_of_an_edited_asset_is_proven(server: ImmichServer, tmp_path: Path) -> None:
    [id_] = server.seed(1)
    async with opened(server.url, api_key=server.api_key) as immich:
        saved = await immich.assets.download_asset_to_file(id_, tmp_path)
        asset = await immich.assets.get_asset_info(id_)
    assert saved.verified
    assert saved.sha1 == asset.checksum
    assert saved.path.stat().st_mtime == asset.file_modified_at.timestamp()


async def test_file_has_the_date_of_the_asset(tmp_path: Path) -> None:
    with HostileFile(CONTENT, []) as file:
        async with opened(file.url) as immich:
            saved = await immich.assets.download_asset_to_file(asset_of(CONTENT), tmp_path)
    assert saved.path.stat().st_mtime == DAY.timestamp()


async def test_who_may_not_read_the_asset_can_have_it(server: ImmichServer, tmp_path: Path) -> None:
    user = server.add_user(permissions=["asset.download"])
    [id_] = server.seed([SeedAsset(content=CONTENT)], user=user)
    async with opened(server.url, api_key=user.api_key) as immich:
        saved = await immich.assets.download_asset_to_file(id_, tmp_path)
    assert (saved.verified, saved.path.read_bytes()) == (False, CONTENT)


async def test_link_that_hides_metadata_refuses_the_file(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = server.seed([SeedAsset(content=CONTENT)])
    async with opened(server.url, api_key=server.api_key) as immich:
        link = await immich.shared_links.create_shared_link(
            type=SharedLinkType.INDIVIDUAL, asset_ids=ids, show_metadata=False
        )
    async with AsyncImmich(server.url, auth=SharedLink(key=link.key), retry=None) as guest:
        with pytest.raises(NotFoundError):
            await guest.assets.download_asset_to_file(ids[0], tmp_path / "a.jpg")
        report = await guest.assets.download_assets(ids, tmp_path)
    assert "hides metadata" in str(report.failed[0].error)
    assert left_in(tmp_path) == []


async def test_failing_look_at_the_asset_is_no_leave_to_save_unproven(
    server: ImmichServer, tmp_path: Path
) -> None:
    [id_] = server.seed(1)
    server.fail_next(503, times=None, method="GET", path="/assets/{id}")
    async with opened(server.url, api_key=server.api_key) as immich:
        with pytest.raises(ServerError):
            await immich.assets.download_asset_to_file(id_, tmp_path)
    assert left_in(tmp_path) == []


async def test_existing_file_is_left_alone_before_anything_is_asked(
    server: ImmichServer, tmp_path: Path
) -> None:
    [id_] = server.seed(1)
    target = tmp_path / "a.jpg"
    target.write_bytes(b"old")
    server.forget_requests()
    async with opened(server.url, api_key=server.api_key) as immich:
        with pytest.raises(FileExistsError):
            await immich.assets.download_asset_to_file(id_, target)
        saved = await immich.assets.download_asset_to_file(
            id_, target, overwrite="skip", verify=False
        )
    assert (saved.written, saved.verified, saved.sha1) == (False, False, sha1(b"old"))
    assert server.requests == []


@pytest.mark.parametrize("content", [CONTENT, b"old"])
@pytest.mark.parametrize("target", ["", "a.jpg"])
async def test_existing_file_is_verified_only_if_it_is_the_assets(
    server: ImmichServer, tmp_path: Path, content: bytes, target: str
) -> None:
    [id_] = server.seed([SeedAsset(name="a.jpg", content=CONTENT)])
    (tmp_path / "a.jpg").write_bytes(content)
    async with opened(server.url, api_key=server.api_key) as immich:
        asset = await immich.assets.get_asset_info(id_)
        for one in (id_, asset):
            saved = await immich.assets.download_asset_to_file(
                one, tmp_path / target, overwrite="skip"
            )
            assert (saved.written, saved.verified) == (False, content == CONTENT)
            assert saved.path.read_bytes() == content


async def test_progress_tells_what_is_here_and_in_all(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with HostileFile(CONTENT, ["cut"]) as file:
        async with opened(file.url) as immich:
            await immich.save(
                photo(), tmp_path / "a.jpg", on_progress=lambda *both: told.append(both)
            )
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)


async def test_progress_that_raises_breaks_off_and_leaves_the_part(tmp_path: Path) -> None:
    def stop(_done: int, _total: int | None) -> None:
        raise LookupError

    with HostileFile(CONTENT * 10, []) as file:
        async with opened(file.url) as immich:
            with pytest.raises(LookupError):
                await immich.save(photo(), tmp_path / "a.jpg", on_progress=stop)
            saved = await immich.save(photo(), tmp_path / "a.jpg")
    assert saved.path.read_bytes() == CONTENT * 10
