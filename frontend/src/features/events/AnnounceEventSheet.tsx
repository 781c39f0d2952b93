import { useState } from "react";
import { Button } from "../../components/Button";
import { TextArea, TextField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import type { DanceEvent } from "../../lib/api/types";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { useAnnounceEvent } from "./use-announce-event";

interface AnnounceEventSheetProps {
  onClose: () => void;
  onAnnounced: (event: DanceEvent) => void;
}

const FIELDS = ["name", "location", "startDate", "endDate", "worldsdcId", "description"] as const;

/** For organizers. */
export function AnnounceEventSheet({ onClose, onAnnounced }: AnnounceEventSheetProps) {
  const announce = useAnnounceEvent();
  const [startDate, setStartDate] = useState("");
  const errors = formErrors(announce.error, FIELDS);

  return (
    <Sheet title="Announce an event" onClose={onClose}>
      <form
        className="flex flex-col gap-5 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const text = (name: string) => formText(form, name).trim();
          announce.mutate(
            {
              name: text("name"),
              location: text("location"),
              startDate: text("startDate"),
              endDate: text("endDate"),
              worldsdcId: text("worldsdcId") || null,
              description: text("description") || null,
            },
            { onSuccess: onAnnounced },
          );
        }}
      >
        <FormAlert>{errors.form}</FormAlert>
        <TextField label="Name" name="name" required maxLength={120} error={errors.fields.name} />
        <TextField
          label="Place"
          name="location"
          placeholder="City, country"
          required
          maxLength={120}
          error={errors.fields.location}
        />
        <div className="grid grid-cols-2 gap-4">
          <TextField
            label="First day"
            name="startDate"
            type="date"
            required
            value={startDate}
            onChange={(event) => setStartDate(event.target.value)}
            error={errors.fields.startDate}
          />
          <TextField
            label="Last day"
            name="endDate"
            type="date"
            required
            min={startDate || undefined}
            error={errors.fields.endDate}
          />
        </div>
        <TextArea
          label="Description"
          name="description"
          maxLength={2000}
          error={errors.fields.description}
        />
        <TextField
          label="World SDC number"
          name="worldsdcId"
          hint="If the event has one."
          error={errors.fields.worldsdcId}
        />
        <Button type="submit" variant="primary" wide busy={announce.isPending}>
          Announce
        </Button>
      </form>
    </Sheet>
  );
}
