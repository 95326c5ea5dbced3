"""The page of rules that nobody has checked yet: docs/awaiting_clinician.md is this text."""

from __future__ import annotations

from typing import Any

from mettle.prescription.dose import rows
from mettle.prescription.equipment import table
from mettle.training.catalogue import Exclusion, exclusions

HEAD = """# Awaiting a clinician

Rules that plans obey although they are only recalled, second-hand or our own judgement. Each stands in a table with its source, so
that checking one means changing one row: read the source, set `checked`, make this page again with

    python -c "from mettle.reports.awaiting import page; print(page(), end='')" > docs/awaiting_clinician.md
"""


def page() -> str:
    """The page in Markdown."""
    parts = [
        HEAD,
        "## Limitations\n`src/mettle/training/data/limitations.toml`\n",
        "| limitation | what it takes out | source |\n|---|---|---|",
    ]
    parts += [f"| {name} | {_rule(row)} | {row.source} |" for name, row in exclusions().items() if not row.checked]
    parts += ["", "## Doses\n`src/mettle/prescription/data/doses.toml`\n", "| row | source | status |\n|---|---|---|"]
    parts += [f"| {name} | {row['source']} | {row['checked']} |" for name, row in _unchecked("", rows())]
    parts += ["", "## Kit and demand\n`src/mettle/prescription/data/equipment.toml`\n", "| row | status |\n|---|---|"]
    parts += [f"| prices: {table()['prices']['note']} | {table()['prices']['status']} |"]
    parts += [f"| demand: {table()['demand']['source']} | {table()['demand']['status']} |"]
    return "\n".join(parts) + "\n"


def _rule(row: Exclusion) -> str:
    said = [tag.replace("_", " ") for tag in sorted(row.tags)]
    if row.max_spinal_load < 3:
        said.append(f"spinal load above {row.max_spinal_load} of 3")
    said += [f"stress of {joint.replace('_', ' ')} above {most} of 3" for joint, most in row.max_joint.items()]
    if row.positions:
        said.append(f"all but {' and '.join(sorted(row.positions))}")
    return "; ".join(said)


def _unchecked(name: str, row: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if "checked" in row:
        return [] if row["checked"] == "source" else [(name, row)]
    return [
        found
        for key, inner in row.items()
        if isinstance(inner, dict)
        for found in _unchecked(f"{name} {key}".strip(), inner)
    ]
