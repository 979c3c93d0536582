import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { WebSocket } from 'ws';

export interface Account {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const token = (): string => randomBytes(6).toString('hex');

/** REGISTERs as a browser would (RFC 7118), answering one digest challenge; resolves with the final status. */
export function registerOverWebSocket(uri: string, account: Account): Promise<number> {
  const socket = new WebSocket(uri, 'sip');
  const callId = token();
  const register = (sequence: number, authorization = ''): string =>
    request(
      'REGISTER',
      `sip:${account.realm}`,
      `SIP/2.0/WS ${token()}.invalid`,
      { username: account.username, domain: account.realm, callId, sequence },
      [
        `Contact: <sip:${token()}@${token()}.invalid;transport=ws>`,
        'Expires: 60',
        ...(authorization ? [`Authorization: ${authorization}`] : []),
      ],
    );
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer to REGISTER')), 5_000);
    socket.once('error', reject);
    socket.once('open', () => socket.send(register(1)));
    let isChallenged = false;
    socket.on('message', (data: Buffer) => {
      const answer = data.toString('utf8');
      const status = Number(/^SIP\/2\.0 (\d{3})/.exec(answer)?.[1]);
      if (status < 200) return;
      if (status === 401 && !isChallenged) {
        isChallenged = true;
        socket.send(register(2, digest(answer, account)));
        return;
      }
      clearTimeout(timer);
      socket.close();
      resolve(status);
    });
  });
}

/** Sends one request over UDP to the trunk side; resolves with the status of the first final response. */
export function sendOverUdp(port: number, method: string, user: string, domain: string): Promise<number> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), 5_000);
    socket.on('message', (message) => {
      const status = Number(/^SIP\/2\.0 (\d{3})/.exec(message.toString('utf8'))?.[1]);
      if (status < 200) return;
      clearTimeout(timer);
      socket.close();
      resolve(status);
    });
    socket.bind(0, '127.0.0.1', () => {
      const via = `SIP/2.0/UDP 127.0.0.1:${socket.address().port}`;
      const contact = `Contact: <sip:${user}@127.0.0.1:${socket.address().port}>`;
      socket.send(
        request(method, `sip:${user}@127.0.0.1:${port}`, via, { username: user, domain, callId: token(), sequence: 1 }, [
          contact,
        ]),
        port,
        '127.0.0.1',
      );
    });
  });
}

interface Dialog {
  readonly username: string;
  readonly domain: string;
  readonly callId: string;
  readonly sequence: number;
}

function request(method: string, uri: string, via: string, dialog: Dialog, extra: readonly string[]): string {
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${via};branch=z9hG4bK${token()};rport`,
    'Max-Forwards: 70',
    `From: <sip:${dialog.username}@${dialog.domain}>;tag=${token()}`,
    `To: <sip:${dialog.username}@${dialog.domain}>`,
    `Call-ID: ${dialog.callId}`,
    `CSeq: ${dialog.sequence} ${method}`,
    ...extra,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

function digest(challenge: string, { username, password, realm }: Account): string {
  const header = /^WWW-Authenticate:(.*)$/im.exec(challenge)?.[1] ?? '';
  const parameter = (name: string): string | undefined => new RegExp(`\\b${name}="?([^",]+)"?`, 'i').exec(header)?.[1];
  const nonce = parameter('nonce') ?? '';
  const uri = `sip:${realm}`;
  const ha1 = md5(`${username}:${parameter('realm') ?? realm}:${password}`);
  const ha2 = md5(`REGISTER:${uri}`);
  const qop = parameter('qop');
  const cnonce = token();
  const response = qop ? md5(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`) : md5(`${ha1}:${nonce}:${ha2}`);
  const tail = qop ? `, qop=auth, nc=00000001, cnonce="${cnonce}"` : '';
  return `Digest username="${username}", realm="${parameter('realm') ?? realm}", nonce="${nonce}", uri="${uri}", algorithm=MD5, response="${response}"${tail}`;
}
