"""The library: the agent inside of a program (`docs/library.md`). A door like the others, on `runtime.Runtime`.

    from octavo import Agent

    async with Agent(cwd="my/project") as agent:
        result = await agent.run("Which files are here?")

It touches nothing that belongs to the process as a whole: no signal, working directory,
variable or garbage collector. The names of `octavo` itself are loaded when they are first used.
"""
