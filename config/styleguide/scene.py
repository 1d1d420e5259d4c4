"""A visitor to whom one state of a page happens. What the visit changes in the shop is undone when it is over."""

import secrets
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory, override_settings
from django.urls import get_resolver
from django.utils import timezone, translation

from accounts import post
from orders import access, coupons, goods
from orders.checkout import Quote, place
from orders.forms import new_key
from orders.models import Address, Coupon, Order
from payments import demo
from shop import fragments
from shop.cart import Cart
from shop.models import Product, Variant

CONTACT = {
    "name": "林小雨", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "street": "龙井路 1 号", "email": "lin@example.com", "note": "",
}  # fmt: skip
HOST = urlsplit(settings.SITE_URL).netloc
COUPON, MEMBER, PASSWORD = "LEAF-2026", "linxiaoyu", "a-quiet-cup-of-tea"
KEPT_HEADERS = ("Content-Type", "Content-Security-Policy")
QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"  # nobody keeps these passwords
WAITING, CLOSED = ("awaiting", "confirming"), ("expired", "cancelled")
TURN = threading.Lock()  # settings are changed for the whole process while a state is drawn


class Scene:
    """The shop with the goods it has, and one visitor. Verbs that prepare something answer the scene itself."""

    def __init__(self, language: str, undone: ExitStack) -> None:
        self.undone = undone
        self.language = language
        # An address of its own: tries are counted by it, outside the database.
        address = f"fd00:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        self.browser = Client(HTTP_HOST=HOST, REMOTE_ADDR=address)
        self.order = Order()
        self.coupon: Coupon | None = None
        self.member: User | None = None

    def open(self, path: str = "", **headers: Any) -> HttpResponse:
        """The page below the language's home; ``{number}`` stands for the order's."""
        return self._answer(self.browser.get(self._address(path), follow=True, **headers))

    def send(self, path: str, fields: dict[str, Any] | None = None, **headers: Any) -> HttpResponse:
        """What comes of a form sent there."""
        return self._answer(self.browser.post(self._address(path), fields or {}, follow=True, **headers))

    def request(self) -> HttpRequest:
        """A request for the home page that no middleware has seen, for pages that failures bring about."""
        request: HttpRequest = RequestFactory(HTTP_HOST=HOST).get(self._address(""))
        request.LANGUAGE_CODE = self.language
        return request

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page about the order that only a failure elsewhere brings about."""
        return render(self.request(), template, {"order": self.order, **context}, status=status)

    def fail(self, status: int) -> HttpResponse:
        """The page for a failure, from the handler that Django would ask."""
        handler: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(status)
        return handler(self.request()) if status == 500 else handler(self.request(), exception=Exception())

    def configured(self, **changed: Any) -> "Scene":
        """The shop runs with other settings."""
        self.undone.enter_context(override_settings(**changed))
        return self

    def without_goods(self) -> "Scene":
        """Everything is off the shelves."""
        Product.objects.update(published_until=timezone.now())
        fragments.forget()
        return self

    def changed(self, slug: str, **fields: Any) -> "Scene":
        """Every variant of a product gets other fields."""
        Variant.objects.filter(product__slug=slug).update(**fields)
        return self

    def withdrawn(self, slug: str) -> "Scene":
        """A product is not on sale any more."""
        Product.objects.filter(slug=slug).update(published_until=timezone.now())
        return self

    def with_cart(self, *slugs: str, quantity: int = 1) -> "Scene":
        """The visitor has put the first variant of each of these products into the cart."""
        session = self.browser.session
        cart = Cart(session)
        for slug in slugs:
            cart.add(self.variant(slug), quantity)
        session.save()
        self.browser.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        return self

    def with_coupon(self, yuan: str = "30.00") -> "Scene":
        """The visitor has entered a coupon of so many yuan."""
        self.coupon = Coupon.objects.create(code=COUPON, value=Decimal(yuan))
        session = self.browser.session
        session[coupons.KEY] = COUPON
        session.save()
        return self

    def variant(self, slug: str) -> Variant:
        """The first variant of a product."""
        return Variant.objects.filter(product__slug=slug).select_related("product")[0]

    def ordered(self, becomes: str = "awaiting", *slugs: str) -> "Scene":
        """The visitor has placed an order, and this has become of it: WAITING, CLOSED or what payments.demo names."""
        self.with_cart(*(slugs or ("longjing-green", "plum-vase")))
        placed_at = timezone.now() - timedelta(minutes=0 if becomes in WAITING else 90)
        quote = Quote(Cart(self.browser.session).lines(), [], CONTACT["province"], self.coupon)
        with translation.override(self.language):
            self.order = place(quote, CONTACT, key=new_key(), buyer=self.member, now=placed_at)
        self._remember(self.order)
        self._let(becomes)
        self.order.refresh_from_db()
        return self

    def _remember(self, order: Order) -> None:
        session = self.browser.session
        Cart(session).clear()
        session[access.PLACED] = [order.number]
        session.save()

    def _let(self, becomes: str) -> None:
        if becomes == "confirming":
            self.order.confirming()
        elif becomes in CLOSED:
            goods.release(self.order)
            self.order.close(becomes, at=self.order.expires_at)
        elif becomes != "awaiting":
            demo.befall(self.order, becomes, minutes=3)

    def as_member(self, *, known: bool = True) -> "Scene":
        """The visitor has an account, and is logged in if ``known``."""
        self.member = User.objects.create_user(MEMBER, CONTACT["email"], PASSWORD, first_name=CONTACT["name"])
        EmailAddress.objects.create(user=self.member, email=self.member.email, verified=known, primary=True)
        if known:
            self.browser.force_login(self.member, settings.AUTHENTICATION_BACKENDS[0])
        return self

    def with_addresses(self, *streets: str) -> "Scene":
        """The member has an address book; the first is the default."""
        fields = {name: CONTACT[name] for name in Address.FIELDS}
        for street in streets:
            Address.objects.keep(self._known, fields | {"street": street})
        return self

    def address(self) -> int:
        """The key of the member's default address."""
        return Address.objects.of(self._known)[0].pk

    def reset_link(self) -> str:
        """The way to a new password, as the letter names it."""
        key = EmailAwarePasswordResetTokenGenerator().make_token(self._known)
        return f"account/reset/{user_pk_to_url_str(self._known)}-{key}/"

    def proof_link(self) -> str:
        """The way to prove the member's address, as the letter names it."""
        return f"account/confirm/{EmailConfirmationHMAC(EmailAddress.objects.get(user=self._known)).key}/"

    @property
    def _known(self) -> User:
        assert self.member, "as_member comes first"  # noqa: S101 - a mistake in the register, not of a visitor
        return self.member

    def as_stranger(self) -> "Scene":
        """Somebody in another browser, who has the address of the order's page."""
        self.browser.cookies.clear()
        return self

    def as_found(self) -> "Scene":
        """The order was not placed in this browser but found by its number."""
        session = self.browser.session
        session[access.FOUND] = session.pop(access.PLACED)
        session.save()
        return self

    def overdue(self) -> "Scene":
        """The time to pay has passed, and the worker has not closed the order yet."""
        Order.objects.filter(pk=self.order.pk).update(expires_at=timezone.now() - timedelta(seconds=20))
        return self

    def _address(self, path: str) -> str:
        return f"/{self.language}/{path.format(number=self.order.number)}"

    def _answer(self, response: Any) -> HttpResponse:
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        return HttpResponse(response.content, status=response.status_code, headers=kept)


def draw(make: Callable[[Scene], HttpResponse], language: str) -> HttpResponse:
    """The page that ``make`` comes to, as a visitor of a real shop would see it. The database stays as it was."""
    quick = override_settings(DEBUG=False, PASSWORD_HASHERS=[QUICK])
    with TURN, quick, patch.object(post, "send"), translation.override(language), transaction.atomic():
        fragments.forget()
        try:
            with ExitStack() as undone:
                return make(Scene(language, undone))
        finally:
            transaction.set_rollback(True)
            fragments.forget()
