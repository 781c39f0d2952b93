import { expect, vi } from "vitest";
import { BLOCK_BYTES } from "./blocks";
import { digest } from "./digest";
import { Handover, type Transfer } from "./handover";
import type { Hasher } from "./hasher";
import { Disk } from "./simulated-disk";
import { connectedLanes, memorySource, type SimulatedLanes, someBytes } from "./simulation";

/** Two and a half blocks: a first, a middle and a short last one. */
export const SIZE = 2 * BLOCK_BYTES + 1_234_567;
export const VIDEO = someBytes(SIZE);

const PATIENCE = { timeout: 60_000, interval: 2 };

/** Somebody's page, without the page. */
export class Person {
  transfers: readonly Transfer[] = [];
  readonly over: Transfer[] = [];
  readonly misunderstandings: string[] = [];
  wanted = false;
  /** The bytes shown, each time something changed. */
  readonly seen: number[] = [];
  /** Milliseconds that each hash takes. */
  slowness = 0;
  /** What outlives the page. */
  readonly disk: Disk;
  readonly handover: Handover;

  constructor(disk = new Disk()) {
    this.disk = disk;
    this.handover = new Handover(
      { openSink: disk.openSink, createHasher: () => this.#hasher() },
      disk.records,
      {
        onChange: (transfers) => {
          this.transfers = transfers;
          for (const { state } of transfers) this.seen.push(state.bytes);
        },
        onOver: (transfer) => this.over.push(transfer),
        onWanted: (wanted) => (this.wanted = wanted),
        onMisunderstanding: (end) => this.misunderstandings.push(end),
      },
    );
  }

  /** The page is gone without a word, and opened again. */
  async reloads(): Promise<Person> {
    this.disk.letGo();
    const reloaded = new Person(this.disk);
    await reloaded.handover.restore();
    return reloaded;
  }

  /** The latest one. */
  get transfer(): Transfer {
    const latest = this.transfers.at(-1);
    if (!latest) throw new Error("no transfer yet");
    return latest;
  }

  /** What was sent last, as it was read. */
  source = memorySource(VIDEO);

  sends(bytes = VIDEO, name = "jack-and-jill.mp4"): string {
    this.source = memorySource(bytes);
    return this.handover.send(this.source, {
      name,
      size: bytes.byteLength,
      mime: "video/mp4",
      lastModified: 1_790_000_000_000,
    });
  }

  async accepts(): Promise<void> {
    await this.reaches("offered");
    this.handover.accept(this.transfer.id);
  }

  async receives(): Promise<ArrayBuffer> {
    await this.reaches("done");
    const { state } = this.transfer;
    if (state.phase !== "done" || !state.kept) throw new Error("no file");
    return state.kept.file.arrayBuffer();
  }

  async reaches(phase: Transfer["state"]["phase"]): Promise<void> {
    await vi.waitFor(() => expect(this.transfers.at(-1)?.state.phase).toBe(phase), PATIENCE);
  }

  async finds(misunderstanding: string): Promise<void> {
    await vi.waitFor(() => expect(this.misunderstandings).toEqual([misunderstanding]), PATIENCE);
  }

  #hasher(): Hasher {
    return {
      digest: async (block) => {
        await new Promise((resolve) => setTimeout(resolve, this.slowness));
        return digest(block);
      },
      close() {
        // Nothing is held beyond memory.
      },
    };
  }
}

/** A new connection between the two; answers the lanes of each. */
export function connectPeople(anna: Person, ben: Person): [SimulatedLanes, SimulatedLanes] {
  const [annas, bens] = connectedLanes();
  anna.handover.connect(annas);
  ben.handover.connect(bens);
  return [annas, bens];
}
