"""Addresses of checkout and orders; those to pay one are with payments."""

from django.urls import path

from orders import checkout_views, finding_views, views

app_name = "orders"
urlpatterns = [
    path("checkout/", checkout_views.checkout, name="checkout"),
    path("checkout/sums.json", checkout_views.sums, name="sums"),
    path("orders/find/", finding_views.find_order, name="find"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/address/", views.address, name="address"),
    path("orders/<str:number>/code/", finding_views.code, name="code"),
    path("orders/<str:number>/code/send/", finding_views.send_code, name="send_code"),
    path("orders/<str:number>/again/", views.again, name="again"),
    path("orders/<str:number>/status.json", views.status, name="status"),
]
