import { type SubmitEvent, useId, useState } from "react";
import { Button } from "../../components/Button";
import { sharedLink } from "./shared-link";

/** The other way, when the two browsers do not find each other: a link to wherever the video lies. */
export function LinkSharing({
  reason,
  onLinkShared,
}: {
  reason: string;
  onLinkShared: (url: string) => Promise<void>;
}) {
  const field = useId();
  const [text, setText] = useState("");
  const [said, setSaid] = useState<{ error: boolean; words: string }>();
  const [busy, setBusy] = useState(false);

  async function share(event: SubmitEvent) {
    event.preventDefault();
    const url = sharedLink(text);
    if (!url) {
      setSaid({ error: true, words: "That is not a link. It begins with https://" });
      return;
    }
    setBusy(true);
    try {
      await onLinkShared(url);
      setText("");
      setSaid({ error: false, words: "The link is in your chat." });
    } catch {
      setSaid({ error: true, words: "The link could not be sent. Try again in a moment." });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      noValidate
      aria-label="Share a link instead"
      className="animate-arrive space-y-2 rounded bg-raised p-4 motion-reduce:animate-none"
      onSubmit={(event) => void share(event)}
    >
      <p className="text-sm">{reason}</p>
      <label htmlFor={field} className="block text-sm text-muted">
        Link to the video (Drive, Dropbox, WeTransfer…)
      </label>
      <div className="flex flex-wrap gap-2">
        <input
          id={field}
          type="url"
          inputMode="url"
          autoComplete="off"
          placeholder="https://"
          value={text}
          aria-invalid={said?.error ?? false}
          aria-describedby={`${field}-said`}
          onChange={(event) => setText(event.target.value)}
          className="min-h-touch min-w-0 flex-1 basis-52 rounded border border-control bg-surface px-3 text-text placeholder:text-muted"
        />
        <Button type="submit" variant="outline" busy={busy}>
          Share link
        </Button>
      </div>
      <p
        id={`${field}-said`}
        role="status"
        className={`text-sm ${said?.error ? "text-danger" : "text-success"}`}
      >
        {said?.words}
      </p>
    </form>
  );
}
