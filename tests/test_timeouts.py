"""How long to wait."""

from __future__ import annotations

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
def test_timeout_of_nothing_is_refused(nothing: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Timeout.of(nothing)
