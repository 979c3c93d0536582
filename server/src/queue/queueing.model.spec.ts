import { RESIDENT } from '#contracts/parties.contract';
import { AGENT, anInboundCall, CALL } from '../calls/call.factory.ts';
import { end, type Call } from '../calls/call.model.ts';
import { noteAnnounced, noteDigit, noteQueued } from './queueing-facts.model.ts';
import { newQueueing } from './queueing.model.ts';

const AT = '2026-11-24T02:00:00.000Z';
const LATER = '2026-11-24T02:00:05.000Z';
const digit = (key: string) => ({ type: 'call.digit', callId: CALL, party: RESIDENT, digit: key }) as const;
const announced = { type: 'call.announced', callId: CALL, party: RESIDENT, sound: 'ja/queue-hold' } as const;
const abandoned = { cause: 'abandoned', endedBy: 'resident', talkMs: 0 } as const;

describe('what facts say about a wait', () => {
  it('notes since when the caller hears music, once', () => {
    const queued = noteQueued(anInboundCall(), AT);
    expect(queued.queueing.heardSince).toBe(AT);
    expect(noteQueued(queued, LATER)).toBe(queued);
  });

  it('begins a new wait when an agent gives the call back, in the language that was chosen', () => {
    const handed: Call = anInboundCall({ phase: 'talking', agentId: null, handOvers: 1, language: 'vi' });
    const back = noteQueued({ ...handed, queueing: { ...handed.queueing, hasChosenLanguage: true } }, AT);
    expect([back.phase, back.queueing.since, back.queueing.heardSince, back.queueing.spokenIn]).toEqual(['queued', AT, AT, 'vi']);
    expect(back.queueing.hasChosenLanguage).toBeTrue();
    expect(noteQueued(back, AT)).toBe(back);
  });

  it('leaves a talk with an agent alone', () => {
    const talking = anInboundCall({ phase: 'talking', agentId: AGENT });
    expect(noteQueued(talking, AT)).toBe(talking);
    expect(noteDigit(talking, digit('2'))).toBe(talking);
    expect(noteAnnounced(talking, announced, AT)).toBe(talking);
  });

  it('chooses the language by the last of the keys 1 to 4', () => {
    const english = noteDigit(anInboundCall(), digit('2'));
    expect([english.language, english.queueing.hasChosenLanguage]).toEqual(['en', true]);
    expect(noteDigit(english, digit('2'))).toBe(english);
    expect(noteDigit(english, digit('9'))).toBe(english);
    expect(noteDigit(english, digit('4')).language).toBe('ne');
  });

  it('begins the pause when an announcement has ended, and not for one that was replaced', () => {
    const speaking = anInboundCall({ queueing: { ...newQueueing(AT), isSpeaking: true, saidAt: AT } });
    expect(noteAnnounced(speaking, announced, AT)).toBe(speaking);
    const silent = noteAnnounced(speaking, announced, LATER);
    expect([silent.queueing.isSpeaking, silent.queueing.saidAt]).toEqual([false, LATER]);
    expect(noteAnnounced(silent, announced, LATER)).toBe(silent);
  });

  it('counts who hung up as abandoned and who was sent away by its reason', () => {
    expect(end(anInboundCall(), abandoned, AT).queueing).toEqual(
      jasmine.objectContaining({ missedFor: 'abandoned', followUp: 'due' }),
    );
    const closed = anInboundCall({ queueing: { ...newQueueing(AT), dismissal: { reason: 'closed', at: AT } } });
    expect(end(closed, abandoned, LATER).queueing.missedFor).toBe('closed');
    expect(end(anInboundCall(), { ...abandoned, cause: 'gateway-lost' }, AT).queueing.missedFor).toBe('no-agent');
  });

  it('asks for no call-back of a withheld number or of an answered call', () => {
    expect(end(anInboundCall({ number: null }), abandoned, AT).queueing.followUp).toBe('none');
    expect(end(anInboundCall({ phase: 'talking', agentId: AGENT }), abandoned, AT).queueing.missedFor).toBeNull();
  });
});
