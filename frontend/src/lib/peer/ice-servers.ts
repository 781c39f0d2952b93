import { api, unwrap } from "../api/client";

/** Asked again well before the relay's credentials run out. */
const SHARE_OF_LIFE = 0.8;

let known: { iceServers: RTCIceServer[]; until: number } | undefined;

/**
 * Who tells a browser its address as seen from outside, and who relays when there is no direct way.
 * `fresh` asks even though what is known should still be good: the relay says that it is not.
 */
export async function iceServers({ fresh = false } = {}): Promise<RTCIceServer[]> {
  if (!fresh && known && known.until > Date.now()) return known.iceServers;
  try {
    const { iceServers: servers, ttlSeconds } = await unwrap(api.GET("/api/webrtc/ice-servers"));
    const usable = servers.map(({ urls, username, credential }) => ({
      urls,
      ...(username && credential ? { username, credential } : {}),
    }));
    known = { iceServers: usable, until: Date.now() + ttlSeconds * 1000 * SHARE_OF_LIFE };
    return usable;
  } catch (cause) {
    // Two phones on one network find each other without anybody's help.
    console.warn("no ICE servers to be had", cause);
    return known?.iceServers ?? [];
  }
}
