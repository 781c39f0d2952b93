import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import * as v from "valibot";

/** What a page tells the page of a match: these videos, kept for it, are to go at once. */
export interface SendNow {
  sendNow: string[];
}

const schema = v.object({ sendNow: v.array(v.string()) });
const NONE: readonly string[] = [];

/** Once: a reload or the way back must not send again. */
export function useSendNow(): readonly string[] {
  const state = useLocation().state as unknown;
  const navigate = useNavigate();
  const [names] = useState(() => {
    const asked = v.safeParse(schema, state);
    return asked.success ? asked.output.sendNow : NONE;
  });
  useEffect(() => {
    if (state !== null) void navigate(".", { replace: true, state: null });
  }, [state, navigate]);
  return names;
}
