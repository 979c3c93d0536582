import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import { REALM } from './gateway-stage.ts';

interface Reply {
  readonly status: number;
  readonly header: (name: string) => string;
  readonly body: string;
  readonly toTag: string;
}

/** An agent's browser as far as signalling goes: SIP over WebSocket with digest, and a WebRTC offer whose media never comes up. */
export class FakeBrowser {
  readonly requests: string[] = [];
  readonly #socket: WebSocket;
  readonly #credential: { readonly username: string; readonly password: string };
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  readonly #host = `${randomBytes(6).toString('hex')}.invalid`;
  readonly #callId = randomUUID();
  readonly #tag = randomBytes(4).toString('hex');
  #cseq = 0;
  #toTag = '';

  private constructor(socket: WebSocket, credential: FakeBrowser['credential']) {
    this.#socket = socket;
    this.#credential = credential;
    // The SIP WebSocket subprotocol sends one message per frame (RFC 7118 §5).
    socket.on('message', (data: Buffer) => {
      this.#receive(data.toString());
    });
  }

  static async open(port: number, credential: { username: string; password: string }): Promise<FakeBrowser> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'sip');
    await once(socket, 'open');
    return new FakeBrowser(socket, credential);
  }

  get credential(): { readonly username: string; readonly password: string } {
    return this.#credential;
  }

  async register(expires = 600): Promise<Reply> {
    const uri = `sip:${REALM}`;
    const send = (authorization: string): Promise<Reply> =>
      this.#request('REGISTER', uri, {
        callId: randomUUID(),
        extra: [`Expires: ${expires}`, ...(authorization === '' ? [] : [`Authorization: ${authorization}`])],
      });
    const challenge = await send('');
    if (challenge.status !== 401) return challenge;
    return send(this.#answer('REGISTER', uri, challenge.header('WWW-Authenticate')));
  }

  /** INVITEs the desk; on 200 sends the ACK. */
  async invite(target = 'desk'): Promise<Reply> {
    const uri = `sip:${target}@${REALM}`;
    const send = (authorization: string): Promise<Reply> =>
      this.#request('INVITE', uri, {
        callId: this.#callId,
        extra: ['Content-Type: application/sdp', ...(authorization === '' ? [] : [`Proxy-Authorization: ${authorization}`])],
        body: webRtcOffer(),
      });
    let reply = await send('');
    if (reply.status === 407) {
      this.#write('ACK', uri, this.#cseq, { callId: this.#callId, toTag: reply.toTag, extra: [] });
      reply = await send(this.#answer('INVITE', uri, reply.header('Proxy-Authenticate')));
    }
    this.#toTag = reply.toTag;
    this.#write('ACK', uri, this.#cseq, { callId: this.#callId, toTag: reply.toTag, extra: [] });
    return reply;
  }

  async request(method: string): Promise<Reply> {
    return this.#request(method, `sip:${REALM}`, { callId: randomUUID(), extra: [] });
  }

  async bye(): Promise<Reply> {
    return this.#request('BYE', `sip:desk@${REALM}`, { callId: this.#callId, toTag: this.#toTag, extra: [] });
  }

  close(): void {
    this.#socket.terminate();
  }

  #request(method: string, uri: string, options: RequestOptions): Promise<Reply> {
    this.#cseq += 1;
    const cseq = this.#cseq;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`No reply to ${method}`));
      }, 4_000);
      this.#waiting.set(`${cseq} ${method}`, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      this.#write(method, uri, cseq, options);
    });
  }

  #write(method: string, uri: string, cseq: number, { callId, toTag, extra, body = '' }: RequestOptions): void {
    const { username } = this.#credential;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/WS ${this.#host};branch=z9hG4bK${randomBytes(8).toString('hex')}`,
      'Max-Forwards: 70',
      `From: <sip:${username}@${REALM}>;tag=${this.#tag}`,
      `To: <${method === 'REGISTER' ? `sip:${username}@${REALM}` : uri}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:${username}@${this.#host};transport=ws>`,
      ...extra,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.#socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  #receive(text: string): void {
    if (!text.startsWith('SIP/2.0')) {
      this.#answerRequest(text);
      return;
    }
    const status = Number(text.slice(8, 11));
    const header = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';
    if (status < 200) return;
    const cseq = header('CSeq');
    const reply = {
      status,
      header,
      body: text.slice(text.indexOf('\r\n\r\n') + 4),
      toTag: /;tag=([^;\s]+)/.exec(header('To'))?.[1] ?? '',
    };
    this.#waiting.get(cseq)?.(reply);
    this.#waiting.delete(cseq);
  }

  #answerRequest(text: string): void {
    if (text.trim() === '') return;
    this.requests.push(text.slice(0, text.indexOf(' ')));
    const copied = text.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
    this.#socket.send(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
  }

  #answer(method: string, uri: string, challenge: string): string {
    const field = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const { username, password } = this.#credential;
    const cnonce = randomBytes(8).toString('hex');
    const ha1 = md5(`${username}:${field('realm')}:${password}`);
    const response = md5(`${ha1}:${field('nonce')}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
    return (
      `Digest username="${username}", realm="${field('realm')}", nonce="${field('nonce')}", uri="${uri}", ` +
      `response="${response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="${cnonce}"`
    );
  }
}

interface RequestOptions {
  readonly callId: string;
  readonly toTag?: string;
  readonly extra: readonly string[];
  readonly body?: string;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function webRtcOffer(): string {
  const fingerprint = [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
  return [
    'v=0',
    `o=- ${Date.now()} 2 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126',
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    'a=candidate:1 1 udp 2122260223 127.0.0.1 49999 typ host',
    `a=fingerprint:sha-256 ${fingerprint}`,
    'a=setup:actpass',
    'a=mid:0',
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:126 telephone-event/8000',
    '',
  ].join('\r\n');
}
