"""The yardstick: a Django that does nothing but answer. It runs beside the shop and knows nothing of it."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], SECRET_KEY="yardstick")


def empty(request: HttpRequest) -> HttpResponse:
    """The empty view."""
    return HttpResponse()


urlpatterns = [path("", empty)]
application = get_wsgi_application()
