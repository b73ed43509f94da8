"""Texts in pictures, which machine learning would find and here a test puts in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing.state.database import new_id

if TYPE_CHECKING:
    from immichkit.testing.state.database import Database

_CORNERS: Final = ("x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4")
_PLACE: Final = (0.1, 0.1, 0.5, 0.1, 0.5, 0.2, 0.1, 0.2)


class Texts:
    """The texts in all pictures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, asset_id: str, text: str) -> None:
        """Put a text into the picture."""
        self._database.insert(
            "ocr",
            id=new_id(),
            asset_id=asset_id,
            **dict(zip(_CORNERS, _PLACE, strict=True)),
            box_score=0.98,
            text_score=0.91,
            text=text,
        )

    def clear(self, asset_id: str) -> None:
        """Take all texts out of the picture."""
        self._database.run("delete from ocr where asset_id = ?", [asset_id])

    def of(self, asset_id: str) -> list[dict[str, Any]]:
        """The texts in the picture, as the server describes them."""
        rows = self._database.all(
            "select * from ocr where asset_id = ? order by update_id", [asset_id]
        )
        return [
            {
                "id": row["id"],
                "assetId": row["asset_id"],
                **{corner: row[corner] for corner in _CORNERS},
                "boxScore": row["box_score"],
                "textScore": row["text_score"],
                "text": row["text"],
                "isVisible": bool(row["is_visible"]),
                "updateId": row["update_id"],
            }
            for row in rows
        ]
