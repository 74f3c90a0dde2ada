import { OttlError } from "../ottl-error.ts";

/** Kinds of nodes by their numbers in the DOM, which XPath goes by. */
export const NodeType = {
  element: 1,
  attribute: 2,
  text: 3,
  cdata: 4,
  instruction: 7,
  comment: 8,
  document: 9,
} as const;
export type NodeType = (typeof NodeType)[keyof typeof NodeType];

/** How often XPath may look at, or compare, nodes of a document: some expressions look at every node for every node. */
const mostLooks = 5_000_000;

/** What all nodes of a document have in common. */
interface Tree {
  looksLeft: number;
  nodes: number;
}

function look(tree: Tree): void {
  if (tree.looksLeft-- === 0) throw new OttlError("the XPath takes too many steps through this document");
}

class AttributeList {
  readonly list: XmlNode[] = [];
  readonly #tree: Tree;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  get length(): number {
    return this.list.length;
  }

  item(index: number): XmlNode | undefined {
    look(this.#tree);
    return this.list[index];
  }
}

/** A node as far as XPath needs it to be one of the DOM. A prefix is taken for its namespace. */
export class XmlNode {
  readonly nodeType: NodeType;
  /** With prefix. Of a processing instruction its target. */
  readonly nodeName: string;
  nodeValue: string;
  parentNode: XmlNode | null = null;
  ownerElement: XmlNode | null = null;
  #previousSibling: XmlNode | null = null;
  lastChild: XmlNode | null = null;
  readonly attributes: AttributeList;
  #firstChild: XmlNode | null = null;
  #nextSibling: XmlNode | null = null;
  readonly #tree: Tree;
  readonly #position: number;

  constructor(nodeType: NodeType, nodeName: string, nodeValue: string, tree: Tree) {
    this.nodeType = nodeType;
    this.nodeName = nodeName;
    this.nodeValue = nodeValue;
    this.#tree = tree;
    this.attributes = new AttributeList(tree);
    this.#position = tree.nodes++;
  }

  static document(): XmlNode {
    return new XmlNode(NodeType.document, "#document", "", { looksLeft: mostLooks, nodes: 0 });
  }

  /** Of the same document, and nowhere in it yet. */
  create(nodeType: NodeType, nodeName: string, nodeValue = ""): XmlNode {
    return new XmlNode(nodeType, nodeName, nodeValue, this.#tree);
  }

  get localName(): string {
    return this.nodeName.slice(this.nodeName.indexOf(":") + 1);
  }

  get prefix(): string {
    return this.nodeName.slice(0, Math.max(0, this.nodeName.indexOf(":")));
  }

  get namespaceURI(): string | null {
    return this.prefix === "" ? null : this.prefix;
  }

  get firstChild(): XmlNode | null {
    look(this.#tree);
    return this.#firstChild;
  }

  get nextSibling(): XmlNode | null {
    look(this.#tree);
    return this.#nextSibling;
  }

  get previousSibling(): XmlNode | null {
    look(this.#tree);
    return this.#previousSibling;
  }

  /** DOM's bits: 4 for a node that follows, 2 for one that comes before. */
  compareDocumentPosition(other: XmlNode): number {
    look(this.#tree);
    return other.#position > this.#position ? 4 : other.#position < this.#position ? 2 : 0;
  }

  *children(): Generator<XmlNode> {
    for (let child = this.#firstChild; child !== null;) {
      const next: XmlNode | null = child.#nextSibling;
      yield child;
      child = next;
    }
  }

  append(child: XmlNode): void {
    child.parentNode = this;
    child.#previousSibling = this.lastChild;
    if (this.lastChild === null) this.#firstChild = child;
    else this.lastChild.#nextSibling = child;
    this.lastChild = child;
  }

  addAttribute(name: string, value: string): void {
    const attribute = this.create(NodeType.attribute, name, value);
    attribute.ownerElement = this;
    this.attributes.list.push(attribute);
  }

  /** Takes it, with what is in it, out of where it is. */
  remove(): void {
    if (this.ownerElement !== null) {
      const { list } = this.ownerElement.attributes;
      list.splice(list.indexOf(this), 1);
      return;
    }
    const { parentNode: parent } = this;
    const before = this.#previousSibling;
    const after = this.#nextSibling;
    if (parent === null) return;
    if (before === null) parent.#firstChild = after;
    else before.#nextSibling = after;
    if (after === null) parent.lastChild = before;
    else after.#previousSibling = before;
    this.parentNode = null;
    this.#previousSibling = null;
    this.#nextSibling = null;
  }

  /** Puts an element around it. */
  wrap(name: string): void {
    const { parentNode: parent } = this;
    if (parent === null) return;
    const element = this.create(NodeType.element, name);
    element.parentNode = parent;
    element.#previousSibling = this.#previousSibling;
    element.#nextSibling = this.#nextSibling;
    if (this.#previousSibling === null) parent.#firstChild = element;
    else this.#previousSibling.#nextSibling = element;
    if (this.#nextSibling === null) parent.lastChild = element;
    else this.#nextSibling.#previousSibling = element;
    this.#previousSibling = null;
    this.#nextSibling = null;
    element.append(this);
  }

  /** The same with all that is in it, as a node of another document. */
  copyFor(other: XmlNode): XmlNode {
    const copy = other.create(this.nodeType, this.nodeName, this.nodeValue);
    for (const { nodeName, nodeValue } of this.attributes.list) copy.addAttribute(nodeName, nodeValue);
    for (const child of this.children()) copy.append(child.copyFor(other));
    return copy;
  }
}
