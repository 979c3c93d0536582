import { Buffer } from 'node:buffer';
import type { CommandReply, SipEvent } from '../agent/application.ts';
import type { CallRecord } from '../agent/call-records.ts';
import { serialize } from '../message/sip-message.ts';
import type { SipMessage } from '../message/sip-message.ts';
import type { Endpoint, Flow } from '../transport/flow.ts';

/** WebSocket is reported as what carries it, as drachtio-server does. */
const REPORTED_PROTOCOL = { udp: 'udp', tcp: 'tcp', tls: 'tls', ws: 'tcp', wss: 'tls' } as const;

/** The payload that brings a message to the application: `id|sip|source|bytes|protocol|address|port|time|txnId|dlgId|...`. */
export function eventPayload(id: string, event: SipEvent, now: Date): Buffer {
  const { source, message, flow, txnId, dialogId, receivedOn } = event;
  const bytes = serialize(message);
  const tail = receivedOn === undefined ? '' : `${receivedOn.host}|${receivedOn.port}|`;
  const line = `${id}|sip|${meta(source, bytes, flow, protocolOf(message, flow), flow.remote, now)}|${txnId}|${dialogId}|${tail}`;
  return withMessage(line, bytes);
}

/** The payload that tells the application its message was sent, with the whole message as it went out. */
export function sentPayload(id: string, requestId: string, reply: Extract<CommandReply, { ok: true }>, now: Date): Buffer {
  const { sent, flow, txnId, dialogId } = reply;
  const bytes = serialize(sent);
  const isRequest = sent.kind === 'request';
  const fields = meta('application', bytes, flow, REPORTED_PROTOCOL[flow.protocol], isRequest ? flow.local : flow.remote, now);
  const tail = isRequest ? `${txnId}|Msg sent:|` : `${txnId}|${dialogId}||Msg sent:|`;
  return withMessage(`${id}|response|${requestId}|OK|${fields}|${tail}`, bytes);
}

/** The payload of a call record: `id|cdr:stop|source|time|reason`, without the last field for `cdr:attempt`. */
export function recordPayload(id: string, { kind, source, detail, message }: CallRecord, now: Date): Buffer {
  const last = detail === undefined ? '' : `|${detail}`;
  return withMessage(`${id}|cdr:${kind}|${source}|${timeOfDay(now)}${last}`, serialize(message));
}

/** drachtio-server reports no protocol for an ACK to a 2xx over UDP. */
function protocolOf(message: SipMessage, flow: Flow): string {
  const isUdpAck = message.kind === 'request' && message.method === 'ACK' && flow.protocol === 'udp';
  return isUdpAck ? '' : REPORTED_PROTOCOL[flow.protocol];
}

function meta(source: string, bytes: Buffer, flow: Flow, protocol: string, address: Endpoint, now: Date): string {
  return `${source}|${bytes.length}|${protocol}|${address.host}|${address.port}|${timeOfDay(now)}`;
}

/** `HH:MM:SS.uuuuuu` in UTC. */
function timeOfDay(now: Date): string {
  return `${now.toISOString().slice(11, 23)}000`;
}

function withMessage(line: string, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${line}\r\n`, 'utf8'), bytes]);
}
