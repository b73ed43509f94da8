"""The tables of a library's copy: one per entity, with the columns that the contract gives it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec
from immichkit_api import models
from immichkit_api.structs import Guarded
from msgspec import inspect

__all__ = ["TABLES", "Column", "Table", "quoted"]

_TIME_SIZE: Final = len("2024-04-01T00:00:00.000Z")
_EVEN_TIME: Final = Annotated[str, msgspec.Meta(min_length=_TIME_SIZE, max_length=_TIME_SIZE)]

# What has more than 64 bits does not fit into SQLite.
_INTEGER: Final[Any] = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_NUMBERS: Final[tuple[tuple[type[inspect.Type], Any, str], ...]] = (
    (inspect.FloatType, float, "real"),
    (inspect.IntType, _INTEGER, "integer"),
    (inspect.BoolType, bool, "integer"),
)


class Column:
    """A column: ``name`` as the models have it, ``wire`` as the server does, its type in SQL."""

    def __init__(self, name: str, wire: str, type_: inspect.Type) -> None:
        kinds = _kinds(type_)
        self.name, self.wire = name, wire
        self.is_time = inspect.DateTimeType in kinds
        self.is_json = bool(kinds & {inspect.DictType, inspect.AnyType, inspect.ListType})
        self.shape: Any = msgspec.Raw if self.is_json else str | None
        self.sql = "text"
        for kind, shape, sql in _NUMBERS:
            if kind in kinds:
                self.shape, self.sql = shape | None, sql


class Table:
    """A table: the model that its records have, its primary key, and what else is indexed."""

    def __init__(
        self, name: str, model: type[msgspec.Struct], *key: str, index: Iterable[str] = ()
    ) -> None:
        self.name, self.model, self.key, self.indexed = name, model, key, tuple(index)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """One for each field of the model that is no secret, in the model's order."""
        fields = msgspec.structs.fields(self.model)
        shape = inspect.type_info(self.model)
        assert isinstance(shape, inspect.StructType)  # noqa: S101
        return tuple(
            Column(field.name, field.encode_name, known.type)
            for field, known in zip(fields, shape.fields, strict=True)
            if field.name not in self._secret
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns: those of the model, and ``raw``, the record as JSON."""
        return (*(column.name for column in self.columns), "raw")

    def row(self, record: bytes) -> tuple[Any, ...]:
        """The row for ``record``, a JSON object as the server sends it.

        Raises msgspec's errors if it does not have the shape of the model.
        """
        text = str(record, "utf-8")
        try:
            row = (*msgspec.structs.astuple(self._decode_even(record)), text)
        except msgspec.ValidationError:
            values = msgspec.structs.astuple(self._decode_any(record))
            row = _fitted((*values, text), self._uneven)
        return _fitted(row, self._foreign) if self._foreign else row

    def key_of(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The primary key of ``row``."""
        return tuple(row[place] for place in self._key_places)

    def parse(self, raw: str) -> Any:
        """The model of a record's JSON."""
        return self._parse(raw)

    @cached_property
    def _key_places(self) -> tuple[int, ...]:
        return tuple(self.names.index(name) for name in self.key)

    @cached_property
    def _secret(self) -> frozenset[str]:
        # A copy of the library is no place for the hash of a PIN code.
        return self.model._secret if issubclass(self.model, Guarded) else frozenset()  # noqa: SLF001

    @cached_property
    def _foreign(self) -> dict[int, Callable[[Any], Any]]:
        """The places of what must not get into SQLite as it comes, and what makes it fit."""
        places = enumerate(self.columns)
        found = {place: _json_text for place, column in places if column.is_json}
        return {**found, len(self.columns): self._without_secrets} if self._secret else {**found}

    @cached_property
    def _uneven(self) -> dict[int, Callable[[Any], Any]]:
        """The places of times, and what makes them sort."""
        return {place: _even_time for place, column in enumerate(self.columns) if column.is_time}

    @cached_property
    def _decode_even(self) -> Any:
        """Decodes what needs no fitting of times: nearly all that there is."""
        return self._decoder(_EVEN_TIME)

    @cached_property
    def _decode_any(self) -> Any:
        return self._decoder(str)

    def _decoder(self, time: Any) -> Any:
        # Where the model may do without a field, or take null, depends on the server's release.
        fields = [
            (column.name, str)
            if column.name in self.key
            else (column.name, time | None if column.is_time else column.shape, None)
            for column in self.columns
        ]
        wire = {column.name: column.wire for column in self.columns}
        name = f"{self.model.__name__}Row"
        shape = msgspec.defstruct(name, fields, rename=wire, kw_only=True, gc=False)
        return msgspec.json.Decoder(shape).decode

    @cached_property
    def _parse(self) -> Any:
        return msgspec.json.Decoder(self.model).decode

    def _without_secrets(self, text: str) -> str:
        fields = msgspec.json.decode(text)
        known = {field.name: field.encode_name for field in msgspec.structs.fields(self.model)}
        return msgspec.json.encode(fields | {known[name]: None for name in self._secret}).decode()


def quoted(name: str) -> str:
    """``name`` as SQL takes it whatever it is, such as "order"."""
    return f'"{name}"'


def _kinds(type_: inspect.Type) -> set[type[inspect.Type]]:
    if isinstance(type_, inspect.UnionType):
        return {kind for one in type_.types for kind in _kinds(one)} - {inspect.NoneType}
    return {type(type_)}


def _fitted(row: tuple[Any, ...], fits: Mapping[int, Callable[[Any], Any]]) -> tuple[Any, ...]:
    return tuple(
        fits[place](value) if place in fits and value is not None else value
        for place, value in enumerate(row)
    )


def _even_time(text: str) -> str:
    """A time as all others are written, so that they sort as text: in UTC, with milliseconds."""
    time = msgspec.convert(text, datetime.datetime)
    time = time.replace(tzinfo=time.tzinfo or datetime.UTC).astimezone(datetime.UTC)
    return f"{time.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _json_text(value: msgspec.Raw) -> str | None:
    text = str(value, "utf-8")
    return None if text == "null" else text


def _tables() -> Iterator[Table]:
    yield Table("auth_user", models.SyncAuthUserV1, "id")
    yield Table("user", models.SyncUserV1, "id")
    yield Table("user_metadata", models.SyncUserMetadataV1, "user_id", "key")
    yield Table("partner", models.SyncPartnerV1, "shared_by_id", "shared_with_id")
    yield Table(
        "asset", models.SyncAssetV2, "id", index=("owner_id", "local_date_time", "stack_id")
    )
    yield Table("asset_exif", models.SyncAssetExifV1, "asset_id")
    yield Table("asset_face", models.SyncAssetFaceV2, "id", index=("asset_id", "person_id"))
    yield Table("asset_ocr", models.SyncAssetOcrV1, "id", index=("asset_id",))
    yield Table("asset_metadata", models.SyncAssetMetadataV1, "asset_id", "key")
    yield Table("asset_edit", models.SyncAssetEditV1, "id", index=("asset_id",))
    yield Table("stack", models.SyncStackV1, "id")
    yield Table("person", models.SyncPersonV1, "id")
    yield Table("album", models.SyncAlbumV2, "id")
    yield Table("album_user", models.SyncAlbumUserV1, "album_id", "user_id")
    yield Table(
        "album_asset", models.SyncAlbumToAssetV1, "album_id", "asset_id", index=("asset_id",)
    )
    yield Table("memory", models.SyncMemoryV1, "id")
    yield Table(
        "memory_asset", models.SyncMemoryAssetV1, "memory_id", "asset_id", index=("asset_id",)
    )


TABLES: Final = {table.name: table for table in _tables()}
"""All tables by name, in the order in which the server sends what they hold, more or less."""
