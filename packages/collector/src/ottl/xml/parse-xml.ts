import { loadPackage } from "../load-package.ts";
import { OttlError } from "../ottl-error.ts";
import { NodeType, XmlNode } from "./xml-node.ts";

const deepest = 1_000;

/** A document, or a part of one: there may be several elements at its top, and text. */
export interface XmlDocument {
  /** `<?xml …?>` as it is written. */
  readonly declaration: string;
  readonly root: XmlNode;
}

/**
 * Reads XML strictly. Entities are the five that XML has, and a document type is not taken: nothing is expanded or fetched.
 * @throws {OttlError} for what is not well-formed, without a part of it in the message.
 */
export function parseXml(text: string): XmlDocument {
  const { SaxesParser } = loadPackage("saxes") as typeof import("saxes");
  const declaration = /^<\?xml\s[^>]*\?>/u.exec(text)?.[0] ?? "";
  const root = XmlNode.document();
  const parser = new SaxesParser({ fragment: true });
  let at = root;
  let depth = 0;
  const add = (type: NodeType, name: string, value: string): void => at.append(at.create(type, name, value));
  parser.on("error", (): never => {
    throw new OttlError(`parse xml: not well-formed at line ${parser.line}, column ${parser.column}`);
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (++depth > deepest) throw new OttlError(`exceeded maximum XML nesting depth of ${deepest}`);
    const element = at.create(NodeType.element, name);
    for (const [key, value] of Object.entries(attributes)) element.addAttribute(key, value);
    at.append(element);
    at = element;
  });
  parser.on("closetag", () => {
    depth--;
    at = at.parentNode!;
  });
  parser.on("text", (value) => add(NodeType.text, "#text", value));
  parser.on("cdata", (value) => add(NodeType.cdata, "#cdata-section", value));
  parser.on("comment", (value) => add(NodeType.comment, "#comment", value));
  parser.on("processinginstruction", ({ target, body }) => add(NodeType.instruction, target, body));
  parser.write(text.slice(declaration.length)).close();
  return { declaration, root };
}
