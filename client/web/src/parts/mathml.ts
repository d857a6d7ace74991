// Presentation MathML read into a tree that holds nothing but mathematics: what comes from outside is never
// given to the page as markup.

export interface MathNode {
  name: string;
  attributes: Record<string, string>;
  children: (MathNode | string)[];
}

const kElements = new Set(
  ("math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle merror mpadded mphantom " +
    "msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd").split(" "),
);
const kAttributes = new Set(
  ("accent accentunder columnspan depth dir display displaystyle fence form height largeop linethickness lspace " +
    "mathvariant maxsize minsize movablelimits rowspan rspace scriptlevel separator stretchy symmetric width").split(" "),
);
const kValue = /^[\w\s.%#+-]{0,64}$/;
const kNamespace = "http://www.w3.org/1998/Math/MathML";
const kEntities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const kMostDepth = 200;

export const isAllowedElement = (name: string): boolean => kElements.has(name);
/** The one thing that MathML Core leaves to style sheets: where the cells of a table stand. */
const kAligned = /^text-align: (left|center|right)$/;

export const isAllowedAttribute = (name: string, value: string): boolean =>
  name === "style" ? kAligned.test(value) : kAttributes.has(name) && kValue.test(value);

const plain = (text: string): string =>
  text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return kEntities[name] ?? whole;
    const code = hex !== undefined ? parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** One <math> element; undefined where `text` is anything else or holds anything else. */
export function readMathml(text: string): MathNode | undefined {
  const root: MathNode = { name: "", attributes: {}, children: [] };
  const open: MathNode[] = [root];
  const pattern = /<\/([A-Za-z]+)\s*>|<([A-Za-z]+)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)|(<)/g;
  for (const [, closed, opened, attributes = "", empty, content, stray] of text.trim().matchAll(pattern)) {
    const parent = open[open.length - 1] as MathNode;
    if (stray !== undefined) return undefined;
    if (content !== undefined) {
      if (parent === root) return undefined;
      parent.children.push(plain(content));
    } else if (closed !== undefined) {
      if (parent === root || parent.name !== closed) return undefined;
      open.pop();
    } else if (opened !== undefined) {
      if (!isAllowedElement(opened) || open.length > kMostDepth) return undefined;
      if ((parent === root) !== (opened === "math")) return undefined;
      const node: MathNode = { name: opened, attributes: {}, children: [] };
      for (const [, name = "", quoted = ""] of attributes.matchAll(/([\w:-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
        const value = plain(quoted.slice(1, -1));
        if (name === "xmlns" && value === kNamespace) continue;
        if (!isAllowedAttribute(name, value)) return undefined;
        node.attributes[name] = value;
      }
      parent.children.push(node);
      if (!empty) open.push(node);
    }
  }
  const [math, ...others] = root.children;
  return open.length === 1 && others.length === 0 && typeof math === "object" ? math : undefined;
}
