import { isObject } from "../read.ts";
import { parseJson, questionOf, sinceQuestion } from "./answer.ts";
import { fillSchema, type Material } from "./fill-schema.ts";
import type { Prompt, Tool, ToolCall, Turn } from "./prompt.ts";
import { hash } from "./text.ts";

type Wanted = Omit<ToolCall, "id">;

const isHandoff = ({ name }: Tool): boolean => /^(?:transfer|hand_?off)/u.test(name);
const takesUrl = ({ parameters }: Tool): boolean =>
  Object.keys(isObject(parameters["properties"]) ? parameters["properties"] : {}).some((key) => /url/iu.test(key));

function failed(result: string): boolean {
  const value = parseJson(result);
  return isObject(value) ? value["error"] !== undefined : /^error\b/iu.test(result);
}

function call(tool: Tool, from: Material): Wanted | undefined {
  const filled = fillSchema({ type: "object", ...tool.parameters }, from, false);
  return filled === undefined ? undefined : { name: tool.name, arguments: JSON.stringify(filled) };
}

/** One call per tool, or one per address (two at most) for a tool that reads addresses. */
function callsOf(tool: Tool, from: Material): Wanted[] {
  const urls = takesUrl(tool) ? from.urls.slice(0, 2) : [];
  const materials = urls.length === 0 ? [from] : urls.map((url) => ({ ...from, urls: [url] }));
  return materials.map((material) => call(tool, material)).filter((wanted) => wanted !== undefined);
}

/** What the model has to go by: the question, and the addresses in it and in results that it has not read yet. */
function materialOf(turns: readonly Turn[], made: readonly ToolCall[], results: ReadonlyMap<string, string>): Material {
  const background = turns.findLast(({ role }) => role === "user")?.text ?? "";
  const seen = [background, ...results.values()].join("\n").match(/https?:\/\/[^\s"'<>)\]}]+/gu) ?? [];
  const read = made.map((one) => one.arguments).join("\n");
  return { question: questionOf(turns), background, urls: [...new Set(seen)].filter((url) => !read.includes(url)) };
}

const same = (one: ToolCall, other: ToolCall): boolean => one.name === other.name && one.arguments === other.arguments;

/** The calls whose result is an error and that were made only once. */
function worthAnotherTry(made: readonly ToolCall[], results: ReadonlyMap<string, string>): readonly ToolCall[] {
  return made.filter(
    (one) => failed(results.get(one.id) ?? "") && made.filter((other) => same(one, other)).length === 1,
  );
}

function firstCalls(toolChoice: Prompt["toolChoice"], fresh: readonly Tool[], from: Material): Wanted[] {
  if (typeof toolChoice === "object") {
    return fresh.filter(({ name }) => name === toolChoice.name).flatMap((tool) => callsInsisted(tool, from));
  }
  const useful = fresh.filter((tool) => !isHandoff(tool)).flatMap((tool) => callsOf(tool, from));
  return useful.length > 0
    ? useful
    : fresh
        .filter(isHandoff)
        .slice(0, 1)
        .flatMap((tool) => callsOf(tool, from));
}

/** The tool's calls, one with empty arguments where they cannot be filled: the caller insists. */
function callsInsisted(tool: Tool, from: Material): Wanted[] {
  const calls = callsOf(tool, from);
  return calls.length > 0 ? calls : [{ name: tool.name, arguments: "{}" }];
}

/**
 * Which tools the model calls next. It calls each tool whose required arguments it can fill from what it has read, once; it tries again, once, a call
 * whose result is an error; it hands over to another agent when nothing else is left to do. None: it is ready to answer.
 */
export function chooseToolCalls({ tools, toolChoice, turns, parallelToolCalls }: Prompt): ToolCall[] {
  if (toolChoice === "none" || tools.length === 0) return [];
  const since = sinceQuestion(turns);
  const made = since.flatMap(({ toolCalls }) => toolCalls);
  const results = new Map(
    since.filter(({ role }) => role === "tool").map(({ toolCallId, text }) => [toolCallId ?? "", text]),
  );
  const material = materialOf(turns, made, results);
  const fresh = tools.filter((tool) => !made.some(({ name }) => name === tool.name));

  let wanted: readonly Wanted[] = worthAnotherTry(made, results);
  if (wanted.length === 0) wanted = firstCalls(toolChoice, fresh, material);
  const [first] = tools;
  if (wanted.length === 0 && toolChoice === "required" && made.length === 0 && first !== undefined) {
    wanted = callsInsisted(first, material);
  }

  return (parallelToolCalls ? wanted : wanted.slice(0, 1)).map(({ name, arguments: json }, index) => {
    const serial = made.length + index;
    const id = hash(`${name} ${json} ${turns.length} ${material.question}`).toString(36).padStart(7, "0");
    return { id: `call_${id}${serial.toString(36)}`, name, arguments: json };
  });
}
