import { IncomingMessage } from 'node:http';

/**
 * A request that may ask for another protocol. Only WebSocket is spoken here, and a server may ignore all else (RFC 9110, 7.8), as `h2c`,
 * which `curl --http2` and Java's HttpClient offer with every request. Node leaves no choice before version 24: where anybody listens for
 * upgrades, it hands over every request that asks for one. But it asks the request whether it does.
 */
export class PossibleUpgrade extends IncomingMessage {
  private asks = false;

  get upgrade(): boolean {
    return this.asks && /^ *websocket *$/i.test(this.headers.upgrade ?? '');
  }

  /** Called by Node, with what its parser says, and then with whether anybody listens. */
  set upgrade(asks: boolean | null) {
    this.asks = asks === true;
  }
}
