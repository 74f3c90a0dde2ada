import { isObject } from "../read.ts";
import { parseJson, questionOf, sinceQuestion } from "./answer.ts";
import { fillSchema, type Material } from "./fill-schema.ts";
import type { Prompt, Tool, ToolCall } from "./prompt.ts";
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

/**
 * Which tools the model calls next. It calls each tool whose required arguments it can fill from what it has read, once; it tries again, once, a call
 * whose result is an error; it hands over to another agent when nothing else is left to do. None: it is ready to answer.
 */
export function chooseToolCalls(prompt: Prompt): ToolCall[] {
  const { tools, toolChoice, turns } = prompt;
  if (toolChoice === "none" || tools.length === 0) return [];
  const since = sinceQuestion(turns);
  const made = since.flatMap(({ toolCalls }) => toolCalls);
  const results = new Map(since.filter(({ role }) => role === "tool").map((turn) => [turn.toolCallId, turn.text]));
  const resultTexts = [...results.values()].join("\n");
  const read = made.map((one) => one.arguments).join("\n");
  const question = questionOf(turns);
  const background = turns.findLast(({ role }) => role === "user")?.text ?? "";
  const urls = [...new Set(`${background}\n${resultTexts}`.match(/https?:\/\/[^\s"'<>)\]}]+/gu) ?? [])];
  const material: Material = { question, background, urls: urls.filter((url) => !read.includes(url)) };

  const again = made.filter(
    (one) =>
      failed(results.get(one.id) ?? "") &&
      made.filter((other) => other.name === one.name && other.arguments === one.arguments).length === 1,
  );
  let wanted: Wanted[] = again;
  if (wanted.length === 0) {
    const fresh = tools.filter((tool) => !made.some(({ name }) => name === tool.name));
    if (typeof toolChoice === "object") {
      wanted = fresh.filter(({ name }) => name === toolChoice.name).flatMap((tool) => orEmpty(tool, material));
    } else {
      wanted = fresh.filter((tool) => !isHandoff(tool)).flatMap((tool) => callsOf(tool, material));
      if (wanted.length === 0)
        wanted = fresh
          .filter(isHandoff)
          .slice(0, 1)
          .flatMap((tool) => callsOf(tool, material));
      const [first] = fresh;
      if (wanted.length === 0 && toolChoice === "required" && made.length === 0 && first !== undefined) {
        wanted = orEmpty(first, material);
      }
    }
  }
  return (prompt.parallelToolCalls ? wanted : wanted.slice(0, 1)).map(({ name, arguments: text }, index) => ({
    id: `call_${hash(`${name} ${text} ${made.length + index} ${turns.length} ${question}`)
      .toString(36)
      .padStart(7, "0")}${(made.length + index).toString(36)}`,
    name,
    arguments: text,
  }));
}

/** The tool's call, with empty arguments where they cannot be filled: the caller insists. */
function orEmpty(tool: Tool, material: Material): Wanted[] {
  const calls = callsOf(tool, material);
  return calls.length > 0 ? calls : [{ name: tool.name, arguments: "{}" }];
}
