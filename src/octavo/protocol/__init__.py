"""The language of a conversation: typed messages and pure functions of them.

Everything here is a frozen `msgspec.Struct` that looks like the JSON it carries.
A field that is *absent* when unset has the type `X | UnsetType` and the default
`UNSET`; a field that is *null* when unset has the type `X | None`. The pages
`docs/protocol.md` and `docs/rollouts.md` state the shapes.
"""
