import * as v from "valibot";

import { ProtocolViolation } from "./violation";

/** Text longer than this is refused unread: the largest honest message is an offer with its thumbnail. */
const LONGEST_MESSAGE = 64 * 1024;
export const LONGEST_THUMBNAIL = 40_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const file = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const reason = v.picklist([
  "cancelled",
  "damaged",
  "source-changed",
  /** Chosen again, and not the file that was chosen before. */
  "another-file",
  "storage",
]);

export const LONGEST_NAME = 255;
export const LONGEST_TYPE = 127;
export const FORBIDDEN_IN_NAMES = "[\\\\/\\p{Cc}\\p{Bidi_Control}]";
export const TYPE = /^([\w.+-]+\/[\w.+-]+)?$/;
const forbidden = new RegExp(FORBIDDEN_IN_NAMES, "u");

/** A name is shown and becomes a download's name, so it may not look like a path or hide its ending. */
const fileName = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(LONGEST_NAME),
  v.check((name) => !forbidden.test(name) && name !== "." && name !== ".."),
);

export const offer = v.object({
  type: v.literal("offer"),
  file,
  /** The same across reconnects, so that the receiver knows a file it already holds a part of. */
  transfer: v.pipe(v.string(), v.uuid()),
  name: fileName,
  size: v.pipe(count, v.minValue(1)),
  mime: v.pipe(v.string(), v.maxLength(LONGEST_TYPE), v.regex(TYPE)),
  lastModified: v.pipe(v.number(), v.safeInteger()),
  /** The sender has paused it: to be answered when it is offered again without this. */
  paused: v.optional(v.boolean()),
  /** Seconds of video. */
  duration: v.nullish(v.pipe(v.number(), v.finite(), v.minValue(0))),
  thumbnail: v.nullish(
    v.pipe(
      v.string(),
      v.maxLength(LONGEST_THUMBNAIL),
      v.regex(/^data:image\/jpeg;base64,[A-Za-z0-9+/]+=*$/),
    ),
  ),
});

const hello = v.object({
  type: v.literal("hello"),
  versions: v.pipe(v.array(v.pipe(v.number(), v.integer())), v.minLength(1), v.maxLength(16)),
  /** One page's life. Another instance means that the partner's page was reloaded and numbers its files anew. */
  instance: v.pipe(v.string(), v.uuid()),
  /** Whoever says this is to say of each lane how much arrived. Earlier ones of this version do not. */
  acknowledges: v.optional(v.boolean()),
});

const acknowledge = v.object({
  type: v.literal("acknowledge"),
  /** 0 is the main one. */
  lane: count,
  /** That have arrived over it since it opened, headers included. */
  bytes: count,
});

const fromSender = v.variant("type", [
  offer,
  v.object({ type: v.literal("block"), file, index: count, hash: sha256 }),
  v.object({ type: v.literal("complete"), file, root: sha256 }),
  v.object({ type: v.literal("pause"), file }),
  v.object({ type: v.literal("withdraw"), file, reason }),
]);

const blockRange = v.tuple([count, count]);

const fromReceiver = v.variant("type", [
  v.object({
    type: v.literal("accept"),
    file,
    epoch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff)),
    have: v.pipe(v.array(blockRange), v.maxLength(4096)),
    /** Bytes the sender may have under way beyond what `progress` has confirmed. */
    window: v.pipe(count, v.minValue(1)),
  }),
  v.object({ type: v.literal("decline"), file }),
  v.object({ type: v.literal("progress"), file, bytes: count }),
  v.object({ type: v.literal("again"), file, block: count }),
  v.object({ type: v.literal("wait"), file }),
  v.object({ type: v.literal("verified"), file, root: sha256 }),
  v.object({ type: v.literal("stop"), file, reason }),
]);

const controlMessage = v.variant("type", [
  hello,
  acknowledge,
  ...fromSender.options,
  ...fromReceiver.options,
]);

export type Reason = v.InferOutput<typeof reason>;
export type Hello = v.InferOutput<typeof hello>;
export type Offer = v.InferOutput<typeof offer>;
export type Acknowledgement = v.InferOutput<typeof acknowledge>;
export type SenderMessage = v.InferOutput<typeof fromSender>;
export type ReceiverMessage = v.InferOutput<typeof fromReceiver>;
export type ControlMessage = Hello | Acknowledgement | SenderMessage | ReceiverMessage;

const known = new Set(
  controlMessage.options.map((option) => option.entries.type.literal as string),
);
const sendersTypes = new Set(
  fromSender.options.map((option) => option.entries.type.literal as string),
);

export function isFromSender(message: SenderMessage | ReceiverMessage): message is SenderMessage {
  return sendersTypes.has(message.type);
}

/** `undefined` is a message of a type this version does not know, which is no reason to give up. */
export function decodeControl(text: unknown): ControlMessage | undefined {
  if (typeof text !== "string") throw new ProtocolViolation("bytes on the control channel");
  if (text.length > LONGEST_MESSAGE) throw new ProtocolViolation("a control message too long");
  const json = parsed(text);
  if (
    typeof json !== "object" ||
    json === null ||
    !("type" in json) ||
    typeof json.type !== "string"
  ) {
    throw new ProtocolViolation("a control message without a type");
  }
  if (!known.has(json.type)) return undefined;
  const result = v.safeParse(controlMessage, json);
  if (!result.success) {
    throw new ProtocolViolation(
      `${json.type}: ${result.issues.map((issue) => issue.message).join("; ")}`,
    );
  }
  return result.output;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolViolation("a control message that is not JSON");
  }
}
