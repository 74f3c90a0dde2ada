import type { BedrockCall } from "../bedrock/commands.ts";
import { converseCommand, converseStreamCommand } from "../bedrock/converse.ts";
import { invokeCommand, invokeStreamCommand } from "../bedrock/invoke.ts";
import type { ModelCall } from "../core/model-call.ts";
import { type JsonObject, objectOf, stringOf } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import type { ModelFormat } from "./model-format.ts";

/** The last word of a path below `/model/{id}/` as the command of AWS's client. */
const commands = {
  converse: converseCommand,
  "converse-stream": converseStreamCommand,
  invoke: invokeCommand,
  "invoke-with-response-stream": invokeStreamCommand,
} as const satisfies Readonly<Record<string, (input: JsonObject) => BedrockCall>>;

/** Amazon Bedrock's runtime over HTTP: what InvokeModel's body means depends on the model. `undefined` for what calls none. */
export function bedrockFormat(action: string, modelId: string, body: JsonObject): ModelFormat | undefined {
  if (!Object.hasOwn(commands, action)) return undefined;
  const isInvoke = action.startsWith("invoke");
  const command = commands[action as keyof typeof commands];
  const { operation, measured, attributes, content, reader } = command(
    isInvoke ? { modelId, body } : { ...body, modelId },
  );
  const { chunks } = reader;
  return {
    operation,
    measured,
    request: () => attributes,
    content,
    answer: (value, provider) => reader.answer(isInvoke ? { body: value } : value, provider),
    ...(chunks === undefined
      ? {}
      : { chunks: (call: ModelCall) => (isInvoke ? withBytes(chunks(call)) : chunks(call)) }),
  };
}

/** The client gives bytes where the wire has base64. */
function withBytes(reader: ChunkReader): ChunkReader {
  return {
    push(event) {
      const base64 = stringOf(objectOf(objectOf(event)["chunk"])["bytes"]);
      if (base64 !== undefined) reader.push({ chunk: { bytes: Buffer.from(base64, "base64") } });
    },
    answer: () => reader.answer(),
  };
}
