"""What the package offers by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

import immichkit
from immichkit import errors, models, operations


def test_names_are_there_and_listed_in_order() -> None:
    names = [name for name in immichkit.__all__ if not name.startswith("__")]
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if name[0].isupper() and not name.isupper()]
    assert names == [*constants, *sorted(classes), *(n for n in names if n[0].islower())]
    assert all(getattr(immichkit, name) is not None for name in immichkit.__all__)
    assert set(dir(immichkit)) == set(immichkit.__all__)


def test_every_error_is_offered() -> None:
    assert set(errors.__all__) <= set(immichkit.__all__)


def test_everything_offered_is_documented() -> None:
    undocumented = [
        name
        for name in immichkit.__all__
        if isinstance(getattr(immichkit, name), type) and not getattr(immichkit, name).__doc__
    ]
    assert undocumented == []


def test_models_and_operations_are_handed_on() -> None:
    assert models.AlbumResponseDto.__name__ == "AlbumResponseDto"
    assert operations.albums.CREATE_ALBUM.name == "albums.create_album"
    assert "AlbumResponseDto" in dir(models)
    assert "albums" in dir(operations)


def test_unknown_names_are_attribute_errors() -> None:
    for module in (immichkit, models, operations):
        with pytest.raises(AttributeError, match="NoSuchThing"):
            _ = module.NoSuchThing


@pytest.mark.parametrize("name", ["anyio", "asyncio", "attrs", "dateutil", "immichkit._async"])
def test_import_leaves_out_what_is_not_needed_yet(name: str) -> None:
    code = f"import sys; from immichkit import Immich; sys.exit({name!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_import_loads_no_group_and_no_model() -> None:
    code = (
        "import sys; from immichkit import Immich;"
        "sys.exit(any(n.startswith(('immichkit_api.models', 'immichkit_api.operations'))"
        " for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
