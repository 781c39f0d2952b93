import { Star } from "lucide-react";
import { Avatar } from "../../components/Avatar";
import { PersonLine } from "../../components/PersonLine";
import type { PublicProfile } from "../../lib/api/types";
import { SocialLinks } from "./SocialLinks";

/** Who somebody is, at the head of a profile. */
export function PersonCard({ person }: { person: Omit<PublicProfile, "id"> }) {
  const { count, average } = person.ratings;
  return (
    <div className="flex flex-col items-center gap-3 py-4 text-center">
      <Avatar person={person} size="xl" />
      <div>
        <p className="text-xl font-semibold [overflow-wrap:anywhere]">{person.username}</p>
        <p className="text-muted">
          <PersonLine danceRole={person.danceRole} country={person.country} />
        </p>
      </div>
      <p className="flex items-center gap-1.5 text-sm text-muted">
        <Star className="size-4" aria-hidden="true" />
        {average == null || count === 0
          ? "No ratings yet"
          : `${average.toFixed(1)} from ${count} ${count === 1 ? "partner" : "partners"}`}
      </p>
      {person.bio && <p className="max-w-prose whitespace-pre-line">{person.bio}</p>}
      {person.wsdcNumber != null && (
        <p className="text-sm text-muted">
          <abbr title="World Swing Dance Council" className="no-underline">
            WSDC
          </abbr>{" "}
          <span className="tabular-nums">{person.wsdcNumber}</span>
        </p>
      )}
      <SocialLinks links={person.socialLinks} />
    </div>
  );
}
