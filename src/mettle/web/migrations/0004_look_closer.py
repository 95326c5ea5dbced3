"""What a browser draws where the timeline of a kept answer is looked into."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One field of what is computed anew anyway."""

    dependencies: ClassVar = [("mettle", "0003_shared_counts")]
    operations: ClassVar = [
        migrations.AddField(model_name="keptanswer", name="closer", field=models.JSONField(default=dict))
    ]
