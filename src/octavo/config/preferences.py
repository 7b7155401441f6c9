"""Settings that a macOS device manager hands out (`docs/config.md`).

The preference `config_toml_base64` of the application `com.openai.codex` holds TOML in
base64. Only macOS has such preferences, so this module is loaded nowhere else.
"""

from __future__ import annotations

import ctypes

from octavo.config.toml import Tree, parse_toml
from octavo.errors import ConfigError

_APPLICATION = "com.openai.codex"
_KEY = "config_toml_base64"
_SOURCE = f"managed preference {_KEY}"
_FRAMEWORK = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
_UTF8 = 0x08000100


def read_managed_preferences() -> Tree:
    """The managed tree; empty if the device has none, `ConfigError` if it makes no sense."""
    encoded = _copy_preference(_APPLICATION, _KEY)
    return decode_preference(encoded) if encoded else {}


def decode_preference(encoded: str) -> Tree:
    """The tree that the preference's text holds; blank text is an empty tree."""
    import base64

    if not encoded.strip():
        return {}
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except ValueError as error:
        raise ConfigError(f"{_SOURCE}: {error}") from error
    return parse_toml(text, _SOURCE)


def _copy_preference(application: str, key: str) -> str | None:
    """The text of one preference of the current user; None if unset or not text."""
    library = ctypes.CDLL(_FRAMEWORK)
    pointer = ctypes.c_void_p
    library.CFStringCreateWithCString.restype = pointer
    library.CFStringCreateWithCString.argtypes = [pointer, ctypes.c_char_p, ctypes.c_uint32]
    library.CFPreferencesCopyAppValue.restype = pointer
    library.CFPreferencesCopyAppValue.argtypes = [pointer, pointer]
    library.CFGetTypeID.argtypes = [pointer]
    library.CFGetTypeID.restype = ctypes.c_ulong
    library.CFStringGetTypeID.restype = ctypes.c_ulong
    library.CFStringGetLength.argtypes = [pointer]
    library.CFStringGetLength.restype = ctypes.c_long
    library.CFStringGetCString.argtypes = [pointer, ctypes.c_char_p, ctypes.c_long, ctypes.c_uint32]
    library.CFRelease.argtypes = [pointer]
    names = [library.CFStringCreateWithCString(None, name.encode(), _UTF8) for name in (key, application)]
    value = library.CFPreferencesCopyAppValue(*names)
    try:
        if not value or library.CFGetTypeID(value) != library.CFStringGetTypeID():
            return None
        buffer = ctypes.create_string_buffer(4 * library.CFStringGetLength(value) + 1)
        copied = library.CFStringGetCString(value, buffer, len(buffer), _UTF8)
        return buffer.value.decode("utf-8") if copied else None
    finally:
        for reference in (*names, value):
            if reference:
                library.CFRelease(reference)
