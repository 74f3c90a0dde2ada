import type { Cursor } from "../cursor.ts";
import type { Expression } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import type { Value, ValueMap } from "../values/value.ts";
import { parseXml, type XmlDocument } from "../xml/parse-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import { NodeType, type XmlNode } from "../xml/xml-node.ts";
import { compileXPath, type Select } from "../xml/xpath.ts";
import { define, type OttlFunction } from "./function.ts";
import { constantText, optional, text } from "./parameters.ts";

const isElement = ({ nodeType }: XmlNode): boolean => nodeType === NodeType.element;
const isText = ({ nodeType }: XmlNode): boolean => nodeType === NodeType.text || nodeType === NodeType.cdata;

function documentOf(source: string): XmlDocument {
  const document = parseXml(source);
  if (![...document.root.children()].some(isElement)) throw new OttlError("parse xml: there is no element in it");
  return document;
}

/** A converter that gives the XML as it is after a change. */
function changing(
  change: (root: XmlNode, cursor: Cursor) => void,
): (target: Expression<string>) => (cursor: Cursor) => string {
  return (target) => (cursor) => {
    const source = target.get(cursor);
    const { declaration, root } = documentOf(source);
    change(root, cursor);
    return declaration + writeXml(root);
  };
}

/** An element with its attributes and what is in it, everything under a name of its own. */
function elementMap(element: XmlNode): ValueMap {
  const result = new Map<string, Value>([["tag", element.localName]]);
  const children = [...element.children()];
  const content = children
    .filter(isText)
    .map(({ nodeValue }) => nodeValue.trim())
    .join("");
  if (content !== "") result.set("content", content);
  const attributes = element.attributes.list;
  if (attributes.length > 0) {
    result.set("attributes", new Map(attributes.map(({ localName, nodeValue }) => [localName, nodeValue])));
  }
  const elements = children.filter(isElement);
  if (elements.length > 0) result.set("children", elements.map(elementMap));
  return result;
}

const parseXmlConverter = define("ParseXML", { target: text }, ({ target }) => (cursor) => {
  const top = [...parseXml(target.get(cursor).trimStart()).root.children()];
  const at = top.findIndex(isElement);
  if (at === -1) throw new OttlError("unmarshal xml: there is no element in it");
  if (at < top.length - 1) throw new OttlError("trailing bytes after parsing xml");
  return elementMap(top[at]!);
});

/** The text of an element that has no elements in it. */
function leafText(element: XmlNode): string {
  const children = [...element.children()];
  return children.some(isElement) ? "" : (children.find(isText)?.nodeValue ?? "");
}

/** Elements by their names, those of one name as a list; what has no content is left out, and attributes are. */
function simplifiedMap(parent: XmlNode): Map<string, Value> {
  const elements = [...parent.children()].filter(isElement);
  const counts = new Map<string, number>();
  for (const { localName } of elements) counts.set(localName, (counts.get(localName) ?? 0) + 1);
  const result = new Map<string, Value>();
  for (const element of elements) {
    if (element.lastChild === null) continue;
    const name = element.localName;
    const isOneOfMany = counts.get(name)! > 1;
    const list = (result.get(name) ?? []) as Value[];
    if (isOneOfMany) result.set(name, list);
    const value: Value = leafText(element) || simplifiedMap(element);
    if (value instanceof Map && value.size === 0) continue;
    if (isOneOfMany) list.push(value);
    else result.set(name, value);
  }
  return result;
}

const parseSimplifiedXml = define(
  "ParseSimplifiedXML",
  { target: text },
  ({ target }) =>
    (cursor) =>
      simplifiedMap(documentOf(target.get(cursor)).root),
);

function shownAlone(node: XmlNode): string {
  if (node.nodeType === NodeType.element || node.nodeType === NodeType.text) return writeXml(node);
  const isValue = node.nodeType === NodeType.attribute || node.nodeType === NodeType.cdata;
  return isValue ? writeXml(node.create(NodeType.text, "#text", node.nodeValue)) : "";
}

const getXml = define("GetXML", { target: text, x_path: constantText }, ({ target, x_path: xpath }) => {
  const select = compileXPath(xpath);
  return (cursor) => {
    const source = target.get(cursor);
    return source === "" ? "" : select(documentOf(source).root).map(shownAlone).join("");
  };
});

function removeFrom(select: Select): (root: XmlNode) => void {
  return (root) => {
    for (const node of select(root)) {
      if (node.nodeType !== NodeType.document && node.nodeType !== NodeType.instruction) node.remove();
    }
  };
}

const removeXml = define("RemoveXML", { target: text, x_path: constantText }, ({ target, x_path: xpath }) => {
  const remove = changing(removeFrom(compileXPath(xpath)))(target);
  return (cursor) => (target.get(cursor) === "" ? "" : remove(cursor));
});

const insertXml = define(
  "InsertXML",
  { target: text, x_path: constantText, sub_document: text },
  ({ target, x_path: xpath, sub_document: part }) => {
    const select = compileXPath(xpath);
    return (cursor) => {
      const source = target.get(cursor);
      const { declaration, root } = source === "" ? parseXml("") : documentOf(source);
      const inserted = documentOf(part.get(cursor)).root;
      for (const node of select(root)) {
        if (!isElement(node) && node.nodeType !== NodeType.document) {
          throw new OttlError("InsertXML XPath selected what is no element");
        }
        for (const child of inserted.children()) node.append(child.copyFor(root));
      }
      return declaration + writeXml(root);
    };
  },
);

const convertAttributes = define(
  "ConvertAttributesToElementsXML",
  { target: text, x_path: optional(constantText) },
  ({ target, x_path: xpath = "" }) => {
    const select = compileXPath(xpath === "" ? "//@*" : xpath);
    return changing((root) => {
      for (const node of select(root)) {
        if (node.nodeType !== NodeType.attribute) continue;
        const element = root.create(NodeType.element, node.localName);
        element.append(root.create(NodeType.text, "#text", node.nodeValue));
        node.ownerElement!.append(element);
        node.remove();
      }
    })(target);
  },
);

/** Puts text that stands beside elements or other text into elements. */
function wrapText(parent: XmlNode, name: string): void {
  if (!isElement(parent) && parent.nodeType !== NodeType.document) return;
  const children = [...parent.children()];
  const texts = children.filter(({ nodeType }) => nodeType === NodeType.text);
  const elements = children.filter(isElement);
  for (const element of elements) wrapText(element, name);
  if (elements.length + texts.length > 1) for (const one of texts) one.wrap(name);
}

const convertText = define(
  "ConvertTextToElementsXML",
  { target: text, x_path: optional(constantText), element_name: optional(constantText) },
  ({ target, x_path: xpath = "", element_name: name = "" }) => {
    const select = compileXPath(xpath === "" ? "/" : xpath);
    return changing((root) => {
      for (const node of select(root)) wrapText(node, name === "" ? "value" : name);
    })(target);
  },
);

export const xmlConverters: readonly OttlFunction[] = [
  parseXmlConverter,
  parseSimplifiedXml,
  getXml,
  insertXml,
  removeXml,
  convertAttributes,
  convertText,
];
