"""Addresses of accounts. Those named account_… are what allauth looks for; what is not here cannot be reached."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from accounts import address_views, entrance, offer, views


class Base36(StringConverter):
    """How allauth writes a member's key in a link."""

    regex = "[0-9A-Za-z]{1,13}"


register_converter(Base36, "base36")

members = [
    path("", views.home, name="home"),
    path("orders/", views.orders, name="orders"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("data.json", views.export, name="export"),
    path("delete/", views.delete, name="delete"),
    path("addresses/", address_views.addresses, name="addresses"),
    path("addresses/add/", address_views.add, name="address_add"),
    path("addresses/undo/", address_views.undo, name="address_undo"),
    path("addresses/<int:pk>/", address_views.change, name="address"),
    path("addresses/<int:pk>/default/", address_views.make_default, name="address_default"),
    path("addresses/<int:pk>/delete/", address_views.delete, name="address_delete"),
    path("offer/<str:number>/", offer.accept, name="offer"),
]
urlpatterns = [
    path("login/", entrance.Login.as_view(), name="account_login"),
    path("logout/", entrance.Logout.as_view(), name="account_logout"),
    path("register/", entrance.Register.as_view(), name="account_signup"),
    path("confirm/", entrance.LetterSent.as_view(), name="account_email_verification_sent"),
    path("confirm/<str:key>/", entrance.Confirm.as_view(), name="account_confirm_email"),
    path("reset/", entrance.Forgotten.as_view(), name="account_reset_password"),
    path("reset/sent/", entrance.ForgottenSent.as_view(), name="account_reset_password_done"),
    path("reset/<base36:uidb36>-<str:key>/", entrance.NewPassword.as_view(), name="account_reset_password_from_key"),
    path("email/", views.ChangeEmail.as_view(), name="account_email"),
    path("", include((members, "accounts"))),
]
