/** The API's shapes under their own names; generated from the OpenAPI document (`npm run api:types`). */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type UserSummary = Schemas["UserSummary"];
export type User = Schemas["User"];
export type PublicProfile = Schemas["PublicProfile"];
export type DanceRole = NonNullable<User["danceRole"]>;
export type DanceEvent = Schemas["DanceEvent"];
export type EventSummary = Schemas["EventSummary"];
export type Participant = Schemas["Participant"];
export type EventMessage = Schemas["EventMessage"];
export type PrivateMessage = Schemas["PrivateMessage"];
export type Match = Schemas["Match"];
export type MatchStatus = Match["status"];
export type OwedVideo = Match["exchange"]["mine"];
export type Rating = Schemas["Rating"];
export type RatingStats = Schemas["RatingStats"];
export type HistoryEntry = Schemas["HistoryEntry"];
export type MatchAsOf = Schemas["MatchAsOf"];
export type MatchState = Schemas["MatchState"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type LogEvent = Schemas["LogEvent"];
export type Aggregate = Schemas["Aggregate"];
export type Report = Schemas["Report"];
export type ReportStatus = Report["status"];
export type ReportOutcome = NonNullable<Report["outcome"]>;
export type ReportContext = Schemas["ReportContext"];
export type ModerationAct = ReportContext["acts"][number];
export type Notice = Schemas["Notices"]["items"][number];
export type ReportReason = Schemas["Report"]["reason"];
export type IceServers = Schemas["IceServers"];
export type TransferReport = Schemas["TransferReport"];
export type TransferStatistics = Schemas["TransferStatistics"];
export type TransferCounts = Schemas["TransferCounts"];
export type TransferDay = Schemas["TransferDay"];
export type KindCount = Schemas["KindCount"];
export type Percentiles = Schemas["Percentiles"];
