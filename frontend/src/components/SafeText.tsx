import { segments } from "../lib/links";

/** What somebody wrote, with its web addresses as links that learn nothing of this page. */
export function SafeText({ children }: { children: string }) {
  return segments(children).map((segment, index) =>
    segment.kind === "text" ? (
      segment.text
    ) : (
      <a
        key={index}
        href={segment.href}
        target="_blank"
        rel="noopener noreferrer"
        className="text-second underline underline-offset-2"
      >
        {segment.text}
      </a>
    ),
  );
}
