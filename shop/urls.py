"""The catalogue's and the cart's addresses; the language stands before them."""

from django.urls import path

from shop import cart_views, pages, suggestions, views

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.category, name="category"),
    path("s/", views.search, name="search"),
    path("s/suggest/", suggestions.suggest, name="suggest"),
    path("p/<slug:slug>/", views.product, name="product"),
    path("cart/", cart_views.cart, name="cart"),
    path("cart/add/", cart_views.add, name="cart_add"),
    path("cart/set/", cart_views.set_quantity, name="cart_set"),
    path("cart/remove/", cart_views.remove, name="cart_remove"),
    path("cart/undo/", cart_views.undo, name="cart_undo"),
    path("theme/", pages.theme, name="theme"),
]
