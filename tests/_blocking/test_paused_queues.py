# Written by scripts/mirror from tests/_async/test_paused_queues.py; edits are lost.
"""The server's queues stand still for a while, and are then as they were."""

from __future__ import annotations

import logging

import pytest

from immichkit import Immich, ImmichError, PermissionDeniedError, RetryPolicy
from immichkit.models import QueueName
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


def opened(server: ImmichServer) -> Immich:
    retry = RetryPolicy(retries=0)
    return Immich(server.url, api_key=server.api_key, retry=retry)


def still(immich: Immich) -> set[str]:
    """The queues that are paused."""
    return {queue.name.value for queue in immich.queues.get_queues() if queue.is_paused}


def test_all_that_can_stand_still_do_and_then_run_again(server: ImmichServer) -> None:
    with opened(server) as immich:
        with immich.queues.paused() as names:
            assert still(immich) == {name.value for name in QueueName} - {"backgroundTask"}
            assert {name.value for name in names} == still(immich)
        assert still(immich) == set()


def test_what_stood_still_before_does_so_afterwards(server: ImmichServer) -> None:
    with opened(server) as immich:
        immich.queues.update_queue("ocr", is_paused=True)
        with immich.queues.paused(["ocr", "sidecar", "sidecar"]) as names:
            assert names == [QueueName.SIDECAR]
            with immich.queues.paused() as others:
                assert QueueName.OCR not in others
            assert still(immich) == {"ocr", "sidecar"}
        assert still(immich) == {"ocr"}


@pytest.mark.parametrize("kind", [ZeroDivisionError, KeyboardInterrupt])
def test_they_run_again_after_an_exception(server: ImmichServer, kind: type[BaseException]) -> None:
    with opened(server) as immich:
        with pytest.raises(kind):
            with immich.queues.paused():
                raise kind
        assert still(immich) == set()


def test_a_queue_that_cannot_be_paused_lets_the_others_run_again(
    server: ImmichServer,
) -> None:
    with opened(server) as immich:
        server.fail_next(method="PUT", path="/api/queues/sidecar")
        with pytest.raises(ImmichError):
            with immich.queues.paused(["ocr", "sidecar", "search"]):
                pytest.fail("it was entered")
        assert still(immich) == set()


def test_a_queue_that_stays_paused_is_named(server: ImmichServer) -> None:
    with opened(server) as immich:
        with pytest.raises(ImmichError, match="The queue ocr may still be paused: .*503"):
            with immich.queues.paused(["ocr", "search"]):
                server.fail_next(method="PUT", path="/api/queues/ocr")
        assert still(immich) == {"ocr"}


def test_what_happened_before_is_raised_with_a_note(server: ImmichServer) -> None:
    with opened(server) as immich:
        with pytest.raises(ZeroDivisionError) as caught:
            with immich.queues.paused(["ocr", "search"]):
                server.fail_next(method="PUT", path="/api/queues/ocr")
                _ = 1 / 0
        assert still(immich) == {"ocr"}
    (note,) = caught.value.__notes__
    assert note.startswith("The queue ocr may still be paused")


def test_names_that_make_no_sense_are_refused(server: ImmichServer) -> None:
    with opened(server) as immich:
        for names, error, why in (
            ("ocr", TypeError, "names must be a list of queues"),
            (5, TypeError, "names must be a list of queues, not int"),
            (["backgroundTask"], ValueError, "never pauses"),
            (["ocr", "cooking"], ValueError, "no queue cooking, but thumbnailGeneration"),
        ):
            with pytest.raises(error, match=why):
                with immich.queues.paused(names):  # type: ignore[arg-type]
                    pytest.fail("it was entered")
        with immich.queues.paused([]) as nothing:
            assert nothing == []
        assert still(immich) == set()


def test_the_last_of_overlapping_contexts_lets_them_run_again(server: ImmichServer) -> None:
    with opened(server) as immich, opened(server) as other:
        first = immich.queues.paused(["ocr", "sidecar"])
        second = other.queues.paused(["ocr", "search"])
        first.__enter__()
        assert second.__enter__() == [QueueName.OCR, QueueName.SEARCH]
        first.__exit__(None, None, None)
        assert still(immich) == {"ocr", "search"}
        second.__exit__(None, None, None)
        assert still(immich) == set()


def test_a_context_in_dry_run_holds_nothing_for_others(server: ImmichServer) -> None:
    with opened(server) as immich:
        dry = immich.with_options(dry_run=True).queues.paused(["ocr"])
        dry.__enter__()
        with immich.queues.paused(["ocr"]):
            assert still(immich) == {"ocr"}
        assert still(immich) == set()
        dry.__exit__(None, None, None)


def test_what_a_killed_process_left_is_resumed(
    server: ImmichServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "immichkit")
    with opened(server) as immich:
        for name in ("ocr", "sidecar", "search"):
            immich.queues.update_queue(name, is_paused=True)
        assert immich.queues.resume(["sidecar", "migration"]) == [QueueName.SIDECAR]
        assert still(immich) == {"ocr", "search"}
        assert set(immich.queues.resume()) == {QueueName.OCR, QueueName.SEARCH}
        assert still(immich) == set()
        assert immich.queues.resume() == []
        with immich.queues.paused(["ocr", "search"]):
            assert "pausing the queues ocr, search" in caplog.text


def test_queues_that_cannot_be_resumed_are_named_and_others_run(
    server: ImmichServer,
) -> None:
    with opened(server) as immich:
        for name in ("ocr", "sidecar"):
            immich.queues.update_queue(name, is_paused=True)
        server.fail_next(method="PUT", path="/api/queues/ocr")
        with pytest.raises(ImmichError, match="The queue ocr may still be paused"):
            immich.queues.resume()
        assert still(immich) == {"ocr"}
        with pytest.raises(ValueError, match="no queue cooking"):
            immich.queues.resume(["cooking"])  # type: ignore[list-item]
        with pytest.raises(TypeError, match="names must be a list of queues"):
            immich.queues.resume("ocr")  # type: ignore[arg-type]


def test_only_an_administrator_may(server: ImmichServer) -> None:
    with Immich(server.url, api_key=server.add_user().api_key) as immich:
        with pytest.raises(PermissionDeniedError, match="Only an administrator may do that"):
            with immich.queues.paused():
                pytest.fail("it was entered")
        with pytest.raises(PermissionDeniedError, match="Only an administrator may do that"):
            immich.queues.resume()


def test_dry_run_pauses_nothing(server: ImmichServer) -> None:
    with opened(server) as immich:
        dry = immich.with_options(dry_run=True)
        with dry.queues.paused(["ocr"]):
            assert still(immich) == set()
        assert [entry.request.operation.name for entry in dry.dry_run_log] == [
            "queues.update_queue",
            "queues.update_queue",
        ]
