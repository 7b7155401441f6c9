"""The tables of methods: each method has somebody who serves it, and types that can be looked into."""

from __future__ import annotations

import inspect
from typing import NoReturn

import pytest
from msgspec import inspect as shapes

from octavo.frontends.app_server.dialect import Method
from octavo.frontends.app_server.v1 import methods as first
from octavo.frontends.app_server.v2 import methods as today
from octavo.frontends.jsonrpc.places import at_place

GENERATIONS = (("first", first), ("today", today))
REQUESTS = {f"{name}:{key}": one for name, table in GENERATIONS for key, one in table.REQUESTS.items()}
QUESTIONS = {f"{name}:{key}": one for name, table in GENERATIONS for key, one in table.SERVER_REQUESTS.items()}
NOTIFICATIONS = {f"{name}:{key}": place for name, table in GENERATIONS for key, place in table.NOTIFICATIONS.items()}


@pytest.mark.parametrize(("name", "method"), REQUESTS.items(), ids=list(REQUESTS))
def test_a_method_is_served_by_a_function_that_takes_its_params(name: str, method: Method) -> None:
    kinds = inspect.get_annotations(at_place(method.handler), eval_str=True)
    given = kinds.pop("return")
    assert list(kinds.values())[-1] is method.params, name
    assert given in (method.result, None, NoReturn), name  # None where it answers by itself


@pytest.mark.parametrize(("name", "method"), (REQUESTS | QUESTIONS).items(), ids=list(REQUESTS | QUESTIONS))
def test_params_and_results_have_types(name: str, method: Method) -> None:
    assert shapes.multi_type_info((method.params, method.result)), name


@pytest.mark.parametrize(("name", "place"), NOTIFICATIONS.items(), ids=list(NOTIFICATIONS))
def test_notifications_have_types(name: str, place: str) -> None:
    assert isinstance(shapes.type_info(at_place(place)), shapes.StructType), name
