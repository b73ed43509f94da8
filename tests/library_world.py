"""A server's library in a few dicts, and the sync stream that it has for one user.

It does by the book what the recordings show: checkpoints per session, deletes before backfill
before the rest, cascades that no event tells of. Ids rise with time, as the server's do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

ME = "me"
USERS = (ME, "ann", "bob", "cat")

Record = dict[str, Any]


class World:
    """The library, and how far each session has come."""

    def __init__(self) -> None:
        self._clock = 0
        self.assets: dict[str, Record] = {}
        self.exifs: dict[str, Record] = {}
        self.faces: dict[str, Record] = {}
        self.ocr: dict[str, Record] = {}
        self.stacks: dict[str, Record] = {}
        self.albums: dict[str, Record] = {}
        self.members: dict[tuple[str, str], Record] = {}
        self.links: dict[tuple[str, str], Record] = {}
        self.partners: dict[tuple[str, str], Record] = {}
        self.gone: dict[str, list[tuple[str, Record]]] = {}
        self.checkpoints: dict[str, dict[str, str]] = {}
        self.pending: set[str] = set()

    def tick(self) -> str:
        self._clock += 1
        return f"{self._clock:06d}"

    # What users do.

    def add_asset(self, owner: str) -> str:
        id_ = f"asset-{self.tick()}"
        self.assets[id_] = {"id": id_, "ownerId": owner, "originalFileName": "a.jpg", "at": id_}
        self.edit_asset(id_)
        self.edit_exif(id_)
        return id_

    def edit_asset(self, id_: str) -> None:
        at = self.tick()
        self.assets[id_] |= {"originalFileName": f"{at}.jpg", "at": at}

    def edit_exif(self, id_: str) -> None:
        at = self.tick()
        self.exifs[id_] = {"assetId": id_, "city": at, "at": at}

    def delete_asset(self, id_: str) -> None:
        asset = self.assets.pop(id_)
        self.exifs.pop(id_)
        for table in (self.faces, self.ocr):
            for key in [key for key, row in table.items() if row["assetId"] == id_]:
                del table[key]
        for link in [link for link in self.links if link[1] == id_]:
            self.unlink(*link)
        self._note("asset", {"assetId": id_, "ownerId": asset["ownerId"]})

    def add_face(self, asset: str) -> None:
        at = self.tick()
        self.faces[f"face-{at}"] = {"id": f"face-{at}", "assetId": asset, "at": at}

    def delete_face(self, id_: str) -> None:
        self._note("face", {"assetFaceId": id_, "assetId": self.faces.pop(id_)["assetId"]})

    def read_text(self, asset: str) -> None:
        for key in [key for key, row in self.ocr.items() if row["assetId"] == asset]:
            del self.ocr[key]
            deleted_at = "2024-04-01T00:00:00.000Z"
            self._note("ocr", {"id": self.tick(), "assetId": asset, "deletedAt": deleted_at})
        at = self.tick()
        self.ocr[f"ocr-{at}"] = {"id": f"ocr-{at}", "assetId": asset, "text": at, "at": at}

    def stack(self, owner: str) -> None:
        at = self.tick()
        self.stacks[f"stack-{at}"] = {"id": f"stack-{at}", "ownerId": owner, "at": at}

    def unstack(self, id_: str) -> None:
        self._note("stack", {"stackId": id_, "ownerId": self.stacks.pop(id_)["ownerId"]})

    def add_album(self, owner: str) -> None:
        at = self.tick()
        self.albums[f"album-{at}"] = {"id": f"album-{at}", "name": at, "at": at}
        self.share(f"album-{at}", owner)

    def share(self, album: str, user: str) -> None:
        if (album, user) not in self.members:
            at = self.tick()
            row = {"albumId": album, "userId": user, "role": "editor", "at": at, "since": at}
            self.members[album, user] = row
            self.albums[album]["at"] = self.tick()

    def put_out(self, album: str, user: str) -> None:
        del self.members[album, user]
        self._note("album", {"albumId": album, "userId": user})
        self._note("member", {"albumId": album, "userId": user})

    def delete_album(self, album: str) -> None:
        for link in [link for link in self.links if link[0] == album]:
            self.unlink(*link)
        for member in [member for member in self.members if member[0] == album]:
            self.put_out(*member)
        del self.albums[album]

    def link(self, album: str, asset: str) -> None:
        if (album, asset) not in self.links:
            self.links[album, asset] = {"albumId": album, "assetId": asset, "at": self.tick()}
            self.albums[album]["at"] = self.tick()

    def unlink(self, album: str, asset: str) -> None:
        del self.links[album, asset]
        self._note("link", {"albumId": album, "assetId": asset})

    def befriend(self, by: str, with_: str) -> None:
        if (by, with_) not in self.partners and by != with_:
            at = self.tick()
            row = {"sharedById": by, "sharedWithId": with_, "inTimeline": True}
            self.partners[by, with_] = {**row, "at": at, "since": at}

    def fall_out(self, by: str, with_: str) -> None:
        del self.partners[by, with_]
        self._note("partner", {"sharedById": by, "sharedWithId": with_})

    # What the user's own copy is to have.

    def shown(self) -> dict[str, list[Record]]:
        """The records of each table, as the user may see them."""
        albums = self._my_albums()
        linked = {asset for album, asset in self.links if album in albums}
        assets = [
            row
            for row in self.assets.values()
            if row["ownerId"] in {ME, *self._friends()} or row["id"] in linked
        ]
        ids = {row["id"] for row in assets}
        return {
            "asset": assets,
            "asset_exif": [row for key, row in self.exifs.items() if key in ids],
            "asset_face": [row for row in self.faces.values() if self._is_mine(row)],
            "asset_ocr": [row for row in self.ocr.values() if self._is_mine(row)],
            "stack": [r for r in self.stacks.values() if r["ownerId"] in {ME, *self._friends()}],
            "album": [row for key, row in self.albums.items() if key in albums],
            "album_user": [row for key, row in self.members.items() if key[0] in albums],
            "album_asset": [row for key, row in self.links.items() if key[0] in albums],
            "partner": [row for key, row in self.partners.items() if ME in key],
        }

    # What the session is told.

    def acknowledge(self, session: str, acks: list[str]) -> None:
        if any(ack.startswith("SyncResetV1|") for ack in acks):
            self.reset(session)
            return
        self.checkpoints.setdefault(session, {}).update(
            {ack.partition("|")[0]: ack for ack in acks}
        )

    def reset(self, session: str) -> None:
        self.checkpoints[session] = {}
        self.pending.discard(session)

    def stream(self, session: str, *, reset: bool) -> Iterator[bytes]:
        """The lines of one stream."""
        if reset:
            self.reset(session)
        if session in self.pending:
            yield _line("SyncResetV1", {}, "SyncResetV1|reset")
            return
        known = self.checkpoints.setdefault(session, {})
        now = self.tick()
        for type_, row, ack in self._events(known, now):
            yield _line(type_, row, ack)
        yield _line("SyncCompleteV1", {}, f"SyncCompleteV1|{now}")

    def _events(self, known: dict[str, str], now: str) -> Iterator[tuple[str, Record, str]]:
        mine = self._is_mine
        yield from self._deletes(known, "PartnerDeleteV1", "partner", _with_me)
        yield from _upserts(known, "PartnerV1", (r for r in self.partners.values() if _with_me(r)))
        yield from self._shared(known, "Asset", "V2", {ME})
        yield from self._shared(known, "Stack", "V1", {ME})
        yield from self._shared(known, "PartnerAsset", "V2", self._friends())
        yield from self._shared(known, "PartnerStack", "V1", self._friends())
        yield from self._of_albums(known, now, "AlbumAsset", "V2", self.assets)
        albums = self._my_albums()
        yield from self._deletes(known, "AlbumDeleteV1", "album", lambda r: r["userId"] == ME)
        yield from _upserts(
            known, "AlbumV2", (row for key, row in self.albums.items() if key in albums)
        )
        yield from self._of_members(known, "AlbumUser", "member", self.members)
        yield from self._of_members(known, "AlbumToAsset", "link", self.links)
        yield from _upserts(known, "AssetExifV1", filter(mine, self.exifs.values()))
        yield from self._of_albums(known, now, "AlbumAssetExif", "V1", self.exifs)
        yield from self._deletes(known, "AssetOcrDeleteV1", "ocr", mine)
        yield from _upserts(known, "AssetOcrV1", filter(mine, self.ocr.values()))
        yield from self._backfill(
            known, "PartnerAssetExifBackfillV1", "PartnerAssetExifV1", self._friendships(),
            lambda by: (r for k, r in self.exifs.items() if self.assets[k]["ownerId"] == by),
        )  # fmt: skip
        friends = self._friends()
        theirs = (r for k, r in self.exifs.items() if self.assets[k]["ownerId"] in friends)
        yield from _upserts(known, "PartnerAssetExifV1", theirs)
        yield from self._deletes(known, "AssetFaceDeleteV1", "face", mine)
        yield from _upserts(known, "AssetFaceV2", filter(mine, self.faces.values()))

    def _shared(
        self, known: dict[str, str], kind: str, version: str, owners: set[str]
    ) -> Iterator[tuple[str, Record, str]]:
        """Assets or stacks, own or partners'."""
        thing = "asset" if "Asset" in kind else "stack"
        table = self.assets if thing == "asset" else self.stacks
        yield from self._deletes(known, f"{kind}DeleteV1", thing, lambda r: r["ownerId"] in owners)
        if kind.startswith("Partner"):
            yield from self._backfill(
                known, f"{kind}Backfill{version}", f"{kind}{version}", self._friendships(),
                lambda by: (r for r in table.values() if r["ownerId"] == by),
            )  # fmt: skip
        rows = (row for row in table.values() if row["ownerId"] in owners)
        yield from _upserts(known, f"{kind}{version}", rows)

    def _of_members(
        self, known: dict[str, str], kind: str, note: str, table: dict[tuple[str, str], Record]
    ) -> Iterator[tuple[str, Record, str]]:
        """Who is in an album, or which assets."""
        albums = self._my_albums()
        rows = [row for key, row in table.items() if key[0] in albums]
        yield from self._deletes(known, f"{kind}DeleteV1", note, lambda r: r["albumId"] in albums)
        yield from self._backfill(
            known, f"{kind}BackfillV1", f"{kind}V1", self._memberships(),
            lambda album: (row for row in rows if row["albumId"] == album),
        )  # fmt: skip
        yield from _upserts(known, f"{kind}V1", rows)

    def _of_albums(
        self, known: dict[str, str], now: str, kind: str, version: str, table: dict[str, Record]
    ) -> Iterator[tuple[str, Record, str]]:
        """Assets in albums, or their EXIF: the checkpoint is the link's, save for updates."""
        create, update = f"{kind}Create{version}", f"{kind}Update{version}"
        albums = self._my_albums()

        def linked(album: str) -> Iterator[Record]:
            for key, link in self.links.items():
                if key[0] == album:
                    yield {**table[key[1]], "at": link["at"]}

        yield from self._backfill(
            known, f"{kind}Backfill{version}", create, self._memberships(), linked
        )
        if create in known:
            done = known[create].split("|")[1]
            told = {k[1] for k, r in self.links.items() if k[0] in albums and r["at"] <= done}
            yield from _upserts(known, update, (table[asset] for asset in told))
        rows = [row for album in albums for row in linked(album)]
        news = [*_upserts(known, create, rows)]
        if news:
            yield "SyncAckV1", {}, f"{update}|{now}"
        yield from news

    def _deletes(
        self, known: dict[str, str], type_: str, note: str, concerns: Callable[[Record], bool]
    ) -> Iterator[tuple[str, Record, str]]:
        since = known.get(type_, "|").split("|")[1]
        for at, row in [*self.gone.get(note, [])]:
            if at > since and concerns(row):
                yield type_, row, f"{type_}|{at}"

    def _backfill(
        self,
        known: dict[str, str],
        type_: str,
        upserts: str,
        new: dict[str, str],
        rows: Callable[[str], Iterator[Record]],
    ) -> Iterator[tuple[str, Record, str]]:
        """What is older than the checkpoint of whatever was shared since."""
        since, start = [*known.get(type_, "|").split("|"), ""][1:3]
        later = sorted((at, shared) for shared, at in new.items() if at >= since)
        if upserts not in known:
            if later:
                known[type_] = f"{type_}|{later[-1][0]}|complete"
            return
        end = known[upserts].split("|")[1]
        for at, shared in later:
            begin = start if at == since else ""
            if begin == "complete":
                continue
            for row in sorted(rows(shared), key=lambda row: str(row["at"])):
                if begin < row["at"] <= end:
                    yield type_, row, f"{type_}|{at}|{row['at']}"
            yield "SyncAckV1", {}, f"{type_}|{at}|complete"

    def _note(self, kind: str, row: Record) -> None:
        self.gone.setdefault(kind, []).append((self.tick(), row))

    def _friends(self) -> set[str]:
        return {by for by, with_ in self.partners if with_ == ME}

    def _friendships(self) -> dict[str, str]:
        return {by: self.partners[by, ME]["since"] for by in self._friends()}

    def _my_albums(self) -> set[str]:
        return {album for album, user in self.members if user == ME}

    def _memberships(self) -> dict[str, str]:
        return {album: self.members[album, ME]["since"] for album in self._my_albums()}

    def _is_mine(self, row: Record) -> bool:
        asset = self.assets.get(row["assetId"])
        return asset is not None and asset["ownerId"] == ME


def _upserts(
    known: dict[str, str], type_: str, rows: Iterator[Record] | list[Record]
) -> Iterator[tuple[str, Record, str]]:
    since = known.get(type_, "|").split("|")[1]
    for row in sorted(rows, key=lambda row: str(row["at"])):
        if row["at"] > since:
            yield type_, row, f"{type_}|{row['at']}"


def _with_me(row: Record) -> bool:
    return ME in {row["sharedById"], row["sharedWithId"]}


def _line(type_: str, row: Record, ack: str) -> bytes:
    data = {name: value for name, value in row.items() if name not in {"at", "since"}}
    return json.dumps({"type": type_, "data": data, "ack": ack}).encode() + b"\n"
