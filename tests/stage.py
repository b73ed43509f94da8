"""Run a page's Python blocks or an example as a reader would, against the embedded server.

The blocks of a page run as one program, each line where it stands in the page. A block behind the
line `<!-- not run -->` is compiled only; one behind `<!-- needs immichkit[testing] -->`, or another
extra, is left out with --plain. An example runs with the command line that its docstring shows.

The program finds a folder `photos` beside it, the server's address and a key in the environment,
and some photos on the server.
"""

import argparse
import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from immichkit import Immich
from immichkit.testing import ImmichServer

ROOT = Path(__file__).resolve().parents[1]
MEDIA = ROOT / "tests" / "recordings" / "media"
PHOTOS = ("IMG_0001.jpg", "IMG_0001.dng", "IMG_0002.jpg", "plain.jpg", "picture.png", "live.mp4")
ON_THE_SERVER = ("berlin.jpg", "gps.jpg", "rotated.jpg", "clip.mp4")
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]+) -->\n)?^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
EXTRAS = ("cli", "stacking", "testing")
MARKS = {None, "not run", *(f"needs immichkit[{extra}]" for extra in EXTRAS)}


def main() -> int:
    """The exit status of the program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="a page (*.md) or an example (*.py)")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to run it with")
    parser.add_argument("--plain", action="store_true", help="of a page, what needs no extra")
    given = parser.parse_args()
    file = given.file.resolve()
    with tempfile.TemporaryDirectory() as name, ImmichServer() as server:
        folder = Path(name)
        furnish(folder, server)
        if file.suffix == ".md":
            program = folder / f"{file.stem}.py"
            program.write_text(program_of(file, plain=given.plain), encoding="utf-8")
            command = shlex.quote(str(program))
        else:
            command = command_line(file)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("IMMICH_", "PYTHONPATH"))},
            "HOME": name,
            "IMMICH_BASE_URL": server.url,
            "IMMICH_API_KEY": server.api_key,
            "PYTHONUTF8": "1",
        }
        python = shlex.quote(str(Path(given.python).absolute()))
        done = subprocess.run(  # noqa: S602  # as a reader types it, patterns included
            f"exec {python} -W error {command}",
            shell=True,
            cwd=folder,
            env=environment,
            check=False,
        )
        return done.returncode


def furnish(folder: Path, server: ImmichServer) -> None:
    """Put photos into ``folder`` and onto ``server``."""
    (folder / "photos").mkdir()
    for name in PHOTOS:
        shutil.copyfile(MEDIA / name, folder / "photos" / name)
    with Immich(server.url, api_key=server.api_key) as immich:
        for day, name in enumerate(ON_THE_SERVER, 1):
            taken = datetime(2026, 5, day, 12, tzinfo=UTC)
            immich.assets.upload_asset(
                asset_data=MEDIA / name, file_created_at=taken, file_modified_at=taken
            )


def blocks(page: Path) -> Iterator[tuple[str | None, str, int]]:
    """Mark, code and number of the first line of each Python block."""
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        if found["mark"] not in MARKS:
            raise ValueError(f"{page.name}: what does <!-- {found['mark']} --> mean?")
        yield found["mark"], found["code"], text.count("\n", 0, found.start("code")) + 1


def program_of(page: Path, *, plain: bool = False) -> str:
    """The page's blocks as one program, each line at its place."""
    lines: list[str] = []
    for mark, code, begin in blocks(page):
        compile("\n" * (begin - 1) + code, page, "exec")
        if mark == "not run" or (plain and mark is not None):
            continue
        lines += [""] * (begin - 1 - len(lines))
        lines += code.splitlines()
    return "\n".join(lines) + "\n"


def command_line(example: Path) -> str:
    """How the example's docstring says to call it, with the example's whole path."""
    text = ast.get_docstring(ast.parse(example.read_text(encoding="utf-8"))) or ""
    found = re.search(rf"python examples/{re.escape(example.name)}(.*)", text)
    if found is None:
        raise ValueError(f"The docstring of {example.name} does not show how to call it")
    needed = re.sub(r"\[.*?\]", "", found[1])
    return shlex.quote(str(example)) + needed


if __name__ == "__main__":
    sys.exit(main())
