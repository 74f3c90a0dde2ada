/** Everything has the offset it starts at, for messages. */
interface At {
  readonly at: number;
}

export type CompareOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type MathOperator = "+" | "-" | "*" | "/";

/** A value or a boolean expression; which of the two may stand where is for the parser to see to. */
export type Node =
  | (At & { readonly type: "nil" })
  | (At & { readonly type: "string"; readonly value: string })
  | (At & { readonly type: "int"; readonly value: bigint })
  | (At & { readonly type: "float"; readonly value: number })
  | (At & { readonly type: "bytes"; readonly value: Uint8Array })
  | (At & { readonly type: "bool"; readonly value: boolean })
  | (At & { readonly type: "enum"; readonly name: string })
  /** A function's name where a function is asked for; what is all upper case comes as `enum`. */
  | (At & { readonly type: "function"; readonly name: string })
  | (At & { readonly type: "list"; readonly items: readonly Node[] })
  | (At & { readonly type: "map"; readonly entries: readonly MapEntry[] })
  | PathNode
  | CallNode
  | LambdaNode
  | (At & { readonly type: "math"; readonly operator: MathOperator; readonly left: Node; readonly right: Node })
  | (At & { readonly type: "negate"; readonly operand: Node })
  /** Something in parentheses. */
  | (At & { readonly type: "group"; readonly inner: Node })
  | (At & { readonly type: "compare"; readonly operator: CompareOperator; readonly left: Node; readonly right: Node })
  | (At & { readonly type: "and" | "or"; readonly operands: readonly Node[] })
  | (At & { readonly type: "not"; readonly operand: Node });

export interface MapEntry {
  readonly key: Node;
  readonly value: Node;
}

export interface PathSegment extends At {
  readonly name: string;
  readonly keys: readonly Node[];
}

export interface PathNode extends At {
  readonly type: "path";
  readonly segments: readonly PathSegment[];
  /** As it is written. */
  readonly text: string;
}

export interface Argument extends At {
  readonly name: string | undefined;
  readonly value: Node;
}

/** An editor where a statement starts, elsewhere a converter. */
export interface CallNode extends At {
  readonly type: "call";
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly keys: readonly Node[];
}

export interface LambdaNode extends At {
  readonly type: "lambda";
  readonly parameters: readonly (At & { readonly name: string })[];
  readonly body: Node;
}

export interface StatementNode {
  readonly editor: CallNode;
  readonly where: Node | undefined;
}

/** Visits a node and all in it. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case "list":
      return node.items;
    case "map":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "path":
      return node.segments.flatMap(({ keys }) => keys);
    case "call":
      return [...node.arguments.map(({ value }) => value), ...node.keys];
    case "lambda":
      return [node.body];
    case "math":
    case "compare":
      return [node.left, node.right];
    case "negate":
    case "not":
      return [node.operand];
    case "group":
      return [node.inner];
    case "and":
    case "or":
      return node.operands;
    default:
      return [];
  }
}
