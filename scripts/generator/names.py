"""Python names for the contract's names."""

from __future__ import annotations

import functools
import keyword
import re
from collections import Counter
from collections.abc import Iterable

import msgspec
from openapi_python_client import strings

# What the parser puts before a name that Python does not take.
PREFIX = "field_"
# An argument, method or module of such a name would hide what generated code around it needs.
TAKEN = {"wire", "ops", "self", "datetime"}
TAKEN |= {"target", "overwrite", "resume", "verify", "on_progress"}
# The same inside of classes, where annotations of later members would find them.
TAKEN_IN_CLASSES = {"list", "dict", "str", "int", "float", "bool", "bytes", "field"}
# A model of such a name would hide what the modules that use it import.
TAKEN_BY_TYPES = {
    "Any",
    "AsyncExecutor",
    "Executor",
    "File",
    "FileSource",
    "JsonText",
    "Literal",
    "Model",
    "OpenIntEnum",
    "OpenStrEnum",
    "Operation",
    "Overwrite",
    "PathLike",
    "Progress",
    "Reduced",
    "Request",
    "SavedFile",
    "Sequence",
    "Struct",
    "TypeAlias",
    "UnsetType",
}


def snake(name: str) -> str:
    """``name`` in snake_case: runs of capitals are one word, and so is ``OAuth``."""
    words = re.sub(r"OAuth", "Oauth", name)
    words = re.sub(r"[^0-9A-Za-z]+", "_", words)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", words)
    return re.sub(r"_+", "_", words).strip("_").lower()


def identifier(name: str) -> str:
    """``name`` as an argument or module: snake_case, keywords with an underscore."""
    python = snake(name)
    if not python or python[0].isdigit():
        python = f"value_{python}".rstrip("_")
    return python + "_" if keyword.iskeyword(python) or python in TAKEN else python


def member(name: str) -> str:
    """``name`` as an attribute or a method of a class, or as a module beside others."""
    python = identifier(name)
    return python + "_" if python in TAKEN_IN_CLASSES else python


def module_name(class_name: str) -> str:
    """The file that holds ``class_name``."""
    return member(class_name)


def pascal(name: str) -> str:
    """``name`` as a part of a class name: ``Users (admin)`` is ``UsersAdmin``."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[0-9A-Za-z]+", name))


def class_name(schema: str) -> str:
    """``schema`` as the name of a class; the parser takes it as it is."""
    name, before = str(strings.ClassName(pascal(schema), PREFIX)), ""
    while name != before:
        name, before = str(strings.ClassName(name, PREFIX)), name
    return f"{name}Model" if name in TAKEN_BY_TYPES else name


def constant(name: str) -> str:
    """``name`` in capitals, as an operation's constant."""
    python = identifier(name).rstrip("_").upper()
    return "UNSET_" if python == "UNSET" else python


def enum_members(values: Iterable[str | int]) -> list[str]:
    """Names for the members of an enum, in order; where they would clash, with a number."""
    wanted = [_enum_member(value) for value in values]
    counts, names = Counter(wanted), list[str]()
    for name in wanted:
        number, free = 1, name
        while free in names or (number > 1 and counts[free]):
            number += 1
            free = f"{name}_{number}"
        names.append(free)
    return names


def _enum_member(value: str | int) -> str:
    if isinstance(value, int):
        return f"VALUE_{value}" if value >= 0 else f"VALUE_MINUS_{-value}"
    python = snake(value).upper()
    if not python:
        return "EMPTY" if not value else "VALUE"
    # Python's enums keep `mro` for themselves.
    return f"VALUE_{python}" if python[0].isdigit() or python == "MRO" else python


@functools.cache
def camel(python: str) -> str:
    """The wire name that msgspec's ``rename="camel"`` gives to an attribute."""
    struct = msgspec.defstruct("Example", [(python, int)], rename="camel")
    return str(struct.__struct_encode_fields__[0])
