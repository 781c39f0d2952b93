/** Two ends of a connection inside one test: what goes in on one side comes out on the other, later. */
import { toHex } from "./blocks";
import { digest } from "./digest";
import type { Lane, Lanes } from "./lane";
import type { Source } from "./source";

type Message = string | ArrayBuffer;

export class SimulatedLane implements Lane {
  onMessage: ((message: unknown) => void) | undefined;
  onClose: (() => void) | undefined;
  /** Sees each message before it leaves; what it returns leaves in its place. */
  tamper: (message: Message) => Message | undefined = (message) => message;
  readonly sent: Message[] = [];
  fittingMessage = Infinity;
  partner!: SimulatedLane;
  #open = true;

  send(message: string | ArrayBuffer | Uint8Array<ArrayBuffer>): void {
    if (!this.#open) return;
    const passed = this.tamper(message instanceof Uint8Array ? message.slice().buffer : message);
    if (passed === undefined) return;
    this.sent.push(passed);
    // A macrotask, as in a browser: everything the sender had pending runs before the receiver sees it.
    setTimeout(() => {
      if (this.#open) this.partner.onMessage?.(passed);
    });
  }

  room(): Promise<void> | undefined {
    return undefined;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    setTimeout(() => {
      this.onClose?.();
      this.partner.close();
    });
  }
}

export interface SimulatedLanes extends Lanes {
  control: SimulatedLane;
  data: SimulatedLane;
}

export function connectedLanes(maxMessage = 65_536): [SimulatedLanes, SimulatedLanes] {
  const [controlA, controlB] = lanePair();
  const [dataA, dataB] = lanePair();
  return [
    { control: controlA, data: dataA, maxMessage },
    { control: controlB, data: dataB, maxMessage },
  ];
}

export function lanePair(): [SimulatedLane, SimulatedLane] {
  const [a, b] = [new SimulatedLane(), new SimulatedLane()];
  a.partner = b;
  b.partner = a;
  return [a, b];
}

/** Whether a message on the control lane holds these words. */
export function says(message: string | ArrayBuffer, words: string): boolean {
  return typeof message === "string" && message.includes(words);
}

export async function sha256(bytes: ArrayBuffer): Promise<string> {
  return toHex(await crypto.subtle.digest("SHA-256", bytes));
}

/** Bytes that differ everywhere, so that a block in the wrong place cannot go unnoticed. */
export function someBytes(size: number): ArrayBuffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return words.buffer.slice(0, size);
}

export function memorySource(bytes: ArrayBuffer): Source & {
  reads: number;
  released: number;
  closed: boolean;
} {
  return {
    size: bytes.byteLength,
    reads: 0,
    released: 0,
    closed: false,
    read(offset, length) {
      this.reads += 1;
      return digest(bytes.slice(offset, offset + length));
    },
    release(block) {
      this.released += 1;
      // Whoever still uses it sends what is not in the file.
      new Uint8Array(block).fill(0);
    },
    close() {
      this.closed = true;
    },
  };
}
