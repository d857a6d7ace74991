// A formula as it is written in books, or as its text where there is no such form of it.
import { type ComponentChild, h } from "preact";
import { useMemo } from "preact/hooks";
import { type MathNode, readMathml } from "./mathml";
import "./formula.css";

const drawn = ({ name, attributes, children }: MathNode): ComponentChild =>
  h(name, attributes, ...children.map((child) => (typeof child === "string" ? child : drawn(child))));

interface FormulaProps {
  mathml: string;
  /** The same in the objective language. */
  text: string;
}

export function Formula({ mathml, text }: FormulaProps) {
  const math = useMemo(() => readMathml(mathml), [mathml]);
  if (!math) return <pre class="formula mono">{text}</pre>;
  const block = { ...math, attributes: { ...math.attributes, display: "block" } };
  return (
    <div class="formula" tabIndex={0} role="group" aria-label="Formula">
      {drawn(block)}
    </div>
  );
}
