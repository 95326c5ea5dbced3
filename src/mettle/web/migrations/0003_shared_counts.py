"""The table of what all processes of an installation count together: failed sign-ins, answers being worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.core.management import call_command
from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_table(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 # Django passes it
    """The table that Django's database cache asks for."""
    call_command("createcachetable", "mettle_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """One table, of no model."""

    dependencies: ClassVar = [("mettle", "0002_keys_for_scripts")]
    operations: ClassVar = [migrations.RunPython(make_table, migrations.RunPython.noop)]
