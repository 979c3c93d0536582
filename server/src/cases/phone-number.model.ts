/** Mobile and IP numbers are grouped 3-4-4, Sendai's landlines 3-3-4 (総務省 numbering plan). */
const MOBILE = /^(0[5-9]0)(\d{4})(\d{4})$/;
const LANDLINE = /^(0\d{2})(\d{3})(\d{4})$/;

/** A Japanese number in E.164 form as residents write it, 090-0000-0412; foreign numbers unchanged. */
export function displayNumber(number: string): string {
  if (!number.startsWith('+81')) return number;
  const national = `0${number.slice(3)}`;
  const parts = MOBILE.exec(national) ?? LANDLINE.exec(national);
  return parts === null ? national : parts.slice(1).join('-');
}
