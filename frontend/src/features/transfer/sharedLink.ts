/** As long as a message may be. */
const LONGEST = 2000;

/**
 * The address a person typed, if it is one that may be shown as a link: http or https, with a host, and
 * without a user name in front that would make it look like another host.
 */
export function sharedLink(text: string): string | undefined {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return undefined;
  const { href, username, password } = new URL(trimmed);
  return username || password || href.length > LONGEST ? undefined : href;
}
