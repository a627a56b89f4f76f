import { WebSocket } from 'ws';

/** What opens WebSockets: Node 20 has nothing of its own. See `imports` in package.json. */
export const webSocket: unknown = WebSocket;
