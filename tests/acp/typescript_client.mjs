// A client on the official TypeScript library: one prompt, everything allowed, then the session once more.
// node typescript_client.mjs OCTAVO FOLDER PROMPT; writes what it heard as one line of JSON.

import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";

import * as acp from "@agentclientprotocol/sdk";

const [octavo, cwd, prompt] = process.argv.slice(2);
const child = spawn(octavo, ["acp"], { stdio: ["pipe", "pipe", "inherit"], cwd });
const ended = new Promise((resolve) => child.on("close", resolve));
const heard = { updates: [], questions: [] };

const client = acp
  .client({ name: "typescript-test" })
  .onNotification(acp.methods.client.session.update, (ctx) => {
    heard.updates.push(ctx.params.update);
  })
  .onRequest(acp.methods.client.session.requestPermission, (ctx) => {
    heard.questions.push(ctx.params.toolCall);
    const { optionId } = ctx.params.options.find((option) => option.kind === "allow_once");
    return { outcome: { outcome: "selected", optionId } };
  });

const stream = acp.ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout));
await client.connectWith(stream, async (ctx) => {
  heard.hello = await ctx.request(acp.methods.agent.initialize, {
    protocolVersion: acp.PROTOCOL_VERSION,
    clientCapabilities: {},
    clientInfo: { name: "typescript-test", version: "1.0.0" },
  });
  const { sessionId } = await ctx.request(acp.methods.agent.session.new, { cwd, mcpServers: [] });
  heard.result = await ctx.request(acp.methods.agent.session.prompt, {
    sessionId,
    prompt: [{ type: "text", text: prompt }],
  });
  heard.list = await ctx.request(acp.methods.agent.session.list, { cwd });
  await ctx.request(acp.methods.agent.session.close, { sessionId });
  heard.loaded = await ctx.request(acp.methods.agent.session.load, { sessionId, cwd, mcpServers: [] });
  try {
    await ctx.request(acp.methods.agent.session.setMode, { sessionId, modeId: "wild" });
  } catch (error) {
    heard.error = error.code;
  }
});
child.stdin.end();
heard.code = await ended;
console.log(JSON.stringify(heard));
