"""What the browser at the other end can do, as far as it tells."""

from django.http import HttpRequest

# Both block Alipay's pages and its app, so a button to pay would lead nowhere.
CHATS = ("MicroMessenger", " QQ/")


def on_phone(request: HttpRequest) -> bool:
    """Whether it is a phone: the browser's own hint, else the usual word in its name."""
    hint = request.headers.get("Sec-CH-UA-Mobile")
    return hint == "?1" if hint else "Mobile" in request.headers.get("User-Agent", "")


def inside_chat(request: HttpRequest) -> bool:
    """Whether the page is shown inside WeChat or QQ."""
    name = request.headers.get("User-Agent", "")
    return any(chat in name for chat in CHATS)
