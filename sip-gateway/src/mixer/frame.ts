/** The one clock of the mixer: 8 kHz audio in frames of 20 ms. */
export const SAMPLE_RATE = 8000;
export const FRAME_SAMPLES = 160;
export const FRAME_MS = 20;
