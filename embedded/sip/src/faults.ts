import type { Logger } from 'pino';
import type { Clock } from './transaction/clock.ts';

/** Takes an error nobody expected. One message or timer failing must not take the other calls with it. */
export type ReportFault = (where: 'message' | 'timer' | 'command', error: unknown) => void;

/** Writes faults to the log: name and place only, because an error's text may repeat what a message said. */
export function faultLog(log: Logger): ReportFault {
  return (where, error) => {
    const isError = error instanceof Error;
    const places = isError ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
    log.error({ where, name: isError ? error.name : typeof error, places: places.slice(0, 6) }, 'Something failed unexpectedly');
  };
}

/** The same clock, with errors in its callbacks reported instead of thrown. */
export function guardClock(clock: Clock, report: ReportFault): Clock {
  return {
    startTimer: (delayMs, onElapsed) =>
      clock.startTimer(delayMs, () => {
        try {
          onElapsed();
        } catch (error) {
          report('timer', error);
        }
      }),
  };
}
