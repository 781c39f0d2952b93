import { Search } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { formText } from "../../lib/form-text";
import { matchIn } from "./steps";

interface FindMatchProps {
  onFound: (id: string, at: number | undefined) => void;
}

export function FindMatch({ onFound }: FindMatchProps) {
  const [error, setError] = useState<string>();
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const match = matchIn(formText(new FormData(event.currentTarget), "match"));
        setError(match ? undefined : "There is no match’s id in this.");
        if (match) onFound(match.id, match.at);
      }}
    >
      <TextField
        label="Match"
        name="match"
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        placeholder="019ac1b2-…"
        hint="Its id, or a link to it."
        error={error}
      />
      <Button
        type="submit"
        variant="primary"
        className="self-start"
        icon={<Search className="size-5" aria-hidden="true" />}
      >
        Open its history
      </Button>
    </form>
  );
}
