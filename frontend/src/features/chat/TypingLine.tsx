import { typingWords, type Typing } from "./typing";

/** Its place is always kept, so that nothing moves when somebody begins or stops. */
export function TypingLine({ typing }: { typing: Typing }) {
  const words = typingWords(typing);
  return (
    <p className="mx-auto flex h-6 w-full max-w-3xl items-center gap-2 px-4 text-sm text-muted lg:px-6">
      {words && (
        <>
          <span className="truncate">{words}</span>
          <span aria-hidden="true" className="flex shrink-0 gap-1">
            {[0, 150, 300].map((delay) => (
              <span
                key={delay}
                className="size-1.5 rounded-full bg-muted motion-safe:animate-pulse"
                style={{ animationDelay: `${delay}ms` }}
              />
            ))}
          </span>
        </>
      )}
    </p>
  );
}
