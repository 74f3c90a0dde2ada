import { guard } from "../core/guard.ts";
import { isObject } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { patchProtocol } from "./patch-protocol.ts";

export type McpInstrumentationOptions = InstrumentationOptions;

/**
 * Traces clients and servers of the Model Context Protocol: `@modelcontextprotocol/sdk` 1.x, `@modelcontextprotocol/client` and `…/server` 2.x. The trace's
 * context goes along in a request's `_meta`, so that one trace crosses the process. Nothing else of what is sent changes.
 */
export class McpInstrumentation extends LibraryInstrumentation<McpInstrumentationOptions> {
  constructor(options: McpInstrumentationOptions = {}) {
    super("@genscope/instrumentation/mcp", packageVersion, specifiersOf("mcp"), options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what one of these modules exports, or a class of client or server. */
  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const undo = [...protocolsOf(module)].map((prototype) => patchProtocol(prototype, telemetry));
    return () => {
      for (const step of undo) step();
    };
  }
}

/** The prototypes of the `Protocol` classes behind what a module has: every client and server inherits from one. */
function protocolsOf(module: unknown): ReadonlySet<object> {
  const found = new Set<object>();
  const members = isObject(module) ? ["Protocol", "Client", "Server"].map((key) => module[key]) : [];
  for (const member of [module, ...members]) {
    if (typeof member !== "function") continue;
    guard("finding an MCP protocol", () => {
      for (let at: unknown = member.prototype; isObject(at); at = Object.getPrototypeOf(at) as unknown) {
        if (Object.hasOwn(at, "_onrequest")) found.add(at);
      }
    });
  }
  return found;
}
