/** Finds web addresses in what people write. Only http and https become links; a `javascript:` one stays text. */
export type Segment = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
/** Punctuation that ends the sentence rather than the address. */
const TRAILING = /[.,;:!?)\]}'’]+$/;

export function segments(content: string): Segment[] {
  const found: Segment[] = [];
  let end = 0;
  for (const match of content.matchAll(ADDRESS)) {
    const text = match[0].replace(TRAILING, "");
    const href = safeHref(text);
    if (!href) continue;
    if (match.index > end) found.push({ kind: "text", text: content.slice(end, match.index) });
    found.push({ kind: "link", text, href });
    end = match.index + text.length;
  }
  if (end < content.length) found.push({ kind: "text", text: content.slice(end) });
  return found;
}

/** The address as it may stand in `href`, or undefined when it is not an http(s) one. */
export function safeHref(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}
