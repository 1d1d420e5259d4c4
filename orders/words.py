"""The words and the tone of each status that shoppers and staff read."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "awaiting": _("Awaiting payment"),
    "confirming": _("Confirming payment"),
    "paid": _("Paid"),
    "shipped": _("Shipped"),
    "completed": _("Completed"),
    "closed": _("Closed"),
    "paid-late": _("Paid after closing"),
    "refunding": _("Refund in progress"),
    "partly-refunded": _("Partly refunded"),
    "refunded": _("Refunded"),
    "review": _("Being checked"),
}
TONES = {
    "awaiting": "warn",
    "confirming": "info",
    "paid": "ok",
    "shipped": "info",
    "completed": "ok",
    "closed": "",
    "paid-late": "warn",
    "refunding": "info",
    "partly-refunded": "",
    "refunded": "",
    "review": "warn",
}
EVENTS = {
    "placed": _("Order placed"),
    "extended": _("More time to pay"),
    "address-changed": _("Address changed"),
    "paid": _("Payment received"),
    "free": _("Confirmed: nothing to pay"),
    "paid-twice": _("Paid a second time"),
    "goods-gone": _("Paid after closing; the goods were sold meanwhile"),
    "coupon-gone": _("Paid after closing; the coupon was used up meanwhile"),
    "refund-asked": _("Refund asked for"),
    "refund-requested": _("Refund begun"),
    "refunded": _("Refunded"),
    "fapiao": _("Fapiao issued"),
    "fapiao-corrected": _("Number of the fapiao corrected"),
    "shipped": _("Shipped"),
    "completed": _("Completed"),
    "expired": _("Closed: not paid in time"),
    "cancelled": _("Closed: cancelled"),
}
# What staff call the mails of orders.letters.
MAILS = {
    "paid": _("receipt"),
    "shipped": _("parcel left"),
    "refund": _("refund"),
    "late": _("late payment goes back"),
    "twice": _("second payment goes back"),
    "closed": _("closed"),
}
