"""Edits: how a photo is cropped, turned and mirrored, its file left as it is."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times
from immichkit.testing.reading import pictures
from immichkit.testing.state import thumbnails
from immichkit.testing.state.database import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from immichkit.testing.state.blobs import Blobs
    from immichkit.testing.state.database import Database, Row

# Of these EXIF orientations width and height are the other way around.
_LYING: Final = {"5", "6", "7", "8"}


class Edits:
    """The edits of all assets, in the order in which they are done."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    def of_asset(self, asset_id: str) -> list[dict[str, Any]]:
        """The asset's edits as the server describes them."""
        rows = self._database.all(
            "select * from asset_edit where asset_id = ? order by position", [asset_id]
        )
        return [
            {
                "id": row["id"],
                "action": row["action"],
                "parameters": json.loads(row["parameters"]),
            }
            for row in rows
        ]

    def replace(self, asset_id: str, edits: Iterable[Mapping[str, Any]]) -> None:
        """Put these in place of the asset's edits."""
        with self._database.transaction():
            self._database.run("delete from asset_edit where asset_id = ?", [asset_id])
            for position, edit in enumerate(edits):
                self._database.insert(
                    "asset_edit",
                    asset_id=asset_id,
                    position=position,
                    id=new_id(),
                    action=edit["action"],
                    parameters=json.dumps(edit["parameters"]),
                )

    def apply(self, asset_id: str) -> None:
        """Make the edited picture, and give the asset its size."""
        asset = self._database.one(
            "select * from asset join exif on exif.asset_id = asset.id where id = ?", [asset_id]
        )
        if asset is None:
            return
        size, edits = whole_size(asset), self.of_asset(asset_id)
        for edit in edits:
            parameters = edit["parameters"]
            if edit["action"] == "crop":
                size = parameters["width"], parameters["height"]
            elif edit["action"] == "rotate" and parameters["angle"] % 180:
                size = size[::-1]
        for path in thumbnails.edited_paths(asset):
            self._blobs.remove(path)
        columns: dict[str, Any] = {
            "width": size[0],
            "height": size[1],
            "is_edited": bool(edits),
            "updated_at": times.now(),
        }
        seen = self._render(asset, edits) if edits else self._blobs.path(asset["original_path"])
        with contextlib.suppress(pictures.UnreadableError):
            columns["thumbhash"] = pictures.hash_of(seen)
        self._database.update("asset", "id = ?", [asset_id], **columns)

    def _render(self, asset: Row, edits: Sequence[Mapping[str, Any]]) -> Path:
        """The edited picture, or the unedited one where this server cannot make it."""
        original, target = self._blobs.path(asset["original_path"]), self.path(asset)
        target.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, for others may ask for it meanwhile.
        unfinished = target.with_suffix(".part")
        try:
            pictures.edit(original, edits, unfinished)
        except pictures.UnreadableError:
            unfinished.unlink(missing_ok=True)
            return original
        unfinished.replace(target)
        return target

    def path(self, asset: Row) -> Path:
        """Where the asset's edited picture is if it was made."""
        return self._blobs.path(thumbnails.edited_path(asset))

    def picture(self, asset: Row) -> Path | None:
        """The asset's edited picture; None if it is not edited."""
        path = self.path(asset)
        return path if asset["is_edited"] and path.exists() else None


def whole_size(exif: Row) -> tuple[int | None, int | None]:
    """Width and height of the photo as it is to be seen, unedited."""
    width, height = exif["exif_image_width"], exif["exif_image_height"]
    return (height, width) if exif["orientation"] in _LYING else (width, height)
