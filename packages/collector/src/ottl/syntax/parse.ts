import type {
  Argument,
  CallNode,
  CompareOperator,
  LambdaNode,
  MapEntry,
  MathOperator,
  Node,
  PathNode,
  PathSegment,
  StatementNode,
} from "./ast.ts";
import { OttlSyntaxError } from "./syntax-error.ts";
import { type Token, tokenize } from "./tokens.ts";
import { unquote } from "./unquote.ts";

/** `editor(…) where condition`. @throws {OttlSyntaxError} */
export function parseStatement(text: string): StatementNode {
  return new Parser(text).statement();
}

/** A boolean expression. @throws {OttlSyntaxError} */
export function parseCondition(text: string): Node {
  return new Parser(text).whole((parser) => parser.condition());
}

/** A value. @throws {OttlSyntaxError} */
export function parseValueExpression(text: string): Node {
  return new Parser(text).whole((parser) => parser.value());
}

const lowerName = /^[a-z][a-z0-9_]*$/u;
const upperName = /^[A-Z][A-Z0-9_]*$/u;
const keywords = new Set(["nil", "not", "or", "and", "true", "false"]);
const compareOperators = new Set<string>(["==", "!=", "<", "<=", ">", ">="]);
const maxDepth = 200;
const maxInt = 9_223_372_036_854_775_807n;

/** The grammar of pkg/ottl (grammar.go), one method for each level of precedence. */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  statement(): StatementNode {
    const { at, text, kind } = this.#token;
    if (kind !== "name" || keywords.has(text) || this.#next.text !== "(") this.#unexpected("an editor, such as set(…)");
    if (!/^[a-z]/u.test(text)) {
      throw new OttlSyntaxError(`editor names must start with a lowercase letter but got '${text}'`, at);
    }
    const editor = this.#call();
    if (editor.keys.length > 0) {
      const indexed = this.#text.slice(at, at + text.length);
      throw new OttlSyntaxError(
        `only paths and converters may be indexed, not editors, but got ${indexed}`,
        editor.keys[0]!.at,
      );
    }
    let where: Node | undefined;
    if (this.#isName("where")) {
      this.#position++;
      where = this.condition();
    }
    this.#expectEnd(where === undefined ? '"where" or the end' : "the end");
    return { editor, where };
  }

  whole(read: (parser: Parser) => Node): Node {
    const node = read(this);
    this.#expectEnd("the end");
    return node;
  }

  condition(): Node {
    const node = this.#or();
    if (!isBoolean(node)) this.#unexpected("a comparison");
    return node;
  }

  value(): Node {
    const node = this.#sum();
    if (!isValue(node)) throw new OttlSyntaxError("expected a value, not a boolean expression", node.at);
    return node;
  }

  #or(): Node {
    return this.#joined("or", () => this.#joined("and", () => this.#not()));
  }

  #joined(word: "and" | "or", read: () => Node): Node {
    const first = read();
    if (!this.#isName(word)) return first;
    const operands = [first];
    while (this.#isName(word)) {
      if (!isBoolean(operands.at(-1)!)) this.#unexpected("a comparison");
      this.#position++;
      operands.push(read());
    }
    if (!isBoolean(operands.at(-1)!)) this.#unexpected("a comparison");
    return { type: word, operands, at: first.at };
  }

  #not(): Node {
    const { at } = this.#token;
    if (!this.#isName("not")) return this.#comparison();
    this.#position++;
    const operand = this.#comparison();
    if (!isBoolean(operand)) this.#unexpected("a comparison");
    return { type: "not", operand, at };
  }

  #comparison(): Node {
    const left = this.#sum();
    const { text, kind } = this.#token;
    if (kind !== "symbol" || !compareOperators.has(text)) return left;
    if (!isValue(left)) this.#unexpected('"and", "or" or the end');
    this.#position++;
    const right = this.value();
    return { type: "compare", operator: text as CompareOperator, left, right, at: left.at };
  }

  #sum(): Node {
    return this.#math(["+", "-"], () => this.#math(["*", "/"], () => this.#signed()));
  }

  #math(operators: readonly MathOperator[], read: () => Node): Node {
    let left = read();
    for (;;) {
      const operator = operators.find((one) => this.#isSymbol(one));
      if (operator === undefined) return left;
      if (!isMath(left)) this.#unexpected("a number, path or converter before it");
      this.#position++;
      const right = read();
      if (!isMath(right)) throw new OttlSyntaxError("expected a number, path or converter", right.at);
      left = { type: "math", operator, left, right, at: left.at };
    }
  }

  #signed(): Node {
    const { at, text } = this.#token;
    if (!this.#isSymbol("-") && !this.#isSymbol("+")) return this.#primary();
    this.#position++;
    const operand = this.#primary();
    if (!isMath(operand)) throw new OttlSyntaxError("expected a number, path or converter", operand.at);
    if (text === "+") return operand;
    if (operand.type === "int") return { type: "int", value: -operand.value, at };
    if (operand.type === "float") return { type: "float", value: -operand.value, at };
    return { type: "negate", operand, at };
  }

  #primary(): Node {
    const token = this.#token;
    const { at, kind, text } = token;
    switch (kind) {
      case "string":
        this.#position++;
        return { type: "string", value: unquote(text, at), at };
      case "int": {
        this.#position++;
        const value = BigInt(text);
        if (value > maxInt) throw new OttlSyntaxError(`${text} is more than an int64 holds`, at);
        return { type: "int", value, at };
      }
      case "float":
        this.#position++;
        return { type: "float", value: Number(text), at };
      case "bytes":
        this.#position++;
        if (text.length % 2 === 1) {
          throw new OttlSyntaxError(
            `byte literals must have an even number of hexadecimal digits, but got ${text}`,
            at,
          );
        }
        return { type: "bytes", value: Buffer.from(text.slice(2), "hex"), at };
      case "name":
        return this.#name(token);
      case "symbol":
        return this.#nested(() => this.#bracketed(token));
      default:
        return this.#unexpected("a value");
    }
  }

  #name({ text, at }: Token): Node {
    if (text === "nil" || text === "true" || text === "false") {
      this.#position++;
      return text === "nil" ? { type: "nil", at } : { type: "bool", value: text === "true", at };
    }
    if (keywords.has(text)) this.#unexpected("a value");
    if (this.#next.text === "(") {
      if (!/^[A-Z]/u.test(text)) {
        throw new OttlSyntaxError(`converter names must start with an uppercase letter but got '${text}'`, at);
      }
      return this.#nested(() => this.#call());
    }
    if (lowerName.test(text) || text === "_") return this.#nested(() => this.#path());
    this.#position++;
    if (upperName.test(text)) return { type: "enum", name: text, at };
    if (/^[A-Z]/u.test(text)) return { type: "function", name: text, at };
    this.#position--;
    return this.#unexpected("a path, whose names are all lower case");
  }

  #bracketed({ text, at }: Token): Node {
    if (text === "(") return this.#lambda() ?? this.#group(at);
    if (text === "[") {
      this.#position++;
      const items = this.#list("]", () => this.value());
      return { type: "list", items, at };
    }
    if (text === "{") return this.#map(at);
    return this.#unexpected("a value");
  }

  #group(at: number): Node {
    this.#position++;
    const inner = this.#or();
    this.#expect(")");
    if (!isBoolean(inner) && !isMath(inner)) {
      throw new OttlSyntaxError("only boolean and math expressions may stand in parentheses", inner.at);
    }
    return { type: "group", inner, at };
  }

  /** `(a, _) => body`; undefined if this is something else in parentheses. */
  #lambda(): LambdaNode | undefined {
    const { at } = this.#token;
    let p = this.#position + 1;
    while (this.#tokens[p]?.kind === "name" || this.#tokens[p]?.text === ",") p++;
    if (this.#tokens[p]?.text !== ")" || this.#tokens[p + 1]?.text !== "=>") return undefined;
    this.#position++;
    const parameters = this.#list(")", () => {
      const token = this.#token;
      if ((!lowerName.test(token.text) && token.text !== "_") || keywords.has(token.text)) {
        this.#unexpected("the name of a parameter");
      }
      this.#position++;
      return { name: token.text, at: token.at };
    });
    const seen = new Set<string>();
    for (const parameter of parameters) {
      if (parameter.name !== "_" && seen.has(parameter.name)) {
        throw new OttlSyntaxError(`duplicate local identifier "${parameter.name}"`, parameter.at);
      }
      seen.add(parameter.name);
    }
    this.#expect("=>");
    const body = this.#or();
    if (body.type === "lambda") {
      throw new OttlSyntaxError("lambda body cannot result into another lambda expression", body.at);
    }
    return { type: "lambda", parameters, body, at };
  }

  #map(at: number): Node {
    this.#position++;
    const entries: MapEntry[] = [];
    while (!this.#isSymbol("}")) {
      const key = this.#primary();
      if (!["string", "call", "path"].includes(key.type)) {
        throw new OttlSyntaxError("a key must be text, a converter or a path", key.at);
      }
      this.#expect(":");
      entries.push({ key, value: this.value() });
      if (this.#isSymbol(",")) this.#position++;
      else if (this.#token.kind === "end") this.#unexpected('"}"');
    }
    this.#position++;
    return { type: "map", entries, at };
  }

  #path(): PathNode {
    const { at } = this.#token;
    const segments: PathSegment[] = [];
    for (;;) {
      const { text, at: start, kind } = this.#token;
      if (kind !== "name" || keywords.has(text) || !(lowerName.test(text) || text === "_")) {
        this.#unexpected("a name in lower case");
      }
      this.#position++;
      segments.push({ name: text, keys: this.#keys(), at: start });
      if (!this.#isSymbol(".")) break;
      this.#position++;
    }
    const last = this.#tokens[this.#position - 1]!;
    return { type: "path", segments, at, text: this.#text.slice(at, last.at + last.text.length) };
  }

  #keys(): Node[] {
    const keys: Node[] = [];
    while (this.#isSymbol("[")) {
      this.#position++;
      const key = this.#sum();
      if (key.type !== "string" && !isMath(key)) {
        throw new OttlSyntaxError("a key must be text, a number, a path or a converter", key.at);
      }
      keys.push(key);
      this.#expect("]");
    }
    return keys;
  }

  #call(): CallNode {
    const { text, at } = this.#token;
    this.#position += 2;
    const list = this.#nested(() => this.#list(")", () => this.#argument()));
    return { type: "call", name: text, arguments: list, keys: this.#keys(), at };
  }

  #argument(): Argument {
    const { text, kind, at } = this.#token;
    if (kind === "name" && /^[a-z]/u.test(text) && !keywords.has(text) && this.#next.text === "=") {
      this.#position += 2;
      return { name: text, value: this.value(), at };
    }
    return { name: undefined, value: this.value(), at };
  }

  /** What is separated by commas, up to and with the closing bracket. */
  #list<Item>(close: string, read: () => Item): Item[] {
    const items: Item[] = [];
    if (this.#isSymbol(close)) {
      this.#position++;
      return items;
    }
    for (;;) {
      items.push(read());
      if (this.#isSymbol(close)) break;
      if (!this.#isSymbol(",")) this.#unexpected(`"," or "${close}"`);
      this.#position++;
    }
    this.#position++;
    return items;
  }

  #nested<Result>(read: () => Result): Result {
    if (++this.#depth > maxDepth) throw new OttlSyntaxError(`nested deeper than ${maxDepth} levels`, this.#token.at);
    const result = read();
    this.#depth--;
    return result;
  }

  get #token(): Token {
    return this.#tokens[this.#position]!;
  }

  get #next(): Token {
    return this.#tokens[Math.min(this.#position + 1, this.#tokens.length - 1)]!;
  }

  #isSymbol(text: string): boolean {
    const token = this.#token;
    return token.kind === "symbol" && token.text === text;
  }

  #isName(text: string): boolean {
    const token = this.#token;
    return token.kind === "name" && token.text === text;
  }

  #expect(symbol: string): void {
    if (!this.#isSymbol(symbol)) this.#unexpected(`"${symbol}"`);
    this.#position++;
  }

  #expectEnd(expected: string): void {
    if (this.#token.kind !== "end") this.#unexpected(expected);
  }

  #unexpected(expected: string): never {
    const { kind, text, at } = this.#token;
    const what = kind === "end" ? "the text ends" : `unexpected ${kind === "string" ? text : `"${text}"`}`;
    throw new OttlSyntaxError(`${what}, expected ${expected}`, at);
  }
}

/** What may be compared, passed to a function or kept in a list. */
function isValue(node: Node): boolean {
  if (node.type === "group") return isMath(node.inner);
  return !["compare", "and", "or", "not"].includes(node.type);
}

function isMath(node: Node): boolean {
  if (node.type === "group") return isMath(node.inner);
  return ["int", "float", "path", "call", "math", "negate"].includes(node.type);
}

/** What may decide: a comparison, a converter, `true`, and what these make up. */
function isBoolean(node: Node): boolean {
  if (node.type === "group") return isBoolean(node.inner);
  return ["compare", "and", "or", "not", "bool", "call"].includes(node.type);
}
