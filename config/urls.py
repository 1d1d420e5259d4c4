"""The map of the site."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from accounts.staff import staff_login
from config import health
from content import sitemaps
from payments import callbacks
from shop import pages
from shop.sitemaps import Products, Shelves

handler400 = "content.errors.bad_request"
handler500 = "content.errors.server_error"
SITEMAPS = {"sitemaps": {"shelves": Shelves, "products": Products, "pages": sitemaps.Pages}}
urlpatterns = [
    path("", pages.choose_language),
    path("admin/login/", staff_login),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("robots.txt", sitemaps.robots),
    path("sitemap.xml", sitemaps.index, SITEMAPS, name="sitemaps"),
    path("sitemap-<slug:section>.xml", sitemap, SITEMAPS, name="sitemap"),
    path("media/<path:name>", pages.media, name="media"),
    path("payments/<str:method>/notify/", callbacks.notify, name="notify"),
    path("payments/<str:method>/return/", callbacks.come_back, name="return"),
    *i18n_patterns(
        path("", include("content.urls")),
        path("", include("shop.urls")),
        path("", include("orders.urls")),
        path("", include("payments.urls")),
        path("account/", include("accounts.urls")),
    ),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide/", include("config.styleguide.urls"))]
