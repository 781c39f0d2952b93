import { expect, vi } from "vitest";
import { BLOCK_BYTES } from "./blocks";
import { createDigests } from "./digests";
import { Handover, type Transfer } from "./handover";
import type { Hasher } from "./hasher";
import { connectedLanes, memorySource, type SimulatedLanes, someBytes } from "./simulation";
import { openBlobSink } from "./sink";

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
  readonly handover = new Handover(
    { openSink: openBlobSink, createHasher: () => this.#hasher() },
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

  /** The latest one. */
  get transfer(): Transfer {
    const latest = this.transfers.at(-1);
    if (!latest) throw new Error("no transfer yet");
    return latest;
  }

  async sends(bytes = VIDEO, name = "jack-and-jill.mp4"): Promise<string> {
    return this.handover.send(memorySource(bytes), await createDigests(), {
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
    if (state.phase !== "done" || !state.file) throw new Error("no file");
    return state.file.arrayBuffer();
  }

  async reaches(phase: Transfer["state"]["phase"]): Promise<void> {
    await vi.waitFor(() => expect(this.transfers.at(-1)?.state.phase).toBe(phase), PATIENCE);
  }

  async finds(misunderstanding: string): Promise<void> {
    await vi.waitFor(() => expect(this.misunderstandings).toEqual([misunderstanding]), PATIENCE);
  }

  async #hasher(): Promise<Hasher> {
    const hasher = await createDigests();
    return {
      ...hasher,
      digest: async (block) => {
        await new Promise((resolve) => setTimeout(resolve, this.slowness));
        return hasher.digest(block);
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
