from django.db import migrations

from content import shipped


def make_pages(apps, editor):
    shipped.make_pages(apps.get_model("content", "Page"))


class Migration(migrations.Migration):
    dependencies = [("content", "0001_initial")]
    operations = [migrations.RunPython(make_pages, migrations.RunPython.noop, elidable=True)]
