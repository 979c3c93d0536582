import { endOfSilence, listMarks, splitParty } from './recording-marks';

describe('the marks of a recording', () => {
  it('stand in the order of time, with what is missing among them', () => {
    const marks = listMarks({
      marks: [
        { kind: 'promise-made', atSeconds: 90, seconds: 0, reason: null },
        { kind: 'pause', atSeconds: 30, seconds: 12, reason: 'account-number' },
        { kind: 'gap', atSeconds: 60, seconds: 2, reason: null },
      ],
      gaps: [
        { kind: 'not-written', channel: null, atSeconds: 60, seconds: 2 },
        { kind: 'not-received', channel: 'resident', atSeconds: 10, seconds: 1 },
      ],
    });
    expect(marks.map(({ word, time, tone, party }) => [word, time, tone, party])).toEqual([
      ['gap_not-received', '00:10', 'gap', 'resident'],
      ['pause_account-number', '00:30', 'pause', null],
      ['gap_not-written', '01:00', 'gap', null],
      ['promise-made', '01:30', 'plain', null],
    ]);
  });

  it('lead over a silence and never into a word', () => {
    const silences = [{ atSeconds: 10, seconds: 5 }];
    expect([9.9, 10.1, 10.3, 14, 14.6].map((position) => endOfSilence(position, silences))).toEqual([null, null, 14.7, 14.7, null]);
  });

  it('count third parties', () => {
    expect([splitParty('agent'), splitParty('third-party-2')]).toEqual([
      { word: 'agent', number: null },
      { word: 'third-party', number: 2 },
    ]);
  });
});
