/** Names of what is cached from the server, shared so that one feature's command can refresh another's view. */
export const keys = {
  me: ["me"] as const,
  person: (id: string) => ["person", id] as const,
  events: ["events"] as const,
  eventList: (filter: object) => ["events", "list", filter] as const,
  event: (idOrSlug: string) => ["events", "one", idOrSlug] as const,
  participants: (eventId: string) => ["participants", eventId] as const,
  messages: (roomKey: string) => ["messages", roomKey, "pages"] as const,
  liveMessages: (roomKey: string) => ["messages", roomKey, "live"] as const,
  matches: ["matches"] as const,
  matchList: (status: string) => ["matches", "list", status] as const,
  match: (id: string) => ["matches", "one", id] as const,
  matchHistory: (id: string) => ["matches", "history", id] as const,
  ratings: ["ratings"] as const,
  ratingsOf: (userId: string) => ["ratings", "of", userId] as const,
  ratingStats: (userId: string) => ["ratings", "stats", userId] as const,
};
