/** Hands the one socket down, and lets components subscribe to it. Retrying and resuming stay in `Socket`. */
import { createContext, use, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import type { PushData, PushType } from "./frames";
import { Socket, type SocketStatus } from "./socket";

const SocketContext = createContext<Socket | undefined>(undefined);

interface SocketProviderProps {
  renewSession: () => Promise<boolean>;
  onSignedOut: () => void;
  onResyncRequired: () => void;
  children: ReactNode;
}

/** Mounted while a person is signed in; its life is the connection's. The first callbacks stay. */
export function SocketProvider({ children, ...callbacks }: SocketProviderProps) {
  const [socket] = useState(
    () => new Socket({ url: `${window.location.origin.replace(/^http/, "ws")}/ws`, ...callbacks }),
  );
  useEffect(() => {
    socket.start();
    return () => socket.stop();
  }, [socket]);
  return <SocketContext value={socket}>{children}</SocketContext>;
}

export function useSocket(): Socket {
  const socket = use(SocketContext);
  if (!socket) throw new Error("useSocket is used outside of SocketProvider");
  return socket;
}

export function useSocketStatus(): SocketStatus {
  const socket = useSocket();
  return useSyncExternalStore(
    (onChange) => socket.onStatus(onChange),
    () => socket.status,
  );
}

/** Calls `handler` with each frame of `type` while the component is there. */
export function usePush<Type extends PushType>(
  type: Type,
  handler: (data: PushData<Type>, position?: number) => void,
): void {
  const socket = useSocket();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(
    () => socket.on(type, (data, position) => latest.current(data, position)),
    [socket, type],
  );
}
