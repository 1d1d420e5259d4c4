"""Addresses of help and legal pages; the language stands before them."""

from django.urls import path

from content import views

app_name = "content"
urlpatterns = [path("help/<slug:slug>/", views.page, name="page")]
