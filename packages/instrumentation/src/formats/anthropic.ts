import { messagesContent } from "../anthropic/content.ts";
import { messagesAnswer, messagesRequest, readMessageEvents } from "../anthropic/messages.ts";
import type { ModelFormat } from "./model-format.ts";

/** Anthropic's Messages API, of whichever host. */
export const anthropicFormat: ModelFormat = {
  operation: "chat",
  measured: "inference",
  request: messagesRequest,
  content: messagesContent,
  answer: messagesAnswer,
  chunks: readMessageEvents,
};
