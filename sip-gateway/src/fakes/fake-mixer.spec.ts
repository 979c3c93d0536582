import { FakeMixer } from './fake-mixer.ts';

describe('the fake mixer', () => {
  it('shows who hears whom, where legs lead and what was sent', async () => {
    const mixer = new FakeMixer();
    await mixer.openLeg('a');
    await mixer.openLeg('b');
    await mixer.connectLeg('a', { host: '192.0.2.1', port: 4000 }, 101);
    await mixer.setHearing([{ leg: 'a', from: { b: 0.5 }, source: 'busy' }]);
    await mixer.sendDigits('a', '12');
    await mixer.sendDigits('a', '3');
    expect([mixer.gain('a', 'b'), mixer.gain('b', 'a'), mixer.source('a'), mixer.digitsSent('a')]).toEqual([
      0.5,
      0,
      'busy',
      '123',
    ]);
    expect([mixer.remote('a'), mixer.remote('b'), mixer.remote('z')]).toEqual([
      { host: '192.0.2.1', port: 4000 },
      null,
      undefined,
    ]);
    await mixer.closeLeg('b');
    expect(mixer.gain('a', 'b')).toBe(0);
    expect(mixer.openLegs()).toEqual(['a']);
  });

  it('shows announcements, signals and who is listened to, and plays an announcement to its end', async () => {
    const mixer = new FakeMixer();
    const played: string[] = [];
    mixer.listen({ onPlayed: (leg, sound) => played.push(`${leg} ${sound}`) });
    mixer.sounds = new Set(['ja/wait']);
    await mixer.openLeg('a');
    await mixer.play('a', 'ja/wait', { loop: false });
    await expectAsync(mixer.play('a', 'en/wait')).toBeRejectedWith(jasmine.objectContaining({ code: 'unknown-sound' }));
    expect(mixer.playing('a')).toBe('ja/wait');
    mixer.finishPlaying('a');
    expect([mixer.playing('a'), played]).toEqual([null, ['a ja/wait']]);
    await mixer.play('a', 'ja/wait');
    await mixer.stopPlaying('a');
    await mixer.playTone('a', 'please-repeat');
    await mixer.detectTones('a', true);
    await mixer.connectLeg('a', { host: '192.0.2.1', port: 4000 }, null, 'PCMA');
    expect([mixer.playing('a'), mixer.signals('a'), mixer.isDetectingTones('a'), mixer.codec('a')]).toEqual([
      null,
      ['please-repeat'],
      true,
      'PCMA',
    ]);
    expect([await mixer.loadSounds(), played.length]).toEqual([['ja/wait'], 1]);
  });

  it('fails the next call it was told to, once, and changes nothing then', async () => {
    const mixer = new FakeMixer();
    mixer.failNext('openLeg', 'no-port');
    await expectAsync(mixer.openLeg('a')).toBeRejectedWith(jasmine.objectContaining({ code: 'no-port' }));
    expect(mixer.openLegs()).toEqual([]);
    await mixer.openLeg('a');
    expect(mixer.calls.map(({ method }) => method)).toEqual(['openLeg', 'openLeg']);
  });

  it('forgets its legs when the mixer is lost, but still gives the receipts', async () => {
    const mixer = new FakeMixer();
    const lost: string[] = [];
    mixer.listen({ onLost: (process) => lost.push(process) });
    await mixer.openLeg('a');
    await mixer.startRecording('r', 'r.wav', [{ name: 'agent', leg: 'a' }]);
    mixer.emit('onLost', 'mixer');
    expect([lost, mixer.openLegs(), (await mixer.list()).recordings]).toEqual([['mixer'], [], []]);
    expect((await mixer.stopRecording('r')).file).toBe('r.wav');
  });

  it('keeps every recording when the recorder is lost, with its channels, pauses and marks', async () => {
    const mixer = new FakeMixer();
    await mixer.openLeg('a');
    await mixer.startRecording('r', 'r.wav', [{ name: 'agent', leg: 'a' }]);
    await mixer.assignChannel('r', 'resident', null);
    await mixer.pauseRecording('r', 'account-number');
    await mixer.mark('r', 'promise-made');
    mixer.emit('onLost', 'recorder');
    const { channels, pausedFor, marks } = mixer.recordings.get('r') ?? {};
    expect([[...(channels ?? [])], pausedFor, marks]).toEqual([
      [
        ['agent', 'a'],
        ['resident', null],
      ],
      'account-number',
      ['promise-made'],
    ]);
    await expectAsync(mixer.assignChannel('r', 'interpreter', 'z')).toBeRejectedWith(
      jasmine.objectContaining({ code: 'unknown-leg' }),
    );
    expect((await mixer.stopRecording('r')).channels).toEqual(['agent', 'resident']);
    await expectAsync(mixer.mark('r', 'hold')).toBeRejectedWith(jasmine.objectContaining({ code: 'recording-failed' }));
  });
});
