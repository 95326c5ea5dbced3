from __future__ import annotations

import pytest

from mettle.cli import main


@pytest.mark.parametrize("verb", ["up", "demo"])
@pytest.mark.parametrize("port", ["0", "-1", "65536", "x"])
def test_a_port_that_cannot_be_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str], verb: str, port: str
) -> None:
    assert main([verb, "--port", port]) == 2
    assert "from 1 to 65535" in capsys.readouterr().err
