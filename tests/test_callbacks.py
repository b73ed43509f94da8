"""What a user gives to be called back: awaited in the one face, refused in time in the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import anyio
import pytest

from immichkit import Immich
from immichkit._runtime import AsyncRuntime, Runtime
from immichkit.testing import ImmichServer


class Called:
    """An object that is called like a coroutine function."""

    async def __call__(self, number: int) -> int:
        return number + 1


async def awaited(number: int) -> int:
    return number + 1


def plain(number: int) -> int:
    return number + 1


@pytest.mark.parametrize("function", [plain, awaited, partial(awaited), Called()])
def test_async_face_takes_any_function(function: Callable[[int], object]) -> None:
    AsyncRuntime.check_callback("on_it", function)
    assert anyio.run(AsyncRuntime.call, function, 1) == 2


@pytest.mark.parametrize("function", [awaited, partial(awaited), Called()])
def test_blocking_face_refuses_what_would_have_to_be_awaited(function: object) -> None:
    with pytest.raises(TypeError, match="^on_it is async: use AsyncImmich, or a plain function"):
        Runtime.check_callback("on_it", function)


@pytest.mark.parametrize("function", [plain, len, partial(plain), [].append, int])
def test_blocking_face_takes_plain_functions(function: object) -> None:
    Runtime.check_callback("on_it", function)


def test_blocking_face_refuses_what_turns_out_to_be_async() -> None:
    with pytest.raises(TypeError, match="is async"):
        Runtime.call(lambda: awaited(1))
    assert Runtime.call(plain, 1) == 2


@pytest.mark.parametrize("runtime", [Runtime, AsyncRuntime])
def test_what_cannot_be_called_is_refused(runtime: type[Runtime | AsyncRuntime]) -> None:
    with pytest.raises(TypeError, match="^on_it must be a function, not int"):
        runtime.check_callback("on_it", 5)


@pytest.mark.parametrize("name", ["on_url", "open_browser"])
def test_login_refuses_a_coroutine_function_before_anything_is_sent(
    server: ImmichServer, name: str
) -> None:
    with Immich(server.url) as immich, pytest.raises(TypeError, match=f"{name} is async"):
        immich.oauth.login_in_browser(**{name: awaited})  # type: ignore[arg-type]
    assert server.requests == []
