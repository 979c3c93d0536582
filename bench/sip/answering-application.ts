// The application of the benchmark: answers calls at once, lets everybody register after a challenge. `CONTROL` is host:port.
import { env } from 'node:process';
import Srf from 'drachtio-srf';

const SDP = [
  'v=0',
  'o=city 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  '',
].join('\r\n');
const CHALLENGE = 'Digest realm="bench", nonce="5f2a", algorithm=MD5, qop="auth"';

const srf = new Srf();
srf.on('error', (error: Error) => {
  console.error(error.message);
  process.exit(1);
});
srf.use('invite', (request, response) => {
  srf.createUAS(request, response, { localSdp: SDP }).catch((error: Error) => console.error(error.message));
});
srf.use('register', (request, response) => {
  if (request.has('Authorization')) response.send(200, { headers: { Contact: request.get('Contact'), Expires: '300' } });
  else response.send(401, { headers: { 'WWW-Authenticate': CHALLENGE } });
});
const [host, port] = (env['CONTROL'] ?? '').split(':');
srf.on('connect', () => console.log('connected'));
void srf.connect({ host: host ?? '', port: Number(port), secret: env['DRACHTIO_SECRET'] ?? '' });
