"""The table of methods: each one has somebody who serves it."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from octavo.frontends.app_server.dialect import Method
from octavo.frontends.app_server.v1.methods import V1


@pytest.mark.parametrize(("name", "method"), V1.methods.items(), ids=list(V1.methods))
def test_a_method_is_served_by_a_function_that_takes_its_params(name: str, method: Method) -> None:
    module, _, function = method.handler.partition(":")
    handler = getattr(import_module(module), function)
    kinds = inspect.get_annotations(handler, eval_str=True)
    del kinds["return"]
    assert list(kinds.values())[-1] is method.params, name
