/**
 * Takes a recording's channels apart: every party has a channel of its own, can be silenced, and is heard in both ears. Made at the first play,
 * because a browser starts an AudioContext only after the person has done something.
 */
export class PartySound {
  readonly #context = new AudioContext();
  readonly #gains: GainNode[];

  constructor(audio: HTMLMediaElement, parties: number) {
    const splitter = this.#context.createChannelSplitter(parties);
    this.#context.createMediaElementSource(audio).connect(splitter);
    this.#gains = Array.from({ length: parties }, (_, channel) => {
      const gain = this.#context.createGain();
      splitter.connect(gain, channel);
      gain.connect(this.#context.destination);
      return gain;
    });
  }

  async resume(): Promise<void> {
    await this.#context.resume();
  }

  setMuted(channel: number, isMuted: boolean): void {
    const gain = this.#gains[channel]?.gain;
    gain?.setTargetAtTime(isMuted ? 0 : 1, this.#context.currentTime, 0.01);
  }

  close(): void {
    void this.#context.close();
  }
}
