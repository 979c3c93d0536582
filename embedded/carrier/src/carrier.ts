import type { AddressInfo } from 'node:net';
import Srf from 'drachtio-srf';
import type { Logger } from 'pino';
import { CallLog } from './calls/call-log.ts';
import { formatHostPort, type CarrierConfig } from './config.ts';
import { createControlApi, listen } from './control-api.ts';
import { Exchange } from './exchange.ts';
import { FrameClock } from './media/frame-clock.ts';
import { RtpPorts } from './media/rtp-ports.ts';
import { startSipLine } from './sip-line.ts';
import { hasEspeak, synthesise } from './voice/espeak.ts';
import { allPhrases } from './voice/phrases.ts';
import { ToneSpeech, VoiceSpeech, type Speech } from './voice/speech.ts';
import { VoiceLibrary } from './voice/voice-library.ts';

export interface Carrier {
  /** Where the control API listens, host:port. */
  readonly control: string;
  /** Where SIP is spoken, host:port. */
  readonly sip: string;
  /** Everybody hangs up, then all ports are free again. */
  close(): Promise<void>;
}

/** Long enough for BYE and CANCEL to be answered; a gateway that is gone already answers nothing. */
const FAREWELL_MS = 1000;

/** Starts the carrier and its residents. @throws when a port is taken */
export async function startCarrier(config: CarrierConfig, log: Logger): Promise<Carrier> {
  const { speech, stop: stopSpeech } = await chooseSpeech(config, log);
  const srf = new Srf();
  const calls = new CallLog();
  const exchange = new Exchange({
    srf,
    gateway: config.gateway,
    calls,
    answerMs: config.answerMs,
    equipment: {
      rtpHost: config.sip.host,
      ports: new RtpPorts(config.sip.host, config.rtpPorts),
      clock: new FrameClock(),
      speech,
      log,
    },
  });
  const line = await startSipLine(srf, config.sip, log).catch((error: unknown) => {
    stopSpeech();
    throw error;
  });
  const api = createControlApi({ calls, placeCall: (parties) => exchange.placeCall(parties), log });
  const server = await listen(api, config.control).catch(async (error: unknown) => {
    stopSpeech();
    await line.close();
    throw error;
  });
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    control: formatHostPort({ host: config.control.host, port }),
    sip: line.address,
    close: async () => {
      stopSpeech();
      server.close();
      server.closeAllConnections();
      const wereCalls = calls.current().length > 0;
      exchange.hangUpAll();
      if (wereCalls) await new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
      await line.close();
    },
  };
}

async function chooseSpeech(config: CarrierConfig, log: Logger): Promise<{ speech: Speech; stop: () => void }> {
  if (config.voice === 'tone') return { speech: new ToneSpeech(), stop: () => undefined };
  if (!(await hasEspeak())) {
    log.warn('espeak-ng is not installed: residents sound as a tone');
    return { speech: new ToneSpeech(), stop: () => undefined };
  }
  const library = new VoiceLibrary({ folder: config.cache, synthesise, log });
  library.prepare(allPhrases()).catch((error: unknown) => log.warn({ err: error }, 'voices cannot be kept in the cache folder'));
  return { speech: new VoiceSpeech(library), stop: () => library.stop() };
}
