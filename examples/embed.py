"""An agent with a function as a tool and approvals as a callback."""

import asyncio

from octavo import Agent, ApprovalRequest, ToolApproval, tool


@tool(access="write")
def close_ticket(number: int, reason: str) -> str:
    """Close a ticket."""
    return f"ticket {number} is closed: {reason}"


async def approve(request: ApprovalRequest) -> bool:
    print("asked:", request.arguments if isinstance(request, ToolApproval) else request)
    return isinstance(request, ToolApproval)


async def main() -> None:
    async with Agent(tools=[close_ticket], approve=approve, sandbox="read-only") as agent:
        print((await agent.run("Close ticket 7, it is a duplicate.")).final_response)


asyncio.run(main())
