/** Who was signed in here last, as the server told it: so that the app opens without a connection. */
import * as v from "valibot";
import type { User } from "../../lib/api/types";

const KEY = "spotlight.me";

/** What the app cannot open without; the rest is as this version wrote it. */
const schema = v.looseObject({
  id: v.string(),
  username: v.string(),
  email: v.string(),
  emailVerified: v.boolean(),
  roles: v.array(v.string()),
  socialLinks: v.array(v.string()),
  ratings: v.looseObject({ count: v.number() }),
});

export function keptMe(): User | undefined {
  const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), localStorage.getItem(KEY));
  return kept.success ? (kept.output as unknown as User) : undefined;
}

/** Nobody, once they signed out. */
export function keepMe(user: User | null): void {
  if (user) localStorage.setItem(KEY, JSON.stringify(user));
  else localStorage.removeItem(KEY);
}
