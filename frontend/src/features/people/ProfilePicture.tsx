import { ImagePlus, Trash2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { pictureHere } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { FormAlert } from "../../components/FormAlert";
import { Sheet } from "../../components/Sheet";
import { useToast } from "../../components/Toast";
import { messageOf, Problem } from "../../lib/api/problem";
import type { User } from "../../lib/api/types";
import { usePutPicture, useRemovePicture } from "./use-picture";

/** What the server takes. */
const TYPES = "image/jpeg,image/png,image/webp";

/** One's own picture: chosen, looked at as others will see it, and taken away again. */
export function ProfilePicture({ user }: { user: User }) {
  const [chosen, setChosen] = useState<File>();
  const chooser = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const remove = useRemovePicture();
  const toast = useToast();
  const hasOne = user.avatar != null && pictureHere(user.avatar) !== undefined;

  return (
    <div className="flex flex-wrap items-center justify-center gap-2">
      <input
        ref={chooser}
        type="file"
        accept={TYPES}
        aria-label="Your picture"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          setChosen(event.target.files?.[0]);
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
      <Button
        ref={button}
        variant="outline"
        icon={<ImagePlus className="size-5" aria-hidden="true" />}
        onClick={() => chooser.current?.click()}
      >
        {hasOne ? "Change picture" : "Add a picture"}
      </Button>
      {hasOne && (
        <Button
          variant="ghost"
          icon={<Trash2 className="size-5" aria-hidden="true" />}
          busy={remove.isPending}
          onClick={() => {
            remove.mutate(undefined, {
              onSuccess: () => {
                // This button is gone with the picture.
                button.current?.focus();
                toast("Your picture is gone.", "success");
              },
              onError: (error) => toast(messageOf(error), "danger"),
            });
          }}
        >
          Remove
        </Button>
      )}
      {chosen && (
        <PreviewSheet
          key={chosen.lastModified}
          file={chosen}
          onClose={() => setChosen(undefined)}
        />
      )}
    </div>
  );
}

function PreviewSheet({ file, onClose }: { file: File; onClose: () => void }) {
  const put = usePutPicture();
  const toast = useToast();
  const [unseen, setUnseen] = useState(false);
  const source = useMemo(() => URL.createObjectURL(file), [file]);
  useEffect(() => () => URL.revokeObjectURL(source), [source]);
  return (
    <Sheet title="Your picture" onClose={onClose}>
      <div className="flex flex-col items-center gap-5 py-2">
        <FormAlert>{put.error ? wrongWith(put.error) : undefined}</FormAlert>
        {unseen ? (
          <p className="text-muted">This browser cannot show it.</p>
        ) : (
          <img
            src={source}
            alt="As others will see it"
            onError={() => setUnseen(true)}
            className="size-48 rounded-full object-cover"
          />
        )}
        <p className="text-center text-sm text-muted">
          Everybody who meets you here sees it. Where and when it was taken is not kept.
        </p>
        <Button
          variant="primary"
          wide
          busy={put.isPending}
          onClick={() => {
            put.mutate(file, {
              onSuccess: () => {
                onClose();
                toast("That is you now.", "success");
              },
            });
          }}
        >
          Use this picture
        </Button>
      </div>
    </Sheet>
  );
}

function wrongWith(error: Error): string {
  const field = error instanceof Problem ? error.fields.picture : undefined;
  return field ? `The picture ${field}.` : messageOf(error);
}
