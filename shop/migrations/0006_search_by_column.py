from django.db import migrations

from shop.full_text import FullText


class Migration(migrations.Migration):
    """Databases made before each column had an index of its own."""

    dependencies = [("shop", "0005_attributes")]
    operations = [FullText("SearchEntry", "place", ["names", "words"])]
