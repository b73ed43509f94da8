"""That generated code imports and that msgspec can decode every type in it; run on its own."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main(folder: str) -> list[str]:
    """The problems of the package `immichkit_api` in ``folder``."""
    sys.path.insert(0, folder)
    import msgspec

    problems = []
    package = importlib.import_module("immichkit_api")
    names = [
        m.name
        for m in pkgutil.walk_packages([str(Path(folder) / "immichkit_api")], "immichkit_api.")
    ]
    for name in names:
        try:
            module = importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  a report, whatever it was
            problems.append(f"{name} cannot be imported: {error}")
            continue
        if name == "immichkit_api.types" or ("models" in name and "FileSource" in vars(module)):
            continue  # files are sent, never decoded
        for label, value in vars(module).items():
            if (
                isinstance(value, type)
                and issubclass(value, msgspec.Struct)
                and value.__module__ == name
            ):
                wanted = [value]
            elif type(value).__name__ == "Operation" and value.response not in {bytes, str, None}:
                wanted = [value.response, *value.reduced]
            else:
                continue
            for type_ in wanted:
                try:
                    msgspec.json.Decoder(type_)
                except Exception as error:  # noqa: BLE001  a report, whatever it was
                    problems.append(f"{label} cannot be decoded: {error}")
    if package.__file__ is None:
        problems.append("immichkit_api has no __init__.py")
    return sorted(set(problems))


if __name__ == "__main__":
    found = main(sys.argv[1])
    print("\n".join(found))
    sys.exit(1 if found else 0)
