import {
  type ControlMessage,
  decodeControl,
  type ReceiverMessage,
  type SenderMessage,
} from "./control";
import { decodeFrame, type Frame, HEADER_BYTES, PROTOCOL_VERSION } from "./frames";
import type { Lanes } from "./lane";
import { ProtocolViolation } from "./violation";

export type LinkEnd = "lost" | "violation" | "no-common-version";

export interface LinkEvents {
  /** Both have said hello; `partner` names the life of the partner's page. */
  onOpen(partner: string): void;
  onMessage(message: SenderMessage | ReceiverMessage): void;
  onFrame(frame: Frame): void;
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
  #greeted = false;
  #ended = false;

  constructor(lanes: Lanes, instance: string, events: LinkEvents) {
    this.#lanes = lanes;
    this.#events = events;
    lanes.control.onMessage = (message) => this.#guarded(() => this.#control(message));
    lanes.data.onMessage = (message) => this.#guarded(() => this.#bytes(message));
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

  /** What a frame may carry now: it follows the pace of the network. */
  get maxPayload(): number {
    const { maxMessage, data } = this.#lanes;
    return Math.min(maxMessage, data.fittingMessage) - HEADER_BYTES;
  }

  roomForBytes(): Promise<void> | undefined {
    return this.#ended ? undefined : this.#lanes.data.room();
  }

  sendBytes(frame: Uint8Array<ArrayBuffer>): void {
    if (!this.#ended) this.#lanes.data.send(frame);
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
    this.#lanes.data.close();
    this.#events.onEnd(end);
  }
}
