"""What all models have in common, and what a few need beyond their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct, ValidationError, convert

__all__ = ["Guarded", "Model", "Reduced", "choose", "left_out"]

SECRET = "…"


# Models are trees, so the garbage collector need not follow them: a page decodes 15 % faster.
class Model(Struct, rename="camel", repr_omit_defaults=True, gc=False):
    """A JSON object of the API; attributes are snake_case, the wire is camelCase."""


class Guarded(Model):
    """A model with secrets: no repr shows what they are."""

    _secret = frozenset[str]()

    def __repr__(self) -> str:
        shown = (
            f"{name}={value if value is SECRET else repr(value)}" for name, value in self._shown()
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Any:
        return self._shown()

    def _shown(self) -> Iterator[tuple[str, Any]]:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not UNSET:
                yield name, SECRET if value and name in self._secret else value


def choose(
    value: Any,
    *forms: Any,
    many: bool = False,
    default: Any = None,
    tag: str | None = None,
    by: Mapping[str, Any] | None = None,
) -> Any:
    """``value`` as the first of ``forms`` that it fits, the most demanding one first.

    A form whose enums know all the values goes before one that would take them for new. Where
    the field ``tag`` tells, the form is the one that ``by`` has for it. A mapping that lacks what
    every model demands, or has a new tag, is handed back as it is, or, where ``default`` is
    given, converted to that, whose error then tells what is missing. A value that is a model
    already stays.
    """
    if many and isinstance(value, list):
        return [choose(item, *forms, default=default, tag=tag, by=by) for item in value]
    if value is None or value is UNSET or isinstance(value, Struct):
        return value
    if by is not None and isinstance(value, Mapping):
        form = by.get(str(value.get(tag)))
        return value if form is None else convert(value, form)
    candidates = sorted(
        (form for form in forms if _has_what_it_demands(form, value)),
        key=lambda form: -len(_demands(form)),
    )
    if not candidates:
        return value if default is None else convert(value, default)
    problems: list[ValidationError] = []
    strange: list[Any] = []
    for form in candidates:
        try:
            found = convert(value, form)
        except ValidationError as problem:
            problems.append(problem)
            continue
        if not _has_new_values(found):
            return found
        strange.append(found)
    if strange:
        return strange[0]
    raise problems[0]


def _has_new_values(found: Any) -> bool:
    """Whether an enum in ``found`` had to make up a member for what the server said."""
    values = (
        [getattr(found, name, None) for name in found.__struct_fields__]
        if isinstance(found, Struct)
        else [found]
    )
    return any(not getattr(value, "is_known", True) for value in values)


def _demands(form: Any) -> tuple[str, ...]:
    """The wire names of the fields that a model must have; they come before those with defaults."""
    if not (isinstance(form, type) and issubclass(form, Struct)):
        return ()
    config = form.__struct_encode_fields__
    return tuple(
        wire
        for wire, name in zip(config, form.__struct_fields__, strict=True)
        if name in _required(form)
    )


def _required(form: type[Struct]) -> set[str]:
    from msgspec.structs import fields

    return {field.name for field in fields(form) if field.required}


def _has_what_it_demands(form: Any, value: Any) -> bool:
    if isinstance(form, type) and issubclass(form, Struct):
        return isinstance(value, Mapping) and all(name in value for name in _demands(form))
    return True


def left_out() -> Any:
    """What stands in a field that a smaller form of a model does not show."""
    return UNSET


class Reduced:
    """A smaller form of a model: reading a field that it does not show is an `AttributeError`."""

    __slots__ = ()
    _hidden: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        shown = [name for name in self._hidden if object.__getattribute__(self, name) is not UNSET]
        if shown:
            raise ValueError(f"a {type(self).__name__} has no {', '.join(sorted(shown))}")

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if value is UNSET and name in type(self)._hidden:
            raise AttributeError(
                f"{name} is not shown here: the server gave a {type(self).__name__}, "
                "which leaves it out."
            )
        return value
