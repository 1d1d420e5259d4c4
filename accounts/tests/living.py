"""What people do with their accounts: join, read their mail, follow the links in it."""

import re
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

PASSWORD = "a sentence about tea"
LOGIN, REGISTER, RESET = "/en/account/login/", "/en/account/register/", "/en/account/reset/"
ORDERS, HOME, ADDRESSES = "/en/account/orders/", "/en/account/", "/en/account/addresses/"
ADDRESS = {
    "name": "林小雨", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "street": "龙井路 1 号",
}  # fmt: skip


def join(email: str, *, verified: bool = True) -> User:
    """A member, as after registration."""
    user = User.objects.create_user(email.partition("@")[0], email, PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def log_in(browser: Client, email: str = "lin@example.com", password: str = PASSWORD, **more: Any) -> Any:
    """Sends the form."""
    return browser.post(LOGIN, {"login": email, "password": password, **more})


def register(browser: Client, email: str = "lin@example.com", password: str = PASSWORD, **more: Any) -> Any:
    """Sends the form."""
    return browser.post(REGISTER, {"email": email, "password1": password, **more})


def is_in(browser: Client) -> bool:
    """Whether somebody is logged in there."""
    return "_auth_user_id" in browser.session


def letter_to(email: str) -> Any:
    """The last one."""
    return [message for message in mail.outbox if message.to == [email]][-1]


def link_in(letter: Any) -> str:
    """The path of its one link, which stands under the shop's own address."""
    links = set(re.findall(r"https?://\S+", str(letter.body)))
    assert len(links) == 1, letter.body
    address = links.pop()
    assert address.startswith("http://127.0.0.1:8000/"), address
    return address.removeprefix("http://127.0.0.1:8000")


def seen(answer: Any) -> str:
    """The page without the token that differs each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
