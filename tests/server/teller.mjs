// SPDX-License-Identifier: Apache-2.0
// Reads one call a line, {"operation":"...","members":{...}}, makes it with the AWS SDK for JavaScript v3, and answers one line:
// {"reply":{...}} or {"error":NAME,"message":TEXT,"status":HTTP STATUS,"typed":whether the SDK made its own class of it}.
// {"$date":SECONDS} stands for a Date, which JSON has not.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(join(process.env.KEYASSAY_NODE_MODULES, "here.cjs"));
const sdk = require("@aws-sdk/client-iot");
const client = new sdk.IoTClient({ endpoint: process.env.KEYASSAYD_URL, region: process.env.AWS_REGION, maxAttempts: 1 });

function revive(_, value) {
  return value !== null && typeof value === "object" && "$date" in value ? new Date(value.$date * 1000) : value;
}

async function answer({ operation, members }) {
  try {
    const { $metadata, ...reply } = await client.send(new sdk[operation + "Command"](members));
    if ($metadata.httpStatusCode !== 200 || !$metadata.requestId) throw new Error("no request id in the reply");
    return { reply };
  } catch (error) {
    const type = sdk[error.name];
    return { error: error.name, message: error.message, status: error.$metadata?.httpStatusCode, typed: type !== undefined && error instanceof type };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line, revive))) + "\n");
}
