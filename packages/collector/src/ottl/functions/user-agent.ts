import { UserAgentReader } from "../text/user-agent-reader.ts";
import type { Value } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import { text } from "./parameters.ts";

let reader: UserAgentReader | undefined;

/** What a browser or program says it is, under the names of the conventions. */
export const userAgent: OttlFunction = define("UserAgent", { user_agent: text }, ({ user_agent: target }) => {
  const { read } = (reader ??= new UserAgentReader());
  return (cursor) => {
    const original = target.get(cursor);
    const { program, system } = read(original);
    const result = new Map<string, Value>([
      ["user_agent.name", program.family],
      ["user_agent.original", original],
      ["user_agent.version", program.version],
    ]);
    if (system.family !== "") result.set("os.name", system.family);
    if (system.version !== "") result.set("os.version", system.version);
    return result;
  };
});
