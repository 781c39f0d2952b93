import { useState } from "react";
import { classNames } from "./class-names";

/** Calm hues to tell faces apart; none near amber, which is kept for what is live. */
const HUES = [
  "bg-[#3b2f63] text-[#e2d9ff]",
  "bg-[#17444a] text-[#c6f0f0]",
  "bg-[#5a2745] text-[#ffd6ea]",
  "bg-[#1f3f6b] text-[#d3e5ff]",
  "bg-[#1e4a35] text-[#cdf3df]",
  "bg-[#552d2d] text-[#ffdcd9]",
];

const SIZES = {
  sm: "size-8 text-xs",
  md: "size-10 text-sm",
  lg: "size-14 text-lg",
  xl: "size-24 text-2xl",
};

interface AvatarProps {
  person: { username: string; avatar?: string | null };
  size?: keyof typeof SIZES;
  /** Here right now: the one place besides the next step where amber stands. */
  live?: boolean;
}

/** A face beside a name, and so without words of its own. */
export function Avatar({ person, size = "md", live = false }: AvatarProps) {
  const [broken, setBroken] = useState<string>();
  const source = person.avatar ? pictureHere(person.avatar) : undefined;
  return (
    <span className={classNames("relative inline-flex shrink-0", SIZES[size])} aria-hidden="true">
      {source && source !== broken ? (
        <img
          src={source}
          alt=""
          loading="lazy"
          onError={() => setBroken(source)}
          className="size-full rounded-full object-cover"
        />
      ) : (
        <span
          className={classNames(
            "flex size-full items-center justify-center rounded-full font-semibold uppercase",
            HUES[hash(person.username) % HUES.length],
          )}
        >
          {initials(person.username)}
        </span>
      )}
      {live && (
        <span className="absolute -bottom-0.5 -right-0.5 size-3 rounded-full border-2 border-background bg-accent" />
      )}
    </span>
  );
}

/**
 * The address, where this server keeps the picture. Whoever keeps another would hear of everybody
 * who looks at the face.
 */
export function pictureHere(avatar: string): string | undefined {
  return /^\/api\/avatars\/[\w-]+$/.test(avatar) ? avatar : undefined;
}

function initials(username: string): string {
  const words = username.split(/[_.-]+/).filter(Boolean);
  const [first = username, second] = words;
  return second ? first.charAt(0) + second.charAt(0) : first.slice(0, 2);
}

function hash(text: string): number {
  let value = 0;
  for (const letter of text) value = (value * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
