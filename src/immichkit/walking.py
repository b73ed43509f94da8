"""Which of the files in a folder are meant: hidden ones, systems' own, patterns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
import pathspec

__all__ = ["Selection", "is_system"]

_SYSTEM_FOLDERS: Final = frozenset(
    {"@eadir", "@tmp", "@recycle", "#recycle", "#snapshot", "@recently-snapshot", "$recycle.bin"}
    | {"system volume information", "lost+found", "__macosx", ".trashes", ".spotlight-v100"}
    | {".fseventsd", ".immich"}
)
_SYSTEM_FILES: Final = frozenset(
    {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".immich", ".nomedia", "icon\r"}
)


def _spec(patterns: Iterable[str]) -> pathspec.GitIgnoreSpec:
    # The faster ones, which it picks where they are installed, fail at names that are no UTF-8.
    return pathspec.GitIgnoreSpec.from_lines(patterns, backend="simple")


def _patterns(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@attrs.frozen
class Selection:
    """Rules about what is left out of a folder; what a caller names himself is never hidden.

    Patterns have gitignore's meaning, and paths are seen from the folder that was named. With
    ``include``, only files that match it are taken; ``exclude`` is stronger.
    """

    include: tuple[str, ...] = attrs.field(default=(), converter=_patterns)
    exclude: tuple[str, ...] = attrs.field(default=(), converter=_patterns)
    include_hidden: bool = False
    _included: pathspec.GitIgnoreSpec = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(lambda self: _spec(self.include), takes_self=True),
    )
    _excluded: pathspec.GitIgnoreSpec = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(lambda self: _spec(self.exclude), takes_self=True),
    )

    def why_not(self, relative: str, *, is_folder: bool, is_named: bool = False) -> str | None:
        """Why ``relative`` (with slashes, from the root) is left out; None if it is taken.

        ``is_named`` is for what the caller named himself: only patterns count then.
        """
        name = relative.rpartition("/")[2]
        if not is_named:
            if is_system(name, is_folder=is_folder):
                return "a system's own"
            if name.startswith(".") and not self.include_hidden:
                return "hidden"
        asked = f"{relative}/" if is_folder else relative
        if self.exclude and self._excluded.match_file(asked):
            return "excluded by a pattern"
        if self.include and not is_folder and not self._included.match_file(asked):
            return "not among the patterns to include"
        return None


def is_system(name: str, *, is_folder: bool) -> bool:
    """Whether an operating system or a storage made it for itself."""
    small = name.lower()
    if is_folder:
        return small in _SYSTEM_FOLDERS
    # "._IMG.jpg" is what macOS leaves of a photo's attributes on foreign disks.
    return small in _SYSTEM_FILES or name.startswith("._")
