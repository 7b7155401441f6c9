"""Which paths a patch may write without a question, by their names."""

from __future__ import annotations

from octavo.patch.writable import paths_are_writable

ROOTS = [("/w", ["/w/.git"]), ("/tmp", [])]


def test_paths_under_a_root_are_writable_and_others_are_not() -> None:
    assert paths_are_writable(["/w/a", "b", "/tmp/x/y", "/w"], ROOTS, "/w")
    assert not paths_are_writable(["/w/a", "/etc/x"], ROOTS, "/w")
    assert not paths_are_writable(["/work/a"], ROOTS, "/w")
    assert not paths_are_writable(["/w/a"], [], "/w")


def test_dots_are_worked_out_by_name() -> None:
    assert paths_are_writable(["sub/../a", "./b", "/w//c", "/etc/../w/d", "/../w/e"], ROOTS, "/w")
    assert not paths_are_writable(["../x"], ROOTS, "/w")
    assert not paths_are_writable(["a/../../etc"], ROOTS, "/w")
    assert paths_are_writable(["//w/a"], ROOTS, "/")


def test_read_only_places_inside_a_root_are_not_writable() -> None:
    assert not paths_are_writable([".git/hooks/x"], ROOTS, "/w")
    assert not paths_are_writable([".git"], ROOTS, "/w")
    assert paths_are_writable([".gitignore"], ROOTS, "/w")


def test_another_root_that_does_not_protect_the_place_is_enough() -> None:
    assert paths_are_writable(["/tmp/r/.git/x"], [("/tmp/r", ["/tmp/r/.git"]), ("/tmp", [])], "/tmp/r")
    assert not paths_are_writable(["/tmp/r/.git/x"], [("/tmp/r", ["/tmp/r/.git"])], "/tmp/r")


def test_a_trailing_slash_of_a_root_does_not_matter() -> None:
    assert paths_are_writable(["/d/x"], [("/d/", [])], "/w")
    assert paths_are_writable(["/d/x"], [("/", [])], "/w")
