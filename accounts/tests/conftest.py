"""Letters arrive at once, passwords are hashed fast, and there is a member."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from accounts.tests.living import PASSWORD, join
from payments.queue import queue


@pytest.fixture(autouse=True)
def _no_worker_needed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "immediate", True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def lin(db: None) -> User:
    """A member whose address is proved."""
    return join("lin@example.com")


@pytest.fixture
def eve(db: None) -> User:
    """Another member."""
    return join("eve@example.com")


@pytest.fixture
def member(lin: User) -> Client:
    """A browser in which lin is logged in."""
    return entered(lin)


@pytest.fixture
def other(eve: User) -> Client:
    """A browser in which eve is logged in."""
    return entered(eve)


def entered(user: User) -> Client:
    """Logged in through the door, as people are."""
    browser = Client()
    answer = browser.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.content.decode()
    return browser


@pytest.fixture
def enter() -> Callable[[User], Client]:
    """Logs somebody in, in a browser of their own."""
    return entered
