/**
 * The E-model of ITU-T G.107 with every parameter at its default but delay and loss. The delay impairment is the piecewise line that
 * R. G. Cole and J. H. Rosenbluth fitted to it ("Voice over IP performance monitoring", ACM SIGCOMM CCR 31, 2001).
 */
const R_WITHOUT_IMPAIRMENT = 93.2;
const DELAY_SLOPE = 0.024;
const LONG_DELAY_SLOPE = 0.11;
const LONG_DELAY_MS = 177.3;
/** G.711 with the concealment of its Appendix I, random loss (ITU-T G.113 Appendix I). */
const EQUIPMENT_IMPAIRMENT = 0;
const LOSS_ROBUSTNESS = 25.1;

/** Estimated mean opinion score, 1 to 4.5. `delayMs`: mouth to ear, one way. */
export function estimateMos({ lossPct, delayMs }: { readonly lossPct: number; readonly delayMs: number }): number {
  const delayImpairment = DELAY_SLOPE * delayMs + LONG_DELAY_SLOPE * Math.max(0, delayMs - LONG_DELAY_MS);
  const lossImpairment = EQUIPMENT_IMPAIRMENT + ((95 - EQUIPMENT_IMPAIRMENT) * lossPct) / (lossPct + LOSS_ROBUSTNESS);
  return scoreOf(R_WITHOUT_IMPAIRMENT - delayImpairment - lossImpairment);
}

/** ITU-T G.107 annex B; its cubic dips below 1 for very small ratings. */
function scoreOf(rating: number): number {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}
