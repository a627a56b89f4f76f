import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';

/** What is under way on WebSockets, each operation until it has really ended, and by the id that its client has given it. */
export interface WebSocketOperations {
  /** @returns false, and nothing begins, where one of that id has not ended: their answers could not be told apart */
  begins(socket: WebSocket, id: string): boolean;
  /** It is a subscription, which nobody waits for when the server stops. */
  follows(socket: WebSocket, id: string): void;
  ends(socket: WebSocket, id: string): void;
  count(socket: WebSocket): number;
  /** Whether no more is to begin. */
  isLeaving(): boolean;
  /**
   * Leaves each WebSocket once it waits for no answer of a query or a mutation any more.
   * @param longest milliseconds, after which those that still do are not waited for
   */
  leave(sockets: Iterable<WebSocket>, longest: number, leaveOne: (socket: WebSocket) => void): Promise<void>;
}

type Kind = 'answer' | 'subscription';

export function webSocketOperations(): WebSocketOperations {
  const open = new WeakMap<WebSocket, Map<string, Kind>>();
  const staying = new Set<WebSocket>();
  let leaving = false;
  let leaveIdle = () => {};

  const of = (socket: WebSocket): Map<string, Kind> => {
    const operations = open.get(socket) ?? new Map();
    open.set(socket, operations);
    return operations;
  };
  const isIdle = (socket: WebSocket): boolean =>
    socket.readyState !== socket.OPEN || ![...of(socket).values()].includes('answer');

  return {
    begins(socket, id) {
      const operations = of(socket);
      if (operations.has(id)) return false;
      operations.set(id, 'answer');
      return true;
    },
    follows(socket, id) {
      of(socket).set(id, 'subscription');
      leaveIdle();
    },
    ends(socket, id) {
      of(socket).delete(id);
      leaveIdle();
    },
    count: (socket) => of(socket).size,
    isLeaving: () => leaving,
    async leave(sockets, longest, leaveOne) {
      leaving = true;
      const late = new AbortController();
      leaveIdle = () => {
        for (const socket of staying)
          if (isIdle(socket)) {
            staying.delete(socket);
            leaveOne(socket);
          }
        if (staying.size === 0) late.abort();
      };
      for (const socket of sockets) {
        staying.add(socket);
        socket.once('close', leaveIdle);
      }
      leaveIdle();
      await delay(longest, undefined, { signal: late.signal }).catch(() => {});
    },
  };
}
