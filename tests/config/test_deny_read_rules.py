"""Which paths the rules of `deny_read` are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from octavo.files.deny_read import BadRule, DenyRead, parse_rule


def rules(root: Path, *texts: str) -> DenyRead:
    return DenyRead([parse_rule(text, {"HOME": str(root / "home")}) for text in texts], [str(root / "work")])


@pytest.mark.parametrize(
    ("rule", "denied", "free"),
    [
        (".env", ["work/.env", "work/a/b/.env", "work/.env/inside"], ["work/x.env", "other/.env", "work/.envrc"]),
        ("*.pem", ["work/k.pem", "work/a/k.pem"], ["work/k.pem.txt"]),
        ("keys/*.txt", ["work/keys/a.txt"], ["work/a/keys/a.txt", "work/keys/b/a.txt"]),
        ("**/keys/*.txt", ["work/keys/a.txt", "work/a/b/keys/a.txt"], ["work/keys/b/a.txt"]),
        ("a/**/b", ["work/a/b", "work/a/x/y/b"], ["work/b"]),
        ("a/**", ["work/a/x", "work/a/x/y"], ["work/a", "work/ab"]),
        ("secrets/", ["work/secrets/a", "work/x/secrets/a"], ["work/x/secretsfile"]),
        ("~/.ssh", ["home/.ssh", "home/.ssh/id"], ["work/.ssh", "home/.sshx"]),
        ("~/.*rc", ["home/.netrc"], ["home/a/.netrc"]),
        ("id_[re]*", ["work/id_rsa", "work/id_ed25519"], ["work/id_dsa"]),
        ("id_[!r]sa", ["work/id_dsa"], ["work/id_rsa"]),
        (r"a\*b", ["work/a*b"], ["work/axb"]),
        ("./.env", ["work/.env"], ["other/.env"]),
        ("k?y", ["work/key"], ["work/k/y", "work/keey"]),
    ],
)
def test_globs_are_those_of_gitignore(tmp_path: Path, rule: str, denied: list[str], free: list[str]) -> None:
    found = rules(tmp_path, rule)
    for path in (*denied, *free):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    assert [path for path in (*denied, *free) if found.rule_for(str(tmp_path / path))] == denied


def test_a_later_rule_lifts_an_earlier_one_but_not_inside_of_a_denied_folder(tmp_path: Path) -> None:
    found = rules(tmp_path, ".env*", "!.env.example", "secrets", "!secrets/open")
    assert found.rule_for(str(tmp_path / "work/.env.local"))
    assert found.rule_for(str(tmp_path / "work/.env.example")) is None
    assert found.rule_for(str(tmp_path / "work/secrets/open"))


def test_links_are_denied_by_their_name_and_by_where_they_lead(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    (work / "sub" / "real.pem").write_text("x")
    (work / "harmless").symlink_to("sub/real.pem")
    (work / "named.pem").symlink_to("plain")
    (work / "plain").write_text("x")
    found = rules(tmp_path, "*.pem")
    assert found.rule_for(str(work / "harmless"))
    assert found.rule_for(str(work / "named.pem"))
    assert found.paths() == [str(work / "plain"), str(work / "sub" / "real.pem")]


def test_what_there_is_is_found_and_nothing_inside_of_it(tmp_path: Path) -> None:
    for path in (
        "work/.env",
        "work/a/.env",
        "work/a/secrets/deep/.env",
        "home/.ssh/id",
        "home/x/k.key",
        "work/.git/.env",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    found = rules(tmp_path, ".env", "secrets/", "~/.ssh", f"{tmp_path}/home/*/*.key", "~/not-there")
    assert found.paths() == [
        str(tmp_path / path) for path in ("home/.ssh", "home/x/k.key", "work/.env", "work/a/.env", "work/a/secrets")
    ]


def test_what_lies_behind_a_link_to_a_folder_is_found_too(tmp_path: Path) -> None:
    work, other = tmp_path / "work", tmp_path / "other"
    for path in (work / "real" / "a.txt", other / "deep" / "k.pem", other / ".git" / "x.pem", other / "a.txt"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    for name, target in (("out", other), ("keys", work / "real"), ("up", work), ("nowhere", tmp_path / "none")):
        (work / name).symlink_to(target)
    (other / "back").symlink_to(work)
    assert rules(tmp_path, "*.pem").paths() == [str(other / "deep" / "k.pem")]
    assert rules(tmp_path, "keys/*.txt").paths() == [str(work / "real" / "a.txt")]
    assert rules(tmp_path, "out/").paths() == [str(other)]


def test_a_link_to_very_much_is_not_looked_through_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octavo.files.deny_read._MOST_BEHIND_LINKS", 3)
    work, other = tmp_path / "work", tmp_path / "other"
    (work / "z").mkdir(parents=True)
    (work / "z" / "a.pem").write_text("x")
    (work / "link").symlink_to(other)
    for number in range(9):
        (other / str(number)).mkdir(parents=True)
        (other / str(number) / "x.pem").write_text("x")
    found = rules(tmp_path, "*.pem").paths()
    assert str(work / "z" / "a.pem") in found
    assert len(found) == 3


@pytest.mark.parametrize("text", ["", "!", "/", "a//b", "..", "a/../b", ".", "~root/x", "a\0b", "[z-a]"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        parse_rule(text, {"HOME": "/home/me"})
