"""What a user's tests get from the installed package, without a conftest of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

FIVE_LINES = """\
from immichkit.testing import SeedAsset

def test_favorites(immich, immich_server):
    immich_server.seed([SeedAsset(name="a.jpg", is_favorite=True), SeedAsset(name="b.jpg")])
    assert immich.search.search_assets(is_favorite=True).assets.count == 1
"""


def passed(pytester: pytest.Pytester, source: str, *arguments: str) -> int:
    """How many tests of a file pass; none may do anything else."""
    pytester.makepyfile(source)
    done = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)
    outcomes = done.parseoutcomes()
    assert set(outcomes) == {"passed"}
    return outcomes["passed"]


def test_five_lines_in_an_empty_folder_are_enough(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(FIVE_LINES)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:randomly"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_each_test_has_a_server_of_its_own(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.mark.parametrize("_number", range(3))
        def test_it_is_empty(immich, immich_server, _number):
            assert immich.search.search_assets().assets.total == 0
            immich_server.seed(1)
        """
    assert passed(pytester, source) == 3


def test_the_server_listens(pytester: pytest.Pytester) -> None:
    source = """
        from immichkit import Immich

        def test_it(immich_server):
            with Immich(immich_server.url, api_key=immich_server.api_key) as immich:
                assert immich.server.ping_server().res == "pong"
        """
    assert passed(pytester, source) == 1


def test_an_async_test_has_an_async_client(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.anyio
        async def test_it(async_immich):
            assert (await async_immich.server.ping_server()).res == "pong"
        """
    assert passed(pytester, source, "-W", "error") == 1


def test_a_client_that_a_test_has_closed_may_be_closed_again(pytester: pytest.Pytester) -> None:
    source = """
        import asyncio

        def test_it(immich, async_immich):
            immich.close()
            asyncio.run(async_immich.close())
        """
    assert passed(pytester, source, "-W", "error") == 1


def test_a_marker_makes_the_server_older(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.mark.immich_server(version="3.0.0")
        class TestOld:
            def test_it(self, immich):
                assert immich.server.get_server_version().minor == 0

            @pytest.mark.immich_server(version="3.0.3")
            def test_the_nearest_marker_wins(self, immich):
                assert immich.server.get_server_version().patch == 3
        """
    assert passed(pytester, source, "--strict-markers") == 2


def test_a_setting_makes_all_servers_older(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nimmich_server_version = 3.0.0")
    source = """
        def test_it(immich):
            assert immich.server.get_server_version().minor == 0
        """
    assert passed(pytester, source) == 1


def test_a_marker_gives_the_server_a_folder(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        pytestmark = pytest.mark.immich_server(folder="library")

        def test_one(immich_server):
            immich_server.seed(1)

        def test_two(immich):
            assert immich.search.search_assets().assets.total == 1
        """
    assert passed(pytester, source) == 2


def test_a_marker_that_says_something_else_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.immich_server(color="red")
        def test_it(immich):
            pass
        """
    )
    done = pytester.runpytest_inprocess("-p", "no:randomly")
    assert done.parseoutcomes() == {"errors": 1}
    done.stdout.fnmatch_lines(["*takes version= and folder=, not color*"])


def test_loading_the_plugin_brings_nothing_heavy() -> None:
    heavy = {"httpx", "anyio", "asyncio", "attrs", "starlette", "uvicorn", "sqlite3"}
    code = f"import sys, immichkit.testing.pytest_plugin; print({heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_plugin_can_be_loaded_without_the_extra() -> None:
    code = (
        "import sys; sys.modules.update(starlette=None, uvicorn=None, python_multipart=None);"
        "import immichkit.testing.pytest_plugin"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
