import django.db.models.deletion
from django.db import migrations, models

from shop.full_text import FullText


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="shop.product",
                    ),
                ),
                ("place", models.BigIntegerField(unique=True)),
                ("names", models.TextField()),
                ("words", models.TextField()),
            ],
        ),
        FullText("SearchEntry", "place", ["names", "words"]),
    ]
