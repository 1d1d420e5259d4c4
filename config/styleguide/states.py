"""The register: each page of the shop (P01 to P21) in each state that a visitor may meet. One line adds one."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone

from accounts.letters import LETTERS, drawn
from config.styleguide.scene import CONTACT, PASSWORD, Scene
from content import errors
from orders.specimens import SPECIMENS, specimen
from payments import refusals

PAGES = {
    "P01": "Home", "P02": "Category", "P03": "Search", "P04": "Product", "P05": "Cart", "P06": "Checkout",
    "P07": "Cashier", "P08": "Waiting dialog", "P09": "Result", "P10": "Order", "P11": "Find an order",
    "P12": "Orders of a member", "P13": "Log in", "P14": "Register", "P15": "Account", "P16": "Reset the password",
    "P17": "Not found", "P18": "Pages of last resort", "P19": "Other refusals",
    "P20": "Legal pages and help", "P21": "Mails",
}  # fmt: skip
BECOMES = (
    "awaiting", "confirming", "paid", "shipped", "completed", "expired", "cancelled", "paid-late", "refunding",
    "partly-refunded", "refunded", "review",
)  # fmt: skip
WECHAT = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Mobile MicroMessenger/8.0"
LINKS = dict.fromkeys(("activate_url", "password_reset_url"), "/zh-hans/account/")
HELP = ("delivery", "terms", "privacy", "contact")
ALIPAY = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Mobile AlipayClient/10.6"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
WRONG = {"name": "", "phone": "138 0013", "province": "", "city": "杭州市", "email": "lin@", "note": "1" * 201}
Maker = Callable[[Scene], HttpResponse]


@dataclass(frozen=True)
class State:
    """``make`` brings the page about; ``opens`` selects what the visitor's script then opens: a dialog, a fold."""

    page: str
    name: str
    make: Maker
    opens: str = ""


def stale(shop: Scene) -> dict[str, str]:
    """What a checkout sends that was opened when the letter set cost 40 yuan."""
    return CONTACT | {"shown": f"{shop.variant('letter-set').pk}x1@40.00 +12.00 -0.00"}


def at(path: str) -> Maker:
    """The page there, with nothing before it."""
    return lambda shop: shop.open(path)


def letter(name: str) -> Maker:
    """A mail of that kind, as HTML."""
    return lambda shop: HttpResponse(specimen(name, shop.language).html)


def account_letter(kind: str) -> Maker:
    """A mail to a member, as HTML."""
    return lambda shop: HttpResponse(drawn(LETTERS[kind](LINKS))[1])


def after(becomes: str, part: str) -> Maker:
    """A page of an order of which this has become."""
    return lambda shop: shop.ordered(becomes).open("orders/{number}/" + part)


SHELVES = [
    State("P01", "home", at("")),
    State("P01", "home-empty", lambda shop: shop.without_goods().open()),
    State("P01", "home-with-cart", lambda shop: shop.with_cart("plum-vase").open()),
    State("P01", "home-menu", at(""), opens="details.menu"),
    State("P02", "category", at("c/tea/")),
    State("P02", "category-whole", at("c/all/")),
    State("P02", "category-second-page", at("c/all/?page=2")),
    State("P02", "category-filtered", at("c/ware/?sort=cheap&stock=1&band=100-200")),
    State("P02", "category-filters", at("c/tea/?stock=1"), opens="details.filters"),
    State("P02", "category-no-match", at("c/paper/?band=300-")),
    State("P03", "search", at("s/")),
    State("P03", "search-found", at("s/?q=WARE-00")),
    State("P03", "search-nothing", at("s/?q=%E2%98%85%E2%98%85")),
    State("P04", "product", at("p/celadon-gaiwan/")),
    State("P04", "product-few", at("p/plum-vase/")),
    State("P04", "product-option-sold-out", at("p/thread-bound-notebook/")),
    State("P04", "product-sold-out", at("p/matcha-bowl/")),
    State("P04", "product-reduced", at("p/desk-calendar/?img=1")),
    State("P04", "product-no-picture", at("p/one-cent-test/")),
    State("P04", "product-details", at("p/ripe-puer-cake/"), opens=".folds details"),
    State("P04", "product-wrong-quantity", lambda shop: shop.send("cart/add/", {
        "variant": shop.variant("clay-teapot").pk, "quantity": "many", "product": "clay-teapot"})),
    State("P05", "cart", lambda shop: shop.with_cart("longjing-green", "plum-vase", quantity=2).open("cart/")),
    State("P05", "cart-free-shipping-near", lambda shop: shop.with_cart("lapsang-black").open("cart/")),
    State("P05", "cart-empty", at("cart/")),
    State("P05", "cart-changed", lambda shop: shop.with_cart("plum-vase", "letter-set", quantity=2)
          .changed("plum-vase", on_hand=1).changed("letter-set", price="52.00").open("cart/")),
    State("P05", "cart-gone", lambda shop: shop.with_cart("plum-vase", "letter-set")
          .withdrawn("letter-set").open("cart/")),
    State("P05", "cart-removed", lambda shop: shop.with_cart("plum-vase", "letter-set")
          .send("cart/remove/", {"variant": shop.variant("plum-vase").pk})),
    State("P05", "cart-wrong-quantity", lambda shop: shop.with_cart("letter-set")
          .send("cart/set/", {"variant": shop.variant("letter-set").pk, "quantity": "many"})),
]  # fmt: skip

BUYING = [
    State("P06", "checkout", lambda shop: shop.with_cart("plum-vase", "letter-set").open("checkout/")),
    State("P06", "checkout-note", lambda shop: shop.with_cart("letter-set").open("checkout/"), opens="form details"),
    State("P06", "checkout-not-returnable", lambda shop: shop.with_cart("longjing-green").open("checkout/")),
    State("P06", "checkout-errors", lambda shop: shop.with_cart("longjing-green").send("checkout/", WRONG)),
    State("P06", "checkout-changed", lambda shop: shop.with_cart("letter-set").send("checkout/", stale(shop))),
    State("P06", "checkout-gone", lambda shop: shop.with_cart("letter-set")
          .withdrawn("letter-set").send("checkout/", stale(shop))),
    State("P06", "checkout-coupon", lambda shop: shop.with_cart("plum-vase").with_coupon().open("checkout/")),
    State("P06", "checkout-wrong-coupon", lambda shop: shop.with_cart("plum-vase").send("checkout/", {
        "act": "coupon", "coupon": "NO-SUCH"})),
    State("P07", "cashier", lambda shop: shop.ordered().open("orders/{number}/pay/")),
    State("P07", "cashier-confirming", lambda shop: shop.ordered("confirming").open("orders/{number}/pay/")),
    State("P07", "cashier-closed", lambda shop: shop.ordered("expired").open("orders/{number}/pay/")),
    State("P07", "cashier-cancelled", lambda shop: shop.ordered("cancelled").open("orders/{number}/pay/")),
    State("P07", "cashier-overdue", lambda shop: shop.ordered().overdue().open("orders/{number}/pay/")),
    State("P07", "cashier-scan", lambda shop: shop.configured(ALIPAY_QR_FRAME=True).ordered()
          .open("orders/{number}/pay/")),
    State("P07", "cashier-phone", lambda shop: shop.ordered()
          .open("orders/{number}/pay/", HTTP_USER_AGENT=PHONE)),
    State("P07", "cashier-wechat", lambda shop: shop.ordered()
          .open("orders/{number}/pay/", HTTP_USER_AGENT=WECHAT)),
    State("P07", "cashier-no-more-time", lambda shop: shop.ordered().overdue().send("orders/{number}/extend/")),
    State("P07", "cashier-other-method", lambda shop: shop.ordered()
          .send("orders/{number}/pay/start/", {"method": "cash"})),
    State("P07", "cashier-coupon", lambda shop: shop.with_coupon().ordered().open("orders/{number}/pay/")),
    State("P07", "cashier-alipay", lambda shop: shop.ordered()
          .open("orders/{number}/pay/", HTTP_USER_AGENT=ALIPAY)),
    State("P07", "cashier-silent", lambda shop: shop.ordered().show("payments/not_begun.html", 503, again="alipay")),
    State("P07", "cashier-refused", lambda shop: shop.ordered()
          .show("payments/not_begun.html", 503, again="alipay", reason=refusals.CLOSED)),
    State("P07", "address", lambda shop: shop.ordered().open("orders/{number}/address/")),
    State("P07", "address-errors", lambda shop: shop.ordered().send("orders/{number}/address/", WRONG)),
    State("P07", "cashier-cancelling", lambda shop: shop.ordered().open("orders/{number}/pay/"), opens="details.fold"),
    State("P08", "dialog", lambda shop: shop.ordered().open("orders/{number}/pay/"), opens="form#pay"),
    *(State("P09", f"result-{becomes}", after(becomes, "result/")) for becomes in BECOMES),
    *(State("P10", f"order-{becomes}", after(becomes, "")) for becomes in BECOMES),
    State("P09", "result-free", lambda shop: shop.with_coupon("524.00").ordered().open("orders/{number}/result/")),
    State("P09", "result-elsewhere", lambda shop: shop.ordered().as_stranger().open("orders/{number}/result/")),
    State("P10", "order-refund", lambda shop: shop.ordered("paid").open("orders/{number}/refund/")),
    State("P10", "order-refund-errors", lambda shop: shop.ordered("paid").send("orders/{number}/refund/")),
    State("P10", "order-refund-asked", lambda shop: shop.ordered("paid").send("orders/{number}/refund/", {
        "reason": "damaged", "words": ""})),
    State("P10", "order-found", lambda shop: shop.ordered("shipped").as_found().open("orders/{number}/")),
]  # fmt: skip

MEMBERS = [
    State("P12", "orders", lambda shop: shop.as_member().ordered("completed").ordered("refunded", "jasmine-pouch")
          .ordered("shipped", "letter-set", "desk-calendar").ordered("awaiting", "plum-vase").open("account/orders/")),
    State("P12", "orders-empty", lambda shop: shop.as_member().open("account/orders/")),
    State("P12", "orders-none-such", lambda shop: shop.as_member().ordered("paid").open("account/orders/?q=42")),
    State("P13", "login", at("account/login/")),
    State("P13", "login-wrong", lambda shop: shop.as_member(known=False)
          .send("account/login/", {"login": CONTACT["email"], "password": "guessed"})),
    State("P14", "register", at("account/register/")),
    State("P14", "register-errors", lambda shop: shop.send("account/register/", {
        "email": "lin@", "password1": "1234"})),
    State("P14", "register-sent", lambda shop: shop.send("account/register/", {
        "email": CONTACT["email"], "password1": PASSWORD})),
    State("P14", "confirm", lambda shop: shop.as_member(known=False).open(shop.proof_link())),
    State("P14", "confirm-dead-link", at("account/confirm/no-such-key/")),
    State("P15", "account", lambda shop: shop.as_member().ordered("paid").open("account/")),
    State("P15", "account-email", lambda shop: shop.as_member().open("account/email/")),
    State("P15", "account-password", lambda shop: shop.as_member().open("account/password/")),
    State("P15", "account-password-errors", lambda shop: shop.as_member().send("account/password/", {
        "oldpassword": "guessed", "password1": "1234"})),
    State("P15", "account-delete", lambda shop: shop.as_member().open("account/delete/")),
    State("P15", "account-delete-errors", lambda shop: shop.as_member().send("account/delete/")),
    State("P15", "addresses", lambda shop: shop.as_member().with_addresses("龙井路 1 号", "龙井路 1 号-2")
          .open("account/addresses/")),
    State("P15", "addresses-empty", lambda shop: shop.as_member().open("account/addresses/")),
    State("P15", "addresses-deleted", lambda shop: shop.as_member().with_addresses("龙井路 1 号")
          .send(f"account/addresses/{shop.address()}/delete/")),
    State("P15", "addresses-add", lambda shop: shop.as_member().open("account/addresses/add/")),
    State("P15", "addresses-add-errors", lambda shop: shop.as_member().send("account/addresses/add/", WRONG)),
    State("P16", "reset", at("account/reset/")),
    State("P16", "reset-errors", lambda shop: shop.send("account/reset/", {"email": "lin@"})),
    State("P16", "reset-sent", lambda shop: shop.send("account/reset/", {"email": CONTACT["email"]})),
    State("P16", "reset-link", lambda shop: shop.as_member(known=False).open(shop.reset_link())),
    State("P16", "reset-dead-link", at("account/reset/1-no-such-key/")),
    State("P06", "checkout-member", lambda shop: shop.as_member().with_addresses("龙井路 1 号", "龙井路 1 号-2")
          .with_cart("plum-vase").open("checkout/")),
    State("P09", "result-member", lambda shop: shop.as_member().ordered("paid").open("orders/{number}/result/")),
    State("P09", "result-weak-password", lambda shop: shop.ordered("paid").send("account/offer/{number}/", {
        "password1": "1234"})),
]  # fmt: skip

REST = [
    State("P11", "find", at("orders/find/")),
    State("P11", "find-empty-fields", lambda shop: shop.send("orders/find/")),
    State("P11", "find-nothing", lambda shop: shop.send("orders/find/", {
        "number": "1000 2735 4819 06", "contact": "lin@example.com"})),
    State("P11", "find-code", lambda shop: shop.ordered("paid").as_found().open("orders/{number}/code/")),
    State("P11", "find-code-wrong", lambda shop: shop.ordered("paid").as_found().send("orders/{number}/code/", {
        "code": "123456"})),
    State("P17", "404", at("nothing/here/")),
    State("P18", "500", lambda shop: shop.fail(500)),
    State("P18", "400", lambda shop: shop.fail(400)),
    State("P18", "503", lambda shop: errors.plain("503.html", 503, until=timezone.localtime())),
    State("P18", "503-without-end", lambda shop: errors.plain("503.html", 503)),
    State("P19", "403", lambda shop: shop.fail(403)),
    State("P19", "403-csrf", lambda shop: errors.csrf_failure(shop.request())),
    State("P19", "405", lambda shop: errors.not_a_page(shop.request())),
    State("P19", "410", lambda shop: errors.gone(shop.request())),
    State("P19", "429", lambda shop: errors.too_many(shop.request(), 600)),
    *(State("P20", f"help-{slug}", at(f"help/{slug}/")) for slug in HELP),
    *(State("P21", f"mail-{name}", letter(name)) for name in SPECIMENS),
    *(State("P21", f"mail-account-{kind.replace('_', '-')}", account_letter(kind)) for kind in LETTERS),
]  # fmt: skip

STATES = {state.name: state for state in sorted([*SHELVES, *BUYING, *MEMBERS, *REST], key=lambda one: one.page)}
