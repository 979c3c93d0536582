/** The CSeq header (RFC 3261 §20.16). */
export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** Parses it; undefined when malformed or not below 2^31 (RFC 3261 §8.1.1.5). */
export function parseCSeq(text: string | undefined): CSeq | undefined {
  const match = /^(\d{1,12})[ \t]+([^\s]+)$/.exec(text ?? '');
  const method = match?.[2];
  const number = Number(match?.[1]);
  if (method === undefined || number >= 2 ** 31) return undefined;
  return { number, method };
}
