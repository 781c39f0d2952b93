import {
  type ControlMessage,
  decodeControl,
  type ReceiverMessage,
  type SenderMessage,
} from "./control";
import { decodeFrame, type Frame, HEADER_BYTES, PROTOCOL_VERSION } from "./frames";
import type { Lane, Lanes } from "./lane";
import { ProtocolViolation } from "./violation";

export type LinkEnd = "lost" | "violation" | "no-common-version";

export interface LinkEvents {
  /** Both have said hello; `partner` names the life of the partner's page. */
  onOpen(partner: string): void;
  onMessage(message: SenderMessage | ReceiverMessage): void;
  onFrame(frame: Frame): void;
  /** A further lane is gone, and what was under way on it will not come. */
  onLaneLost(): void;
  /** Once, and nothing after it. */
  onEnd(end: LinkEnd): void;
}

const VERSIONS = [PROTOCOL_VERSION];

/**
 * One connection's life above its lanes: greets, agrees on a version, decodes what arrives, and ends at
 * the first thing that breaks the protocol.
 */
export class Link {
  readonly #lanes: Lanes;
  readonly #events: LinkEvents;
  readonly #forBytes: Lane[];
  readonly #working = new Set<(lane: Lane) => void>();
  #lossTold: ReturnType<typeof setTimeout> | undefined;
  #narrow = false;
  #greeted = false;
  #ended = false;

  constructor(lanes: Lanes, instance: string, events: LinkEvents) {
    this.#lanes = lanes;
    this.#events = events;
    lanes.control.onMessage = (message) => this.#guarded(() => this.#control(message));
    lanes.data.onMessage = (message) => this.#guarded(() => this.#bytes(message));
    lanes.onLane = (lane) => this.#join(lane);
    this.#forBytes = [lanes.data];
    lanes.control.onClose = lanes.data.onClose = () => this.#end("lost");
    this.tell({ type: "hello", versions: VERSIONS, instance });
  }

  /** Gives the connection up, as one that was lost. */
  close(): void {
    this.#end("lost");
  }

  tell(message: ControlMessage): void {
    if (!this.#ended) this.#lanes.control.send(JSON.stringify(message));
  }

  /** How many lanes there are that bytes go over. */
  get lanesForBytes(): number {
    return this.#narrow ? 1 : this.#forBytes.length;
  }

  /** Asks for further lanes, if it has not turned out that they are of no use. */
  widen(): void {
    if (!this.#ended && !this.#narrow) this.#lanes.widen?.();
  }

  /** Sends over one lane for as long as this link lasts; the others end what they have begun. */
  narrow(): void {
    this.#narrow = true;
  }

  uses(lane: Lane): boolean {
    return lane.isOpen && (!this.#narrow || lane === this.#lanes.data);
  }

  /** The lane that lasts as long as the link. */
  get mainLane(): Lane {
    return this.#lanes.data;
  }

  /** Runs `work` over every lane for bytes, those that join meanwhile included, until all have ended. */
  async overEachLane(work: (lane: Lane) => Promise<void>): Promise<void> {
    const running: Promise<void>[] = [];
    const begin = (lane: Lane) => void running.push(work(lane));
    this.#forBytes.filter((lane) => this.uses(lane)).forEach(begin);
    this.#working.add(begin);
    try {
      // Whoever joins meanwhile stands at the end of it.
      for (const lane of running) await lane;
    } finally {
      this.#working.delete(begin);
      await Promise.allSettled(running);
    }
  }

  /** What a frame may carry over this lane now: it follows the pace of the network. */
  maxPayload(lane: Lane): number {
    return Math.min(this.#lanes.maxMessage, lane.fittingMessage) - HEADER_BYTES;
  }

  #control(text: unknown): void {
    const message = decodeControl(text);
    if (message?.type === "hello") {
      if (this.#greeted) throw new ProtocolViolation("a second hello");
      if (!message.versions.some((version) => VERSIONS.includes(version))) {
        this.#end("no-common-version");
        return;
      }
      this.#greeted = true;
      this.#events.onOpen(message.instance);
    } else {
      if (!this.#greeted) throw new ProtocolViolation("no hello");
      if (message) this.#events.onMessage(message);
    }
  }

  #bytes(message: unknown): void {
    // The lanes are independent: the hello may be overtaken, but no bytes are asked for before it.
    if (!this.#greeted) throw new ProtocolViolation("bytes before the hello");
    if (!(message instanceof ArrayBuffer)) throw new ProtocolViolation("words on the data channel");
    this.#events.onFrame(decodeFrame(message));
  }

  #join(lane: Lane): void {
    if (this.#ended) {
      lane.close();
      return;
    }
    lane.onMessage = (message) => this.#guarded(() => this.#bytes(message));
    lane.onClose = () => this.#leave(lane);
    this.#forBytes.push(lane);
    if (this.#narrow) return;
    for (const begin of this.#working) begin(lane);
  }

  #leave(lane: Lane): void {
    const index = this.#forBytes.indexOf(lane);
    if (this.#ended || index < 0) return;
    this.#forBytes.splice(index, 1);
    // They mostly go together.
    if (this.#lossTold) return;
    this.#lossTold = setTimeout(() => {
      this.#lossTold = undefined;
      if (!this.#ended) this.#guarded(() => this.#events.onLaneLost());
    });
  }

  #guarded(handle: () => void): void {
    if (this.#ended) return;
    try {
      handle();
    } catch (cause) {
      if (!(cause instanceof ProtocolViolation)) throw cause;
      console.warn("the partner broke the transfer protocol:", cause.message);
      this.#end("violation");
    }
  }

  #end(end: LinkEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#lanes.control.close();
    for (const lane of this.#forBytes) lane.close();
    this.#events.onEnd(end);
  }
}
