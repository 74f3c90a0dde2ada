import { loadPackage } from "../load-package.ts";
import { OttlError } from "../ottl-error.ts";
import type { XmlNode } from "./xml-node.ts";

/** As much of the package as is used; its own types bring the DOM's with them. */
interface XPathPackage {
  readonly parse: (expression: string) => {
    readonly evaluateNodeSet: (context: object) => { readonly toArray: () => readonly XmlNode[] };
  };
}

/** The nodes that an expression finds, each once, in the order of the document. */
export type Select = (document: XmlNode) => readonly XmlNode[];

/** XPath 1.0; a prefix is found as it is written. @throws {OttlError} for what is none. */
export function compileXPath(expression: string): Select {
  const xpath = loadPackage("xpath") as XPathPackage;
  let compiled: ReturnType<XPathPackage["parse"]>;
  try {
    compiled = xpath.parse(expression);
  } catch (error) {
    throw new OttlError(`invalid xpath: ${JSON.stringify(expression)}`, { cause: error });
  }
  return (document) => {
    try {
      return compiled.evaluateNodeSet({ node: document, namespaces: (prefix: string) => prefix }).toArray();
    } catch (error) {
      if (error instanceof OttlError) throw error;
      throw new OttlError(`the xpath ${JSON.stringify(expression)} cannot be evaluated`, { cause: error });
    }
  };
}
