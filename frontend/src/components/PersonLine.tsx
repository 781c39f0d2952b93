import { countryName, flag } from "../lib/countries";
import { roleWord } from "../lib/dance-role";
import type { DanceRole } from "../lib/api/types";

interface PersonLineProps {
  danceRole?: DanceRole | null;
  country?: string | null;
}

/** "Leader · 🇵🇱 Poland", or nothing when nothing is known. */
export function PersonLine({ danceRole, country }: PersonLineProps) {
  return (
    <>
      {danceRole && roleWord(danceRole)}
      {danceRole && country && " · "}
      {country && (
        <>
          <span aria-hidden="true">{flag(country)} </span>
          {countryName(country)}
        </>
      )}
    </>
  );
}
