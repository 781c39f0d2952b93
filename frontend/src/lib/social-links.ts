/** Links as somebody typed them, one on each line; one without a scheme is meant over https. */
export function linksIn(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((link) => link !== "")
    .map((link) => (/^[a-z][a-z0-9+.-]*:/i.test(link) ? link : `https://${link}`));
}

/**
 * A link, and what is shown of it: host and path, short. Nothing that leads elsewhere than over
 * https, whatever a server says.
 */
export function asShown(link: string): { href: string; words: string } | undefined {
  if (!URL.canParse(link)) return undefined;
  const { protocol, username, host, pathname, href } = new URL(link);
  if (protocol !== "https:" || username !== "") return undefined;
  const place = pathname.replace(/\/$/, "");
  const words = `${host.replace(/^www\./, "")}${place}`;
  return { href, words: words.length > 40 ? `${words.slice(0, 39)}…` : words };
}
