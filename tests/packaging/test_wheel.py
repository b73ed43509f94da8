"""The wheel holds both packages and nothing else, and asks for little."""

import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAIN = {"anyio", "attrs", "httpx", "msgspec", "pathspec", "platformdirs", "python-dateutil"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*command, str(out)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = out.iterdir()
    return wheel


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_both_packages_are_whole(wheel: Path) -> None:
    sources = {
        path.relative_to(root).as_posix()
        for root in (ROOT / "src", ROOT / "generated")
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {name for name in names(wheel) if ".dist-info/" not in name} == sources


def test_both_packages_say_that_they_are_typed(wheel: Path) -> None:
    assert {"immichkit/py.typed", "immichkit_api/py.typed"} <= names(wheel)


def test_no_test_is_in_it(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"immichkit", "immichkit_api"}
    assert not [name for name in names(wheel) if re.search(r"(^|/)(tests/|conftest)", name)]


def test_the_licence_is_in_it(wheel: Path) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names(wheel))


def test_the_plain_install_needs_these_and_no_more(metadata: Message) -> None:
    declared = metadata.get_all("Requires-Dist", [])
    plain = [text for text in declared if "extra ==" not in text]
    assert {re.match(r"[\w-]+", text)[0] for text in plain} == PLAIN  # type: ignore[index]
    assert not [text for text in plain if not re.search(r"[<>=]", text)]


def test_the_version_is_that_of_the_package(metadata: Message) -> None:
    from immichkit import __version__

    assert metadata["Version"] == __version__


def test_the_first_compatibility_row_is_this_release() -> None:
    from immichkit import SERVER_VERSION, __version__

    newest = (ROOT / "COMPATIBILITY.csv").read_text(encoding="utf-8").splitlines()[1]
    assert newest.split(",")[:2] == [__version__, SERVER_VERSION]
    assert (ROOT / "IMMICH-VERSION").read_text(encoding="utf-8") == f"v{SERVER_VERSION}\n"


def test_the_changelog_has_an_entry_for_this_release() -> None:
    from immichkit import __version__

    assert f"\n## {__version__} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
