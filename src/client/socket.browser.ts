/** What opens WebSockets: the browser's own. See `imports` in package.json. */
export const webSocket: unknown = undefined;
