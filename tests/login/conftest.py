"""What the tests of logins share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_issuer import FakeIssuer, jwt


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    """A login server whose tokens name the workspace `ws-1`."""
    with FakeIssuer(jwt(chatgpt_account_id="ws-1", organization_id="org 1", project_id="proj-1")).serving() as issuer:
        yield issuer
