"""The command as a whole, in a project of one schema."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from generator.__main__ import main
from mini_spec import ROOT, Json, operation, reference, spec_of, struct

TEXT: Json = {"type": "string"}


def release(number: str, **properties: Json) -> Json:
    thing = struct("id", id=TEXT, **properties)
    return spec_of(operation(reference("Thing")), schemas={"Thing": thing}, release=number)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project generated from the releases 3.0.0 and 3.1.0, the newer with one field more."""
    root = tmp_path_factory.mktemp("regenerate") / "project"
    shutil.copytree(ROOT / "openapi" / "templates", root / "openapi" / "templates")
    (root / "src" / "immichkit").mkdir(parents=True)
    (root / "src" / "immichkit" / "version.py").write_text('__version__ = "0.4.0"\n')
    (root / "COMPATIBILITY.csv").write_text(
        "package,generated_from,server_min,server_max,status\n0.4.0,3.0.0,3.0.0,3.0.0,supported\n"
    )
    (root / "openapi" / "overlay.json").write_text('{"operations": {"getThing": {"reads": true}}}')
    (root / "openapi" / "corrections.json").write_text("[]")
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (root / "pyproject.toml").write_text(f'{settings}\n[tool.example]\nversion = "0.4.0"\n')
    for spec in (release("3.0.0"), release("3.1.0", more=TEXT)):
        assert regenerate(root, spec) == 0
    return root


@pytest.fixture
def project(pristine: Path, tmp_path: Path) -> Path:
    """Such a project, to be spoilt."""
    return Path(shutil.copytree(pristine, tmp_path / "project"))


def regenerate(root: Path, spec: Json, *words: str) -> int:
    path = root.parent / "spec.json"
    path.write_text(json.dumps(spec))
    return main(["--root", str(root), "--spec", str(path), *words])


def check(root: Path) -> int:
    return main(["--root", str(root), "--check"])


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def written(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).write_text(text, encoding="utf-8")

    return change


def removed(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


THING = "generated/immichkit_api/models/thing.py"
OPERATIONS = "generated/immichkit_api/operations/things.py"
CASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "edited": (replaced(THING, "id: str", "id: int"), f"{THING} is stale or was edited"),
    "line ends": (replaced(THING, "id: str\n", "id: str\r\n"), f"{THING} is stale or was edited"),
    "deleted": (removed(THING), f"{THING} is missing"),
    "orphaned": (
        written("generated/immichkit_api/models/old.py", ""),
        "generated/immichkit_api/models/old.py is made by nothing",
    ),
    "contract edited": (
        replaced("openapi/contract.json", '"id"]', '"id", "more"]'),
        "openapi/contract.json was edited by hand",
    ),
    "contract edited where no code shows it": (
        replaced(
            "openapi/contract.json", '{"type": "string"}', '{"maxLength": 9, "type": "string"}'
        ),
        "openapi/contract.json was edited by hand",
    ),
    "contract reformatted": (
        replaced("openapi/contract.json", "\n  ", "\n   "),
        "openapi/contract.json is stale or was edited",
    ),
    "contract missing": (removed("openapi/contract.json"), "openapi/contract.json is missing"),
    "contract cut": (written("openapi/contract.json", "{"), "openapi/contract.json is not JSON"),
    "history edited": (
        replaced("openapi/history.json", "3.1.0..", "3.0.0.."),
        "openapi/history.json was edited by hand",
    ),
    "history missing": (removed("openapi/history.json"), "openapi/history.json is missing"),
    "template changed": (
        replaced("openapi/templates/model.py.jinja", "{{ header }}", "{{ header }}\n# new\n"),
        f"{THING} is stale",
    ),
    "overlay changed": (
        written("openapi/overlay.json", '{"operations": {"getThing": {"summary": "Look."}}}'),
        f"{OPERATIONS} is stale",
    ),
    "overlay misspelt": (
        written("openapi/overlay.json", '{"operations": {"getThing": {"raeds": true}}}'),
        "openapi/overlay.json: operations.getThing has a raeds",
    ),
    "correction added": (
        written(
            "openapi/corrections.json",
            '[{"reason": "Why.", "patch": [{"op": "replace", '
            '"path": "/schemas/Thing/required", "value": []}]}]',
        ),
        f"{THING} is stale",
    ),
    "correction without a reason": (
        written("openapi/corrections.json", '[{"patch": [{"op": "remove", "path": "/tags"}]}]'),
        "openapi/corrections.json: no reason",
    ),
    "compatibility changed": (
        replaced("COMPATIBILITY.csv", "supported", "superseded"),
        "generated/immichkit_api/facts.py is stale",
    ),
    "compatibility broken": (written("COMPATIBILITY.csv", "a,b\n"), "COMPATIBILITY.csv"),
    "version of Immich": (written("IMMICH-VERSION", "v3.0.0\n"), "IMMICH-VERSION is stale"),
}


def test_what_was_just_generated_is_fresh(project: Path) -> None:
    assert check(project) == 0


def test_where_one_stands_does_not_matter(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "generated" / "immichkit_api")
    assert check(project) == 0


@pytest.mark.parametrize("case", CASES)
def test_check_names_the_file(project: Path, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    change, told = CASES[case]
    change(project)
    assert check(project) == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "case", ["edited", "line ends", "deleted", "orphaned", "version of Immich"]
)
def test_regenerating_mends_it(project: Path, case: str) -> None:
    CASES[case][0](project)
    assert main(["--root", str(project)]) == 0
    assert check(project) == 0


@pytest.mark.parametrize("case", ["contract edited", "history edited", "history missing"])
def test_nothing_is_generated_from_edited_facts(
    project: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    CASES[case][0](project)
    before = (project / THING).read_text(encoding="utf-8")
    assert main(["--root", str(project)]) == 1
    assert CASES[case][1] in capsys.readouterr().err
    assert (project / THING).read_text(encoding="utf-8") == before


def test_a_new_release_tells_what_changed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert regenerate(project, release("3.2.0")) == 0
    told = capsys.readouterr().out
    assert "Changes since v3.1.0: 1\n  BREAKING  field Thing.more: removed\n" in told
    assert 'No summary for getThing yet; it says "Get thing."' in told
    assert "Version: 0.4.0 -> 0.5.0 (minor: code of users breaks, and 1.0 is not out yet)" in told
    assert check(project) == 0


def test_the_same_release_again_changes_no_file(project: Path) -> None:
    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    before = content()
    assert regenerate(project, release("3.1.0", more=TEXT)) == 0
    assert content() == before


def test_a_bump_writes_version_changelog_and_compatibility(project: Path) -> None:
    assert regenerate(project, release("3.2.0", more=TEXT, extra=TEXT), "--bump") == 0
    assert (project / "src/immichkit/version.py").read_text() == '__version__ = "0.5.0"\n'
    assert '\nversion = "0.5.0"\n' in (project / "pyproject.toml").read_text()
    assert (project / "COMPATIBILITY.csv").read_text().splitlines()[1:] == [
        "0.5.0,3.2.0,3.0.0,3.2.0,supported",
        "0.4.0,3.0.0,3.0.0,3.0.0,superseded",
    ]
    log = (project / "CHANGELOG.md").read_text()
    assert log.startswith("# Changelog\n\n## 0.5.0 (")
    assert "### New and changed\n\n- field `Thing.extra`: added\n" in log
    assert check(project) == 0


def test_a_bump_leads_forward_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert regenerate(project, release("2.9.0"), "--bump") == 1
    assert "v2.9.0 is an older one" in capsys.readouterr().err
    assert check(project) == 0


def test_a_refused_specification_leaves_everything_as_it_was(project: Path) -> None:
    assert regenerate(project, release("3.2.0", bad={"not": {}})) == 1
    assert check(project) == 0


def test_an_extension_nobody_knows_is_kept_and_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = release("3.1.0", more={**TEXT, "x-immich-shiny": "yes"})
    assert regenerate(project, spec) == 0
    assert "does not know was kept: x-immich-shiny" in capsys.readouterr().out
    assert '"x-immich-shiny": "yes"' in (project / "openapi/contract.json").read_text()


def test_a_correction_that_no_longer_applies_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = [{"op": "remove", "path": "/schemas/Gone"}]
    corrections = json.dumps([{"reason": "It was wrong.", "patch": patch}])
    written("openapi/corrections.json", corrections)(project)
    assert main(["--root", str(project)]) == 0
    assert "A correction does not apply: It was wrong." in capsys.readouterr().out
