"""How long to wait."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from immichkit import Timeout


def test_one_number_is_for_every_kind_of_wait() -> None:
    waits = Timeout.of(5)
    assert waits == Timeout(connect=5.0, read=5.0, write=5.0, pool=5.0, upload=5.0)


def test_timeout_stays_as_it_is() -> None:
    assert Timeout.of(Timeout(read=None)).read is None


def test_answer_to_an_upload_may_take_longer() -> None:
    assert Timeout().phases(upload=False)["read"] == 60
    assert Timeout().phases(upload=True)["read"] == 600
    assert Timeout().phases(upload=True)["connect"] == 10


@pytest.mark.parametrize("nothing", [0, -1, float("nan")])
def test_part_of_nothing_is_refused(nothing: float) -> None:
    with pytest.raises(ValueError, match="The read of Timeout must be more than 0"):
        Timeout(read=nothing)


@pytest.mark.parametrize("wrong", [None, "5", httpx.Timeout(5), True])
def test_timeout_of_another_type_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="timeout must be a number|The connect of Timeout"):
        Timeout.of(wrong)
    if wrong is not None:
        with pytest.raises(TypeError, match="The connect of Timeout must be a number"):
            Timeout(connect=wrong)


def test_timeout_without_end_is_written_as_none() -> None:
    with pytest.raises(ValueError, match="finite"):
        Timeout(read=float("inf"))
    assert Timeout(read=None).phases(upload=False)["read"] is None


@pytest.mark.parametrize("nothing", [0, -1, float("nan")])
def test_timeout_of_nothing_is_refused(nothing: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Timeout.of(nothing)
