import type { ServerResponse } from "node:http";
import type { ApiError } from "../api-error.ts";
import { countReplyTokens, respond } from "../brain/respond.ts";
import { sendEvents, sendJson, type StreamFormat, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";
import { bedrockAnswer, converse, converseEvents } from "./bedrock-answer.ts";
import { invokeAnswer, invokeEmbeddings, invokeEvents } from "./bedrock-invoke.ts";
import { readBedrockRequest } from "./bedrock-request.ts";
import { encodeEventMessage } from "./event-stream.ts";

const pathPattern = /^\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/u;

const errorNames: Readonly<Record<number, string>> = {
  400: "ValidationException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  429: "ThrottlingException",
  500: "InternalServerException",
  503: "ServiceUnavailableException",
};

const stream: StreamFormat = {
  contentType: "application/vnd.amazon.eventstream",
  error: () =>
    encodeEventMessage(
      {
        ":exception-type": "internalServerException",
        ":content-type": "application/json",
        ":message-type": "exception",
      },
      { message: "The server had an error while processing your request." },
    ),
};

function encodeEvent(type: string, payload: unknown): Buffer {
  const headers = { ":event-type": type, ":content-type": "application/json", ":message-type": "event" };
  return encodeEventMessage(headers, payload);
}

async function post({ path, body, id, reply, fault, pace }: WireCall): Promise<void> {
  const [, encoded = "", action = ""] = pathPattern.exec(path) ?? [];
  const modelId = decodeURIComponent(encoded);
  if (action === "invoke" && modelId.includes("embed")) {
    await sendJson(reply, invokeEmbeddings(modelId, body), fault, pace.firstChunkMs / 4);
    return;
  }
  const prompt = readBedrockRequest(modelId, body);
  const said = respond(prompt, 0);
  const answer = bedrockAnswer(prompt, said, id, body);
  switch (action) {
    case "converse-stream": {
      const events = [...converseEvents(answer)].map(([type, event]) => encodeEvent(type, event));
      return sendEvents(reply, events, fault, pace, stream);
    }
    case "invoke-with-response-stream": {
      const events = [...invokeEvents(answer)].map((event) =>
        encodeEvent("chunk", { bytes: Buffer.from(JSON.stringify(event)).toString("base64") }),
      );
      return sendEvents(reply, events, fault, pace, stream);
    }
    default: {
      const value = action === "converse" ? converse(answer) : invokeAnswer(answer);
      return sendJson(reply, value, fault, wholeMs(pace, countReplyTokens(said)));
    }
  }
}

/** Errors as AWS sends them over REST: the class in a header, the message in the body. */
function sendError(reply: ServerResponse, error: ApiError): void {
  const type = errorNames[error.status] ?? (error.status < 500 ? "ValidationException" : "InternalServerException");
  reply.writeHead(error.status, { "content-type": "application/json", "x-amzn-errortype": type });
  reply.end(JSON.stringify({ message: error.message }));
}

/** Amazon Bedrock's runtime: Converse, and models invoked in their makers' formats. Signatures are not checked. */
export function createBedrockFormat(): WireFormat {
  return {
    handles: (path) => pathPattern.test(path),
    modelOf: (path) => decodeURIComponent(pathPattern.exec(path)?.[1] ?? ""),
    post,
    sendError,
  };
}
