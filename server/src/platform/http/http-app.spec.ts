import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { createLogger } from '../logging/logger.ts';
import { createHttpApp, type Authorise } from './http-app.ts';
import { OriginPolicy } from './origin.ts';
import { route, type Route } from './route.ts';

type Actor = { name: string };
const ORIGIN = 'http://localhost:4200';

const Greeting = z.object({ text: z.string() });
const routes: Route<string, Actor>[] = [
  route({
    method: 'GET',
    path: '/api/greeting/:name',
    permission: 'greet',
    action: 'greeting.read',
    params: z.object({ name: z.string().max(5) }),
    reply: Greeting,
    run: ({ params }) => Promise.resolve({ text: `Hello ${params.name}`, secret: 'kept here' }),
  }),
  route({
    method: 'POST',
    path: '/api/greeting',
    permission: 'greet',
    action: 'greeting.write',
    body: Greeting,
    reply: 'empty',
    run: () => Promise.resolve(),
  }),
  route({
    method: 'GET',
    path: '/api/refused',
    permission: 'greet',
    action: 'greeting.refuse',
    reply: 'empty',
    run: () => Promise.reject(new DomainError('call.refused-by-gate', undefined, { reasons: ['hours'] })),
  }),
  route({
    method: 'GET',
    path: '/api/broken',
    permission: 'greet',
    action: 'greeting.break',
    reply: 'empty',
    run: () => Promise.reject(new Error('the password is hunter2')),
  }),
];

describe('the HTTP application', () => {
  let server: Server;
  let base = '';
  let folder = '';
  const lines: string[] = [];
  const authorise: Authorise<string, Actor> = async (call, work) => {
    const actor = { name: 'somebody' };
    call.subject(actor);
    return work(actor);
  };
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(base + path, init);
  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    ask('/api/greeting', { method: 'POST', body, headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers } });
  const codeOf = async (answer: Promise<Response>): Promise<string> => ((await (await answer).json()) as { code: string }).code;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'client-'));
    await writeFile(join(folder, 'index.html'), '<app-root ngCspNonce="x"></app-root><style>p{}</style>');
    await writeFile(join(folder, 'main-5XQ2ABCD.js'), 'export {};');
    const logger = createLogger('trace', { write: (line) => void lines.push(line) });
    const origins = new OriginPolicy([ORIGIN]);
    server = createServer(
      createHttpApp({
        routes,
        authorise,
        origins,
        logger,
        connectUris: ['ws://127.0.0.1:5066/'],
        isTls: false,
        clientFolder: folder,
        probes: {},
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });

  it('answers what the contract names and nothing else', async () => {
    const answer = await ask('/api/greeting/Hana');
    expect(await answer.json()).toEqual({ text: 'Hello Hana' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('refuses malformed input with a pointer to the field and without its value', async () => {
    const answer = await post('{"text": 42}');
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toEqual(
      jasmine.objectContaining({ code: 'request.invalid', errors: [{ pointer: '/text', detail: 'expected string' }] }),
    );
    expect(await codeOf(ask('/api/greeting/Hanakoooo'))).toBe('request.invalid');
  });

  it('takes JSON only, of a limited size, and well-formed', async () => {
    expect(await codeOf(post('text=hello', { 'content-type': 'application/x-www-form-urlencoded' }))).toBe('request.invalid');
    expect(await codeOf(post('{"text":'))).toBe('request.invalid');
    expect(await codeOf(post(JSON.stringify({ text: 'x'.repeat(70_000) })))).toBe('request.too-large');
    expect((await post('{"text":"hello"}')).status).toBe(204);
  });

  it('changes nothing for another site or a page that hides where it is from', async () => {
    expect(await codeOf(post('{"text":"hello"}', { origin: 'https://evil.example' }))).toBe('session.foreign-origin');
    expect(
      await codeOf(
        ask('/api/greeting', { method: 'POST', body: '{"text":"hello"}', headers: { 'content-type': 'application/json' } }),
      ),
    ).toBe('session.foreign-origin');
    expect(await codeOf(post('{"text":"hello"}', { origin: 'null' }))).toBe('session.foreign-origin');
  });

  it('carries the reasons of a refusal', async () => {
    const answer = await ask('/api/refused');
    expect(answer.status).toBe(409);
    expect(await answer.json()).toEqual(jasmine.objectContaining({ code: 'call.refused-by-gate', reasons: ['hours'] }));
  });

  it('says nothing about an unexpected error but a number that finds it in the log', async () => {
    const answer = await ask('/api/broken');
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).not.toContain('hunter2');
    const { instance } = JSON.parse(text) as { instance: string };
    expect(lines.some((line) => line.includes(instance) && line.includes('An unexpected error'))).toBeTrue();
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('gives every page but the API the index page with a nonce of its own', async () => {
    const [one, two] = await Promise.all([ask('/cases/7'), ask('/')]);
    const [html, csp] = [await one.text(), one.headers.get('content-security-policy') ?? ''];
    const nonce = /ngCspNonce="([^"]+)"/.exec(html)?.[1] ?? 'none';
    expect(csp).toContain(`'nonce-${nonce}'`);
    expect(html).toContain(`<style nonce="${nonce}">`);
    expect(one.headers.get('cache-control')).toBe('no-store');
    expect(await two.text()).not.toContain(nonce);
    expect(await codeOf(ask('/api/nothing'))).toBe('route.not-found');
    expect((await ask('/missing-12345678.js')).status).toBe(404);
  });

  it('lets browsers keep hashed files for ever', async () => {
    expect((await ask('/main-5XQ2ABCD.js')).headers.get('cache-control')).toContain('immutable');
  });

  it('sets a policy that allows no foreign or inline script and no frame', async () => {
    const { headers } = await ask('/');
    const csp = headers.get('content-security-policy') ?? '';
    for (const directive of ["script-src 'self';", "frame-ancestors 'none'", "connect-src 'self' ws://127.0.0.1:5066;"])
      expect(csp).toContain(directive);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});
