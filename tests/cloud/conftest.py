"""What the tests of cloud commands share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from account_service import DIFF, AccountServer, Checkout


@pytest.fixture
def server() -> Iterator[AccountServer]:
    """A service with three environments and a task that made a diff."""
    diff_turn = {"output_items": [{"type": "message"}, {"type": "pr", "output_diff": {"diff": DIFF}}]}
    environments = [
        {"id": "env_1", "label": "Main Env", "is_pinned": True, "task_count": 3},
        {"id": "env_2", "label": "Twice"},
        {"id": "env_3", "label": "twice"},
        {"id": "env_4"},
    ]
    server = AccountServer(
        {
            "GET /backend-api/wham/environments": environments,
            "POST /backend-api/wham/tasks": {"task": {"id": "task_9"}},
            "GET /backend-api/wham/tasks/t1": {"current_diff_task_turn": diff_turn},
        }
    )
    yield server
    server.close()


@pytest.fixture
def checkout(tmp_path: Path, server: AccountServer) -> Checkout:
    """A repository and a login."""
    return Checkout(tmp_path, server)
