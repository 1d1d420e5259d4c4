"""Takes the person out of orders that no longer need one. What was bought, for how much, and every sum stay."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from orders.models import FapiaoRequest, Order

UNPAID_FOR = timedelta(days=30)
PERSON = ("email", "name", "phone", "province", "city", "district", "street", "note")
OVER_UNPAID = Q(life__in=[Order.Life.EXPIRED, Order.Life.CANCELLED], charged=0)
OVER = Q(life__in=[Order.Life.SHIPPED, Order.Life.COMPLETED, Order.Life.EXPIRED, Order.Life.CANCELLED]) | Q(
    pay_status=Order.PayStatus.REFUNDED
)


def never_paid(user: AbstractBaseUser) -> QuerySet[Order]:
    """The member's orders that were closed without money."""
    return Order.objects.filter(OVER_UNPAID, buyer_id=user.pk)


def due(now: datetime | None = None) -> QuerySet[Order]:
    """Orders without a member whose person is needed no more.

    That is 30 days after one that was never paid, and ORDER_KEEP_DAYS after one that was, if it is over, no refund is
    under way and nobody has to look at it.
    """
    now = now or timezone.now()
    unpaid = OVER_UNPAID & Q(placed_at__lt=now - UNPAID_FOR)
    paid = OVER & Q(placed_at__lt=now - timedelta(days=settings.ORDER_KEEP_DAYS), refunding=0)
    return Order.objects.filter(unpaid | paid, buyer=None, needs_review=False).exclude(email="")


def forget(orders: QuerySet[Order]) -> int:
    """Blanks who and where in these orders; how many. Of a fapiao stays what was issued, to a company with its name."""
    with transaction.atomic():
        fapiao = FapiaoRequest.objects.filter(order__in=orders)
        fapiao.filter(number="").delete()
        fapiao.filter(kind=FapiaoRequest.Kind.PERSONAL).update(title="")
        return orders.update(**dict.fromkeys(PERSON, ""))
