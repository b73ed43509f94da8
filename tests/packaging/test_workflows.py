"""The workflows are whole, and do nothing that a script here does not do."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def loaded(path: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(path))


def shell_of(path: Path) -> str:
    jobs = loaded(path)["jobs"].values()
    return "\n".join(step.get("run", "") for job in jobs for step in job["steps"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_says_when_it_runs_and_what_it_may(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["on"]
    assert workflow["permissions"]
    assert all(job["steps"] for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_scripts_that_a_workflow_calls_are_there(path: Path) -> None:
    called = set(re.findall(r"\bscripts/\w+", shell_of(path)))
    assert called
    assert not [name for name in called if not (ROOT / name).is_file()]


def test_every_python_that_the_package_names_is_tested() -> None:
    matrix = loaded(ROOT / ".github/workflows/test.yml")["jobs"]["test"]["strategy"]["matrix"]
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert matrix["python"] == re.findall(r"Python :: (3\.\d+)", text)
