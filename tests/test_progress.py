"""The display of progress: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from rich.console import Console

from immichkit import DownloadProgress, UploadProgress
from immichkit.progress import ProgressBar

UPLOADS = [
    UploadProgress(scanned=3, hashed=1, sent_bytes=0, done=0),
    UploadProgress(scanned=8, is_scan_over=True, hashed=8, sent_bytes=5_000_000, done=6),
    UploadProgress(scanned=8, is_scan_over=True, hashed=8, sent_bytes=9_000_000, done=8),
]


def console(*, is_terminal: bool) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=is_terminal, width=100, _environ={"TERM": "xterm"}
    )


def written(to: Console) -> str:
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


def test_uploads_are_shown_as_a_bar() -> None:
    screen = console(is_terminal=True)
    with ProgressBar(console=screen) as bar:
        for event in UPLOADS:
            bar(event)
    last = written(screen).rpartition("\r")[2]
    assert "Upload" in last
    assert "━━━━" in last
    assert "8 of 8 files · 8 hashed · 9.0 MB sent" in last


def test_downloads_are_shown_as_a_bar() -> None:
    screen = console(is_terminal=True)
    with ProgressBar("[Backup]", console=screen) as bar:
        bar(DownloadProgress(found=5, done=2, received_bytes=1000))
        bar(DownloadProgress(found=5, is_all_found=True, done=4, received_bytes=2_000_000))
    assert "[Backup]" in written(screen)
    assert "4 of 5 files · 2.0 MB received" in written(screen)


@pytest.mark.parametrize(("total", "text"), [(4000, "3.0 kB of 4.0 kB"), (None, "3.0 kB")])
def test_one_file_is_shown_by_its_bytes(total: int | None, text: str) -> None:
    screen = console(is_terminal=True)
    with ProgressBar(console=screen) as bar:
        bar(0, total)
        bar(3000, total)
    assert text in written(screen)


def test_lines_are_written_where_there_is_no_terminal() -> None:
    log = console(is_terminal=False)
    with ProgressBar(console=log, interval=0) as bar:
        for event in UPLOADS:
            bar(event)
    assert written(log).splitlines() == [
        "Upload: 0 of 3 files · 1 hashed",
        "Upload: 6 of 8 files · 8 hashed · 5.0 MB sent",
        "Upload: 8 of 8 files · 8 hashed · 9.0 MB sent",
    ]


def test_lines_are_few_but_the_last_is_there() -> None:
    log = console(is_terminal=False)
    with ProgressBar(console=log, interval=3600) as bar:
        for here in range(0, 100_001, 1000):
            bar(here, 100_000)
    assert written(log).splitlines() == [
        "Download: 0 bytes of 100.0 kB",
        "Download: 100.0 kB of 100.0 kB",
    ]


def test_nothing_is_written_of_nothing() -> None:
    log = console(is_terminal=False)
    with ProgressBar(console=log):
        pass
    assert written(log) == ""


def test_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar() as bar:
        bar(UPLOADS[-1])
    assert capsys.readouterr().err == "Upload: 8 of 8 files · 8 hashed · 9.0 MB sent\n"


def test_missing_rich_is_named_with_its_extra() -> None:
    program = "import sys; sys.modules['rich'] = None; import immichkit.progress"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert 'pip install "immichkit[cli]"' in done.stderr.splitlines()[-1]
