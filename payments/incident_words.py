"""What staff read of each kind of incident: its name, and what to do next."""

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

KINDS = {
    "mismatch": gettext_lazy("does not match the order"),
    "unknown-trade": gettext_lazy("unknown trade"),
    "unconfirmed": gettext_lazy("not confirmed by Alipay"),
    "trade-used-twice": gettext_lazy("one trade for two orders"),
    "second-trade": gettext_lazy("a second trade"),
    "paid-twice": gettext_lazy("paid twice"),
    "paid-late": gettext_lazy("paid too late"),
    "cannot-close": gettext_lazy("cannot be closed at Alipay"),
    "closed-after-paid": gettext_lazy("closed at Alipay after it was paid"),
    "console-refund": gettext_lazy("refunded at Alipay's site"),
    "missing-in-bill": gettext_lazy("missing in Alipay's bill"),
    "unknown-refund": gettext_lazy("unknown refund"),
    "refund-failed": gettext_lazy("refund failed"),
    "refund-unknown": gettext_lazy("refund without an answer"),
    "mail-failed": gettext_lazy("mail not sent"),
    "refund-asked": gettext_lazy("shopper asks for a refund"),
    "certificate-renewed": gettext_lazy("new certificate of Alipay"),
    "certificate-refused": gettext_lazy("certificate refused"),
    "pending": gettext_lazy("Alipay cannot pay out"),
}
# An incident keeps the English sentence; the admin shows it in the reader's language.
NEXT_STEPS = {
    "mismatch": _("Compare the journal message with the order and with the trade in Alipay's merchant site."),
    "unknown-trade": _("Look the trade up in Alipay's merchant site; refund it there if no order belongs to it."),
    "unconfirmed": _("Alipay does not know this notification. Compare with the trade in Alipay's merchant site."),
    "trade-used-twice": _("One trade names two orders. Look it up in Alipay's merchant site."),
    "second-trade": _("Two trades carry one number. Look both up in Alipay's merchant site and refund one."),
    "paid-twice": _("Nothing: the second payment is being refunded. See the refund."),
    "paid-late": _("Nothing: what was ordered is gone and the payment is being refunded. See the refund."),
    "cannot-close": _("Ask Alipay about the trade, close it in the merchant site, then run expire_orders."),
    "closed-after-paid": _("Look the trade up in Alipay's merchant site: was it refunded there?"),
    "console-refund": _("Nothing to pay. Check who refunded at Alipay's site, and whether goods must come back."),
    "missing-in-bill": _("Look it up in Alipay's merchant site; a bill of the next day may hold it."),
    "unknown-refund": _("Look the refund up in Alipay's merchant site: whose payment was it?"),
    "refund-failed": _("Read Alipay's code, mend the cause and ask for the refund again."),
    "refund-unknown": _("Look the refund up in Alipay's merchant site; never send it under a new number."),
    "mail-failed": _(
        "Is the address right, does doctor reach the mail server? Then send the mail again from the order."
    ),
    "refund-asked": _("Answer the shopper: refund the order, or write why not."),
    "certificate-renewed": _(
        "The shop fetched and checked it. Download it in Alipay's console too and set ALIPAY_CERT."
    ),
    "certificate-refused": _("Answers under it are not believed. Compare with Alipay's console; set ALIPAY_CERT anew."),
    "pending": _(
        "Alipay cannot pay out: the seller's account is restricted. Ask Alipay, then ask about the trade again."
    ),
}
