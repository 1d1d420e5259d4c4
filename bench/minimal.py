"""The second yardstick: what a user would write with python-alipay-sdk, one view and one order row, served as the shop.

``python -m bench.minimal COUNT`` makes its table and that many unpaid orders; prints their numbers and amounts.
"""

import sys
from typing import Any, ClassVar

import django
from alipay import AliPay
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config import settings as shop
from payments.alipay import sandbox

settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], SECRET_KEY="yardstick", USE_TZ=True,
    DATABASES=shop.DATABASES, DEFAULT_AUTO_FIELD=shop.DEFAULT_AUTO_FIELD,
)  # fmt: skip
django.setup()


class Order(models.Model):
    """The one table."""

    number = models.CharField(max_length=32, unique=True)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    paid = models.BooleanField(default=False)
    trade_no = models.CharField(max_length=64, blank=True)

    objects: ClassVar["models.Manager[Order]"] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.number


def client() -> Any:
    """The SDK's client with the demo's keys."""
    keys = sandbox.demo_keys(shop.DATA_DIR / "simulator" / "keys")
    return AliPay(
        appid=sandbox.APP_ID, app_notify_url=None, app_private_key_string=keys.app_private,
        alipay_public_key_string=keys.alipay_public, sign_type="RSA2",
    )  # fmt: skip


alipay = client()


@csrf_exempt
@require_POST
def notify(request: HttpRequest) -> HttpResponse:
    """Verifies, compares the amount and the app, and marks the order paid once."""
    data = request.POST.dict()
    signature = data.pop("sign")
    if not alipay.verify(data, signature) or data["trade_status"] not in ("TRADE_SUCCESS", "TRADE_FINISHED"):
        return HttpResponse("fail")
    with transaction.atomic():
        order = Order.objects.select_for_update().get(number=data["out_trade_no"])
        if data["total_amount"] != str(order.total) or data["app_id"] != sandbox.APP_ID:
            return HttpResponse("fail")
        if not order.paid:
            order.paid, order.trade_no = True, data["trade_no"]
            order.save()
    return HttpResponse("success")


def prepare(count: int) -> None:
    """The table and its orders."""
    with connection.schema_editor() as editor:
        editor.create_model(Order)
    for order in Order.objects.bulk_create(Order(number=str(number), total="58.00") for number in range(1, count + 1)):
        print(order.number, order.total)


urlpatterns = [path("", notify), path("healthz", lambda request: HttpResponse())]
application = get_wsgi_application()

if __name__ == "__main__":
    prepare(int(sys.argv[1]))
