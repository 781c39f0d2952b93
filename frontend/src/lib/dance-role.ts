import type { DanceRole } from "./api/types";

export const danceRoles: { value: DanceRole; word: string }[] = [
  { value: "leader", word: "Leader" },
  { value: "follower", word: "Follower" },
  { value: "switch", word: "Both roles" },
];

export function roleWord(role: DanceRole): string {
  return danceRoles.find(({ value }) => value === role)?.word ?? role;
}
