import { FORBIDDEN_IN_NAMES, LONGEST_NAME, LONGEST_TYPE, TYPE } from "./control";

/** The longest ending that is kept when a name is cut. */
const LONGEST_ENDING = 16;

/** A file's name as it may be offered: some systems put invisible marks of direction into names. */
export function sendableName(name: string): string {
  const clean = name.replace(/[\\/]/g, "_").replace(new RegExp(FORBIDDEN_IN_NAMES, "gu"), "");
  if (clean === "" || clean === "." || clean === "..") return "video";
  return shortened(clean);
}

/** A file's type without parameters; none where it is not of the usual form. */
export function sendableType(type: string): string {
  const [bare = ""] = type.split(";");
  const trimmed = bare.trim();
  return TYPE.test(trimmed) && trimmed.length <= LONGEST_TYPE ? trimmed : "";
}

function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && name.length - dot <= LONGEST_ENDING ? name.slice(dot) : "";
  return name.slice(0, LONGEST_NAME - ending.length) + ending;
}
