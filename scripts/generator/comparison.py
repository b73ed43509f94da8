"""Two contracts side by side, in their named form: every change from the one to the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import changes, usage
from .changes import ANSWERED, SENT, Change, Use
from .renames import Renames, between


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The changes from ``old`` to ``new``, the breaking ones first, then by kind and name."""
    comparison = _Comparison(old, new, between(old, new))
    found = dict.fromkeys([*comparison.document(), *comparison.operations(), *comparison.schemas()])
    return sorted(found, key=lambda change: (not change.breaking, change.kind, change.name))


class _Comparison:
    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], renames: Renames) -> None:
        self._old, self._new, self._renames = old, new, renames
        # A schema that is gone was used where the old contract says.
        self._sent = usage.in_requests(new) | usage.in_requests(old)
        self._answered = usage.in_answers(new) | usage.in_answers(old)

    def document(self) -> Iterator[Change]:
        yield from changes.fact(
            "document", "servers", "list", self._old.get("servers"), self._new.get("servers")
        )
        olds, news = self._old["securitySchemes"], self._new["securitySchemes"]
        for name in sorted({*olds, *news}):
            yield from changes.fact(
                "security scheme", name, "definition", olds.get(name), news.get(name)
            )

    def operations(self) -> Iterator[Change]:
        renamed = self._renames.operations
        for id_, before in self._old["operations"].items():
            now = renamed.get(id_, id_)
            if id_ in renamed:
                yield Change("operation", now, f"renamed, was {id_}", breaking=True)
            if now not in self._new["operations"]:
                yield Change("operation", id_, "removed", breaking=True)
            else:
                yield from self._operation(now, before, self._new["operations"][now])
        taken = {*self._old["operations"], *renamed.values()}
        for id_, operation in self._new["operations"].items():
            if id_ not in taken:
                what = f"added: {operation['method']} {operation['path']}"
                yield Change("operation", id_, what)

    def _operation(
        self, id_: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        for fact in changes.FACTS:
            yield from changes.fact("operation", id_, fact, before.get(fact), after.get(fact))
        for tag in before["tags"]:
            if tag not in after["tags"]:
                yield Change("operation", id_, f"left the group {tag}", breaking=True)
        for tag in after["tags"]:
            if tag not in before["tags"]:
                yield Change("operation", id_, f"joined the group {tag}")
        yield from self._parameters(id_, before, after)
        yield from self._body(id_, before.get("body"), after.get("body"))
        yield from self._answers(id_, before, after)

    def _parameters(
        self, id_: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        olds = {(p["in"], p["name"]): p for p in before["parameters"]}
        news = {(p["in"], p["name"]): p for p in after["parameters"]}
        for (location, wire), was in olds.items():
            name = f"{id_}({wire})"
            now = news.get((location, wire))
            if now is None:
                yield Change("parameter", name, "removed", breaking=True)
                continue
            if now["required"] != was["required"]:
                what = "is required" if now["required"] else "is optional"
                yield Change("parameter", name, what, breaking=now["required"])
            for fact in ("deprecated", "state", "extensions"):
                yield from changes.fact("parameter", name, fact, was.get(fact), now.get(fact))
            types = self._renames.translated(was["schema"]), now["schema"]
            yield from changes.of_type("parameter", name, *types, SENT)
            # Leaving an optional one out and giving None are one and the same.
            yield from changes.of_null(
                "parameter", name, *types, Use(sent=now["required"], answered=False)
            )
        for (location, wire), now in news.items():
            if (location, wire) not in olds:
                what = f"added in the {location}" + (", required" if now["required"] else "")
                yield Change("parameter", f"{id_}({wire})", what, breaking=now["required"])

    def _body(
        self, id_: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> Iterator[Change]:
        if before is None or after is None:
            if before is not after:
                what = "takes no body any more" if before else "takes a body"
                breaking = before is not None or bool((after or {})["required"])
                yield Change("operation", id_, what, breaking=breaking)
            return
        if before["required"] != after["required"]:
            what = "needs a body" if after["required"] else "does without a body"
            yield Change("operation", id_, what, breaking=after["required"])
        yield from self._contents("body", id_, before["content"], after["content"], SENT)

    def _answers(
        self, id_: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        yield from changes.fact(
            "operation",
            id_,
            "headers of the answer",
            before.get("answerHeaders"),
            after.get("answerHeaders"),
        )
        yield from changes.fact(
            "operation", id_, "status", sorted(before["responses"]), sorted(after["responses"])
        )
        olds, news = _answer(before), _answer(after)
        if not olds and news:
            yield Change("answer", id_, f"is {', '.join(sorted(news))}, was nothing")
        else:
            yield from self._contents("answer", id_, olds, news, ANSWERED)

    def _contents(
        self, kind: str, id_: str, before: Mapping[str, Any], after: Mapping[str, Any], use: Use
    ) -> Iterator[Change]:
        if sorted(before) != sorted(after):
            was, now = (", ".join(sorted(content)) or "nothing" for content in (before, after))
            yield Change(kind, id_, f"is {now}, was {was}", breaking=True)
        for media_type in sorted(before.keys() & after.keys()):
            types = self._renames.translated(before[media_type]), after[media_type]
            yield from changes.of_type(kind, id_, *types, use)
            yield from changes.of_null(kind, id_, *types, use)

    def schemas(self) -> Iterator[Change]:
        renamed = self._renames.schemas
        for name, before in self._old["schemas"].items():
            now = renamed.get(name, name)
            if name in renamed:
                yield Change("schema", now, f"renamed, was {name}", breaking=True)
            if now not in self._new["schemas"]:
                yield Change("schema", name, "removed", breaking=True)
                continue
            after = self._new["schemas"][now]
            use = Use(
                sent=bool({name, now} & self._sent), answered=bool({name, now} & self._answered)
            )
            yield from _values(now, before.get("enum", []), after.get("enum", []))
            yield from self._fields(now, before, after, use)
            whole = self._renames.translated(_without_members(before)), _without_members(after)
            yield from changes.of_type("schema", now, *whole, use)
        taken = {*self._old["schemas"], *renamed.values()}
        for name in self._new["schemas"]:
            if name not in taken:
                yield Change("schema", name, "added")

    def _fields(
        self, name: str, before: Mapping[str, Any], after: Mapping[str, Any], use: Use
    ) -> Iterator[Change]:
        olds = self._renames.translated(before.get("properties", {}))
        news = after.get("properties", {})
        required = set(before.get("required", ())), set(after.get("required", ()))
        # In what is answered too, a field that older servers lack stays optional.
        only_sent = use.sent and not use.answered
        gone = [field for field in olds if field not in news]
        added = [field for field in news if field not in olds]
        if len(gone) == len(added) == 1 and olds[gone[0]] == news[added[0]]:
            what = f"renamed, was {gone[0]}"
            yield Change("field", f"{name}.{added[0]}", what, breaking=True)
            gone, added = [], []
        for field in gone:
            yield Change("field", f"{name}.{field}", "removed", breaking=True)
        for field in added:
            needed = only_sent and field in required[1]
            what = "added, required" if needed else "added"
            yield Change("field", f"{name}.{field}", what, breaking=needed)
        for field in (field for field in olds if field in news):
            where = f"{name}.{field}"
            was, now = field in required[0], field in required[1]
            if was != now:
                what = "is required" if now else "is optional"
                breaking = only_sent if now else use.answered
                yield Change("field", where, what, breaking=breaking)
            yield from changes.of_null("field", where, olds[field], news[field], use)
            yield from changes.of_type("field", where, olds[field], news[field], use)


def _values(name: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    added = [value for value in after if value not in before]
    for value in (value for value in before if value not in after):
        twin = next((v for v in added if str(v).lower() == str(value).lower()), None)
        if twin is not None:
            added.remove(twin)
            yield Change("enum value", f"{name}.{twin}", f"renamed, was {value}", breaking=True)
        else:
            yield Change("enum value", f"{name}.{value}", "removed", breaking=True)
    for value in added:
        yield Change("enum value", f"{name}.{value}", "added")


def _without_members(schema: Mapping[str, Any]) -> dict[str, Any]:
    whole = {key: value for key, value in schema.items() if key not in {"properties", "required"}}
    return {**whole, "enum": []} if "enum" in whole else whole


def _answer(operation: Mapping[str, Any]) -> dict[str, Any]:
    """What an operation answers with on success, by media type."""
    contents = usage.successes(operation).values()
    return {media_type: schema for content in contents for media_type, schema in content.items()}
