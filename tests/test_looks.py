"""Every state of every page in a browser: no violation of axe, no sideways scroll, room for fingers (G01 to G03)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from config.styleguide.states import STATES, State
from tests.inspecting import Inspector
from tests.stack import Database, Stack
from tests.visits import visit

pytestmark = pytest.mark.browser
LANGUAGES = ("zh-hans", "en", "ja")


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo's shop with its style guide."""
    folder = tmp_path_factory.mktemp("guide")
    database = Database(
        folder, [["manage.py", "migrate", "-v0", "--skip-checks"], ["manage.py", "seed_demo", "--orders", "0"]]
    )
    with Stack(database, folder / "data", env={"DEBUG": "on"}) as stack:
        yield stack
    database.drop()


@pytest.fixture(scope="module")
def inspector(chromium: Browser, guide: Stack) -> Iterator[Inspector]:
    with visit(chromium, reduced_motion="reduce") as context:
        yield Inspector(context, guide.url)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES.values(), ids=lambda state: state.name)
def test_a_page_is_for_everybody(inspector: Inspector, state: State, language: str) -> None:
    address = f"/styleguide/states/{language}/{state.name}/"
    assert inspector.complaints(address, opened=bool(state.opens), mail=state.page == "P21") == []


@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/states/"])
def test_the_style_guide_is_too(inspector: Inspector, path: str) -> None:
    assert inspector.complaints(path) == []
