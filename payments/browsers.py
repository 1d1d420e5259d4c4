"""What the browser at the other end can do, as far as it tells."""

from django.http import HttpRequest

# Both block Alipay's pages and its app, so a button to pay would lead nowhere.
CHATS = ("MicroMessenger", " QQ/")
ALIPAY = "AlipayClient"
PAGES = ("desk", "phone")


def page_for(request: HttpRequest) -> str:
    """Which of Alipay's pages suits: ``phone`` opens in this page and starts the app, ``desk`` in a page of its own.

    The shopper's own choice (``page`` in form or query) weighs most; but Alipay's app shows the phone's page only.
    """
    if inside_alipay(request):
        return "phone"
    chosen = request.POST.get("page") or request.GET.get("page")
    if chosen in PAGES:
        return chosen
    return "phone" if on_phone(request) else "desk"


def on_phone(request: HttpRequest) -> bool:
    """Whether it is a phone: the browser's own hint, else the usual word in its name."""
    hint = request.headers.get("Sec-CH-UA-Mobile")
    return hint == "?1" if hint else "Mobile" in request.headers.get("User-Agent", "")


def inside_chat(request: HttpRequest) -> bool:
    """Whether the page is shown inside WeChat or QQ."""
    name = request.headers.get("User-Agent", "")
    return any(chat in name for chat in CHATS)


def inside_alipay(request: HttpRequest) -> bool:
    """Whether the page is shown inside Alipay's own app."""
    return ALIPAY in request.headers.get("User-Agent", "")
