"""People and the faces that show them in pictures."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times
from immichkit.testing.state.database import batches, marks, new_id, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immichkit.testing.state.database import Database, Row

# Faces that count, with their assets.
_SHOWN: Final = (
    "face join asset on asset.id = face.asset_id and asset.visibility = 'timeline' "
    "and asset.deleted_at is null where face.deleted_at is null and face.is_visible"
)
_LIKE: Final = "((search_name || ' ') like :start or (' ' || search_name) like :later)"


class People:
    """The people of all users, and their faces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner_id: str, **columns: Any) -> Row:
        """A new person, without any face."""
        person_id, now = new_id(), times.now()
        self._database.insert(
            "person",
            id=person_id,
            owner_id=owner_id,
            search_name=plain(columns.get("name", "")),
            created_at=now,
            updated_at=now,
            **columns,
        )
        return self.get(person_id) or self._lost(person_id)

    def get(self, person_id: str) -> Row | None:
        """The person of this id."""
        return self._database.one("select * from person where id = ?", [person_id])

    def owned(self, owner_id: str, person_ids: Iterable[str]) -> set[str]:
        """Those of the ids that are the owner's."""
        found: set[str] = set()
        for batch in batches(list(set(person_ids))):
            rows = self._database.all(
                f"select id from person where owner_id = ? and id in ({marks(batch)})",
                [owner_id, *batch],
            )
            found.update(row["id"] for row in rows)
        return found

    def change(self, person_id: str, **columns: Any) -> Row:
        """The person with columns set."""
        if "name" in columns:
            columns["search_name"] = plain(columns["name"])
        columns["updated_at"] = times.now()
        self._database.update("person", "id = ?", [person_id], **columns)
        return self.get(person_id) or self._lost(person_id)

    def delete(self, person_ids: Iterable[str]) -> None:
        """Forget people; their faces stay, without a name."""
        for batch in batches(list(person_ids)):
            self._database.run(f"delete from person where id in ({marks(batch)})", batch)

    def page(
        self, owner_id: str, *, minimum: int, with_hidden: bool, page: int, size: int
    ) -> tuple[list[Row], bool]:
        """One page of the people with a name or so many faces, and whether another follows."""
        rows = self._database.all(
            "select person.* from person join (select person_id, count(*) as number from "
            f"{_SHOWN} and person_id is not null group by person_id) on person_id = person.id "
            "where person.owner_id = ? and (? or not person.is_hidden) "
            "and (person.name != '' or number >= ?) "
            "order by person.is_hidden, person.is_favorite desc, person.name = '', number desc, "
            "person.name, person.created_at limit ? offset ?",
            [owner_id, with_hidden, minimum, size + 1, (page - 1) * size],
        )
        return rows[:size], len(rows) > size

    def count(self, owner_id: str) -> tuple[int, int]:
        """How many people have a face that is shown, and how many of them are hidden."""
        row = self._database.one(
            "select count(*) as total, coalesce(sum(is_hidden), 0) as hidden from person "
            f"where owner_id = ? and id in (select person_id from {_SHOWN})",
            [owner_id],
        )
        return (0, 0) if row is None else (row["total"], row["hidden"])

    def named_like(self, owner_id: str, name: str, *, with_hidden: bool) -> list[Row]:
        """The people of whose name a word begins so."""
        start = plain(name).replace("%", "").replace("_", "")
        if not start:
            return []
        return self._database.all(
            "select * from person where owner_id = :owner and (:hidden or not is_hidden) "
            f"and {_LIKE} order by name limit 100",
            {
                "owner": owner_id,
                "hidden": with_hidden,
                "start": f"{start}%",
                "later": f"% {start}%",
            },
        )

    def count_assets(self, person_id: str) -> int:
        """In how many assets the person is shown."""
        row = self._database.one(
            f"select count(distinct asset.id) as number from {_SHOWN} and person_id = ?",
            [person_id],
        )
        return 0 if row is None else row["number"]

    def of_asset(self, asset_id: str) -> list[Row]:
        """The people in the asset."""
        return self._database.all(
            "select person.* from face join person on person.id = person_id "
            "where asset_id = ? and face.deleted_at is null and face.is_visible "
            "group by person.id order by min(face.update_id)",
            [asset_id],
        )

    def add_face(self, columns: Mapping[str, Any]) -> str:
        """The id of a new face; a person without a picture is shown by it from now on."""
        face_id, person_id = new_id(), columns["person_id"]
        with self._database.transaction():
            self._database.insert("face", **{"id": face_id, **columns})
            person = None if person_id is None else self.get(person_id)
            if person is not None and person["face_id"] is None:
                self.feature(person["id"], face_id)
        return face_id

    def face(self, face_id: str) -> Row | None:
        """The face of this id, unless it was hidden."""
        return self._database.one(
            "select face.*, asset.owner_id from face join asset on asset.id = asset_id "
            "where face.id = ? and face.deleted_at is null",
            [face_id],
        )

    def faces(self, asset_id: str) -> list[Row]:
        """The faces in the asset, from left to right."""
        return self._database.all(
            "select * from face where asset_id = ? and deleted_at is null and is_visible "
            "order by x1, update_id",
            [asset_id],
        )

    def faces_of(self, person_id: str, asset_id: str) -> list[Row]:
        """The faces that show the person in the asset."""
        return self._database.all(
            "select face.*, asset.owner_id from face join asset on asset.id = asset_id "
            "where person_id = ? and asset_id = ? and face.deleted_at is null",
            [person_id, asset_id],
        )

    def give(self, face: Row, person_id: str) -> None:
        """Let the face be this person's; whoever loses his picture gets another."""
        with self._database.transaction():
            self._database.update("face", "id = ?", [face["id"]], person_id=person_id)
            for one in (person_id, face["person_id"]):
                person = None if one is None else self.get(one)
                if person is None:
                    continue
                if person["face_id"] is None or (
                    one != person_id and person["face_id"] == face["id"]
                ):
                    self._feature_any(person["id"])

    def merge(self, person: Row, other: Row) -> Row:
        """The person, with the faces of another, who is gone, and with what only he had."""
        missing = {
            name: other[name] for name in ("name", "birth_date") if not person[name] and other[name]
        }
        with self._database.transaction():
            if missing:
                person = self.change(person["id"], **missing)
            self._database.update("face", "person_id = ?", [other["id"]], person_id=person["id"])
            self.delete([other["id"]])
        return person

    def hide_face(self, face_id: str) -> None:
        """Show the face no more, and keep it."""
        self._database.update("face", "id = ?", [face_id], deleted_at=times.now())

    def delete_face(self, face_id: str) -> None:
        """Forget the face."""
        self._database.run("delete from face where id = ?", [face_id])

    def feature(self, person_id: str, face_id: str) -> None:
        """Let this face be the person's picture."""
        person = self.get(person_id) or self._lost(person_id)
        path = (
            f"/data/thumbs/{person['owner_id']}/{person_id[:2]}/{person_id[2:4]}/{person_id}.jpeg"
        )
        self.change(person_id, face_id=face_id, thumbnail_path=path)

    def _feature_any(self, person_id: str) -> None:
        row = self._database.one(
            "select id from face where person_id = ? and deleted_at is null limit 1", [person_id]
        )
        if row is not None:
            self.feature(person_id, row["id"])

    def seed(self, owner_id: str, named: Mapping[str, Sequence[str]]) -> None:
        """Give a face in each of the assets to the people of these names, added if need be."""
        with self._database.transaction():
            for name, asset_ids in named.items():
                known = self._database.one(
                    "select * from person where owner_id = ? and name = ?", [owner_id, name]
                )
                person = known or self.add(owner_id, name=name)
                rows = [
                    {**_SEEDED, "id": new_id(), "asset_id": asset_id, "person_id": person["id"]}
                    for asset_id in asset_ids
                ]
                self._database.insert_all("face", rows)
                if person["face_id"] is None:
                    self.feature(person["id"], rows[0]["id"])

    @staticmethod
    def _lost(row_id: str) -> Row:
        raise LookupError(row_id)


_SEEDED: Final = {
    "image_width": 8,
    "image_height": 8,
    "x1": 2,
    "y1": 2,
    "x2": 6,
    "y2": 6,
    "source_type": "machine-learning",
}


def view(person: Row, *, is_nested: bool = False) -> dict[str, Any]:
    """The person as the server describes him; inside of something else to the microsecond."""
    when = times.to_offset if is_nested else times.to_z
    described: dict[str, Any] = {
        "id": person["id"],
        "name": person["name"],
        "birthDate": person["birth_date"],
        "thumbnailPath": person["thumbnail_path"],
        "isHidden": bool(person["is_hidden"]),
        "isFavorite": bool(person["is_favorite"]),
        "updatedAt": when(person["updated_at"]),
    }
    if person["color"] is not None:
        described["color"] = person["color"]
    return described
