// MathML from outside: mathematics is shown, everything else is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMathml } from "../../../client/web/src/parts/mathml";

test("A formula is read with its attributes and its characters", () => {
  const text = '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi mathvariant="normal">x</mi><mn>2</mn></msup><mo>&lt;</mo><mo>&#x2212;</mo><mspace/></math>';
  assert.deepEqual(readMathml(text), {
    name: "math",
    attributes: {},
    children: [
      {
        name: "msup",
        attributes: {},
        children: [
          { name: "mi", attributes: { mathvariant: "normal" }, children: ["x"] },
          { name: "mn", attributes: {}, children: ["2"] },
        ],
      },
      { name: "mo", attributes: {}, children: ["<"] },
      { name: "mo", attributes: {}, children: ["−"] },
      { name: "mspace", attributes: {}, children: [] },
    ],
  });
});

test("What is no mathematics is refused whole", () => {
  const refused = [
    "",
    "x",
    "<p>x</p>",
    "<math><script>alert(1)</script></math>",
    "<math><mi onclick=\"alert(1)\">x</mi></math>",
    "<math><mi href=\"javascript:alert(1)\">x</mi></math>",
    "<math><mi style=\"color:red\">x</mi></math>",
    "<math><mtd style=\"text-align: left; background: url(x)\"></mtd></math>",
    "<math><mstyle width=\"url(x)\"></mstyle></math>",
    "<math xmlns=\"http://www.w3.org/1999/xhtml\"></math>",
    "<math><annotation-xml><p>x</p></annotation-xml></math>",
    "<math><maction>x</maction></math>",
    "<math><mi>x</math>",
    "<math></math><math></math>",
    "<math><math></math></math>",
    "<math><!-- x --></math>",
    "<math><![CDATA[x]]></math>",
    "<math><mi>x</mi></math>text",
    "<mrow>".repeat(10),
    `<math>${"<mrow>".repeat(5000)}${"</mrow>".repeat(5000)}</math>`,
  ];
  for (const text of refused) assert.equal(readMathml(text), undefined, text.slice(0, 60));
});

test("Cells of a table may be aligned", () => {
  assert.ok(readMathml('<math><mtable><mtr><mtd style="text-align: left"><mi>x</mi></mtd></mtr></mtable></math>'));
});

test("Characters stay characters: what they spell is not read again", () => {
  const math = readMathml("<math><mtext>&lt;script&gt;&#60;&amp;lt;&unknown;</mtext></math>");
  assert.deepEqual((math?.children[0] as { children: string[] }).children, ["<script><&lt;&unknown;"]);
});
