"""What the user chose: files, overrides and flags, merged into one frozen `Config` (`docs/config.md`).

`load.load_config` builds it once per conversation; nothing else reads TOML or the
environment later. `edit` is the only writer of `config.toml`.
"""
