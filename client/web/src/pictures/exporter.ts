// A picture as a file: the SVG with the page's colours inside, and the same drawn as PNG.

/** What style sheets say about drawn elements. */
const kStyles = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "vector-effect",
  "paint-order",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
];
const kPngScale = 2; // for dense screens and print

/** What is only there for hands and eyes on the page. */
const kTransient = ".crosshair, .start-handle .reach, .start-handle .ring";

/** The drawing as the text of an SVG file of its own; `image` is a data URL of what lies behind it. */
export function svgText(svg: SVGSVGElement, background: string, image?: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll<SVGElement>("*");
  copy.querySelectorAll<SVGElement>("*").forEach((element, i) => {
    const original = originals[i];
    if (!original) return;
    const computed = getComputedStyle(original);
    const style = kStyles.map((name) => `${name}:${computed.getPropertyValue(name)}`).join(";");
    element.setAttribute("style", style);
    element.removeAttribute("tabindex");
  });
  copy.querySelectorAll(kTransient).forEach((element) => element.remove());
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.removeAttribute("tabindex");
  copy.removeAttribute("style");
  const behind = (name: string, attributes: Record<string, string>) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries({ width: "100%", height: "100%", ...attributes })) element.setAttribute(key, value);
    copy.insertBefore(element, copy.firstChild);
  };
  if (image !== undefined) behind("image", { href: image });
  behind("rect", { fill: background });
  return new XMLSerializer().serializeToString(copy);
}

export const svgBlob = (text: string): Blob => new Blob([text], { type: "image/svg+xml" });

export async function pngBlob(text: string, width: number, height: number): Promise<Blob> {
  const url = URL.createObjectURL(svgBlob(text));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = kPngScale * width;
    canvas.height = kPngScale * height;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("the browser could not make a PNG of the picture");
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}
