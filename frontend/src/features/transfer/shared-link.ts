import { safeHref } from "../../lib/links";

/** As long as a message may be. */
const LONGEST = 2000;

/**
 * The address a person typed, if it is one that may be shown as a link: http or https, and
 * without a user name in front that would make it look like another host.
 */
export function sharedLink(text: string): string | undefined {
  const href = safeHref(text.trim());
  if (!href || href.length > LONGEST) return undefined;
  const { username, password } = new URL(href);
  return username || password ? undefined : href;
}
