import { z } from 'zod';

/** Identifiers are branded so that one cannot be passed where another is meant. */
const id = <Name extends string>(name: Name) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, `${name} is 1 to 64 letters, digits, "-" or "_"`)
    .brand<Name>();

export const UserId = id('UserId');
export type UserId = z.infer<typeof UserId>;

export const CaseId = id('CaseId');
export type CaseId = z.infer<typeof CaseId>;

/** One telephone number of one person. Screens and commands name a number by this, never by its digits. */
export const PhoneId = id('PhoneId');
export type PhoneId = z.infer<typeof PhoneId>;

export const CallId = id('CallId');
export type CallId = z.infer<typeof CallId>;

export const GatewayId = id('GatewayId');
export type GatewayId = z.infer<typeof GatewayId>;

/** Debt category code (科目), two digits, DOMAIN R2. */
export const CategoryCode = z
  .string()
  .regex(/^\d{2}$/)
  .brand<'CategoryCode'>();
export type CategoryCode = z.infer<typeof CategoryCode>;

/** A telephone number in E.164 form, for example +81220001100. Personal data: never logged. */
export const PhoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'a telephone number in E.164 form')
  .brand<'PhoneNumber'>();
export type PhoneNumber = z.infer<typeof PhoneNumber>;

/** An instant, ISO 8601 in UTC with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof Instant>;

/** A calendar date without a time, YYYY-MM-DD. */
export const CalendarDate = z.iso.date();
export type CalendarDate = z.infer<typeof CalendarDate>;

/** Money is integer yen. */
export const Yen = z.int().nonnegative();
export type Yen = z.infer<typeof Yen>;
