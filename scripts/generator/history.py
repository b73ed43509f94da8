"""Which release has what, gathered from every contract that was seen."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import canonical, shapes, usage
from .canonical import Json
from .errors import GenerationError
from .renames import Renames, between

EDITED = "openapi/history.json was edited by hand: take it back from version control"
OF_SCHEMAS = ("schemas", "fields", "required", "nullable", "values", "types/fields")
OF_OPERATIONS = ("operations", "parameters", "body", "types/parameters", "types/body")


def release_key(release: str) -> tuple[int, ...]:
    """The order of releases; a pre-release comes before its release."""
    core, _, pre = release.partition("-")
    numbers = [int(number) for number in re.findall(r"\d+", core)]
    return (*numbers, 0 if pre else 1, *(int(number) for number in re.findall(r"\d+", pre)))


def digest(data: Json) -> str:
    """What tells whether ``data`` is still the same."""
    return hashlib.sha256(canonical.dumps(data).encode()).hexdigest()[:16]


class History:
    """For each item the releases that have it.

    Items are named by paths: ``operations/getAssetInfo``, ``parameters/getAssetInfo/query.key``,
    ``body/searchAssets/albumIds``, ``fields/AssetResponseDto/duration`` (with ``required/…`` and
    ``nullable/…`` for how it is declared), ``schemas/AssetResponseDto``,
    ``values/AssetTypeEnum/IMAGE``. Where a type differs between releases there is also an item
    for each: ``types/parameters/searchMemories/query.for/date-time``.
    """

    def __init__(
        self,
        releases: Iterable[str] = (),
        items: Mapping[str, set[str]] | None = None,
        contracts: Mapping[str, str] | None = None,
    ) -> None:
        self.releases = sorted(releases, key=release_key)
        self._items = {name: set(found) for name, found in (items or {}).items()}
        self._contracts = dict(contracts or {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> History:
        """What `to_json` made. Raises `GenerationError` if anyone changed it since."""
        if not data:
            return cls()
        if data.get("digest") != digest({k: v for k, v in data.items() if k != "digest"}):
            raise GenerationError([EDITED])
        releases: list[str] = data["releases"]
        items = {
            f"{kind}/{name}": _expand(span, releases)
            for kind, spans in data.items()
            if kind not in {"releases", "contracts", "digest"}
            for name, span in _flatten(spans)
        }
        return cls(releases, items, data["contracts"])

    def to_json(self) -> dict[str, Json]:
        """The history as JSON: a span such as ``3.0.0..`` for each item."""
        data: dict[str, Json] = {"releases": self.releases, "contracts": self._contracts}
        for name, found in self._items.items():
            kind, owner, *rest = name.split("/", 2)
            spans = data.setdefault(kind, {})
            if rest:
                spans.setdefault(owner, {})[rest[0]] = _span(found, self.releases)
            else:
                spans[owner] = _span(found, self.releases)
        return {**data, "digest": digest(data)}

    def has(self, item: str, release: str) -> bool:
        """Whether ``release`` has ``item``."""
        return release in self._items.get(item, ())

    def releases_of(self, item: str) -> set[str]:
        """The releases that have ``item``."""
        return set(self._items.get(item, ()))

    def types_of(self, item: str) -> dict[str, set[str]]:
        """The releases by type, for a parameter or field whose type differs between them."""
        start = f"types/{item}/"
        return {
            name.removeprefix(start): set(found)
            for name, found in self._items.items()
            if name.startswith(start) and "/" not in name.removeprefix(start)
        }

    def items(self) -> Mapping[str, set[str]]:
        """Every item with its releases."""
        return self._items

    def knows(self, contract: Mapping[str, Any]) -> bool:
        """Whether ``contract`` is, fact for fact, the one that its release came with."""
        return self._contracts.get(contract["release"]) == digest(contract)

    def add(
        self,
        contract: Mapping[str, Any],
        named: Mapping[str, Any],
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """Take in the contract of one release, or take it in anew.

        ``named`` is its named form, and ``before`` that of the contract that was current so far:
        what goes by another name now keeps its past, and where a type differs between the two,
        both types are noted.
        """
        release = contract["release"]
        if before is not None:
            renames = between(before, named)
            self._rename(renames)
            self._note_types(before, named, renames)
        for found in self._items.values():
            found.discard(release)
        if release not in self.releases:
            self.releases = sorted([*self.releases, release], key=release_key)
        self._contracts[release] = digest(contract)
        told = {name.rpartition("/")[0] for name in self._items if _is_type(name)}
        for item, facts in _items_of(named):
            self._items.setdefault(item, set()).add(release)
            if f"types/{item}" in told:
                self._items.setdefault(_type_of(item, facts), set()).add(release)
        self._items = {name: found for name, found in self._items.items() if found}
        types = Counter(name.rpartition("/")[0] for name in self._items if _is_type(name))
        for name in [n for n in self._items if _is_type(n) and types[n.rpartition("/")[0]] == 1]:
            del self._items[name]

    def _rename(self, renames: Renames) -> None:
        for kinds, by_old in (
            (OF_OPERATIONS, renames.operations),
            (OF_SCHEMAS, renames.schemas),
        ):
            for old, new in by_old.items():
                for kind in kinds:
                    self._move(f"{kind}/{old}", f"{kind}/{new}")

    def _move(self, old: str, new: str) -> None:
        for name in [n for n in self._items if n == old or n.startswith(f"{old}/")]:
            found = self._items.pop(name)
            self._items.setdefault(new + name.removeprefix(old), set()).update(found)

    def _note_types(
        self, before: Mapping[str, Any], after: Mapping[str, Any], renames: Renames
    ) -> None:
        """Let the releases so far have the old type of whatever has another one now."""
        olds = {
            _renamed(item, renames): renames.translated(facts) for item, facts in _items_of(before)
        }
        for item, facts in _items_of(after):
            was, now = _type_of(item, olds.get(item)), _type_of(item, facts)
            if item in olds and was != now and not self._items.keys() & {was, now}:
                self._items[was] = self.releases_of(item)
                self._items[now] = {after["release"]}


def _renamed(item: str, renames: Renames) -> str:
    """The name that an item of the older contract has in the newer one."""
    kind, owner, *rest = item.split("/", 2)
    by_old = renames.operations if kind in OF_OPERATIONS else renames.schemas
    return "/".join((kind, by_old.get(owner, owner), *rest))


def _is_type(name: str) -> bool:
    return name.startswith("types/")


def _type_of(item: str, facts: Mapping[str, Any] | None) -> str:
    return f"types/{item}/{shapes.text(facts or {})}"


def _items_of(contract: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every item of a contract, with the facts of its type."""
    for id_, operation in contract["operations"].items():
        yield f"operations/{id_}", {}
        for parameter in operation["parameters"]:
            name = f"{parameter['in']}.{parameter['name']}"
            yield f"parameters/{id_}/{name}", parameter["schema"]
        for field, facts in usage.body_fields(contract, operation).items():
            yield f"body/{id_}/{field}", facts
    for name, schema in contract["schemas"].items():
        yield f"schemas/{name}", {}
        for value in schema.get("enum", ()):
            yield f"values/{name}/{value}", {}
        for field, facts in schema.get("properties", {}).items():
            yield f"fields/{name}/{field}", facts
            if field in schema.get("required", ()):
                yield f"required/{name}/{field}", {}
            if facts.get("nullable"):
                yield f"nullable/{name}/{field}", {}


def _flatten(spans: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for owner, span in spans.items():
        if isinstance(span, str):
            yield owner, span
        else:
            for name, inner in span.items():
                yield f"{owner}/{name}", inner


def _span(found: set[str], releases: list[str]) -> str:
    """``3.0.0..3.0.3`` for releases in a row, open at the end while the newest has it."""
    runs: list[list[str]] = []
    for previous, release in zip([None, *releases], releases, strict=False):
        if release not in found:
            continue
        if runs and previous in found:
            runs[-1].append(release)
        else:
            runs.append([release])
    return ",".join(
        f"{run[0]}.." if run[-1] == releases[-1] else f"{run[0]}..{run[-1]}" for run in runs
    )


def _expand(span: str, releases: list[str]) -> set[str]:
    found: set[str] = set()
    for run in span.split(","):
        first, _, last = run.partition("..")
        start = releases.index(first)
        end = releases.index(last) if last else len(releases) - 1
        found.update(releases[start : end + 1])
    return found
