const MASK = '●';

/** Keeps the first character of each part of a name: 鈴木　太郎 is 鈴●　太●. One dot whatever was there, so that length tells nothing. */
export function maskName(name: string): string {
  return name
    .split(/([\s\u3000]+)/u)
    .map((part) => (/^[\s\u3000]*$/u.test(part) ? part : maskPart(part)))
    .join('');
}

function maskPart(part: string): string {
  const [first = ''] = [...part];
  return first + MASK;
}

/** 1980-04-01 is 198●. */
export function maskBirthYear(birthDate: string): string {
  return `${birthDate.slice(0, 3)}${MASK}`;
}
