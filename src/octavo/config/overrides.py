"""Single settings given for one run: `-c key=value`, feature switches and maps in requests (`docs/config.md`).

An override is a dotted path and a TOML value. A part of a path may be quoted as in TOML; elsewhere every dot splits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from octavo.config.features import canonical_feature
from octavo.errors import ConfigError

Override = tuple[str, object]
"""A dotted path and the value to write there."""

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_TOML_WORDS = frozenset({"true", "false", "inf", "nan"})


def parse_override(raw: str) -> Override:
    """Reads one `-c` argument; `ConfigError` without `=` or without a key.

    The value is TOML; what is no TOML is a string, without the quotes at its ends.
    """
    end = _end_of_key(raw)
    key, equals, value = raw[:end], raw[end : end + 1], raw[end + 1 :]
    if not equals:
        raise ConfigError(f"Invalid override (missing '='): {raw}")
    key = key.strip()
    if not key:
        raise ConfigError(f"Empty key in override: {raw}")
    return key, _parse_value(value.strip())


def feature_overrides(enable: Iterable[str], disable: Iterable[str]) -> tuple[Override, ...]:
    """The overrides for `--enable` and `--disable`: they follow all `-c`, and `--disable` comes last.

    A name that no release has is a `ConfigError`; see `meaningless_features` for those that only later ones have.
    """
    switches = [*((name, True) for name in enable), *((name, False) for name in disable)]
    meaningless_features(name for name, _ in switches)
    return tuple((f"features.{name}", value) for name, value in switches)


def meaningless_features(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that only later releases have. Raises `ConfigError` for a name that none has."""
    unknown = [name for name in names if canonical_feature(name) is None]
    if not unknown:
        return ()
    from octavo.config.later_features import LATER_FEATURES

    for name in unknown:
        if name not in LATER_FEATURES:
            raise ConfigError(f"Unknown feature flag: {name}")
    return tuple(unknown)


def json_overrides(settings: Mapping[str, object]) -> tuple[Override, ...]:
    """The overrides of a request's `config` map: dotted paths to JSON values, which become TOML values."""
    try:
        return tuple((path, from_json(value)) for path, value in settings.items())
    except RecursionError:
        raise ConfigError("The configuration is nested too deeply") from None


def set_path(tree: dict[str, object], dotted: str, value: object) -> None:
    """Writes `value` at a dotted path, in place.

    What is missing on the way becomes a table, and what is no table is replaced by one.
    """
    *tables, last = path_parts(dotted)
    for name in tables:
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = {}
        tree = below
    tree[last] = value


def path_parts(dotted: str) -> tuple[str, ...]:
    """The keys of a dotted path; one in quotes is one key, whatever dots it holds."""
    if '"' not in dotted and "'" not in dotted:
        return tuple(dotted.split("."))
    parts: list[str] = []
    place = 0
    while place <= len(dotted):
        end = _quoted_end(dotted, place)
        if end is None:
            end = dotted.find(".", place)
            end = len(dotted) if end < 0 else end
            parts.append(dotted[place:end])
        elif dotted[end : end + 1] in ("", "."):
            parts.append(_unquoted(dotted[place:end]))
        else:  # no key of TOML: what looks like a quote is none
            return tuple(dotted.split("."))
        place = end + 1
    return tuple(parts)


def _end_of_key(raw: str) -> int:
    """Where the first `=` outside of quotes stands, or the end."""
    place = 0
    while place < len(raw) and raw[place] != "=":
        starts = place == 0 or raw[place - 1] in ". "
        end = _quoted_end(raw, place) if starts else None
        is_key = end is not None and raw[end : end + 1] in (".", "=", " ")
        place = end if end is not None and is_key else place + 1
    return place


def _quoted_end(text: str, place: int) -> int | None:
    """Behind the quoted key that begins here; None if none does."""
    quote = text[place : place + 1]
    if quote not in ('"', "'") or not quote:
        return None
    end = text.find(quote, place + 1)
    while quote == '"' and end > 0 and (len(text[:end]) - len(text[:end].rstrip("\\"))) % 2:
        end = text.find(quote, end + 1)
    return None if end < 0 else end + 1


def _unquoted(quoted: str) -> str:
    import tomllib  # few keys are quoted

    try:
        return next(iter(tomllib.loads(f"{quoted} = 1")))
    except tomllib.TOMLDecodeError:
        return quoted[1:-1]


def _parse_value(text: str) -> object:
    # Plain words and true/false are by far the most common; they spare the start of a TOML parser.
    if text in {"true", "false"}:
        return text == "true"
    if text not in _TOML_WORDS and text[:1].isalpha() and text.replace("-", "a").replace("_", "a").isalnum():
        return text
    import tomllib

    try:
        return tomllib.loads(f"_x_ = {text}\n")["_x_"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text.strip("\"'")


def from_json(value: object) -> object:
    """JSON in TOML's types: TOML has no null, for which "" stands, and its integers have 64 bits."""
    match value:
        case None:
            return ""
        case bool():
            return value
        case int():
            return value if _INT64_MIN <= value <= _INT64_MAX else float(value)
        case Mapping():
            return {str(name): from_json(item) for name, item in value.items()}
        case list() | tuple():
            return [from_json(item) for item in value]
        case _:
            return value
