// node sdk_of_before.mjs EXE BASE_URL WORKSPACE PICTURE
import assert from "node:assert/strict";
import { Codex } from "@openai/codex-sdk";

const [exe, baseUrl, workspace, picture] = process.argv.slice(2);
const codex = new Codex({ codexPathOverride: exe, baseUrl, apiKey: "sdk-key" });
const options = { model: "gpt-5", sandboxMode: "workspace-write", workingDirectory: workspace, skipGitRepoCheck: true };
const thread = codex.startThread(options);
const first = await thread.run("Hello");
assert.equal(first.finalResponse, "First.");
assert.deepEqual(first.usage, { input_tokens: 5, cached_input_tokens: 0, output_tokens: 0 });
const second = await thread.run([{ type: "text", text: "What is it?" }, { type: "local_image", path: picture }]);
assert.equal(second.finalResponse, "A dot.");
assert.equal((await codex.resumeThread(thread.id, options).run("Again")).finalResponse, "Third.");
await assert.rejects(codex.startThread(options).run("Fail"), /ran out of room/);
