"""Addresses of the style guide."""

from django.urls import path

from config.styleguide import views

app_name = "styleguide"
urlpatterns = [
    path("", views.components, name="components"),
    path("states/", views.states, name="states"),
    path("states/still.json", views.still, name="still"),
    path("states/<str:language>/<str:name>/", views.state, name="state"),
]
