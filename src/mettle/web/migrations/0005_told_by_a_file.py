"""Which lines of who has read what came with a file."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One field; what stands here already was seen here."""

    dependencies: ClassVar = [("mettle", "0004_look_closer")]
    operations: ClassVar = [
        migrations.AddField(model_name="access", name="from_file", field=models.BooleanField(default=False))
    ]
