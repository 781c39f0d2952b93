/** Mails as the server leaves them in its outbox folder, read as a mail program would. */
import { expect } from "@playwright/test";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Whoever runs the tests has told where the server's data is. */
const OUTBOX = process.env.OUTBOX_DIR;

export interface Letter {
  subject: string;
  text: string;
  html: string;
}

/** The newest letter to an address under a subject, once it is there. */
export async function letterTo(address: string, subject: string): Promise<Letter> {
  let found: Letter | undefined;
  await expect
    .poll(async () => (found = await newest(address, subject)), {
      message: `a mail "${subject}" to ${address}`,
    })
    .toBeDefined();
  if (!found) throw new Error("unreachable: polled until it was there");
  return found;
}

/** The one link of a letter that leads to `path`, as somebody who presses it in their mail program. */
export function linkIn({ text, html }: Letter, path: string): string {
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  const link = links.find((each) => new URL(each).pathname === path);
  if (!link) throw new Error(`no link to ${path} in: ${text}`);
  expect(html).toContain(`href="${link}"`);
  return link;
}

async function newest(address: string, subject: string): Promise<Letter | undefined> {
  if (!OUTBOX) throw new Error("OUTBOX_DIR does not say where the server's mails are");
  const names = (await readdir(OUTBOX).catch(() => [])).filter((name) => name.endsWith(".eml"));
  const letters = await Promise.all(
    names.map(async (name) => {
      const path = join(OUTBOX, name);
      return { at: (await stat(path)).mtimeMs, source: await readFile(path, "utf8") };
    }),
  );
  letters.sort((a, b) => b.at - a.at);
  for (const { source } of letters) {
    const { headers, body } = entity(source);
    if (headers.get("to") !== address || headers.get("subject") !== subject) continue;
    const parts = partsOf(headers, body);
    return { subject, text: parts.get("text/plain") ?? "", html: parts.get("text/html") ?? "" };
  }
  return undefined;
}

interface Entity {
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** RFC 5322: headers, some of them folded over several lines, an empty line, the body. */
function entity(source: string): Entity {
  const end = source.indexOf("\r\n\r\n");
  const headers = new Map<string, string>();
  for (const line of source
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n")) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: source.slice(end + 4) };
}

/** RFC 2046: the bodies between a multipart's boundaries, decoded, by their type. */
function partsOf(headers: Entity["headers"], body: string): Map<string, string> {
  const boundary = /boundary="?([^";]+)"?/.exec(headers.get("content-type") ?? "")?.[1];
  if (!boundary) throw new Error("not a multipart mail");
  const parts = new Map<string, string>();
  // The first piece is for programs that know no multipart, the last is the closing "--".
  for (const piece of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1)) {
    const part = entity(piece.replace(/^[ \t]*\r\n/, ""));
    const type = (part.headers.get("content-type") ?? "text/plain").split(";")[0] ?? "";
    parts.set(type, decoded(part));
  }
  return parts;
}

function decoded({ headers, body }: Entity): string {
  const encoding = headers.get("content-transfer-encoding")?.toLowerCase() ?? "7bit";
  switch (encoding) {
    case "base64":
      return Buffer.from(body, "base64").toString("utf8");
    case "quoted-printable":
      return fromQuotedPrintable(body);
    case "7bit":
    case "8bit":
      return body;
    default:
      throw new Error(`no mail of ours is encoded as ${encoding}`);
  }
}

/** RFC 2045: a line that ends in "=" goes on in the next, "=3D" is a byte in hexadecimal. */
function fromQuotedPrintable(body: string): string {
  const bytes = body
    .replaceAll(/[ \t]+\r\n/g, "\r\n")
    .replaceAll(/=\r\n/g, "")
    .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
