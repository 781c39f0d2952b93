import type { User } from "../../lib/api/types";

/* The server decides; this only spares people doors that stay shut. */

export function mayAudit({ roles }: Pick<User, "roles">): boolean {
  return roles.includes("auditor") || roles.includes("admin");
}

export function mayModerate({ roles }: Pick<User, "roles">): boolean {
  return roles.includes("moderator") || roles.includes("admin");
}

export function maySeeStatistics({ roles }: Pick<User, "roles">): boolean {
  return roles.includes("admin");
}
