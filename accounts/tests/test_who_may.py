"""Every address of accounts and orders, by everybody: nobody, another member, staff, the member (attack E01)."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import URLPattern

from accounts.tests.living import ADDRESS, ADDRESSES, PASSWORD
from accounts.urls import members, urlpatterns
from orders.models import Address, Order
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
OWN = ["", "orders/", "email/", "password/", "data.json", "delete/", "addresses/", "addresses/add/"]
ACTS = ["addresses/undo/"]
DOORS = ["login/", "register/", "confirm/", "confirm/x/", "reset/", "reset/sent/", "reset/1-x/"]


@pytest.fixture
def address(lin: User) -> Address:
    """The member's."""
    kept = Address.objects.keep(lin, ADDRESS)
    assert kept
    return kept


def everything() -> list[object]:
    """All that must not change."""
    return [list(model.objects.order_by("pk").values_list()) for model in (User, EmailAddress, Address, Order)]


def test_this_file_knows_every_address() -> None:
    """A page that comes later must be thought of here."""
    routes = {str(each.pattern) for each in [*members, *urlpatterns] if isinstance(each, URLPattern)}
    known = {*OWN, *ACTS, "logout/", "offer/<str:number>/", "confirm/<str:key>/", "reset/<base36:uidb36>-<str:key>/"}
    known |= {door for door in DOORS if "x" not in door}
    known |= {f"addresses/<int:pk>/{act}" for act in ("", "default/", "delete/")}
    assert routes == known


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("page", [*OWN, *ACTS, "addresses/1/", "addresses/1/default/", "addresses/1/delete/"])
def test_nobody_is_sent_to_the_login(shopper: Client, address: Address, page: str, verb: str) -> None:
    before = everything()
    answer = getattr(shopper, verb)(f"/en/account/{page}", ADDRESS)
    assert answer["Location"].startswith(f"/en/account/login/?next=/en/account/{page}")
    assert everything() == before


@pytest.mark.parametrize("page", OWN)
def test_a_member_sees_their_own_pages_and_no_cache_does(member: Client, page: str) -> None:
    answer = member.get(f"/en/account/{page}")
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    if page != "data.json":
        assert '<meta name="robots" content="noindex">' in answer.content.decode()


@pytest.mark.parametrize("page", DOORS)
def test_no_cache_keeps_a_door(shopper: Client, page: str) -> None:
    answer = shopper.get(f"/en/account/{page}")
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


@pytest.mark.parametrize("who", ["other", "admin_client"])
@pytest.mark.parametrize("act", ["", "default/", "delete/"])
def test_anothers_address_is_as_absent_as_an_absent_one(
    request: pytest.FixtureRequest, address: Address, who: str, act: str
) -> None:
    browser: Client = request.getfixturevalue(who)
    before = everything()
    for verb in ("get", "post") if not act else ("post",):
        answers = [getattr(browser, verb)(f"{ADDRESSES}{pk}/{act}", ADDRESS) for pk in (address.pk, 999_999_999)]
        assert [answer.status_code for answer in answers] == [404, 404]
        bodies = {answer.content.replace(f"/{pk}/".encode(), b"#") for answer, pk in
                  zip(answers, (str(address.pk), "999999999"), strict=True)}  # fmt: skip
        assert len(bodies) == 1
    assert everything() == before


@pytest.mark.parametrize("pk", ["0", str(2**63), str(2**64), "9" * 40])
def test_a_key_of_no_sense_is_a_404(member: Client, pk: str) -> None:
    assert member.get(f"{ADDRESSES}{pk}/").status_code == 404


@pytest.mark.parametrize("page", ["default/", "delete/", "undo"])
def test_what_changes_something_is_a_post(member: Client, address: Address, page: str) -> None:
    before = everything()
    path = f"{ADDRESSES}undo/" if page == "undo" else f"{ADDRESSES}{address.pk}/{page}"
    assert member.get(path).status_code == 405
    assert everything() == before


@pytest.mark.parametrize("page", ["", "status.json", "pay/", "result/"])
def test_an_order_opens_to_its_member_in_every_browser_and_to_no_other(
    member: Client, other: Client, shopper: Client, lin: User, page: str
) -> None:
    path = f"/en/orders/{OrderFactory(buyer=lin).number}/{page}"
    assert [browser.get(path).status_code for browser in (member, other, shopper)] == [200, 404, 404]


def test_nothing_that_allauth_offers_else_can_be_reached(member: Client, shopper: Client) -> None:
    for page in ("inactive/", "reauthenticate/", "password/set/", "login/code/", "login/code/confirm/", "signup/",
                 "confirm-email/", "password/reset/", "password/change/", "3rdparty/", "2fa/"):  # fmt: skip
        for browser in (member, shopper):
            assert browser.get(f"/en/account/{page}").status_code == 404, page


def test_json_is_answered_to_no_door(shopper: Client, lin: User) -> None:
    given = {"login": lin.email, "password": PASSWORD}
    headers = {"accept": "application/json", "x-requested-with": "XMLHttpRequest"}
    assert shopper.get("/en/account/login/", headers=headers)["Content-Type"].startswith("text/html")
    assert shopper.post("/en/account/login/", given, headers=headers).status_code == 303


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_letters_speak_the_readers_language(shopper: Client, lin: User, language: str) -> None:
    shopper.post(f"/{language}/account/reset/", {"email": lin.email})
    letter = mail.outbox[-1]
    expected = {"zh-hans": "重设密码", "en": "Set a new password", "ja": "パスワードの再設定"}
    assert letter.subject == expected[language]
    html = str(letter.alternatives[0][0])
    assert f"/{language}/account/reset/" in letter.body and f"/{language}/account/reset/" in html
    assert {"zh-hans": 'lang="zh-Hans"', "en": 'lang="en"', "ja": 'lang="ja"'}[language] in html
