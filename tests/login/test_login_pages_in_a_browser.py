"""What a real browser makes of a login; needs Chromium."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from fake_issuer import FakeIssuer
from login_place import browser_login, stored

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


async def shown(profile: Path, url: str) -> str:
    """The page that a browser shows in the end; with OCTAVO_SCREENSHOTS set to a folder also as a picture there."""
    words = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--disable-dev-shm-usage"]
    if folder := os.environ.get("OCTAVO_SCREENSHOTS"):
        words += [f"--screenshot={folder}/{profile.name}.png", "--window-size=900,600"]
    process = await asyncio.create_subprocess_exec(
        str(BROWSER),
        *words,
        "--dump-dom",
        url,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return out.decode()


async def test_a_browser_follows_the_login_to_its_last_page(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        page = await shown(tmp_path / "success", login.server.auth_url)
        await login.server.finished()
    assert "Signed in to Octavo" in page
    assert "close this page" in page
    assert stored(tmp_path)["tokens"]["account_id"] == "ws-1"


async def test_a_browser_shows_what_went_wrong_as_a_page(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.token_answers[:] = [503]
    async with browser_login(tmp_path, issuer) as login:
        page = await shown(tmp_path / "failure", login.server.auth_url)
    assert "Not signed in" in page
    assert "Token exchange failed: token endpoint returned status 503 Service Unavailable" in page
