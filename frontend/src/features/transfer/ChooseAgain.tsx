import { FileVideo } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "../../components/Button";
import type { Transfer } from "../../lib/transfer/handover";
import type { HandoverStore } from "./handover-store";

/**
 * The page has lost the file, since it was reloaded or it could not be read on; the receiver still holds what
 * came of it.
 */
export function ChooseAgain({ transfer, store }: { transfer: Transfer; store: HandoverStore }) {
  const { name } = transfer.offer;
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);

  async function choose() {
    // Where the browser remembers which file it was, its permission is all that is needed.
    if (!(await store.readAgain(transfer))) input.current?.click();
  }

  return (
    <>
      <Button
        variant="primary"
        icon={<FileVideo size={20} aria-hidden="true" />}
        aria-label={`Choose ${name} once more`}
        onClick={() => void choose()}
      >
        Choose it once more
      </Button>
      <input
        ref={input}
        type="file"
        accept="video/*"
        hidden
        aria-label={`${name}, once more`}
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) void store.goOn(transfer.id, file).then((same) => setWrong(!same));
          target.value = "";
        }}
      />
      {wrong && (
        <p role="alert" className="w-full text-sm text-danger">
          That is not the same file as {name}. On an iPhone choose it through Files, since Photos
          may convert it; or cancel this one and send the other.
        </p>
      )}
    </>
  );
}
