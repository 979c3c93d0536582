import { PhoneNumber } from '#contracts/ids.contract';

/** Japan. Domestic calls go to the carrier in national form, as it presents its own. */
const COUNTRY_CODE = '+81';

/** How the carrier wants a number: E.164 as it is, or national with a leading 0 and 010 before the country code of numbers abroad. */
export function toTrunkForm(number: PhoneNumber, form: 'national' | 'e164' = 'national'): string {
  if (form === 'e164') return number;
  if (number.startsWith(COUNTRY_CODE)) return `0${number.slice(COUNTRY_CODE.length)}`;
  return `010${number.slice(1)}`;
}

/** Reads a number as the carrier writes it. Null when it is none (withheld, a service code, an address). */
export function fromTrunkForm(user: string): PhoneNumber | null {
  const digits = user.replace(/[-.() ]/g, '');
  const international = toInternational(digits);
  const parsed = international === null ? null : PhoneNumber.safeParse(international);
  return parsed?.success === true ? parsed.data : null;
}

function toInternational(digits: string): string | null {
  if (/^\+\d+$/.test(digits)) return digits;
  if (/^010\d{6,}$/.test(digits)) return `+${digits.slice(3)}`;
  if (/^0[1-9]\d{8,9}$/.test(digits)) return `${COUNTRY_CODE}${digits.slice(1)}`;
  return null;
}
