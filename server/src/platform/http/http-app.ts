import { randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import { currentContext, runInContext } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Logger } from '../logging/logger.ts';
import { parseInput, toProblem } from '../problem-document.ts';
import { normaliseAddress } from './address.ts';
import { Content, parseRange } from './content-reply.ts';
import type { OriginPolicy } from './origin.ts';
import type { ReplyContract, Route, RouteInput } from './route.ts';
import { securityHeaders } from './security-headers.ts';
import { staticClient } from './static-client.ts';

/** Checks who is calling, runs the work if they may, and records that it happened. */
export type Authorise<Permission extends string, Actor> = <T>(
  call: {
    permission: Permission;
    action: string;
    subject: (actor: Actor) => string | null;
    cookies: string | undefined;
    address: string;
  },
  work: (actor: Actor) => Promise<T>,
) => Promise<T>;

export interface HttpAppOptions<Permission extends string, Actor> {
  routes: readonly Route<Permission, Actor>[];
  authorise: Authorise<Permission, Actor>;
  origins: OriginPolicy;
  logger: Logger;
  connectUris: readonly string[];
  isTls: boolean;
  clientFolder: string | undefined;
  /** GET handlers outside the API that need nobody to be logged in: health. */
  probes: Record<string, RequestHandler>;
}

const BODY_LIMIT = '64kb';

/** The express application: headers, origin check, declared routes, the client's files, one error handler. */
export function createHttpApp<Permission extends string, Actor>(options: HttpAppOptions<Permission, Actor>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(openContext(options.logger));
  app.use(securityHeaders(options));
  for (const [path, handler] of Object.entries(options.probes)) app.get(path, handler);
  app.use('/api', checkOrigin(options.origins), requireJson, express.json({ limit: BODY_LIMIT, strict: true }), noStore);
  for (const declared of options.routes) mount(app, declared, options.authorise);
  app.use('/api', () => {
    throw new DomainError('route.not-found');
  });
  if (options.clientFolder !== undefined) app.use(staticClient(options.clientFolder));
  app.use(() => {
    throw new DomainError('route.not-found');
  });
  app.use(answerError(options.logger));
  return app;
}

function openContext(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    response.set('X-Request-Id', requestId);
    runInContext({ requestId }, () => {
      response.on('finish', () => {
        // The route's pattern, not the address: an address may hold what somebody typed.
        const route: unknown = request.route;
        const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
        const ms = Math.round(performance.now() - startedAt);
        logger.debug(
          { requestId, method: request.method, route: path, status: response.statusCode, ms },
          'A request was answered.',
        );
      });
      next();
    });
  };
}

function checkOrigin(origins: OriginPolicy): RequestHandler {
  return (request, _response, next) => {
    if (!origins.permitsRequest(request.method, request.headers.origin)) throw new DomainError('session.foreign-origin');
    next();
  };
}

const requireJson: RequestHandler = (request, _response, next) => {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && request.is('application/json') === false)
    throw new DomainError('request.invalid', 'The body must be application/json.');
  next();
};

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

function mount<Permission extends string, Actor>(
  app: Express,
  declared: Route<Permission, Actor>,
  authorise: Authorise<Permission, Actor>,
): void {
  const handle: RequestHandler = async (request, response) => {
    let named: string | null = null;
    const exchange = {
      address: normaliseAddress(request.socket.remoteAddress),
      setCookie: (cookie: string) => void response.append('Set-Cookie', cookie),
      nameSubject: (id: string) => void (named = id),
    };
    let input: Omit<RouteInput<unknown, unknown, Actor>, 'actor'> | undefined;
    const parsedInput = () =>
      (input ??= {
        params: parseInput(declared.params, request.params),
        body: parseInput(declared.body, request.body),
        exchange,
      });
    const call = {
      permission: declared.permission,
      action: declared.action,
      subject: (actor: Actor) => named ?? declared.subject({ ...parsedInput(), actor }),
      cookies: request.headers.cookie,
      address: exchange.address,
    };
    const result = await authorise(call, (actor) => declared.run({ ...parsedInput(), actor }));
    await answer(declared.reply, declared.status, result, { request, response });
  };
  if (declared.method === 'GET') app.get(declared.path, handle);
  if (declared.method === 'POST') app.post(declared.path, handle);
  if (declared.method === 'DELETE') app.delete(declared.path, handle);
}

async function answer(
  reply: ReplyContract,
  status: number,
  result: unknown,
  exchange: { request: Request; response: Response },
): Promise<void> {
  if (result instanceof Content) return sendContent(result, exchange);
  if (reply === 'empty' || reply === 'content') return void exchange.response.status(status).end();
  // Parsing drops every field the contract does not name: nothing leaves by accident.
  exchange.response.status(status).json(reply.parse(result));
}

async function sendContent(content: Content, { request, response }: { request: Request; response: Response }): Promise<void> {
  response.set({ 'Content-Type': content.mediaType, 'Cache-Control': 'no-store', 'Accept-Ranges': 'bytes' });
  if (content.fileName !== undefined) response.attachment(content.fileName).type(content.mediaType);
  const range = parseRange(request.headers.range, content.size);
  if (range === 'unsatisfiable') {
    response.status(416).set('Content-Range', `bytes */${content.size}`).end();
    return await content.close();
  }
  const { start, end } = range === 'whole' ? { start: 0, end: content.size } : range;
  response.status(range === 'whole' ? 200 : 206).set('Content-Length', String(end - start));
  if (range !== 'whole') response.set('Content-Range', `bytes ${start}-${end - 1}/${content.size}`);
  if (request.method === 'HEAD') {
    response.end();
    return await content.close();
  }
  await pipeline(content.stream(start, end), response).catch((error: unknown) => {
    // A listener who stops early is no error; nobody is left to tell.
    if (!response.destroyed) throw error;
  });
}

function answerError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = toProblem(translateParserError(error), currentContext()?.requestId ?? randomUUID(), logger);
    logger.info({ code: problem.code, status: problem.status }, 'A request was refused.');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** body-parser, the router and send throw http-errors, told apart by their status. */
function translateParserError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DomainError || !('status' in error)) return error;
  if (error.status === 413) return new DomainError('request.too-large');
  if (error.status === 404) return new DomainError('route.not-found');
  const isRequestFault = typeof error.status === 'number' && error.status >= 400 && error.status < 500;
  return isRequestFault ? new DomainError('request.invalid', 'The request could not be read.') : error;
}
