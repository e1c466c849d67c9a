"""Chromium, for the tests of the page."""

import shutil
from contextlib import contextmanager

import pytest

from viz.chromium import COMPLETE, until

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on the PATH")
    with playwright.sync_playwright() as tools:
        launched = tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Open pages, and check at the end that they had no errors and requested nothing else."""

    @contextmanager
    def opened(drawn, **options):
        path = drawn.save(tmp_path / "page.html")
        page = browser.new_page(viewport={"width": 1200, "height": 800}, **options)
        wrong, requested = [], []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: wrong.append(said.text) if "willReadFrequently" not in said.text else None,
        )
        page.on("request", lambda request: requested.append(request.url))
        page.goto(path.as_uri())
        until(page, "window.graphPage !== undefined")
        yield page
        until(page, COMPLETE)
        page.close()
        assert wrong == []
        assert requested == [path.as_uri()]

    return opened
