/**
 * What the server says over the socket, decoded once, here. A frame of an unknown type or shape
 * is reported by the caller and dropped, so that a client of last week survives today's deploy.
 */
import * as v from "valibot";

const avatar = v.optional(v.nullable(v.string()), null);
const position = v.optional(v.number());

export const userSummarySchema = v.object({ id: v.string(), username: v.string(), avatar });

const eventSummarySchema = v.object({
  id: v.string(),
  slug: v.string(),
  name: v.string(),
  location: v.string(),
  startDate: v.string(),
  endDate: v.string(),
});

const matchChange = v.object({ matchId: v.string(), partner: userSummarySchema });

export const descriptionSchema = v.object({
  type: v.picklist(["offer", "answer", "pranswer", "rollback"]),
  sdp: v.optional(v.string()),
});

export const candidateSchema = v.nullable(
  v.object({
    candidate: v.optional(v.string()),
    sdpMid: v.nullish(v.string()),
    sdpMLineIndex: v.nullish(v.number()),
    usernameFragment: v.nullish(v.string()),
  }),
);

const frame = <Type extends string, Payload extends v.GenericSchema>(type: Type, data: Payload) =>
  v.object({ type: v.literal(type), data, position });

const frameSchema = v.variant("type", [
  frame(
    "hello",
    v.object({
      userId: v.string(),
      connectionId: v.string(),
      heartbeatSeconds: v.number(),
      position: v.number(),
    }),
  ),
  v.object({ type: v.literal("ack"), id: v.string(), data: v.optional(v.unknown()) }),
  v.object({
    type: v.literal("error"),
    id: v.nullish(v.string()),
    data: v.object({
      code: v.string(),
      title: v.optional(v.string(), "Something went wrong"),
      detail: v.nullish(v.string()),
      retryAfterMs: v.nullish(v.number()),
      roomId: v.nullish(v.string()),
    }),
  }),
  v.object({ type: v.literal("heartbeat") }),
  frame("resumed", v.object({ position: v.number() })),
  frame("resync_required", v.optional(v.object({ position: v.optional(v.number()) }), {})),
  frame(
    "event_message",
    v.object({
      id: v.string(),
      roomId: v.string(),
      eventId: v.string(),
      userId: v.string(),
      username: v.string(),
      avatar,
      content: v.string(),
      type: v.string(),
      createdAt: v.string(),
    }),
  ),
  frame(
    "private_message",
    v.object({
      id: v.string(),
      matchId: v.string(),
      userId: v.string(),
      username: v.string(),
      avatar,
      content: v.string(),
      type: v.string(),
      createdAt: v.string(),
    }),
  ),
  frame("message_edited", v.object({ id: v.string(), content: v.string() })),
  frame("message_retracted", v.object({ id: v.string() })),
  frame(
    "typing",
    v.object({
      eventId: v.optional(v.string()),
      matchId: v.optional(v.string()),
      userId: v.string(),
      username: v.string(),
    }),
  ),
  frame(
    "room_read",
    v.object({
      eventId: v.optional(v.string()),
      matchId: v.optional(v.string()),
      userId: v.string(),
      position: v.number(),
    }),
  ),
  frame("active_users", v.object({ eventId: v.string(), users: v.array(userSummarySchema) })),
  frame(
    "match_request_received",
    v.object({ matchId: v.string(), fromUser: userSummarySchema, event: eventSummarySchema }),
  ),
  frame("match_accepted", matchChange),
  frame("match_declined", matchChange),
  frame("match_cancelled", matchChange),
  frame("match_completed", matchChange),
  frame("rating_revealed", v.object({ matchId: v.string() })),
  frame("video_handed_over", v.object({ matchId: v.string(), from: v.string(), to: v.string() })),
  frame("encryption_offered", v.object({ matchId: v.string(), by: v.string() })),
  frame("encryption_agreed", v.object({ matchId: v.string(), by: v.string() })),
  frame(
    "webrtc_offer",
    v.object({ matchId: v.string(), fromUserId: v.string(), offer: descriptionSchema }),
  ),
  frame(
    "webrtc_answer",
    v.object({ matchId: v.string(), fromUserId: v.string(), answer: descriptionSchema }),
  ),
  frame(
    "webrtc_ice_candidate",
    v.object({ matchId: v.string(), fromUserId: v.string(), candidate: candidateSchema }),
  ),
]);

export type Frame = v.InferOutput<typeof frameSchema>;

/** Frames that answer or steer the connection itself; the socket keeps them to itself. */
type ControlType = "hello" | "ack" | "error" | "heartbeat" | "resumed" | "resync_required";
export type PushType = Exclude<Frame["type"], ControlType>;
export type Push<Type extends PushType = PushType> = Extract<Frame, { type: Type }>;
export type PushData<Type extends PushType> = Push<Type>["data"];

/** The frame in `text`, or undefined when this client does not know such frames. */
export function decodeFrame(text: string): Frame | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(frameSchema, raw);
  return parsed.success ? parsed.output : undefined;
}
