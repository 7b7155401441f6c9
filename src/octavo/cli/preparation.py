"""What is made sure of before a turn or a session: who is logged in, and that a local model is there."""

from __future__ import annotations

import asyncio
import sys

from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.errors import OctavoError
from octavo.runtime.runtime import Runtime


def ensure_local_model(config: Config) -> None:
    """See to it that the local server has the model; stderr tells what is fetched."""
    base_url = config.model_provider.base_url or ""
    if config.oss_provider == "lmstudio":
        from octavo.model.lm_studio import check_lm_studio

        asyncio.run(check_lm_studio(base_url, config.model, config.environ))
        return
    from octavo.model.ollama import ensure_local_model

    def tell(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    asyncio.run(ensure_local_model(base_url, config.model, config.environ, tell))


def check_login(runtime: Runtime) -> None:
    """End the program if the configuration forbids the login in force, which is then removed."""
    if not runtime.login_is_restricted:
        return
    from octavo.auth.restrictions import LoginRefused

    try:
        asyncio.run(runtime.check_login())
    except LoginRefused as error:
        raise Stop(1, f"{error}\n") from None
    except OctavoError as error:
        raise Stop(1, f"Error checking the login: {error}\n") from None
