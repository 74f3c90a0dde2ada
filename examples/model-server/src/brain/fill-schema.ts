import { isObject, type JsonObject } from "../read.ts";
import { keywords, subject } from "./text.ts";

/** What arguments and JSON answers are filled from. */
export interface Material {
  readonly question: string;
  /** All of the message that the question stands in. */
  readonly background: string;
  /** Addresses not used yet. */
  readonly urls: readonly string[];
}

const aspects = [
  (about: string) => `What do the sources say about ${about}?`,
  (about: string) => `What do ${about} cost, and what limits them?`,
  (about: string) => `Which experience is there with ${about}?`,
];

/** An arithmetic expression: the one that stands in the text, else the product of the first three numbers in it. */
function expressionIn(text: string): string | undefined {
  const written = /\d[\d.]*(?:\s*[-+*/×]\s*\d[\d.]*)+/u.exec(text)?.[0];
  if (written !== undefined) return written.replaceAll("×", "*");
  const numbers = text.match(/\d+(?:\.\d+)?/gu) ?? [];
  return numbers.length < 2 ? undefined : numbers.slice(0, 3).join(" * ");
}

function placeIn(text: string): string | undefined {
  return /\b(?:in|for|at|of|to)\s+(\p{Lu}[\p{L}\p{M}-]+(?:\s\p{Lu}[\p{L}\p{M}-]+)*)/u.exec(text)?.[1];
}

function fillString(name: string, schema: JsonObject, from: Material, index: number): string | undefined {
  if (Array.isArray(schema["enum"])) {
    const values = schema["enum"].filter((value) => typeof value === "string");
    return (
      values.find((value) => from.question.toLowerCase().includes(value.toLowerCase())) ??
      values[index % Math.max(1, values.length)]
    );
  }
  if (/url|uri|link/iu.test(name)) return from.urls[index];
  if (/expression|formula/iu.test(name)) return expressionIn(from.background);
  if (/city|place|location|country/iu.test(name)) return placeIn(from.question);
  if (/date/iu.test(name)) return /\d{4}-\d{2}-\d{2}/u.exec(from.question)?.[0];
  const about = subject(from.question);
  if (about === "") return undefined;
  if (/question/iu.test(name)) return (aspects[index % aspects.length] ?? aspects[0])?.(about);
  return /title|name|label/iu.test(name) ? keywords(from.question).slice(0, 3).join(" ") : about;
}

/**
 * A value of the schema made from the material; `undefined` where there is nothing to make it from. Optional properties are left out
 * unless `optional` says otherwise.
 */
export function fillSchema(schema: JsonObject, from: Material, optional: boolean, name = "answer", index = 0): unknown {
  const type = Array.isArray(schema["type"]) ? schema["type"].find((one) => one !== "null") : schema["type"];
  switch (type ?? (isObject(schema["properties"]) ? "object" : "string")) {
    case "object": {
      const properties = isObject(schema["properties"]) ? schema["properties"] : { answer: { type: "string" } };
      const required = Array.isArray(schema["required"]) ? schema["required"] : optional ? Object.keys(properties) : [];
      const filled: Record<string, unknown> = {};
      for (const [key, property] of Object.entries(properties)) {
        if (!isObject(property) || (!optional && !required.includes(key))) continue;
        const value = fillSchema(property, from, optional, key, index);
        if (value !== undefined) filled[key] = value;
        else if (required.includes(key)) return undefined;
      }
      return filled;
    }
    case "array": {
      const items = isObject(schema["items"]) ? schema["items"] : { type: "string" };
      const count = Number(schema["minItems"] ?? Math.min(2, Number(schema["maxItems"] ?? 2)));
      const values = Array.from({ length: count }, (_, each) => fillSchema(items, from, optional, name, each));
      return values.includes(undefined) ? undefined : values;
    }
    case "integer":
    case "number":
      return Number(/\d+/u.exec(from.question)?.[0] ?? schema["default"] ?? schema["minimum"] ?? 1);
    case "boolean":
      return true;
    default:
      return fillString(name, schema, from, index);
  }
}
