"""A real browser, without a window, as Debian has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

PATIENCE = 20
"""Seconds, on a machine that is busy with other tests."""

FLAGS = (
    "--headless",
    "--no-sandbox",  # which root cannot have; nothing but pages of ours is opened
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """A browser in the hands of a user who knows what to type."""

    def __init__(self, driver: Chrome) -> None:
        self._driver = driver

    def open(self, url: str) -> None:
        """Go there, and wait for the page."""
        self._driver.get(url)

    def enter(self, email: str) -> None:
        """Type the address where it belongs, and press the button to sign in."""
        field = self._find("input[name=email]")
        field.clear()
        field.send_keys(email)
        self._find("#sign-in").click()

    def refuse(self) -> None:
        """Press the button to turn back."""
        self._find("#deny").click()

    def complaint(self) -> str:
        """What the browser itself finds wrong with what was typed."""
        return str(self._find("input:invalid").get_property("validationMessage"))

    def read(self, path: str) -> str:
        """What the page with this path says, as soon as it is there."""
        from selenium.webdriver.support.wait import WebDriverWait

        wait = WebDriverWait(self._driver, PATIENCE, poll_frequency=0.05)
        wait.until(lambda driver: urlsplit(driver.current_url).path == path)
        return self._find("body").text

    def _find(self, selector: str) -> WebElement:
        return self._driver.find_element("css selector", selector)


@contextmanager
def started(folder: Path) -> Generator[Browser]:
    """A browser that keeps what it has to keep in ``folder``; the test is skipped without one."""
    driver_path = shutil.which("chromedriver")
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if driver_path is None or browser_path is None:
        pytest.skip("there is no browser: apt-get install chromium chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser_path
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    # With its path it is not looked for, which selenium would do on the Internet.
    service = webdriver.ChromeService(driver_path, env={**os.environ, "HOME": str(folder)})
    with webdriver.Chrome(options=options, service=service) as driver:
        driver.set_page_load_timeout(PATIENCE)
        driver.implicitly_wait(PATIENCE)
        yield Browser(driver)
