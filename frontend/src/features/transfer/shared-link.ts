import { safeHref } from "../../lib/links";

/** As long as a message may be. */
const LONGEST = 2000;

/**
 * The address a person typed, if it is one that the server takes as a link: https, and
 * without a user name in front that would make it look like another host.
 */
export function sharedLink(text: string): string | undefined {
  const href = safeHref(text.trim());
  if (!href || href.length > LONGEST) return undefined;
  const { protocol, username, password } = new URL(href);
  return protocol !== "https:" || username || password ? undefined : href;
}
