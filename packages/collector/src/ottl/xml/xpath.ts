import { loadPackage } from "../load-package.ts";
import { OttlError } from "../ottl-error.ts";
import type { XmlNode } from "./xml-node.ts";

/** As much of the package as is used; its own types bring the DOM's with them. */
interface XPathPackage {
  readonly parse: (expression: string) => {
    readonly evaluateNodeSet: (context: object) => { readonly toArray: () => readonly XmlNode[] };
  };
  readonly XNodeSet: { readonly prototype: NodeSet };
}

interface NodeSet {
  nodes: XmlNode[];
  size: number;
  tree: unknown;
  addArray: (this: NodeSet, added: readonly XmlNode[]) => void;
}

let loaded: XPathPackage | undefined;

function load(): XPathPackage {
  if (loaded !== undefined) return loaded;
  loaded = loadPackage("xpath") as XPathPackage;
  // its own compares each node with all that there are: quadratic, for the same outcome
  loaded.XNodeSet.prototype.addArray = function (added) {
    this.nodes = [...new Set([...this.nodes, ...added])];
    this.size = this.nodes.length;
    this.tree = null;
  };
  return loaded;
}

/** The nodes that an expression finds, each once, in the order of the document. */
export type Select = (document: XmlNode) => readonly XmlNode[];

/** XPath 1.0; a prefix is found as it is written. @throws {OttlError} for what is none. */
export function compileXPath(expression: string): Select {
  const xpath = load();
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
