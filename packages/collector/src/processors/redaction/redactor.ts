import { type AnyValue, type KeyValue, readString, readValue, ValueType, type View } from "@genscope/otlp";
import { toElementText } from "../../ottl/values/to-text.ts";
import { fromAnyValue } from "../../ottl/values/wire.ts";
import type { RedactionConfig } from "./config.ts";
import { createKeyRules, type KeyVerdict } from "./key-rules.ts";
import { createOutcomes, type Outcomes, summarise, summaryKeys, type Verbosity } from "./summary.ts";
import { createValueRules, type ValueRules } from "./value-rules.ts";

/** Where what was decided of one owner's attributes is written. */
export interface AttributeEditor {
  set(key: string, value: AnyValue): void;
  delete(key: string): void;
}

/** A body with what was found in it gone, and what to tell of it. */
export interface RedactedBody {
  /** Undefined if it stays as it is. */
  readonly body: AnyValue | undefined;
  readonly done: Outcomes;
}

const ownKeys: ReadonlySet<string> = new Set(summaryKeys);

/** One configuration at work. */
export class Redactor {
  readonly #verdictOf: (key: string) => KeyVerdict;
  readonly #values: ValueRules;
  readonly #allTypes: boolean;
  readonly #verbosity: Verbosity;
  readonly #onOutcomes: (done: Outcomes) => void;

  constructor(config: RedactionConfig, onOutcomes: (done: Outcomes) => void) {
    this.#verdictOf = createKeyRules(config);
    this.#values = createValueRules(config);
    this.#allTypes = config.redact_all_types;
    this.#verbosity = config.summary === "" ? "silent" : (config.summary as Verbosity);
    this.#onOutcomes = onOutcomes;
  }

  /** Reads an owner's attributes from the row of the first on and edits them. */
  attributes(view: View, first: number, editor: AttributeEditor, body?: RedactedBody): void {
    const { attributes } = view;
    let done: Outcomes | undefined;
    let before: Map<string, AnyValue> | undefined;
    for (let row = first; row !== -1; row = attributes.next[row]!) {
      const key = readString(view, attributes.keyOffset[row]!, attributes.keyLength[row]!);
      const verdict = this.#verdictOf(key);
      if (verdict === "ignore") (done ??= createOutcomes()).ignored.push(key);
      else if (verdict === "delete") {
        (done ??= createOutcomes()).redacted.push(key);
        editor.delete(key);
      } else {
        if (this.#verbosity !== "silent" && ownKeys.has(key)) (before ??= new Map()).set(key, valueOf(view, row));
        const outcome = this.#guarded(view, row, key, verdict, editor);
        if (outcome !== undefined) (done ??= createOutcomes())[outcome].push(key);
      }
    }
    const set = (key: string, value: AnyValue): void => editor.set(key, value);
    if (done !== undefined) {
      this.#onOutcomes(done);
      summarise("redaction", done, this.#verbosity, before, set);
    }
    if (body !== undefined) {
      this.#onOutcomes(body.done);
      summarise("redaction.body", body.done, this.#verbosity, before, set);
    }
  }

  /** Of a log record. In a map keys count as those of attributes do, however deep. */
  body(view: View, type: number, offset: number, length: number): RedactedBody | undefined {
    if (type === ValueType.empty) return undefined;
    const done = createOutcomes();
    const value = readValue(view, type, offset, length);
    let redacted: AnyValue;
    try {
      redacted = this.#inBody(value, "", done);
    } catch {
      done.redacted.push("body");
      redacted = {};
    }
    if (Object.values(done).every((keys) => keys.length === 0)) return undefined;
    return { body: redacted === value ? undefined : redacted, done };
  }

  /** What could not be looked at does not pass. */
  #guarded(
    view: View,
    row: number,
    key: string,
    verdict: "mask" | "look",
    editor: AttributeEditor,
  ): "allowed" | "masked" | "redacted" | undefined {
    try {
      return this.#value(view, row, key, verdict, editor);
    } catch {
      editor.delete(key);
      return "redacted";
    }
  }

  #value(
    view: View,
    row: number,
    key: string,
    verdict: "mask" | "look",
    editor: AttributeEditor,
  ): "allowed" | "masked" | undefined {
    const { attributes } = view;
    const type = attributes.type[row]!;
    const isText = type === ValueType.string;
    const isNested = type === ValueType.array || type === ValueType.map;
    let text = "";
    if (isText) text = readString(view, attributes.valueOffset[row]!, attributes.valueLength[row]!);
    else if (this.#allTypes) text = toElementText(fromAnyValue(valueOf(view, row)));
    if (this.#values.isAllowed(text)) return "allowed";
    if (verdict === "mask") {
      editor.set(key, { stringValue: this.#values.hidden(text) });
      return "masked";
    }
    if (isNested && !this.#allTypes) {
      const value = valueOf(view, row);
      const masked = this.#nested(value);
      if (masked === value) return undefined;
      editor.set(key, masked);
      return "masked";
    }
    const masked = this.#values.masked(text);
    if (masked === text) return undefined;
    editor.set(key, { stringValue: masked });
    return "masked";
  }

  /** Texts within lists and maps; the same value if nothing is blocked in them. */
  #nested(value: AnyValue): AnyValue {
    if (value.stringValue !== undefined) {
      const { stringValue: text } = value;
      if (this.#values.isAllowed(text)) return value;
      const masked = this.#values.masked(text);
      return masked === text ? value : { stringValue: masked };
    }
    if (value.arrayValue !== undefined) {
      const values = mapSame(value.arrayValue.values, (one) => this.#nested(one));
      return values === value.arrayValue.values ? value : { arrayValue: { values } };
    }
    if (value.kvlistValue !== undefined) {
      const values = mapSame(value.kvlistValue.values, (pair) => withValue(pair, this.#nestedUnder(pair)));
      return values === value.kvlistValue.values ? value : { kvlistValue: { values } };
    }
    return value;
  }

  #nestedUnder({ key, value }: KeyValue): AnyValue {
    const verdict = this.#verdictOf(key);
    if (verdict !== "mask") return verdict === "ignore" ? value : this.#nested(value);
    return { stringValue: this.#values.hidden(value.stringValue ?? "") };
  }

  #inBody(value: AnyValue, path: string, done: Outcomes): AnyValue {
    if (value.kvlistValue !== undefined) {
      const kept: KeyValue[] = [];
      let isSame = true;
      for (const pair of value.kvlistValue.values) {
        const redacted = this.#pairInBody(pair, path === "" ? pair.key : `${path}.${pair.key}`, done);
        if (redacted !== undefined) kept.push(redacted);
        isSame &&= redacted === pair;
      }
      return isSame ? value : { kvlistValue: { values: kept } };
    }
    if (value.arrayValue !== undefined) {
      const prefix = path === "" ? "" : `${path}.`;
      const values = mapSame(value.arrayValue.values, (one, index) => this.#inBody(one, `${prefix}[${index}]`, done));
      return values === value.arrayValue.values ? value : { arrayValue: { values } };
    }
    const text = toElementText(fromAnyValue(value));
    const place = path === "" ? "body" : path;
    if (this.#values.isAllowed(text)) {
      done.allowed.push(place);
      return value;
    }
    const masked = this.#values.masked(text);
    if (masked === text) return value;
    done.masked.push(place);
    return { stringValue: masked };
  }

  #pairInBody(pair: KeyValue, path: string, done: Outcomes): KeyValue | undefined {
    switch (this.#verdictOf(pair.key)) {
      case "ignore":
        done.ignored.push(path);
        return pair;
      case "delete":
        done.redacted.push(path);
        return undefined;
      case "mask":
        done.masked.push(path);
        return { key: pair.key, value: { stringValue: this.#values.hidden(pair.value.stringValue ?? "") } };
      default:
        return withValue(pair, this.#inBody(pair.value, path, done));
    }
  }
}

function valueOf(view: View, row: number): AnyValue {
  const { attributes } = view;
  return readValue(view, attributes.type[row]!, attributes.valueOffset[row]!, attributes.valueLength[row]!);
}

function withValue(pair: KeyValue, value: AnyValue): KeyValue {
  return value === pair.value ? pair : { key: pair.key, value };
}

/** The same list if nothing in it changed. */
function mapSame<Item>(items: readonly Item[], change: (item: Item, index: number) => Item): readonly Item[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}
