"""The tree of errors that the docs draw is that of the package."""

from __future__ import annotations

import re
from pathlib import Path

from immichkit import errors

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def drawn() -> dict[str, str | None]:
    """The errors of the page, each with the one that it hangs on."""
    tree: dict[str, str | None] = {}
    above: list[str] = []
    for branch, name in re.findall(
        r"(?m)^([│├└─ ]*)(\w+Error)\b", PAGE.read_text(encoding="utf-8")
    ):
        depth = len(branch) // 4
        del above[depth:]
        tree[name] = above[-1] if above else None
        above.append(name)
    return tree


def test_every_error_is_in_the_tree_below_its_base() -> None:
    tree = drawn()
    assert sorted(tree) == sorted(errors.__all__)
    for name, parent in tree.items():
        bases = [base.__name__ for base in getattr(errors, name).__bases__]
        assert parent is None or parent in bases, name
