"""The server's queues stand still for a while, and are then as they were."""

from __future__ import annotations

import logging

import pytest

from immichkit import AsyncImmich, ImmichError, PermissionDeniedError, RetryPolicy
from immichkit.models import QueueName
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


def opened(server: ImmichServer) -> AsyncImmich:
    retry = RetryPolicy(retries=0)
    return AsyncImmich(server.url, api_key=server.api_key, retry=retry)


async def still(immich: AsyncImmich) -> set[str]:
    """The queues that are paused."""
    return {queue.name.value for queue in await immich.queues.get_queues() if queue.is_paused}


async def test_all_that_can_stand_still_do_and_then_run_again(server: ImmichServer) -> None:
    async with opened(server) as immich:
        async with immich.queues.paused() as names:
            assert await still(immich) == {name.value for name in QueueName} - {"backgroundTask"}
            assert {name.value for name in names} == await still(immich)
        assert await still(immich) == set()


async def test_what_stood_still_before_does_so_afterwards(server: ImmichServer) -> None:
    async with opened(server) as immich:
        await immich.queues.update_queue("ocr", is_paused=True)
        async with immich.queues.paused(["ocr", "sidecar", "sidecar"]) as names:
            assert names == [QueueName.SIDECAR]
            async with immich.queues.paused() as others:
                assert QueueName.OCR not in others
            assert await still(immich) == {"ocr", "sidecar"}
        assert await still(immich) == {"ocr"}


@pytest.mark.parametrize("kind", [ZeroDivisionError, KeyboardInterrupt])
async def test_they_run_again_after_an_exception(
    server: ImmichServer, kind: type[BaseException]
) -> None:
    async with opened(server) as immich:
        with pytest.raises(kind):
            async with immich.queues.paused():
                raise kind
        assert await still(immich) == set()


async def test_a_queue_that_cannot_be_paused_lets_the_others_run_again(
    server: ImmichServer,
) -> None:
    async with opened(server) as immich:
        server.fail_next(method="PUT", path="/api/queues/sidecar")
        with pytest.raises(ImmichError):
            async with immich.queues.paused(["ocr", "sidecar", "search"]):
                pytest.fail("it was entered")
        assert await still(immich) == set()


async def test_a_queue_that_stays_paused_is_named(server: ImmichServer) -> None:
    async with opened(server) as immich:
        with pytest.raises(ImmichError, match="The queue ocr may still be paused: .*503"):
            async with immich.queues.paused(["ocr", "search"]):
                server.fail_next(method="PUT", path="/api/queues/ocr")
        assert await still(immich) == {"ocr"}


async def test_what_happened_before_is_raised_with_a_note(server: ImmichServer) -> None:
    async with opened(server) as immich:
        with pytest.raises(ZeroDivisionError) as caught:
            async with immich.queues.paused(["ocr", "search"]):
                server.fail_next(method="PUT", path="/api/queues/ocr")
                _ = 1 / 0
        assert await still(immich) == {"ocr"}
    (note,) = caught.value.__notes__
    assert note.startswith("The queue ocr may still be paused")


async def test_names_that_make_no_sense_are_refused(server: ImmichServer) -> None:
    async with opened(server) as immich:
        for names, error, why in (
            ("ocr", TypeError, "names must be a list of queues"),
            (5, TypeError, "names must be a list of queues, not int"),
            (["backgroundTask"], ValueError, "never pauses"),
            (["ocr", "cooking"], ValueError, "no queue cooking, but thumbnailGeneration"),
        ):
            with pytest.raises(error, match=why):
                async with immich.queues.paused(names):  # type: ignore[arg-type]
                    pytest.fail("it was entered")
        async with immich.queues.paused([]) as nothing:
            assert nothing == []
        assert await still(immich) == set()


async def test_the_last_of_overlapping_contexts_lets_them_run_again(server: ImmichServer) -> None:
    async with opened(server) as immich, opened(server) as other:
        first = immich.queues.paused(["ocr", "sidecar"])
        second = other.queues.paused(["ocr", "search"])
        await first.__aenter__()
        assert await second.__aenter__() == [QueueName.OCR, QueueName.SEARCH]
        await first.__aexit__(None, None, None)
        assert await still(immich) == {"ocr", "search"}
        await second.__aexit__(None, None, None)
        assert await still(immich) == set()


async def test_a_context_in_dry_run_holds_nothing_for_others(server: ImmichServer) -> None:
    async with opened(server) as immich:
        dry = immich.with_options(dry_run=True).queues.paused(["ocr"])
        await dry.__aenter__()
        async with immich.queues.paused(["ocr"]):
            assert await still(immich) == {"ocr"}
        assert await still(immich) == set()
        await dry.__aexit__(None, None, None)


async def test_what_a_killed_process_left_is_resumed(
    server: ImmichServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "immichkit")
    async with opened(server) as immich:
        for name in ("ocr", "sidecar", "search"):
            await immich.queues.update_queue(name, is_paused=True)
        assert await immich.queues.resume(["sidecar", "migration"]) == [QueueName.SIDECAR]
        assert await still(immich) == {"ocr", "search"}
        assert set(await immich.queues.resume()) == {QueueName.OCR, QueueName.SEARCH}
        assert await still(immich) == set()
        assert await immich.queues.resume() == []
        async with immich.queues.paused(["ocr", "search"]):
            assert "pausing the queues ocr, search" in caplog.text


async def test_queues_that_cannot_be_resumed_are_named_and_others_run(
    server: ImmichServer,
) -> None:
    async with opened(server) as immich:
        for name in ("ocr", "sidecar"):
            await immich.queues.update_queue(name, is_paused=True)
        server.fail_next(method="PUT", path="/api/queues/ocr")
        with pytest.raises(ImmichError, match="The queue ocr may still be paused"):
            await immich.queues.resume()
        assert await still(immich) == {"ocr"}
        with pytest.raises(ValueError, match="no queue cooking"):
            await immich.queues.resume(["cooking"])  # type: ignore[list-item]
        with pytest.raises(TypeError, match="names must be a list of queues"):
            await immich.queues.resume("ocr")  # type: ignore[arg-type]


async def test_only_an_administrator_may(server: ImmichServer) -> None:
    async with AsyncImmich(server.url, api_key=server.add_user().api_key) as immich:
        with pytest.raises(PermissionDeniedError, match="Only an administrator may do that"):
            async with immich.queues.paused():
                pytest.fail("it was entered")
        with pytest.raises(PermissionDeniedError, match="Only an administrator may do that"):
            await immich.queues.resume()


async def test_dry_run_pauses_nothing(server: ImmichServer) -> None:
    async with opened(server) as immich:
        dry = immich.with_options(dry_run=True)
        async with dry.queues.paused(["ocr"]):
            assert await still(immich) == set()
        assert [entry.request.operation.name for entry in dry.dry_run_log] == [
            "queues.update_queue",
            "queues.update_queue",
        ]
