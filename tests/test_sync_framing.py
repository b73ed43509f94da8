"""Lines out of pieces of any size."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit.sync import framing
from immichkit.sync.framing import LineSplitter

TEXTS = st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\xe2\x80\xa8", b"{}"])).map(b"".join)


@given(TEXTS, st.lists(st.integers(0, 30)))
def test_lines_are_the_same_however_they_are_cut(text: bytes, cuts: list[int]) -> None:
    splitter = LineSplitter()
    places = [0, *sorted(cuts), len(text)]
    found: list[bytes] = []
    for begin, end in itertools.pairwise(places):
        found += splitter.split(text[begin:end])
    assert [*found, splitter.rest()] == text.split(b"\n")
    assert splitter.rest() == b""


def test_line_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "LARGEST_LINE", 10)
    splitter = LineSplitter()
    assert splitter.split(b"12345") == []
    with pytest.raises(ValueError, match="more than 10 bytes"):
        splitter.split(b"678901")


def test_nothing_but_the_open_line_is_kept() -> None:
    splitter = LineSplitter()
    for _ in range(100):
        assert splitter.split(b"x" * 1000 + b"\nrest") != []
    assert splitter.rest() == b"rest"
