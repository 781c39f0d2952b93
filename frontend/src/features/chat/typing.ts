/** Who is typing, by what was heard last of each. */
export type Typing = ReadonlyMap<string, { name: string; until: number }>;

/** Somebody of whom nothing more is heard has stopped. */
const SHOWN_MS = 5_000;
/** Said again as long as it goes on, before others take it for over. */
export const SAID_EVERY_MS = 3_000;

export const NOBODY: Typing = new Map();

export function heardTyping(typing: Typing, userId: string, name: string, now: number): Typing {
  return new Map(typing).set(userId, { name, until: now + SHOWN_MS });
}

/** What somebody typed has come, or they have said nothing for a while. */
export function stopped(typing: Typing, userId: string): Typing {
  if (!typing.has(userId)) return typing;
  const left = new Map(typing);
  left.delete(userId);
  return left;
}

export function lapsed(typing: Typing, now: number): Typing {
  const left = [...typing].filter(([, { until }]) => until > now);
  return left.length === typing.size ? typing : new Map(left);
}

/** When the next of them lapses; undefined while nobody types. */
export function nextLapse(typing: Typing): number | undefined {
  return typing.size === 0 ? undefined : Math.min(...[...typing.values()].map((it) => it.until));
}

export function typingWords(typing: Typing): string {
  const [first, second, ...more] = [...typing.values()].map(({ name }) => name);
  if (first === undefined) return "";
  if (second === undefined) return `${first} is typing`;
  if (more.length === 0) return `${first} and ${second} are typing`;
  return "Several people are typing";
}
