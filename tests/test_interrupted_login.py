"""A sign-in in the browser that is ended from outside."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import anyio
import pytest

from immichkit import AsyncImmich
from immichkit._loopback import Loopback
from immichkit.testing import ImmichServer

PROGRAM = """
import asyncio, sys, threading
from immichkit import AsyncImmich, Immich

face, url, port = sys.argv[1:]
options = {"port": int(port), "open_browser": lambda url: print("open", flush=True)}

async def main():
    async with AsyncImmich(url) as immich:
        await immich.oauth.login_in_browser(**options)

try:
    if face == "async":
        asyncio.run(main())
    with Immich(url) as immich:
        immich.oauth.login_in_browser(**options)
finally:
    left = [thread.name for thread in threading.enumerate() if "AnyIO" not in thread.name]
    print(*left, flush=True)
"""


def free_port() -> int:
    with Loopback() as loopback:
        return int(loopback.origin.rpartition(":")[2])


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("face", ["blocking", "async"])
def test_ctrl_c_leaves_nothing_behind(server: ImmichServer, face: str) -> None:
    server.enable_oauth()
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, face, server.url, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "open\n"
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    assert output == "MainThread\n"
    Loopback(port).close()


@pytest.mark.anyio
async def test_cancellation_leaves_nothing_behind(server: ImmichServer) -> None:
    server.enable_oauth()
    port = free_port()
    async with AsyncImmich(server.url) as immich:
        with anyio.move_on_after(0.5) as scope:
            await immich.oauth.login_in_browser(port=port, open_browser=None, on_url=len)
    assert scope.cancelled_caught
    assert not any("serve_forever" in thread.name for thread in threading.enumerate())
    Loopback(port).close()
