// node sdk_of_today.mjs EXE BASE_URL WORKSPACE EXTRA PICTURE
import assert from "node:assert/strict";
import { Codex } from "@openai/codex-sdk";

const [exe, baseUrl, workspace, extra, picture] = process.argv.slice(2);
const codex = new Codex({
  codexPathOverride: exe,
  baseUrl,
  apiKey: "sdk-key",
  config: { show_raw_agent_reasoning: true, shell_environment_policy: { set: { A: 'b "q" é' } } },
  configOverrides: ['project_root_markers=[".git", ".hg"]'],
});
const options = {
  model: "gpt-5",
  sandboxMode: "workspace-write",
  workingDirectory: workspace,
  skipGitRepoCheck: true,
  additionalDirectories: [extra],
  threadSource: "my_src",
  modelReasoningEffort: "max",
  networkAccessEnabled: true,
  webSearchMode: "live",
  approvalPolicy: "on-request",
};
const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"], additionalProperties: false };
const counters = ["cache_write_input_tokens", "cached_input_tokens", "input_tokens", "output_tokens"];
counters.push("reasoning_output_tokens");

// The first turn, event by event: a command writes in the further folder, a patch follows.
const thread = codex.startThread(options);
const { events } = await thread.runStreamed("Hello", { outputSchema: schema, cyberAccessProgram: "daybreak_blue" });
const seen = [];
for await (const event of events) seen.push(event);
assert.deepEqual(
  seen.map((event) => (event.item ? `${event.type} ${event.item.type} ${event.item.status ?? ""}`.trim() : event.type)),
  [
    "thread.started",
    "turn.started",
    "item.started command_execution in_progress",
    "item.completed command_execution completed",
    "item.started web_search",
    "item.completed web_search",
    "item.started file_change in_progress",
    "item.completed file_change completed",
    "item.completed agent_message",
    "turn.completed",
  ],
);
assert.equal(seen[3].item.aggregated_output, 'b "q" é\n');
assert.deepEqual(Object.keys(seen.at(-1).usage).sort(), counters);
const id = thread.id;
assert.match(id, /^[0-9a-f-]{36}$/);

// The second with pictures, the third on the thread taken up by its id.
const second = await thread.run([
  { type: "text", text: "What is it?" },
  { type: "local_image", path: picture },
  { type: "local_image", path: picture },
  { type: "text", text: "In a word." },
]);
assert.equal(second.finalResponse, "A dot.");
assert.deepEqual(Object.keys(second.usage).sort(), counters);
assert.equal(thread.id, id);
const resumed = codex.resumeThread(id, options);
const third = await resumed.run("Again");
assert.deepEqual([third.finalResponse, resumed.id, third.usage.input_tokens], ["Third.", id, 7]);

// What fails, and what is nobody's.
await assert.rejects(codex.startThread(options).run("Fail"), /ran out of room/);
const nobody = "01a2283f-0000-7000-8000-000000000000";
await assert.rejects(codex.resumeThread(nobody, options).run("x"), /no rollout found for thread id 01a2283f/);

// A turn that the caller gives up.
const aborting = new AbortController();
const left = await codex.startThread(options).runStreamed("Wait", { signal: aborting.signal });
let leftId;
await assert.rejects(async () => {
  for await (const event of left.events) {
    if (event.type === "thread.started") leftId = event.thread_id;
    if (event.type === "item.started") aborting.abort();
  }
});
assert.equal((await codex.resumeThread(leftId, options).run("More")).finalResponse, "Here.");

// Only a home in the environment, neither PATH nor HOME.
const bare = new Codex({ codexPathOverride: exe, baseUrl, apiKey: "k", env: { CODEX_HOME: process.env.CODEX_HOME } });
assert.equal((await bare.startThread({ workingDirectory: workspace, skipGitRepoCheck: true }).run("x")).finalResponse, "Bare.");
