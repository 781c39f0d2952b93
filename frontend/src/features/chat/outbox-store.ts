/**
 * Where messages wait on this device, each under its own key: two tabs share it, and what one of
 * them writes must not undo what the other wrote.
 */
import * as v from "valibot";

const outgoing = v.object({
  id: v.string(),
  room: v.variant("kind", [
    v.object({ kind: v.literal("event"), eventId: v.string() }),
    v.object({ kind: v.literal("private"), matchId: v.string() }),
  ]),
  content: v.string(),
  type: v.picklist(["text", "link"]),
  createdAt: v.string(),
  /** As it is sent, where its room is encrypted: made once, so that it is the same when sent again. */
  sealed: v.optional(v.string()),
  /** What the server said against it; without this the message still waits to be sent. */
  refusal: v.optional(v.string()),
});

export type Outgoing = v.InferOutput<typeof outgoing>;

const storedText = v.pipe(v.string(), v.parseJson());
const storedOne = v.pipe(storedText, outgoing);
const storedList = v.pipe(storedText, v.array(outgoing));

export class OutboxStore {
  private readonly storage: Storage;
  private readonly key: string;

  constructor(storage: Storage, key: string) {
    this.storage = storage;
    this.key = key;
    this.takeOverList();
  }

  /** Oldest first. */
  all(): Outgoing[] {
    const names = Array.from({ length: this.storage.length }, (_, at) => this.storage.key(at));
    return names
      .flatMap((name) => (name?.startsWith(this.nameOf("")) ? this.read(name) : []))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
  }

  put(entry: Outgoing): void {
    this.storage.setItem(this.nameOf(entry.id), JSON.stringify(entry));
  }

  remove(id: string): void {
    this.storage.removeItem(this.nameOf(id));
  }

  /** Calls `listener` when another tab changed something; answers how to stop. */
  onChangedElsewhere(listener: () => void): () => void {
    const hear = ({ key, storageArea }: StorageEvent) => {
      const ours = key === null || key.startsWith(this.nameOf(""));
      if (ours && storageArea === this.storage) listener();
    };
    window.addEventListener("storage", hear);
    return () => window.removeEventListener("storage", hear);
  }

  private nameOf(id: string): string {
    return `${this.key}.${id}`;
  }

  private read(name: string): Outgoing[] {
    const parsed = v.safeParse(storedOne, this.storage.getItem(name));
    // Written by another version of the app: what cannot be read cannot be sent.
    return parsed.success ? [parsed.output] : [];
  }

  /** Earlier versions kept one list of all. */
  private takeOverList(): void {
    const parsed = v.safeParse(storedList, this.storage.getItem(this.key));
    this.storage.removeItem(this.key);
    if (parsed.success) for (const entry of parsed.output) this.put(entry);
  }
}
