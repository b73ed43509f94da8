"""Many at once: what only one face has."""

from __future__ import annotations

import asyncio
import itertools
import signal
import subprocess
import sys
import threading
import time

import anyio
import pytest

from immichkit._runtime import AsyncRuntime, Runtime


async def slow(number: int) -> int:
    await anyio.sleep(30 if number else 0)
    return number


@pytest.mark.anyio
async def test_no_task_is_left_when_the_loop_is_left() -> None:
    before = asyncio.all_tasks()
    async for _ in AsyncRuntime.window(slow, itertools.count(), limit=5):
        assert len(asyncio.all_tasks()) > len(before)
        break
    for _ in range(10):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@pytest.mark.anyio
async def test_no_task_is_left_when_the_caller_is_cancelled() -> None:
    before = asyncio.all_tasks()
    with anyio.move_on_after(0.05) as scope:
        async for _ in AsyncRuntime.window(slow, itertools.count(), limit=5):
            pass
    assert scope.cancelled_caught
    assert asyncio.all_tasks() == before


def test_window_that_is_forgotten_does_not_hold_up_the_loop() -> None:
    async def main() -> None:
        window = AsyncRuntime.window(slow, itertools.count(), limit=5)
        assert await anext(window) == 0
        kept.append(window)

    kept: list[object] = []
    begun = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - begun < 10


def test_no_thread_is_left_when_the_loop_is_left() -> None:
    before = threading.active_count()
    for _ in Runtime.window(lambda number: number, itertools.count(), limit=5):
        break
    assert threading.active_count() == before


def test_items_are_taken_in_the_callers_thread() -> None:
    # A cursor of sqlite3, for instance, works in no other.
    items = (threading.current_thread() for _ in range(20))
    window = Runtime.window(lambda thread: thread, items, limit=4)
    assert set(window) == {threading.current_thread()}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_interrupt_does_not_wait_for_what_is_stuck() -> None:
    program = (
        "import time; from immichkit._runtime import Runtime\n"
        "print('begun', flush=True)\n"
        "list(Runtime.window(lambda n: time.sleep(60), range(9), limit=3))\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=20)
    assert b"KeyboardInterrupt" in complaint
