import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { NoRtpPortError } from './media/rtp-ports.ts';
import type { HostPort } from './config.ts';
import { isComplete } from './residents.ts';
import { CallStateError, type CarrierCall } from './calls/carrier-call.ts';
import type { CallLog } from './calls/call-log.ts';

const NationalNumber = z
  .string()
  .regex(/^0\d{9,10}$/)
  .refine(isComplete);
const PlaceCall = z.object({ from: NationalNumber, to: NationalNumber }).strict();
const SendDigits = z.object({ digits: z.string().regex(/^[0-9*#A-D]{1,32}$/) }).strict();
const Frequencies = z
  .string()
  .regex(/^\d{1,4}(?:,\d{1,4}){0,15}$/)
  .transform((text) => text.split(',').map(Number))
  .refine((frequencies) => frequencies.every((hz) => hz > 0 && hz < 4000));

interface ControlOptions {
  readonly calls: CallLog;
  /** A resident calls the city. @throws NoRtpPortError */
  readonly placeCall: (parties: z.infer<typeof PlaceCall>) => Promise<CarrierCall>;
  readonly log: Logger;
}

/** A request that cannot be served; `status` is its HTTP status. */
class ControlError extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.name = 'ControlError';
    this.status = status;
  }
}

/** The carrier's HTTP API for tests and benchmarks: place calls as a resident, see what residents heard. */
export function createControlApi(options: ControlOptions): Express {
  const { calls } = options;
  const api = express().disable('x-powered-by');
  api.use(express.json({ limit: '4kb' }));
  api.get('/healthz', (_request, response) => void response.json({ status: 'ok', calls: calls.current().length }));
  api.get('/calls', (_request, response) => void response.json(calls.newestFirst().map((call) => call.view())));
  api.post('/calls', async (request, response) => {
    const parties = parse(PlaceCall, request.body, 'from and to must be complete numbers in national form');
    const call = await options.placeCall(parties);
    response.status(201).location(`/calls/${call.id}`).json({ id: call.id });
  });
  api.get('/calls/:id', (request, response) => void response.json(callOf(calls, request).view()));
  api.delete('/calls/:id', (request, response) => {
    callOf(calls, request).hangUp();
    response.status(204).end();
  });
  api.get('/calls/:id/heard', (request, response) => {
    const frequencies = parse(
      Frequencies,
      request.query['frequencies'] ?? '1000',
      'frequencies must be hertz below 4000, joined by commas',
    );
    response.json(callOf(calls, request).heardLevels(frequencies));
  });
  api.get('/calls/:id/times', (request, response) => void response.json(callOf(calls, request).times));
  api.get('/calls/:id/digits', (request, response) => void response.json({ digits: callOf(calls, request).digits }));
  api.post('/calls/:id/digits', (request, response) => {
    callOf(calls, request).sendDigits(parse(SendDigits, request.body, 'digits must be 1 to 32 of 0-9 * # A-D').digits);
    response.status(202).end();
  });
  api.use(() => {
    throw new ControlError(404, 'there is nothing at this address');
  });
  api.use(answerError(options.log));
  return api;
}

/** Serves the API. @throws when the port is taken */
export async function listen(api: Express, at: HostPort): Promise<Server> {
  const server = createServer(api);
  server.listen(at.port, at.host);
  await once(server, 'listening');
  return server;
}

function parse<Output>(schema: z.ZodType<Output>, input: unknown, otherwise: string): Output {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new ControlError(400, otherwise);
  return parsed.data;
}

function callOf(calls: CallLog, request: Request<{ id: string }>): CarrierCall {
  const call = calls.find(request.params.id);
  if (!call) throw new ControlError(404, 'there is no such call');
  return call;
}

function answerError(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, detail } = problemOf(error);
    if (status >= 500 && !(error instanceof NoRtpPortError)) log.error({ err: error }, 'a control request failed');
    response.status(status).type('application/problem+json').json({ status, detail });
  };
}

function problemOf(error: unknown): { status: number; detail: string } {
  if (error instanceof ControlError) return { status: error.status, detail: error.message };
  if (error instanceof CallStateError) return { status: 409, detail: error.message };
  if (error instanceof NoRtpPortError) return { status: 503, detail: error.message };
  if (
    error instanceof Error &&
    'expose' in error &&
    error.expose === true &&
    'status' in error &&
    typeof error.status === 'number'
  ) {
    return { status: error.status, detail: 'the request body cannot be read' };
  }
  return { status: 500, detail: 'something went wrong in the carrier' };
}
