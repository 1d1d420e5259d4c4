"""Addresses of checkout and orders; those to pay one are with payments."""

from django.urls import path

from orders import checkout_views, views

app_name = "orders"
urlpatterns = [
    path("checkout/", checkout_views.checkout, name="checkout"),
    path("checkout/sums.json", checkout_views.sums, name="sums"),
    path("orders/find/", views.find_order, name="find"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/address/", views.address, name="address"),
    path("orders/<str:number>/again/", views.again, name="again"),
    path("orders/<str:number>/status.json", views.status, name="status"),
]
