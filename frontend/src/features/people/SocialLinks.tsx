import { ExternalLink } from "lucide-react";
import { asShown } from "../../lib/social-links";

/** Somebody's pages elsewhere. Where they lead is what they show, and they learn nothing of who comes. */
export function SocialLinks({ links }: { links: readonly string[] }) {
  const shown = links.flatMap((link) => asShown(link) ?? []);
  if (shown.length === 0) return null;
  return (
    <ul aria-label="Elsewhere" className="flex flex-wrap justify-center gap-x-4">
      {shown.map(({ href, words }) => (
        <li key={href} className="min-w-0">
          <a
            href={href}
            target="_blank"
            rel="nofollow noopener noreferrer ugc"
            className="inline-flex min-h-touch items-center gap-1.5 font-medium text-second underline underline-offset-4 [overflow-wrap:anywhere]"
          >
            <ExternalLink className="size-4 shrink-0" aria-hidden="true" />
            {words}
          </a>
        </li>
      ))}
    </ul>
  );
}
