import { NodeType, type XmlNode } from "./xml-node.ts";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&#34;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>'"]/gu, (character) => escapes[character]!);
}

/** A node as XML, of a document what is in it. */
export function writeXml(node: XmlNode): string {
  const { nodeName: name, nodeValue: value } = node;
  switch (node.nodeType) {
    case NodeType.text:
    case NodeType.attribute:
      return escaped(value);
    case NodeType.cdata:
      return `<![CDATA[${value}]]>`;
    case NodeType.comment:
      return `<!--${value}-->`;
    case NodeType.instruction:
      return `<?${name}${value === "" ? "" : " "}${value}?>`;
    default: {
      let content = "";
      for (const child of node.children()) content += writeXml(child);
      if (node.nodeType === NodeType.document) return content;
      const attributes = node.attributes.list.map((one) => ` ${one.nodeName}="${escaped(one.nodeValue)}"`).join("");
      return `<${name}${attributes}>${content}</${name}>`;
    }
  }
}
