"""The roles of staff as groups, made by code: run it as often as you like, it sets what is written here."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

# Applications are named by their label: the catalogue imports nothing that stands above it.
VIEW_TRADE = Q(content_type__app_label__in=["orders", "payments"], codename__startswith="view_")
VIEW_GOODS = Q(content_type__app_label="shop", codename__startswith="view_")
GOODS_AND_PAGES = Q(content_type__app_label__in=["shop", "content"])
# To change a mail of the outbox is to send it again: nothing else of it can be changed.
CHANGE_ORDERS = Q(content_type__app_label="orders", codename__in=["change_order", "change_outboxmail"])
ISSUE_FAPIAO = Q(content_type__app_label="orders", codename="change_fapiaorequest")
NOT_GONE = ~Q(codename__startswith="delete_")
ROLES = {
    "clerk": VIEW_TRADE | VIEW_GOODS | CHANGE_ORDERS,
    "finance": VIEW_TRADE | CHANGE_ORDERS | ISSUE_FAPIAO | (Q(content_type__app_label="payments") & NOT_GONE),
    "catalogue": GOODS_AND_PAGES,
    "manager": GOODS_AND_PAGES | (Q(content_type__app_label__in=["orders", "payments"]) & NOT_GONE),
    "auditor": VIEW_TRADE | VIEW_GOODS | Q(content_type__app_label="admin", codename="view_logentry"),
}


def make_roles() -> dict[str, Group]:
    """Creates the groups that are missing and gives each exactly its permissions."""
    groups = {}
    for name, rule in ROLES.items():
        groups[name], _ = Group.objects.get_or_create(name=name)
        groups[name].permissions.set(Permission.objects.filter(rule))
    return groups
