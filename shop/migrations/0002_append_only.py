from django.db import migrations

from shop.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [AppendOnly("StockMovement")]
