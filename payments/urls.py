"""Addresses of paying: the cashier, the way to the gateway, the result."""

from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("orders/<str:number>/pay/", views.cashier, name="cashier"),
    path("orders/<str:number>/pay/start/", views.start, name="start"),
    path("orders/<str:number>/pay/scan/", views.scan, name="scan"),
    path("orders/<str:number>/pay/here/<str:token>/", views.take_over, name="take_over"),
    path("orders/<str:number>/extend/", views.extend, name="extend"),
    path("orders/<str:number>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:number>/check/", views.check, name="check"),
    path("orders/<str:number>/refund/", views.ask_refund, name="ask_refund"),
    path("orders/<str:number>/result/", views.result, name="result"),
]
