import { writeFileSync } from 'node:fs';

const SAMPLE_RATE = 48_000;

/** Writes one second of a sine as 16-bit mono WAV; Chromium loops it without a seam because the second holds whole periods. */
export function writeToneFile(file: string, hertz: number, dbfs = -12): void {
  const amplitude = 32_767 * 10 ** (dbfs / 20);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + SAMPLE_RATE * 2, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(SAMPLE_RATE * 2, 40);
  const samples = Buffer.alloc(SAMPLE_RATE * 2);
  for (let index = 0; index < SAMPLE_RATE; index += 1) {
    samples.writeInt16LE(Math.round(amplitude * Math.sin((2 * Math.PI * hertz * index) / SAMPLE_RATE)), index * 2);
  }
  writeFileSync(file, Buffer.concat([header, samples]));
}
