/** A WebSocket server that says everything again; for short messages, which come in one frame. */
import { createHash } from 'node:crypto';

const CLOSE = 8;

/** @param {string} key */
const acceptance = (key) => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/**
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:stream').Duplex} socket
 */
export function echo(req, socket) {
  const [protocol] = (req.headers['sec-websocket-protocol'] ?? '').split(',');
  socket.write(['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptance(req.headers['sec-websocket-key'] ?? '')}`, `Sec-WebSocket-Protocol: ${protocol}`, '', ''].join('\r\n'));
  socket.on('error', () => socket.destroy());
  socket.on('data', (/** @type {Buffer} */ frame) => {
    const length = frame[1] & 0x7f;
    const mask = frame.subarray(2, 6);
    const payload = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]);
    socket.write(Buffer.concat([Buffer.from([frame[0], length]), payload]));
    if ((frame[0] & 0x0f) === CLOSE) socket.end();
  });
}
