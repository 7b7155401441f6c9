"""Everything that an agent does, as it happens; Ctrl-C ends it and all that it started."""

import asyncio
import sys

from octavo import Agent, ItemStarted, MessageDelta, OutputDelta, TurnCompleted, items


async def main() -> None:
    prompt = " ".join(sys.argv[1:]) or "What is here?"
    async with Agent() as agent:
        async for event in agent.stream(prompt):
            match event:
                case MessageDelta(delta=text):
                    print(text, end="", flush=True)
                case ItemStarted(item=items.CommandExecution(command=command)):
                    print("$", " ".join(command))
                case OutputDelta(chunk=chunk):
                    print(chunk.decode(errors="replace"), end="")
                case TurnCompleted(result=result):
                    print(f"\n{result.usage.total_tokens} tokens; octavo resume {result.session_id}")


asyncio.run(main())
