"""What a person is told about a server's version."""

from __future__ import annotations

import pytest

from immichkit.compatibility import assess

ROWS = (
    ("2.0.0", "4.0.0", "4.0.0", "4.1.0", "supported"),
    ("1.1.0", "3.1.0", "3.0.0", "3.1.0", "supported"),
)


@pytest.mark.parametrize(
    ("server", "status"),
    [("2.7.5", "unsupported"), ("3.0.0", "supported"), ("3.1.0", "supported"), ("3.2.0", "newer")],
)
def test_status_follows_from_the_row_of_the_package(server: str, status: str) -> None:
    found = assess(server, "1.1.0", ROWS)
    assert found.status == status
    assert bool(found) == (status != "unsupported")
    assert (found.supported_from, found.supported_to) == ("3.0.0", "3.1.0")


def test_old_server_is_refused_with_advice() -> None:
    (note,) = assess("2.7.5", "1.1.0", ROWS).notes
    assert "upgrade the server to v3.0.0" in note


def test_another_release_of_the_package_is_named_where_it_fits_better() -> None:
    assert assess("4.0.5", "1.1.0", ROWS).notes[-1] == "Made for v4.0.5: immichkit 2.0.0."


def test_package_without_a_row_uses_what_it_was_generated_for() -> None:
    assert assess("3.1.0", "9.9.9").status == "supported"
