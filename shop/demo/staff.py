"""A login for each role, for the demo only."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils.crypto import salted_hmac

from shop.roles import make_roles


class NotTheDemo(Exception):
    """Known logins are never made where real money moves."""


def seed() -> list[tuple[str, str]]:
    """Makes the staff; returns (name, password) pairs. Passwords follow from this demo's own secret."""
    if not settings.DEMO:
        raise NotTheDemo
    groups = make_roles()
    return [(name, _login(name, groups.get(name))) for name in ("admin", *groups)]


def _login(name: str, group: Group | None) -> str:
    password = salted_hmac("demo staff", name).hexdigest()[:10]
    user, new = get_user_model().objects.get_or_create(
        username=name, defaults={"is_staff": True, "is_superuser": group is None, "email": f"{name}@shop.example"}
    )
    if new or not user.check_password(password):
        user.set_password(password)
        user.save()
    if group:
        user.groups.set([group])
    return password
