"""Addresses of checkout and orders; those to pay one are with payments."""

from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("checkout/", views.checkout, name="checkout"),
    path("orders/find/", views.find_order, name="find"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/again/", views.again, name="again"),
    path("orders/<str:number>/status.json", views.status, name="status"),
]
