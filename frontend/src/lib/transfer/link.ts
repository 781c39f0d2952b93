import { ByteLane } from "./byte-lane";
import {
  type Acknowledgement,
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
const MAIN_LANE = 0;

/**
 * One connection's life above its lanes: greets, agrees on a version, decodes what arrives, and ends at
 * the first thing that breaks the protocol.
 */
export class Link {
  readonly #lanes: Lanes;
  readonly #events: LinkEvents;
  readonly #main: ByteLane;
  readonly #forBytes: ByteLane[];
  readonly #working = new Set<(lane: ByteLane) => void>();
  #lossTold: ReturnType<typeof setTimeout> | undefined;
  #narrow = false;
  #greeted = false;
  /** Whether the partner acknowledges what arrives there. */
  #acknowledged = false;
  #ended = false;

  constructor(lanes: Lanes, instance: string, events: LinkEvents) {
    this.#lanes = lanes;
    this.#events = events;
    lanes.control.onMessage = (message) => this.#guarded(() => this.#control(message));
    this.#main = new ByteLane(lanes.data, MAIN_LANE);
    lanes.data.onMessage = (message) => this.#guarded(() => this.#bytes(this.#main, message));
    lanes.onLane = (lane, id) => this.#join(lane, id);
    this.#forBytes = [this.#main];
    lanes.control.onClose = lanes.data.onClose = () => this.#end("lost");
    this.tell({ type: "hello", versions: VERSIONS, instance, acknowledges: true });
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

  /** The shortest of late on the main lane, in milliseconds, where the partner acknowledges. */
  get roundTrip(): number | undefined {
    return this.#main.roundTrip;
  }

  /** Asks for further lanes, if it has not turned out that they are of no use. */
  widen(): void {
    if (!this.#ended && !this.#narrow) this.#lanes.widen?.();
  }

  /** Sends over one lane for as long as this link lasts; the others end what they have begun. */
  narrow(): void {
    this.#narrow = true;
  }

  uses(lane: ByteLane): boolean {
    return lane.isOpen && (!this.#narrow || lane === this.#main);
  }

  /** The lane that lasts as long as the link. */
  get mainLane(): ByteLane {
    return this.#main;
  }

  /** Runs `work` over every lane for bytes, those that join meanwhile included, until all have ended. */
  async overEachLane(work: (lane: ByteLane) => Promise<void>): Promise<void> {
    const running: Promise<void>[] = [];
    const begin = (lane: ByteLane) => {
      const begun = work(lane);
      // Met below, when it is this lane's turn to be waited for.
      begun.catch(() => undefined);
      running.push(begun);
    };
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
  maxPayload(lane: ByteLane): number {
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
      this.#acknowledged = message.acknowledges ?? false;
      if (this.#acknowledged) for (const lane of this.#forBytes) lane.limit();
      this.#events.onOpen(message.instance);
    } else {
      if (!this.#greeted) throw new ProtocolViolation("no hello");
      if (message?.type === "acknowledge") this.#acknowledge(message);
      else if (message) this.#events.onMessage(message);
    }
  }

  #acknowledge({ lane: id, bytes }: Acknowledgement): void {
    // One of a lane that is gone may still be under way.
    this.#forBytes.find((lane) => lane.id === id)?.acknowledge(bytes);
  }

  #bytes(lane: ByteLane, message: unknown): void {
    // The lanes are independent: the hello may be overtaken, but no bytes are asked for before it.
    if (!this.#greeted) throw new ProtocolViolation("bytes before the hello");
    if (!(message instanceof ArrayBuffer)) throw new ProtocolViolation("words on the data channel");
    const frame = decodeFrame(message);
    const bytes = lane.arrived(message.byteLength);
    if (bytes !== undefined) this.tell({ type: "acknowledge", lane: lane.id, bytes });
    this.#events.onFrame(frame);
  }

  #join(further: Lane, id: number): void {
    if (this.#ended) {
      further.close();
      return;
    }
    const lane = new ByteLane(further, id);
    if (this.#acknowledged) lane.limit();
    further.onMessage = (message) => this.#guarded(() => this.#bytes(lane, message));
    further.onClose = () => this.#leave(lane);
    this.#forBytes.push(lane);
    if (this.#narrow) return;
    for (const begin of this.#working) begin(lane);
  }

  #leave(lane: ByteLane): void {
    lane.close();
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
