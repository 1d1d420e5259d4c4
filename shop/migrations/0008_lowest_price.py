from django.db import migrations, models
from django.db.models import Min, OuterRef, Subquery


def note(apps, editor):
    """The price of the cheapest variant of each product."""
    prices = apps.get_model("shop", "Variant").objects.filter(product=OuterRef("pk")).order_by().values("product")
    cheapest = Subquery(prices.annotate(cheapest=Min("price")).values("cheapest"))
    apps.get_model("shop", "Product").objects.update(lowest_price=cheapest)


class Migration(migrations.Migration):

    dependencies = [
        ("shop", "0007_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="lowest_price",
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=11, null=True, verbose_name="price"),
        ),
        migrations.RunPython(note, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["-published_from", "-id"], name="product_newest"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["lowest_price", "-id"], name="product_by_price"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["category", "lowest_price", "-id"], name="product_by_category_price"),
        ),
    ]
