export * as openai from "@llamaindex/openai";
export * as workflow from "@llamaindex/workflow";
export * as llamaindex from "llamaindex";
