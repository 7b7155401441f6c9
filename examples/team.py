"""A lead that hands tasks to two other agents, and what they do as it happens."""

import asyncio

from octavo import Agent, ItemCompleted, SubAgent, TurnCompleted, items

AGENTS = [
    SubAgent("scout", "Finds out where something is in the code.", sandbox="read-only", max_tokens=100_000),
    SubAgent("writer", "Writes documentation for one file.", instructions="Short sentences."),
]


async def main() -> None:
    async with Agent(agents=AGENTS, sandbox="workspace-write") as lead:
        async for event in lead.stream("Document a.py."):
            match event:
                case ItemCompleted(item=items.ToolCall(tool=name, output=output)):
                    print(f"{name}: {output}")
                case TurnCompleted(result=result):
                    print(result.final_response)


asyncio.run(main())
